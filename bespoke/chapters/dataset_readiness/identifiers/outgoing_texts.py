"""Beyond the rules of training rows: what may stay in one, but neither leaves the machine nor is printed unseen."""

from __future__ import annotations

import re

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
LEAVING: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "identifier_date",
        re.compile(
            rf"\b(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH})\b", re.I
        ),
    ),
    (
        "identifier_number",
        re.compile(
            r"\b(?:account|acct|policy|member|insurance|licen[cs]e|passport|national id|nhs|nif|dni|nie)"
            r"(?: (?:number|no\.?|id))?\s*[:#]?\s*[a-z]{0,3}[- ]?\d[\d -]{4,}[a-z]?\b",
            re.I,
        ),
    ),
    (
        "identifier_address",
        re.compile(
            r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}"
            r"(?:Street|St\.|Avenue|Ave\.?|Road|Rd\.|Drive|Lane|Boulevard|Blvd)"
        ),
    ),
    ("identifier_ip", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
)


def with_leaving(found: dict[str, str], text: str) -> dict[str, str]:
    """What the rules found, each with its match, and what may not leave besides."""
    for rule, pattern in LEAVING:
        if rule not in found and (match := pattern.search(text)):
            found[rule] = match.group()
    return found
