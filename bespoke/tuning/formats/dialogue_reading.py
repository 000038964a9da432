"""One reader for every format that keeps its dialogue under `messages`: no key that any of them has is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bespoke.tuning.formats.example import Example, Fault, Record, RecordReading
from bespoke.tuning.formats.message_content import kind, read_content
from bespoke.tuning.formats.message_list import (
    MISSING,
    USER_ROLES,
    Messages,
    beside,
    read_messages,
    read_system,
)
from bespoke.tuning.formats.tools import TOOL_KEYS, read_tools

OWN = ("system", "messages", "schemaVersion", *TOOL_KEYS)


def read_chat(record: Record, roles: Mapping[str, str] = USER_ROLES) -> RecordReading:
    """The example under `messages`, with its system prompt wherever it stands, its tools and its schema version."""
    found = read_messages(
        record.get("messages", MISSING), where="messages", role_key="role", text_key="content", roles=roles
    )
    return finished(record, found, own=OWN)


def finished(
    record: Record, found: Messages, *, own: tuple[str, ...], spelling: Mapping[str, Any] | None = None
) -> RecordReading:
    """A reading from messages: the system prompt beside them, the tools, and the keys that nobody claims."""
    faults = found.faults
    apart = read_system(record, faults)
    if apart is not None and found.system is not None:
        faults.append(Fault("system_misplaced", "one system prompt stands in the list and one beside it"))
    system = found.system if apart is None else apart
    tools = read_tools(record, faults)
    how = {"system": "turn" if apart is None else "key", **(spelling or {}), **_blocks_of_system(record)}
    if "schemaVersion" in record:
        how["version"] = record["schemaVersion"]
        if not isinstance(record["schemaVersion"], str):
            faults.append(
                Fault("wrong_type", f"schemaVersion should be text, is {kind(record['schemaVersion'])}")
            )
    extra = {**beside(record, *own), **_choice(record)}
    return RecordReading(Example(system, tuple(found.turns), extra, how, tools), tuple(faults))


def _blocks_of_system(record: Record) -> dict[str, Any]:
    value = record.get("system")
    if not isinstance(value, list) or len(value) < 2:
        return {}
    content = read_content(value, "", [])
    return {} if content is None else {"system_parts": tuple(content.texts)}


def _choice(record: Record) -> dict[str, Any]:
    """What `toolConfig` says beside the tools: which one must be called."""
    config = record.get("toolConfig")
    return {key: value for key, value in config.items() if key != "tools"} if isinstance(config, dict) else {}
