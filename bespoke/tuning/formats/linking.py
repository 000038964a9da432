"""Calls and their results tied by ids, for formats that need them where the source had none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bespoke.tuning.formats.example import TOOL, Example, ToolCall, Turn

UNTIED = "ids of tool calls are left behind: names and order tie them to their results"


def linked(example: Example) -> tuple[Turn, ...]:
    """The turns, every call with an id and every result naming it; ids are made up only where there are none."""
    if not example.uses_tools:
        return example.turns
    turns: list[Turn] = []
    waiting: list[ToolCall] = []
    count = 0
    for turn in example.turns:
        if turn.role == TOOL:
            call = _call_for(turn, waiting)
            if call is not None:
                waiting.remove(call)
                turn = replace(turn, answers=call.id)
        elif turn.calls:
            named = []
            for call in turn.calls:
                count += 1
                named.append(call if call.id else replace(call, id=f"call_{count}"))
            waiting = list(named)
            turn = replace(turn, calls=tuple(named))
        turns.append(turn)
    return tuple(turns)


def _call_for(turn: Turn, waiting: Sequence[ToolCall]) -> ToolCall | None:
    for matches in (lambda c: c.id == turn.answers, lambda c: c.name == turn.answers):
        found = next(filter(matches, waiting), None)
        if found is not None:
            return found
    return waiting[0] if waiting and not turn.answers else None


def name_of(turn: Turn, before: Iterable[Turn]) -> str:
    """The name of the tool whose result a turn is."""
    for earlier in reversed(list(before)):
        for call in earlier.calls:
            if turn.answers in (call.id, call.name):
                return call.name
    return turn.answers


def in_messages(turns: Sequence[Turn]) -> list[list[Turn]]:
    """Turns by message, for formats in which results of tools stand in the user's message."""
    groups: list[list[Turn]] = []
    for turn in turns:
        last = groups[-1][-1] if groups else None
        sides = {turn.role, last.role} if last else set()
        if TOOL in sides and "assistant" not in sides:
            groups[-1].append(turn)
        else:
            groups.append([turn])
    return groups
