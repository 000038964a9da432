"""Google's format for tuning Gemini: `contents` of `parts`, the roles user and model."""

from __future__ import annotations

import json
from typing import Any

from bespoke.tuning.formats.dialogue_reading import finished
from bespoke.tuning.formats.example import (
    ASSISTANT,
    HUMAN,
    SYSTEM,
    TOOL,
    Example,
    Record,
    RecordReading,
    Turn,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.linking import in_messages, linked, name_of
from bespoke.tuning.formats.message_list import read_messages
from bespoke.tuning.formats.tools import TOOL_KEYS, gemini_tools

SYSTEM_KEYS = ("systemInstruction", "system_instruction")
ROLES = {"user": HUMAN, "model": ASSISTANT, "function": TOOL, "tool": TOOL, "system": SYSTEM}
NAMES = {HUMAN: "user", ASSISTANT: "model", TOOL: "user"}
MEDIA = ("inlineData", "fileData", "inline_data", "file_data")


class Gemini(TrainingFormat):
    """`{"systemInstruction": {"parts": [{"text": ...}]}, "contents": [{"role": "user", "parts": [...]}]}`.

    Source: Google Cloud, Vertex AI generative AI, about supervised fine-tuning: dataset format.
    """

    name = "gemini"
    title = "Gemini JSONL"
    has_tools = True
    has_ids = False
    has_media = True
    has_parts = True
    has_reasoning = True

    def recognises(self, record: Record) -> str:
        contents = record.get("contents")
        if (
            isinstance(contents, list)
            and contents
            and isinstance(contents[0], dict)
            and "parts" in contents[0]
        ):
            return "'contents' of 'parts'"
        return ""

    def read(self, record: Record) -> RecordReading:
        contents = record.get("contents")
        found = read_messages(contents, where="contents", role_key="role", text_key="parts", roles=ROLES)
        key = next((key for key in SYSTEM_KEYS if record.get(key) is not None), "")
        rest: dict[str, Any] = {name: value for name, value in record.items() if name != key}
        if key:
            value = record[key]
            rest["system"] = value.get("parts", value) if isinstance(value, dict) else value
        return self.checked(finished(rest, found, own=("system", "contents", *TOOL_KEYS)))

    def carries_media(self, block: Record) -> bool:
        return any(key in block for key in MEDIA)

    def spell(self, example: Example) -> dict[str, Any]:
        record: dict[str, Any] = {}
        if example.system is not None:
            texts = example.spelling.get("system_parts") or (example.system,)
            record["systemInstruction"] = {"role": "system", "parts": [{"text": text} for text in texts]}
        turns = linked(example)
        record["contents"] = [
            {"role": NAMES[group[0].role], "parts": [part for turn in group for part in _parts(turn, turns)]}
            for group in in_messages(turns)
        ]
        return {**record, "tools": gemini_tools(example.tools)} if example.tools else record


def _parts(turn: Turn, turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
    if turn.role == TOOL:
        at = next(n for n, other in enumerate(turns) if other is turn)
        return [{"functionResponse": {"name": name_of(turn, turns[:at]), "response": _response(turn.text)}}]
    parts: list[dict[str, Any]] = [{"text": turn.reasoning, "thought": True}] if turn.reasoning else []
    parts += [dict(one.block) for one in turn.media]
    texts = turn.parts or ((turn.text,) if turn.text or not (turn.calls or turn.media) else ())
    parts += [{"text": text} for text in texts]
    return parts + [{"functionCall": {"name": call.name, "args": call.arguments}} for call in turn.calls]


def _response(text: str) -> dict[str, Any]:
    """A result as the object that Gemini wants: itself where it is one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"output": text}
