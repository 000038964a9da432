"""The JSON fields a prompt asks for, and how an answer contradicts them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any


def broken_schema(prompt: str, answer: str, fields: dict[str, Any] | None) -> str:
    """How an answer contradicts the JSON fields its own prompt asks for, or "" when it does not."""
    wanted = fields_asked_for(prompt)
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
    """Top-level fields of the JSON answer a prompt asks for: from an object drawn in it, or a list of fields.

    () when the prompt does not speak of JSON or names no fields; such a prompt cannot be contradicted.
    """
    if "json" not in prompt.lower():
        return ()
    return _object_keys(prompt) or _listed_keys(prompt)


_LISTED = re.compile(
    r"\b(?:keys?|fields?|properties)\b[^.:{\n]{0,30}[: ]\s*"
    r"((?:[`\"'“]?[A-Za-z]\w*[`\"'”]?(?:\s*\([^)]*\))?(?:,\s*(?:and\s+)?|\s+and\s+)?)+)"
)
_NAME = re.compile(r"[`\"'“]([A-Za-z]\w*)[`\"'”]|\b([a-z]+(?:_[a-z0-9]+)+)\b")


def _listed_keys(prompt: str) -> tuple[str, ...]:
    listed = _LISTED.search(prompt)
    names = (quoted or snake for quoted, snake in _NAME.findall(listed.group(1))) if listed else ()
    return tuple(dict.fromkeys(names))


_TOKEN = re.compile(r"[{}\[\]]|\"([A-Za-z_]\w*)\"\s*:")


def _object_keys(prompt: str) -> tuple[str, ...]:
    """Keys at depth one of the first object drawn in a prompt, which need not be valid JSON."""
    depth = 0
    keys: list[str] = []
    for token in _TOKEN.finditer(prompt):
        mark = token.group()[0]
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
            if depth == 0 and keys:
                break
        elif depth == 1:
            keys.append(token.group(1))
    return () if "properties" in keys else tuple(dict.fromkeys(keys))
