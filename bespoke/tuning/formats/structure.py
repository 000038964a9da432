"""What every format demands of a dialogue: the order of its turns, and tool calls that hold together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, TOOL, Example, Fault, ToolCall, Turn

EMPTY_SYSTEM = "the system prompt is empty"


def structure(example: Example) -> tuple[Fault, ...]:
    """Human first, in turn, assistant last, no empty text; calls parse, are declared, and are answered in order."""
    return (*_texts(example), *_order(example.turns), *_tools(example))


def _texts(example: Example) -> Iterator[Fault]:
    for n, turn in enumerate(example.turns, start=1):
        if not turn.text.strip() and not turn.calls and not turn.media and turn.role != TOOL:
            yield Fault("empty_text", f"turn {n} ({turn.role}) is empty")
    if example.system is not None and not example.system.strip():
        yield Fault("empty_text", EMPTY_SYSTEM)


def _order(turns: tuple[Turn, ...]) -> Iterator[Fault]:
    roles = [turn.role for turn in turns]
    if len(roles) < 2:
        said = f"{len(roles)} turn{'' if len(roles) == 1 else 's'}"
        yield Fault("too_few_turns", f"{said}, a dialogue needs at least 2")
    if roles and roles[0] != HUMAN:
        yield Fault("first_not_human", f"the first turn is the {roles[0]}'s")
    if roles and roles[-1] != ASSISTANT:
        yield Fault("last_not_assistant", f"the last turn is the {roles[-1]}'s: no answer to learn")
    for n, (role, following) in enumerate(pairwise(roles), start=1):
        if role == following and role != TOOL:
            yield Fault("not_alternating", f"turns {n} and {n + 1} are both the {role}'s")
            break


def _tools(example: Example) -> Iterator[Fault]:
    declared = {tool.get("name") for tool in example.tools}
    open_calls: dict[str, str] = {}  # id -> name, of calls that no result has answered yet
    for n, turn in enumerate(example.turns, start=1):
        if turn.role == TOOL:
            yield from _answered(turn, n, open_calls)
            continue
        if turn.role == ASSISTANT and open_calls:
            waiting = ", ".join(open_calls.values())
            yield Fault("tool_unanswered", f"turn {n} goes on before {waiting} has been answered")
            open_calls.clear()
        for call in turn.calls:
            if not isinstance(call.arguments, dict):
                yield Fault("tool_arguments", f"turn {n}: the arguments of {call.name!r} are no JSON object")
            if call.name not in declared:
                beside = "" if declared else ": the row declares no tools"
                yield Fault("tool_undeclared", f"turn {n} calls {call.name!r}, which is not declared{beside}")
            key = call.id or f"{call.name} ({len(open_calls) + 1})"
            if key in open_calls:
                yield Fault("tool_unanswered", f"turn {n}: two calls have the id {key!r}")
            open_calls[key] = call.name


def _answered(turn: Turn, n: int, open_calls: dict[str, str]) -> Iterator[Fault]:
    """Takes the call that a result answers off the list; a result names its call by id or by name, or stands alone."""
    key = turn.answers
    if key in open_calls:
        del open_calls[key]
        return
    by_name = next((one for one, name in open_calls.items() if name == key), None)
    if by_name is None and not key and len(open_calls) >= 1:
        by_name = next(iter(open_calls))
    if by_name is None:
        yield Fault(
            "tool_unanswered", f"turn {n} is a result{f' for {key!r}' if key else ''}, but answers no call"
        )
    else:
        del open_calls[by_name]


def call_of(key: object, name: str, arguments: object) -> ToolCall:
    """A call as any vendor spells it: the arguments an object, or text that holds one."""
    raw = arguments if isinstance(arguments, str) else ""
    return ToolCall(str(key or ""), name, arguments_of(arguments), raw)


def arguments_of(value: object) -> object:
    """Arguments as an object; text that does not parse stays text."""
    if not isinstance(value, str):
        return {} if value is None else value
    try:
        return json.loads(value) if value.strip() else {}
    except (ValueError, RecursionError):
        return value
