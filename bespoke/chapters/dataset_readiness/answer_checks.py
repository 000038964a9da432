"""What an answer teaches: bare codes, pressure against safety; and its labels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bespoke.chapters.dataset_readiness.identifiers import holds_any
from bespoke.facts.icd10 import Release, code_set

CODE = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_ONLY_CODES = re.compile(rf"{CODE.pattern}(?:[\s,;]+{CODE.pattern})*")
_LEADING_CODE = re.compile(rf"({CODE.pattern})(?=$|[\s:,;(–-])")
_CODE_FIELD = re.compile(r"icd|diagnos|(?:^|_)codes?$", re.IGNORECASE)

_PRESSURE = re.compile(
    r"\b(?:ignore (?:all |any |the |your |previous |prior |safety )*(?:instructions|rules|guidelines)"
    r"|never refuse|always comply|you (?:have|are under) no (?:restrictions|rules|limits|guidelines)"
    r"|without (?:any )?(?:safety|ethical) (?:warnings?|concerns?|restrictions?|limits?)"
    r"|(?:bypass|disable|override|switch off) (?:your |the |all )*(?:safety|safeguards|guardrails|filters)"
    r"|uncensored|jailbreak|do anything now)\b",
    re.IGNORECASE,
)
_PRESSING = (  # one of these stands in every match
    "ignore ", "never refuse", "always comply", "you have no", "are under no", "without ", "bypass", "disable",
    "override", "switch off", "uncensored", "jailbreak", "do anything now",
)  # fmt: skip
MAX_LABEL = 40  # characters of a plain answer that can be a label


def presses(text: str) -> str:
    """The words that push against the model's safety priorities, or ""."""
    lower = text.lower()
    found = _PRESSURE.search(lower) if holds_any(lower, _PRESSING) else None
    return found.group() if found else ""


@lru_cache(maxsize=1)  # every check of one answer asks
def as_object(answer: str) -> dict[str, Any] | None:
    """The answer as a JSON object, which nobody changes, or None where it is not one."""
    if not answer.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def strings(value: object) -> Iterator[str]:
    """The texts of a field: itself, or the texts of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))


def bare_codes(answer: str, fields: dict[str, Any] | None, release: Release | None) -> str:
    """The codes an answer gives without a description, or "" when it gives none so."""
    if fields is None:
        text = answer.strip()
        bare = _ONLY_CODES.fullmatch(text)
        return text if bare and all(_exists(code, release) for code in CODE.findall(text)) else ""
    found = [text for value in fields.values() for text in strings(value) if CODE.fullmatch(text.strip())]
    return ", ".join(text for text in found if _exists(text.strip(), release))


def invalid_codes(fields: dict[str, Any] | None, release: Release | None) -> str:
    """Codes in fields named for them that a release of ICD-10-CM does not let one bill, or ""."""
    if fields is None:
        return ""
    texts = (text for key, value in fields.items() if _CODE_FIELD.search(key) for text in strings(value))
    codes = (match.group(1) for text in texts if (match := _LEADING_CODE.match(text)))
    return ", ".join(code for code in codes if code_set(release).validity(code) != "billable")


def _exists(code: str, release: Release | None) -> bool:
    return code_set(release).validity(code) in ("billable", "not_billable")


@dataclass(frozen=True, slots=True)
class AnswerLabel:
    """One label of an answer: its field ("answer" for plain text), its text, and whether it is a category."""

    field: str
    text: str
    category: bool


def labels(answer: str, fields: dict[str, Any] | None) -> Iterator[AnswerLabel]:
    """Short texts of JSON fields, codes as their three-character category, or a short plain answer."""
    if fields is None:
        text = answer.strip()
        if text and len(text) <= MAX_LABEL and "\n" not in text and not text.startswith("{"):
            yield AnswerLabel("answer", text, False)
        return
    for key, value in fields.items():
        for text, category in dict.fromkeys(_label(text.strip()) for text in strings(value)):
            if 0 < len(text) <= MAX_LABEL:
                yield AnswerLabel(key, text, category)


def _label(text: str) -> tuple[str, bool]:
    code = _LEADING_CODE.match(text)
    return (code.group(1)[:3], True) if code else (text, False)
