"""Residual identifiers that rules can see, by country. Not Safe Harbor and no anonymisation under the GDPR: names
without a label pass unseen.

identifiers(text, country)        rule and matched text, once per rule
glimpse(match)                    enough of it to find it again, not to repeat it
masked(text, country)             a text for a result: each identifier as its kind in brackets, and how many
quoted(text, begin, end, country) a part of a text for a result, cut so that no half of an identifier is left
"""

from __future__ import annotations

import re
from functools import lru_cache

from bespoke.chapters.dataset_readiness.identifiers.check_digit_numbers import numbers
from bespoke.chapters.dataset_readiness.identifiers.date_patterns import DATES
from bespoke.chapters.dataset_readiness.identifiers.masking import masked_by, quoted_by
from bespoke.chapters.dataset_readiness.identifiers.named_fields import named_fields
from bespoke.chapters.dataset_readiness.identifiers.names import NAMES
from bespoke.chapters.dataset_readiness.identifiers.phones import phone
from bespoke.chapters.dataset_readiness.identifiers.postal_addresses import PLACES, plates
from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import LOOKS, Look, holds_any, shape_of

PATTERNS: tuple[Look, ...] = (*LOOKS, *DATES, *NAMES, *PLACES)


def identifiers(text: str, country: str = "") -> list[tuple[str, str]]:
    """Rule and matched text, once per rule. `country` is the engagement's: whose forms need no label."""
    shape, found = shape_of(text.lower()), dict[str, str]()
    for look in PATTERNS:
        if look.countries and country not in look.countries:
            continue
        if look.rule not in found and (match := look.search(text, shape)):
            found[look.rule] = match
    for rule, match in named_fields(text):
        found.setdefault(rule, match)
    if "0" in shape:
        for rule, match in numbers(text, shape):
            found.setdefault(rule, match)
        if "identifier_phone" not in found and (match := phone(text, shape, country)):
            found["identifier_phone"] = match
        if match := plates(text, shape, country):
            found.setdefault("identifier_plate", match)
    return [*found.items()]


repeated_identifiers = lru_cache(maxsize=64)(identifiers)  # for system prompts, which come back row after row


def glimpse(text: str) -> str:
    """What was matched, less its letters and digits after the first few: enough to find it, not to repeat it."""
    kept = 3 if len(text) > 7 else 1  # three letters of a short name are the name
    return text[:kept] + re.sub(r"\w", "*", text[kept:])


def masked(text: str, country: str) -> tuple[str, int]:
    """The text as it may be printed, and how many identifiers it has no more; `[telephone number]` stands for one."""
    return masked_by(identifiers, text, country)


def quoted(text: str, begin: int, end: int, country: str) -> tuple[str, int, int]:
    """`text[begin:end]` as it may be printed, how many identifiers it has no more, and where it really ends."""
    return quoted_by(identifiers, text, begin, end, country)


__all__ = ["glimpse", "holds_any", "identifiers", "masked", "quoted", "repeated_identifiers"]
