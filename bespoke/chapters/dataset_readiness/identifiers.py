"""Residual identifiers that rules can see. Not Safe Harbor: names without a label pass unseen."""

from __future__ import annotations

import re

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?:19|20)\d\d"

PATTERNS: dict[str, re.Pattern[str]] = {
    "identifier_email": re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
    "identifier_phone": re.compile(
        r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
        r"|(?<!\w)\+\d{1,3}(?:[ .-]?\d{2,4}){2,5}(?!\w)"
        r"|\b(?i:tel|phone|cell|mobile|fax)(?i:ephone)?\b[.:# ]{1,3}\d{3}[ .-]?\d{4}\b"
    ),
    "identifier_ssn": re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"),
    "identifier_mrn": re.compile(
        r"\b(?i:mrn|medical record(?: number| no\.?)?|chart (?:no\.?|number))\s*[:#]?\s*[A-Z]{0,3}-?\d{4,}"
    ),
    "identifier_name": re.compile(
        r"\b(?:Patient(?: [Nn]ame)?|Pt(?: [Nn]ame)?|Name|NAME|PATIENT)\s?:"
        r"\s*(?:Mr|Mrs|Ms|Dr)?\.?\s*[A-Z][a-z]+[ ,]+[A-Z][a-z]+"
        r"|\b(?:Mr|Mrs|Ms)\.? [A-Z][a-z]{2,}\b"
    ),
    "identifier_url": re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE),
    "identifier_age": re.compile(
        r"\b(?:9\d|1[0-2]\d)(?:[ -]?(?:y/?o|yrs?(?: old)?|years?[ -]old|year-old)\b)"
        r"|\b9\d(?-i:[MF])\b"
        r"|\b(?:aged?|age:?) (?:9\d|1[0-2]\d)\b",
        re.IGNORECASE,
    ),
    "identifier_zip": re.compile(r"\b(?:[A-Z]{2} \d{5}(?:-\d{4})?|(?i:zip)(?: code)?[: ]+\d{5})\b"),
    "identifier_date": re.compile(
        rf"\b(?:{_YEAR}-\d\d-\d\d|\d{{1,2}}/\d{{1,2}}/(?:{_YEAR}|\d\d)"
        rf"|\d{{1,2}} {_MONTH},? {_YEAR}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR})\b",
        re.IGNORECASE,
    ),
}
_QUICK = re.compile(r"\d|@|www|://|name|patient|\bpt\b|\bm(?:r|rs|s)\b", re.IGNORECASE)


def identifiers(text: str) -> list[tuple[str, str]]:
    """Rule and matched text, once per rule, in table order."""
    if not _QUICK.search(text):
        return []
    matches = ((rule, pattern.search(text)) for rule, pattern in PATTERNS.items())
    return [(rule, match.group()) for rule, match in matches if match]


def masked(text: str) -> str:
    """What was matched, less its letters and digits after the third: enough to find it, not to repeat it."""
    return text[:3] + re.sub(r"\w", "*", text[3:])
