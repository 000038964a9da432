"""Lists of messages: the shape that most chat formats share, under different names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, SYSTEM, TOOL, Fault, ToolCall, Turn
from bespoke.tuning.formats.message_content import MessageContent, absence, kind, read_content
from bespoke.tuning.formats.structure import call_of

MISSING = object()  # what stands under a key that a record does not have
USER_ROLES = {"user": HUMAN, "assistant": ASSISTANT, "system": SYSTEM, "developer": SYSTEM, "tool": TOOL,
              "function": TOOL}  # fmt: skip
CALL_KEYS = ("tool_calls", "function_call")
REASONING_KEYS = ("reasoning_content", "reasoning", "thinking")
RESULT_KEYS = ("tool_call_id", "name")


@dataclass
class Messages:
    """A list of messages as read: the system prompt at its head, the turns, and the faults."""

    system: str | None = None
    turns: list[Turn] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_messages(
    value: object, *, where: str, role_key: str, text_key: str, roles: Mapping[str, str]
) -> Messages:
    """Turns from a list of `{role_key: ..., text_key: ...}`; a system message may only stand first.

    `roles` maps the format's role names to human, assistant, system and tool. Content may be text or blocks of
    any vendor; results of tools inside a user's message become turns of their own, in their order.
    """
    found = Messages()
    if value is MISSING:
        found.faults.append(Fault("missing_key", f"record has no {where!r}"))
        return found
    if not isinstance(value, list):
        found.faults.append(Fault(absence(value), f"{where} should be a list of turns, is {kind(value)}"))
        return found
    for n, item in enumerate(value, start=1):
        _read_one(found, item, f"{where}[{n}]", role_key, text_key, roles)
    return found


def _read_one(
    found: Messages, item: object, place: str, role_key: str, text_key: str, roles: Mapping[str, str]
) -> None:
    if not isinstance(item, dict):
        found.faults.append(Fault(absence(item), f"{place} should be an object, is {kind(item)}"))
        return
    content = _content(item, place, text_key, found.faults)
    name = item.get(role_key)
    role = roles.get(name) if isinstance(name, str) else None
    if role_key not in item:
        found.faults.append(Fault("missing_key", f"{place} has no {role_key!r}"))
    elif role is None:
        shown = repr(name) if isinstance(name, str) else kind(name)
        known = ", ".join(roles)
        found.faults.append(Fault("unknown_role", f"{place}.{role_key} is {shown}, known are {known}"))
    if role is None or content is None:
        return
    known_keys = {role_key, text_key, *CALL_KEYS, *REASONING_KEYS, *(RESULT_KEYS if role == TOOL else ())}
    extra = {key: entry for key, entry in item.items() if key not in known_keys}
    if role != SYSTEM:
        found.turns += turns_of(role, content, extra, str(name), _answers(item) if role == TOOL else "")
    elif found.turns or found.system is not None:
        found.faults.append(Fault("system_misplaced", f"{place} is a system message, but not the first"))
    else:
        found.system = content.text
        found.faults += [Fault("extra_key", f"key {key!r} of the system message", key) for key in extra]
        if content.media or content.calls or content.results:
            found.faults.append(Fault("wrong_type", f"{place} holds more than text"))


def turns_of(
    role: str, content: MessageContent, extra: Mapping[str, Any], name: str, answers: str = ""
) -> list[Turn]:
    """One message as turns: each result of a tool by itself, then what else it holds."""
    turns = [Turn(TOOL, result.text, result.extra, answers=result.answers) for result in content.results]
    if content.texts or content.calls or content.media or content.reasoning or extra or not turns:
        parts = tuple(content.texts) if len(content.texts) > 1 else ()
        turns.append(
            Turn(
                role,
                content.text,
                extra,
                name,
                tuple(content.calls),
                answers,
                "\n\n".join(content.reasoning),
                tuple(content.media),
                parts,
            )
        )
    return turns


def _content(
    item: Mapping[str, Any], place: str, text_key: str, faults: list[Fault]
) -> MessageContent | None:
    """The content of a message with the calls and the reasoning that stand beside it."""
    calls = _calls(item, place, faults)
    beside = [item[key] for key in REASONING_KEYS if isinstance(item.get(key), str) and item[key]]
    if text_key not in item and not calls:
        faults.append(Fault("missing_key", f"{place} has no {text_key!r}"))
        return None
    if calls and item.get(text_key) is None:
        content: MessageContent | None = MessageContent()
    else:
        content = read_content(item[text_key], f"{place}.{text_key}", faults)
    if content is not None:
        content.calls += calls
        content.reasoning += beside
    return content


def _calls(item: Mapping[str, Any], place: str, faults: list[Fault]) -> list[ToolCall]:
    """Calls as OpenAI writes them beside the content, in today's and the older form."""
    listed = item.get("tool_calls")
    entries = list(listed) if isinstance(listed, list) else []
    if isinstance(item.get("function_call"), dict):
        entries.append({"function": item["function_call"]})
    calls = []
    for n, entry in enumerate(entries, start=1):
        function = entry.get("function", entry) if isinstance(entry, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            faults.append(Fault("wrong_type", f"{place}.tool_calls[{n}] names no function"))
            continue
        calls.append(call_of(entry.get("id"), function["name"], function.get("arguments")))
    return calls


def _answers(item: Mapping[str, Any]) -> str:
    return next((str(item[key]) for key in RESULT_KEYS if item.get(key)), "")


def read_text(record: Mapping[str, Any], key: str, faults: list[Fault]) -> str | None:
    """A text under a key, or None with the fault that says why there is none."""
    if key not in record:
        faults.append(Fault("missing_key", f"record has no {key!r}"))
        return None
    value = record[key]
    if isinstance(value, str):
        return value
    faults.append(Fault(absence(value), f"record.{key} should be text, is {kind(value)}"))
    return None


def read_system(record: Mapping[str, Any], faults: list[Fault]) -> str | None:
    """An optional system prompt: text, or blocks of text. Null is none."""
    if record.get("system") is None:
        return None
    content = read_content(record["system"], "record.system", faults)
    if content is None:
        return None
    if content.calls or content.media or content.results:
        faults.append(Fault("wrong_type", "record.system holds more than text"))
    return content.text if content.texts else None


def beside(record: Mapping[str, Any], *own: str) -> dict[str, Any]:
    """The keys of a record that are not the format's own."""
    return {key: value for key, value in record.items() if key not in own}
