"""An output that was found wrong, whichever tool says so, and what counts as wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_WRONG = ("i", "incorrect", "fail", "failed", "false", "no", "wrong", "bad", "thumbs_down")
_HALF = 0.5  # a score below it says no


@dataclass(frozen=True)
class Failing:
    """`keys` and `tags` are what the output's task is told by."""

    id: str
    prompt: str = ""
    expected: str = ""
    actual: str = ""
    note: str = ""
    code: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass
class FailingOutputs:
    """What a file held."""

    title: str
    failing: list[Failing] = field(default_factory=list)
    passed: int = 0
    unanswered: int = 0
    misread: int = 0


class Unanswered(Exception):
    """A call that ended in an error: there is no output that could be wrong."""


def collect(title: str, rows: Iterable[Any], one: Callable[[Any], Failing | None]) -> FailingOutputs:
    """Every row through `one`: a failing output, or None for one that passed; it raises for another shape."""
    found = FailingOutputs(title)
    for row in rows:
        try:
            failing = one(row)
        except Unanswered:
            found.unanswered += 1
            continue
        except (AttributeError, LookupError, TypeError, ValueError):
            found.misread += 1
            continue
        if failing is None:
            found.passed += 1
        else:
            found.failing.append(failing)
    return found


def is_wrong(value: object) -> bool:
    """Below a half, false, or a word for it; a mapping of scores when any of them is."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return any(map(is_wrong, value.values()))
    text = str(value).strip().lower()
    try:
        return float(text) < _HALF
    except ValueError:
        return text in _WRONG


def as_text(value: object) -> str:
    """A prompt or an output as text: messages one below the other."""
    if value is None:
        return ""
    if isinstance(value, str):
        found = _parsed(value)
        return value if found is None else as_text(found)
    if isinstance(value, dict) and "messages" in value:
        return as_text(value["messages"])
    if isinstance(value, list) and all(
        isinstance(p, dict) and ("content" in p or "text" in p) for p in value
    ):
        return "\n\n".join(as_text(part.get("content", part.get("text"))) for part in value)
    return json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> Any:
    """The messages in a JSON text; None for any other text, an answer in JSON included."""
    if not text.startswith(("[", "{")):
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    messages = value.get("messages") if isinstance(value, dict) else value
    whole = (
        isinstance(messages, list) and messages and all(isinstance(m, dict) and "role" in m for m in messages)
    )
    return messages if whole else None
