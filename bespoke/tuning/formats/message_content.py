"""The content of one message in any vendor's spelling: text, text blocks, calls, results, reasoning, media.

Sources: Bedrock Converse API (ContentBlock), Anthropic Messages API (content blocks), OpenAI chat and
Responses API (content parts), Gemini API (Part), LLaMA-Factory (data/README).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bespoke.tuning.formats.example import BLANK_LINE, Fault, Media, ToolCall, written
from bespoke.tuning.formats.structure import arguments_of, call_of

KINDS = {
    type(None): "null", bool: "true/false", int: "a number", float: "a number", str: "text", list: "a list",
    dict: "an object",
}  # fmt: skip
TEXT_TYPES = {"text", "input_text", "output_text"}
MEDIA = {  # the key, or the type, of a block -> what a person calls it
    "image": "image", "image_url": "image", "input_image": "image", "video": "video", "video_url": "video",
    "document": "document", "file": "document", "input_file": "document", "input_audio": "sound",
    "audio": "sound", "audio_url": "sound", "inlineData": "image", "fileData": "document",
    "inline_data": "image", "file_data": "document",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back for a call, with whatever else was said of it (that it is an error)."""

    answers: str
    text: str
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class MessageContent:
    """What the content of one message holds, each kind in its order."""

    texts: list[str] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.texts[0] if len(self.texts) == 1 else BLANK_LINE.join(self.texts)


def kind(value: object) -> str:
    """A JSON value's type as a person would name it."""
    return KINDS.get(type(value), type(value).__name__)


def absence(value: object) -> str:
    """The rule that a value of the wrong type breaks."""
    return "null_value" if value is None else "wrong_type"


def read_content(value: object, place: str, faults: list[Fault]) -> MessageContent | None:
    """The content of a message; None, with the fault that says why, where nothing can be read."""
    found = MessageContent()
    if isinstance(value, str):
        found.texts.append(value)
        return found
    blocks = [value] if isinstance(value, dict) else value
    if not isinstance(blocks, list):
        faults.append(Fault(absence(value), f"{place} should be text, is {kind(value)}"))
        return None
    before = len(faults)
    for n, block in enumerate(blocks, start=1):
        if isinstance(block, dict) and set(block) in ({"cachePoint"}, {"cache_control"}):
            continue  # says nothing to the model
        if not isinstance(block, dict) or not _read_block(block, found):
            what = "/".join(map(str, list(block)[:4])) if isinstance(block, dict) else kind(block)
            faults.append(Fault("wrong_type", f"{place}[{n}] is a block that cannot be read ({what})"))
    return found if len(faults) == before else None


def _read_block(block: Mapping[str, Any], found: MessageContent) -> bool:
    """Whether the block was understood whole."""
    sort = block.get("type")
    if isinstance(sort, str) and sort not in TEXT_TYPES:
        return _read_typed(sort, block, found)
    if block.get("thought") is True and isinstance(block.get("text"), str):
        found.reasoning.append(block["text"])
        return True
    for key in ("text", "value"):
        if isinstance(block.get(key), str) and (key == "text" or sort in TEXT_TYPES):
            found.texts.append(block[key])
            return not set(block) - {"type", key, "cache_control", "annotations"}
    return _read_keyed(block, found)


def _read_typed(sort: str, block: Mapping[str, Any], found: MessageContent) -> bool:
    """A block that names its type, as Anthropic's and OpenAI's do."""
    if sort == "tool_use" and isinstance(block.get("name"), str):
        found.calls.append(call_of(block.get("id"), block["name"], block.get("input")))
    elif sort == "tool_result":
        extra = {"is_error": True} if block.get("is_error") else {}
        found.results.append(
            ToolResult(str(block.get("tool_use_id") or ""), result_text(block.get("content")), extra)
        )
    elif sort in ("thinking", "reasoning") and isinstance(
        block.get(sort, block.get("text", block.get("value"))), str
    ):
        found.reasoning.append(block.get(sort, block.get("text", block.get("value"))))
    elif sort == "tool_call" and isinstance(block.get("value"), str):
        called = arguments_of(block["value"])
        if not isinstance(called, dict) or not isinstance(called.get("name"), str):
            return False
        found.calls.append(call_of("", called["name"], called.get("arguments")))
    elif sort in MEDIA:
        found.media.append(Media(MEDIA[sort], block))
    else:
        return False
    return True


def _read_keyed(block: Mapping[str, Any], found: MessageContent) -> bool:
    """A block of one key that says what it is, as Converse's and Gemini's do."""
    held = [key for key, value in block.items() if value is not None]
    if len(held) != 1:
        return False
    (key,) = held
    value = block[key]
    if key in MEDIA:
        found.media.append(Media(MEDIA[key], block))
        return True
    if not isinstance(value, dict):
        return False
    if key == "toolUse" and isinstance(value.get("name"), str):
        found.calls.append(call_of(value.get("toolUseId"), value["name"], value.get("input")))
    elif key in ("functionCall", "function_call") and isinstance(value.get("name"), str):
        found.calls.append(call_of(value.get("id"), value["name"], value.get("args")))
    elif key == "toolResult":
        extra = {"is_error": True} if value.get("status") == "error" else {}
        found.results.append(
            ToolResult(str(value.get("toolUseId") or ""), result_text(value.get("content")), extra)
        )
    elif key in ("functionResponse", "function_response"):
        named = str(value.get("id") or value.get("name") or "")
        found.results.append(ToolResult(named, result_text(value.get("response"))))
    elif key == "reasoningContent" and isinstance((value.get("reasoningText") or {}).get("text"), str):
        found.reasoning.append(value["reasoningText"]["text"])
    else:
        return False
    return True


def result_text(value: object) -> str:
    """A tool's result as text: its own text, the text of its blocks, else its JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        parts = [
            one["text"] if isinstance(one.get("text"), str) else written(one.get("json", one))
            for one in value
        ]
        return BLANK_LINE.join(parts)
    if isinstance(value, dict) and set(value) == {"output"} and isinstance(value["output"], str):
        return str(value["output"])  # how text is given to Gemini, which takes objects only
    return "" if value is None else written(value)
