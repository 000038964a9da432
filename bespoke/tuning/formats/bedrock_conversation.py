"""The two chat formats of Amazon Bedrock: Claude's messages and `bedrock-conversation-2024`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bespoke.tuning.formats.conversation_layout import CLAUDE_PARTS, shape_of
from bespoke.tuning.formats.dialogue_reading import read_chat
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Record, RecordReading, Turn
from bespoke.tuning.formats.format import VERSION, TrainingFormat
from bespoke.tuning.formats.linking import in_messages, linked
from bespoke.tuning.formats.tools import converse_tools

ROLES = {"user": HUMAN, "assistant": ASSISTANT}
NAMES = {HUMAN: "user", ASSISTANT: "assistant", "tool": "user"}
CONVERSE_MEDIA = ("image", "video", "document")


class BedrockClaude(TrainingFormat):
    """`{"system": "...", "messages": [{"role": "user", "content": "..."}, ...]}`, no other keys.

    Anthropic's content blocks are read too; tools are not carried: fine-tuning of Claude 3 Haiku took text.
    Source: Amazon Bedrock user guide, data for Claude 3 Haiku; Anthropic cookbook (no extraneous keys).
    """

    name = "bedrock_claude"
    title = "Bedrock Claude JSONL"
    has_parts = True

    def recognises(self, record: Record) -> str:
        shape = shape_of(record)
        if not shape.roles or shape.roles - set(ROLES) or shape.converse or shape.parts - CLAUDE_PARTS:
            return ""
        if "schemaVersion" in record or "toolConfig" in record or "tool_calls" in shape.keys:
            return ""
        if "system" not in record:
            return "'messages' of user and assistant"
        return "'system' beside 'messages'" if record["system"] is not None else ""

    def read(self, record: Record) -> RecordReading:
        return self.checked(read_chat(record, ROLES))

    def spell(self, example: Example) -> dict[str, Any]:
        messages = [
            {
                "role": NAMES[turn.role],
                "content": [{"type": "text", "text": text} for text in turn.parts] or turn.text,
            }
            for turn in example.turns
        ]
        parts = example.spelling.get("system_parts")
        system: Any = [{"type": "text", "text": text} for text in parts] if parts else example.system
        return {"messages": messages} if example.system is None else {"system": system, "messages": messages}


class BedrockConversation(TrainingFormat):
    """`bedrock-conversation-2024`, for Amazon Nova and Llama 3.2 and later: text stands in blocks.

    `schemaVersion` may be any string, or be missing, for Nova. Tools stand under `toolConfig`.
    Source: Amazon Nova user guide, preparing data for fine-tuning; AWS sample validator for Nova.
    """

    name = "bedrock_conversation"
    title = "Bedrock bedrock-conversation-2024 (Nova)"
    has_tools = True
    has_reasoning = True
    has_media = True
    has_parts = True
    keys = frozenset({"toolChoice"})
    turn_keys = frozenset({"is_error"})

    def recognises(self, record: Record) -> str:
        shape = shape_of(record)
        if not shape.roles or shape.parts:
            return "'schemaVersion' and 'messages'" if _named(record) and shape.keys else ""
        if _named(record):
            return f"'schemaVersion' is {record['schemaVersion']!r}"
        if shape.converse and shape.lists and not shape.roles - set(ROLES):
            return "'messages' with content blocks"
        return ""

    def read(self, record: Record) -> RecordReading:
        reading = read_chat(record, ROLES)
        faults = list(reading.faults)
        faults += [
            Fault("wrong_type", f"messages[{n}].content should be a list of blocks, is text")
            for n, turn in enumerate(_turns(record), start=1)
            if isinstance(turn.get("content"), str)
        ]
        if isinstance(record.get("system"), str):
            faults.append(Fault("wrong_type", "record.system should be a list of blocks, is text"))
        found = replace(reading.example, spelling={"version": None, **reading.example.spelling})
        return RecordReading(found, (*faults, *self.unknown_keys(found)))

    def carries_media(self, block: Record) -> bool:
        return any(key in block for key in CONVERSE_MEDIA) and "type" not in block

    def spell(self, example: Example) -> dict[str, Any]:
        version = example.spelling.get("version")
        record: dict[str, Any] = {"schemaVersion": version if isinstance(version, str) else VERSION}
        if example.system is not None:
            texts = example.spelling.get("system_parts") or (example.system,)
            record["system"] = [{"text": text} for text in texts]
        if example.tools:
            record["toolConfig"] = {**converse_tools(example.tools), **example.extra}
        record["messages"] = [
            {"role": NAMES[group[0].role], "content": [block for turn in group for block in _blocks(turn)]}
            for group in in_messages(linked(example))
        ]
        return record


def _named(record: Record) -> bool:
    return isinstance(record.get("schemaVersion"), str)


def _turns(record: Record) -> list[dict[str, Any]]:
    turns = record.get("messages")
    return [turn for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []


def _blocks(turn: Turn) -> list[dict[str, Any]]:
    if turn.role == "tool":
        result = {"toolUseId": turn.answers, "content": [{"text": turn.text}]}
        return [{"toolResult": {**result, "status": "error"} if turn.extra.get("is_error") else result}]
    texts = turn.parts or ((turn.text,) if turn.text or not (turn.calls or turn.media) else ())
    blocks: list[dict[str, Any]] = []
    if turn.reasoning:
        blocks.append({"reasoningContent": {"reasoningText": {"text": turn.reasoning}}})
    blocks += [dict(one.block) for one in turn.media]
    blocks += [{"text": text} for text in texts]
    blocks += [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": call.arguments}} for call in turn.calls
    ]
    return blocks
