"""From a reply to a counted outcome: the four fields, or the name of what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from bespoke.clients.schema import Fields
from bespoke.evaluation.scorer import json_in

Outcome = Literal[
    "answered",
    "refused",  # the model declined
    "truncated",  # the answer reached max_tokens or the context window
    "too_long",  # prompt and answer do not fit the model's context; nothing was sent
    "schema_broken",  # not one JSON object with the four fields
    "answer_lost",  # sent, perhaps paid, and the answer never arrived whole
    "rejected",  # the provider would not take this request; nothing was paid
    "unavailable",  # the provider could not answer within our patience; nothing was paid
    "blocked",  # a residual identifier; nothing was sent
    "not_asked",  # the budget or an error ended the run before it
]

Parse = Callable[[str], Any]  # a model's text as a prediction; None where it has not the form asked for

_STOPPED = {"refusal": "refused", "max_tokens": "truncated", "model_context_window_exceeded": "truncated"}


@dataclass(frozen=True)
class ParsedAnswer:
    outcome: Outcome
    fields: Any = None  # what the scorer of the task takes; Fields of a coded note
    text: str = ""  # what the model wrote, for the critic


def read_answer(message: dict[str, Any], parse: Parse | None = None) -> ParsedAnswer:
    """What a message of the Messages API says. Never raises: whatever it is, it has an outcome."""
    stop = message.get("stop_reason")
    text = _text(message)
    if stop in _STOPPED:
        return ParsedAnswer(_STOPPED[stop], text=text)  # type: ignore[arg-type]
    fields = (parse or parse_fields)(text)
    return (
        ParsedAnswer("schema_broken", text=text) if fields is None else ParsedAnswer("answered", fields, text)
    )


def parse_fields(text: str) -> Fields | None:
    """The one JSON object with exactly the four fields, bare or in one code fence; else None."""
    value = json_in(text)
    if not isinstance(value, dict) or value.keys() != Fields.model_fields.keys():
        return None
    try:
        return Fields.model_validate_json(json.dumps(value))
    except (ValueError, RecursionError, ValidationError):
        return None


def _text(message: dict[str, Any]) -> str:
    blocks = message.get("content")
    if not isinstance(blocks, list):
        return ""
    return "".join(
        block["text"]
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    )
