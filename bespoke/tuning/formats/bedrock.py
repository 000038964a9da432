"""The two chat formats of Amazon Bedrock: Claude's messages and `bedrock-conversation-2024`."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Reading, Record
from bespoke.tuning.formats.format import Format
from bespoke.tuning.formats.message_list import MISSING, beside, kind, read_messages, read_system, read_text

ROLES = {"user": HUMAN, "assistant": ASSISTANT}
NAMES = {HUMAN: "user", ASSISTANT: "assistant"}
SCHEMA = "bedrock-conversation-2024"


class BedrockClaude(Format):
    """`{"system": "...", "messages": [{"role": "user", "content": "..."}, ...]}`, no other keys.

    Source: Amazon Bedrock user guide, data for Claude 3 Haiku; Anthropic cookbook (no extraneous keys).
    """

    name = "bedrock_claude"
    title = "Bedrock Claude JSONL"

    def recognises(self, record: Record) -> str:
        turns = record.get("messages")
        if not isinstance(turns, list) or "schemaVersion" in record or not _texts(turns, str):
            return ""
        roles = [turn.get("role") for turn in turns if isinstance(turn, dict)]
        if not all(isinstance(role, str) and role in ROLES for role in roles):
            return ""
        return (
            "'system' beside 'messages'"
            if isinstance(record.get("system"), str)
            else "'messages' of user and assistant"
        )

    def read(self, record: Record) -> Reading:
        found = read_messages(
            record.get("messages", MISSING),
            where="messages",
            role_key="role",
            text_key="content",
            roles=ROLES,
        )
        system = read_system(record, found.faults)
        example = Example(system, tuple(found.turns), beside(record, "system", "messages"))
        return Reading(example, (*found.faults, *self.unknown_keys(example)))

    def spell(self, example: Example) -> dict[str, Any]:
        messages = [{"role": NAMES[turn.role], "content": turn.text} for turn in example.turns]
        return (
            {"messages": messages}
            if example.system is None
            else {"system": example.system, "messages": messages}
        )


class BedrockConversation(Format):
    """`bedrock-conversation-2024`, for Amazon Nova and Llama 3.2 and later: text stands in blocks.

    Source: Amazon Nova user guide, preparing data for fine-tuning (`schemaVersion` can be any string).
    """

    name = "bedrock_conversation"
    title = "Bedrock bedrock-conversation-2024 (Nova)"

    def recognises(self, record: Record) -> str:
        if isinstance(record.get("schemaVersion"), str) and "messages" in record:
            return f"'schemaVersion' is {record['schemaVersion']!r}"
        turns = record.get("messages")
        return "'messages' with content blocks" if isinstance(turns, list) and _texts(turns, list) else ""

    def read(self, record: Record) -> Reading:
        found = read_messages(
            record.get("messages", MISSING),
            where="messages",
            role_key="role",
            text_key="content",
            roles=ROLES,
            blocks=True,
        )
        faults = found.faults
        version = record.get("schemaVersion")
        if not isinstance(version, str):
            rule = "missing_key" if "schemaVersion" not in record else "wrong_type"
            faults.append(Fault(rule, f"schemaVersion should be text such as {SCHEMA!r}, is {kind(version)}"))
        system = read_text(record, "system", "record", faults, blocks=True) if "system" in record else None
        extra = beside(record, "system", "messages", "schemaVersion")
        example = Example(system, tuple(found.turns), extra, {"version": version})
        return Reading(example, (*faults, *self.unknown_keys(example)))

    def spell(self, example: Example) -> dict[str, Any]:
        version = example.spelling.get("version")
        record: dict[str, Any] = {"schemaVersion": version if isinstance(version, str) else SCHEMA}
        if example.system is not None:
            record["system"] = [{"text": example.system}]
        record["messages"] = [
            {"role": NAMES[turn.role], "content": [{"text": turn.text}]} for turn in example.turns
        ]
        return record


def _texts(turns: list[Any], expected: type) -> bool:
    """Whether most of the turns hold their content as the expected type."""
    contents = [turn.get("content") for turn in turns if isinstance(turn, dict)]
    return bool(contents) and sum(isinstance(c, expected) for c in contents) * 2 >= len(contents)
