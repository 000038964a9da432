"""Residual identifiers that rules can see. Not Safe Harbor: names without a label pass unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?:19|20)\d\d"
_DIGIT = re.compile(r"\d")
_ZEROS = str.maketrans("123456789", "0" * 9)


@dataclass(frozen=True, slots=True)
class Look:
    """A pattern and what must stand in a text before it is worth searching: one of some words or shapes, or a hint."""

    rule: str
    pattern: re.Pattern[str]
    words: tuple[str, ...] = ()  # lower case
    shapes: tuple[str, ...] = ()  # every digit a zero
    hint: re.Pattern[str] | None = None  # begins with a character class, so that it skips ahead fast

    def search(self, text: str, lower: str, shape: str) -> str:
        if self.words and not any(word in lower for word in self.words):
            return ""
        if self.shapes and not any(part in shape for part in self.shapes):
            return ""
        if self.hint and not self.hint.search(text):
            return ""
        match = self.pattern.search(text)
        return match.group() if match else ""


LOOKS = (
    Look("identifier_email", re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), words=("@",)),
    Look(
        "identifier_phone",
        re.compile(
            r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
            r"|(?<!\w)\+\d{1,3}(?:[ .-]?\d{2,4}){2,5}(?!\w)"
            r"|\b(?i:tel|phone|cell|mobile|fax)(?i:ephone)?\b[.:# ]{1,3}\d{3}[ .-]?\d{4}\b"
        ),
        shapes=("000-0000", "000 0000", "000.0000", "0000000", "+0"),
    ),
    Look("identifier_ssn", re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), shapes=("000-00-0000",)),
    Look(
        "identifier_mrn",
        re.compile(
            r"\b(?i:mrn|medical record(?: number| no\.?)?|chart (?:no\.?|number))"
            r"\s*[:#]?\s*[A-Z]{0,3}-?\d{4,}"
        ),
        words=("mrn", "medical record", "chart "),
    ),
    Look(
        "identifier_name",
        re.compile(
            r"\b(?:Patient(?: [Nn]ame)?|Pt(?: [Nn]ame)?|Name|NAME|PATIENT)\s?:"
            r"\s*(?:Mr|Mrs|Ms|Dr)?\.?\s*[A-Z][a-z]+[ ,]+[A-Z][a-z]+"
            r"|\b(?:Mr|Mrs|Ms)\.? [A-Z][a-z]{2,}\b"
        ),
        hint=re.compile(r"[PN](?:atient|ATIENT|t|ame|AME)(?: [Nn]ame)?\s?:|[M](?:r|rs|s)\.? [A-Z]"),
    ),
    Look(
        "identifier_url", re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE), words=("://", "www.")
    ),
    Look(
        "identifier_age",
        re.compile(
            r"\b(?:9\d|1[0-2]\d)[ -]?(?:y/?o|yrs?(?: old)?|years?[ -]old|year-old)\b"
            r"|\b9\d(?-i:[MF])\b|\b(?:aged?|age:?) (?:9\d|1[0-2]\d)\b",
            re.IGNORECASE,
        ),
        hint=re.compile(r"[91](?:\d|[0-2]\d)[ -]?[yY]|[9]\d[MF]|[aA][gG][eE][dD:]? (?:9\d|1[0-2]\d)"),
    ),
    Look(
        "identifier_zip",
        re.compile(r"\b(?:[A-Z]{2} \d{5}(?:-\d{4})?|(?i:zip)(?: code)?[: ]+\d{5})\b"),
        shapes=("00000",),
    ),
    Look(
        "identifier_date",
        re.compile(
            rf"\b(?:{_YEAR}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/(?:{_YEAR}|\d\d)"
            rf"|\d{{1,2}} {_MONTH},? {_YEAR}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})\b",
            re.IGNORECASE,
        ),
        shapes=("0000-00-00", "0/0/", "0/00/", " 0000"),
    ),
)


def identifiers(text: str) -> list[tuple[str, str]]:
    """Rule and matched text, once per rule, in table order."""
    lower, shape = text.lower(), _shape(text)
    return [(look.rule, found) for look in LOOKS if (found := look.search(text, lower, shape))]


def _shape(text: str) -> str:
    """Every digit a zero; one of another script counts as a digit too, as it does for the patterns."""
    return text.translate(_ZEROS) if text.isascii() else _DIGIT.sub("0", text)


repeated_identifiers = lru_cache(maxsize=64)(identifiers)  # for system prompts, which come back row after row


def masked(text: str) -> str:
    """What was matched, less its letters and digits after the third: enough to find it, not to repeat it."""
    return text[:3] + re.sub(r"\w", "*", text[3:])
