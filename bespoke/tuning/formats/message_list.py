"""Lists of messages: the shape that most chat formats share, under different names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, SYSTEM, Fault, Turn

NAMES = {
    type(None): "null",
    bool: "true/false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
MISSING = object()  # what stands under a key that a record does not have
USER_ROLES = {"user": HUMAN, "assistant": ASSISTANT, "system": SYSTEM}


@dataclass
class Messages:
    """A list of messages as read: the system prompt at its head, the turns, and the faults."""

    system: str | None = None
    turns: list[Turn] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_messages(
    value: object, *, where: str, role_key: str, text_key: str, roles: Mapping[str, str], blocks: bool = False
) -> Messages:
    """Turns from a list of `{role_key: ..., text_key: ...}`; a system message may only stand first.

    `roles` maps the format's role names to human, assistant and system. With `blocks` the text is a list
    of one `{"text": ...}`, as in Bedrock's Converse API.
    """
    found = Messages()
    if value is MISSING:
        found.faults.append(Fault("missing_key", f"record has no {where!r}"))
        return found
    if not isinstance(value, list):
        found.faults.append(Fault(_absence(value), f"{where} should be a list of turns, is {kind(value)}"))
        return found
    for n, item in enumerate(value, start=1):
        _read_one(found, item, f"{where}[{n}]", role_key, text_key, roles, blocks)
    return found


def _read_one(
    found: Messages,
    item: object,
    place: str,
    role_key: str,
    text_key: str,
    roles: Mapping[str, str],
    blocks: bool,
) -> None:
    if not isinstance(item, dict):
        found.faults.append(Fault(_absence(item), f"{place} should be an object, is {kind(item)}"))
        return
    text = read_text(item, text_key, place, found.faults, blocks=blocks)
    name = item.get(role_key)
    role = roles.get(name) if isinstance(name, str) else None
    if role_key not in item:
        found.faults.append(Fault("missing_key", f"{place} has no {role_key!r}"))
    elif role is None:
        shown = repr(name) if isinstance(name, str) else kind(name)
        known = ", ".join(roles)
        found.faults.append(Fault("unknown_role", f"{place}.{role_key} is {shown}, known are {known}"))
    if role is None or text is None:
        return
    extra = {key: entry for key, entry in item.items() if key not in (role_key, text_key)}
    if role != SYSTEM:
        found.turns.append(Turn(role, text, extra, str(name)))
    elif found.turns or found.system is not None:
        found.faults.append(Fault("system_misplaced", f"{place} is a system message, but not the first"))
    else:
        found.system = text
        found.faults += [Fault("extra_key", f"key {key!r} of the system message", key) for key in extra]


def read_text(
    holder: Mapping[str, Any], key: str, place: str, faults: list[Fault], *, blocks: bool = False
) -> str | None:
    """A text under a key, or None with the fault that says why there is none."""
    if key not in holder:
        faults.append(Fault("missing_key", f"{place} has no {key!r}"))
        return None
    value = holder[key]
    if blocks and isinstance(value, list):
        value = _one_block(value, f"{place}.{key}", faults)
        if value is _BAD:
            return None
    elif blocks and value is not None:
        faults.append(Fault("wrong_type", f"{place}.{key} should be a list of one block, is {kind(value)}"))
        return None
    if isinstance(value, str):
        return value
    faults.append(Fault(_absence(value), f"{place}.{key} should be text, is {kind(value)}"))
    return None


_BAD = object()


def _one_block(blocks: list[Any], place: str, faults: list[Fault]) -> Any:
    if len(blocks) == 1 and isinstance(blocks[0], dict) and set(blocks[0]) == {"text"}:
        return blocks[0]["text"]
    what = f"{len(blocks)} blocks" if len(blocks) != 1 else "a block that is not text alone"
    faults.append(Fault("wrong_type", f"{place} holds {what}; one text block can be read"))
    return _BAD


def _absence(value: object) -> str:
    return "null_value" if value is None else "wrong_type"


def kind(value: object) -> str:
    """A JSON value's type as a person would name it."""
    return NAMES.get(type(value), type(value).__name__)


def read_system(record: Mapping[str, Any], faults: list[Fault]) -> str | None:
    """An optional text under `system`."""
    return read_text(record, "system", "record", faults) if "system" in record else None


def beside(record: Mapping[str, Any], *own: str) -> dict[str, Any]:
    """The keys of a record that are not the format's own."""
    return {key: value for key, value in record.items() if key not in own}
