"""Residual identifiers that rules can see. Not Safe Harbor: names without a label pass unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?:19|20)\d\d"
_DIGIT = re.compile(r"\d")
_ZEROS = str.maketrans("123456789", "0" * 9)


def holds_any(text: str, parts: tuple[str, ...]) -> bool:
    """Whether one of the parts stands in the text. A plain loop: `any` takes twice as long, a million times over."""
    for part in parts:  # noqa: SIM110
        if part in text:
            return True
    return False


@dataclass(frozen=True, slots=True)
class Look:
    """A pattern, and what must stand in a text before it is worth searching: one of some parts, or a hint."""

    rule: str
    pattern: re.Pattern[str]
    parts: tuple[str, ...] = ()  # in lower case, every digit a zero
    hint: re.Pattern[str] | None = None  # begins with a character class, so that it skips ahead fast

    def search(self, text: str, shape: str) -> str:
        if self.parts and not holds_any(shape, self.parts):
            return ""
        if self.hint and not self.hint.search(text):
            return ""
        match = self.pattern.search(text)
        return match.group() if match else ""


LOOKS = (
    Look("identifier_email", re.compile(r"\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), parts=("@",)),
    Look(
        "identifier_phone",
        re.compile(
            r"(?<![\w.-])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])"
            r"|(?<!\w)\+\d{1,3}(?:[ .-]?\d{2,4}){2,5}(?!\w)"
            r"|\b(?i:tel|phone|cell|mobile|fax)(?i:ephone)?\b[.:# ]{1,3}\d{3}[ .-]?\d{4}\b"
        ),
        parts=("000-0000", "000 0000", "000.0000", "0000000", "+0"),
    ),
    Look("identifier_ssn", re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), parts=("000-00-0000",)),
    Look(
        "identifier_mrn",
        re.compile(
            r"\b(?i:mrn|medical record(?: number| no\.?)?|chart (?:no\.?|number))"
            r"\s*[:#]?\s*[A-Z]{0,3}-?\d{4,}"
        ),
        parts=("mrn", "medical record", "chart "),
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
        "identifier_url", re.compile(r"\b(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE), parts=("://", "www.")
    ),
    Look(
        "identifier_age",
        re.compile(
            r"\b(?:9\d|1[0-2]\d)[ -]?(?:y/?o|yrs?(?: old)?|years?[ -]old|year-old)\b"
            r"|\b9\d(?-i:[MF])\b|\b(?:aged?|age:?) (?:9\d|1[0-2]\d)\b",
            re.IGNORECASE,
        ),
        parts=("00y", "00 y", "00-y", "00m", "00f", "age 0", "age: 0", "aged 0"),
    ),
    Look(
        "identifier_zip",
        re.compile(r"\b(?:[A-Z]{2} \d{5}(?:-\d{4})?|(?i:zip)(?: code)?[: ]+\d{5})\b"),
        parts=("00000",),
    ),
    Look(  # begins with a digit, whatever its order, so that the search skips from digit to digit
        "identifier_date",
        re.compile(
            rf"\d(?<!\w\d)(?:(?:(?<=1)9|(?<=2)0)\d\d-\d\d-\d\d"
            rf"|\d?/\d{{1,2}}/(?:{_YEAR}|\d\d)|\d? {_MONTH},? {_YEAR})\b",
            re.IGNORECASE,
        ),
        parts=("0000-00-00", "0/0/", "0/00/", " 0000"),
    ),
    Look(
        "identifier_date",
        re.compile(rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}\b", re.IGNORECASE),
        parts=tuple(f"{day}{comma} 0000" for day in ("0", "st", "nd", "rd", "th") for comma in ("", ",")),
    ),
)


def identifiers(text: str) -> list[tuple[str, str]]:
    """Rule and matched text, once per rule, in table order."""
    shape, found = _shape(text.lower()), dict[str, str]()
    for look in LOOKS:
        if look.rule not in found and (match := look.search(text, shape)):
            found[look.rule] = match
    return [*found.items()]


def _shape(lower: str) -> str:
    """Every digit a zero; one of another script counts as a digit too, as it does for the patterns."""
    return lower.translate(_ZEROS) if lower.isascii() else _DIGIT.sub("0", lower)


repeated_identifiers = lru_cache(maxsize=64)(identifiers)  # for system prompts, which come back row after row


def masked(text: str) -> str:
    """What was matched, less its letters and digits after the third: enough to find it, not to repeat it."""
    return text[:3] + re.sub(r"\w", "*", text[3:])
