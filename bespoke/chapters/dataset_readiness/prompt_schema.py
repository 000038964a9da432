"""The JSON fields a prompt asks for, and how an answer contradicts them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bespoke.tuning.formats import HUMAN, Example

NEAR = 200  # characters after the request within which an object must be drawn
_ITEM = r"[`\"'“]?[A-Za-z]\w*[`\"'”]?(?:\s*\([^)]*\))?"
_LIST = re.compile(
    rf"\b(?:keys?|fields?|properties)\b(?:\s+\w+){{0,2}}?\s*:?\s+({_ITEM}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_ITEM})+)"
)
_NAME = re.compile(r"([`\"'“]?)([A-Za-z]\w*)[`\"'”]?(?:\s*\([^)]*\))?(?:\s*,\s*(?:and\s+)?|\s+and\s+|$)")
_REQUEST = re.compile(
    r"\b(?:reply|respond|return|answer|output|produce|give|write|format|emit|provide)\b[^.\n]{0,60}\bJSON\b",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[{}\[\]]|\"([A-Za-z_]\w*)\"\s*:")


def broken_schema(example: Example, fields: dict[str, Any] | None) -> str:
    """How the final answer contradicts the fields its own prompt asks for, or "" when it does not.

    `fields` is the answer as a JSON object, None where it is not one. The request is looked for in the
    system prompt, then in the first human turn.
    """
    first = next((turn.text for turn in example.turns if turn.role == HUMAN), "")
    wanted = fields_asked_for(example.system or "") or fields_asked_for(first)
    if not wanted:
        return ""
    if fields is None:
        return "the prompt asks for a JSON object, the answer is none"
    missing = [key for key in wanted if key not in fields]
    surplus = [key for key in fields if key not in wanted]
    parts = [f"{what} {', '.join(keys)}" for what, keys in (("lacks", missing), ("adds", surplus)) if keys]
    return "; ".join(parts)


@lru_cache(maxsize=256)
def fields_asked_for(prompt: str) -> tuple[str, ...]:
    """Top-level fields of the JSON answer that a prompt asks for: a list of fields, or an object drawn in it.

    () where no sentence asks for JSON or names no fields; such a prompt cannot be contradicted.
    """
    request = _REQUEST.search(prompt)
    if not request:
        return ()
    after = prompt[request.start() :]
    listed = _LIST.search(after)
    drawn = after.find("{")
    if 0 <= drawn <= request.end() - request.start() + NEAR and (not listed or drawn < listed.start()):
        return _drawn(after[drawn:])
    return _listed(listed.group(1)) if listed else ()


def _listed(text: str) -> tuple[str, ...]:
    """Names of a list in a sentence; at least one must look like a field, or it is only prose."""
    found = [(quote, name) for quote, name in _NAME.findall(text) if name != "and"]
    if not any(quote or "_" in name for quote, name in found):
        return ()
    return tuple(dict.fromkeys(name for _, name in found))


def _drawn(text: str) -> tuple[str, ...]:
    """Keys at depth one of the object that a text begins with, which need not be valid JSON."""
    depth = 0
    keys: list[str] = []
    for token in _TOKEN.finditer(text):
        mark = token.group()[0]
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            keys.append(token.group(1))
    return () if "properties" in keys else tuple(dict.fromkeys(keys))
