"""Telephone numbers of persons, by phonenumbers. Free and shared-cost lines are a firm's, and no person's."""

from __future__ import annotations

import re

from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberType,
    is_possible_number,
    is_valid_number,
    number_type,
    parse,
)

from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import holds_any

CANDIDATE = re.compile(r"(?<![\w.,:/=#-])(?:\+|00)?\(?\d[\d() ./\u00a0-]{5,20}\d(?![\w%°]|[.,:]\d|-\d)")
DIGITS = re.compile(r"0[0() ./\u00a0-]{6,}")  # of a shape: what every candidate holds, found fast
LABEL = re.compile(
    r"(?:tel|tél|teléf|phone|ph|cell|mobile?|mob|fax|handy|telefon\w*|móvil|movil|portable|cellulare|cell|call|ring|text"
    r"|whatsapp|llam\w+|ruf\w*|appel\w+|chiam\w+|erreichbar|contact\w*)\b[^\d\n]{0,25}$",
    re.IGNORECASE,
)
NOT_PERSONS = {
    PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.UAN,
}  # fmt: skip
DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}-\d{4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d")
UNSURE = ("US", "GB", "DE", "FR", "ES", "IT")  # tried beside a label, the engagement's country not fitting
PARTS = ("0000000", "000-000", "000 00", "00 00 00", "000.00", "00.00.00", "00-00-00", "000/00", "000) 0", "0) 0", "0 000 0",
         "000-00", "/0000", "0-0000", "/ 000", "555-0", "0/000")  # fmt: skip
FEWEST, MOST = 7, 15


def phone(text: str, shape: str, country: str) -> str:
    """The first number that can be a person's, or "". `country` is the engagement's: its national form counts."""
    if not any(map(_may_be_one, DIGITS.findall(shape))) or not holds_any(shape, PARTS):
        return ""
    for match in CANDIDATE.finditer(text):
        found = match.group().strip(" .-/")
        if not FEWEST <= sum(c.isdigit() for c in found) <= MOST or DATE.fullmatch(found):
            continue
        if _is_persons(found, text[: match.start()], country):
            return found
    return ""


def _may_be_one(run: str) -> bool:
    """Digits enough, and more than a date."""
    return run.count("0") >= FEWEST and DATE.fullmatch(run.strip(" ./()-")) is None


def _is_persons(found: str, before: str, country: str) -> bool:
    labelled = LABEL.search(before[-60:]) is not None
    if found.startswith(("+", "00")) and not found.startswith("000"):
        number = _parsed("+" + found[2:] if found.startswith("00") else found, "")
        return number is not None and is_possible_number(number) and number_type(number) not in NOT_PERSONS
    if labelled and re.fullmatch(r"\d{3}[ .-]?\d{4}", found):
        return True  # a number of the place, without its area
    if not labelled and not _grouped(found, country):
        return False
    tried = dict.fromkeys((country or "US", *(UNSURE if labelled else ("US",))))
    for region in tried:
        number = _parsed(found, region)
        if number is not None and is_valid_number(number):
            return number_type(number) not in NOT_PERSONS
    return False


_NATIONAL = {  # how numbers stand where there is no leading 0
    "ES": re.compile(r"[6789]\d{2}[ .-]\d{2,3}[ .-]\d{2,3}(?:[ .-]\d{2,3})?"),
    "PT": re.compile(r"[29]\d{2}[ .-]\d{3}[ .-]\d{3}"),
    "IT": re.compile(r"3\d{2}[ .-]\d{3}[ .-]?\d{3,4}"),
    "PL": re.compile(r"\d{3}[ -]\d{3}[ -]\d{3}"),
}


def _grouped(found: str, country: str) -> bool:
    """Whether digits stand as those of a telephone number do: an area in brackets or before a mark, or a leading 0."""
    if re.fullmatch(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}", found):
        return True
    if re.match(r"\(?0\d", found):
        return re.search(r"\d[ ()/.-]+\d", found) is not None
    own = _NATIONAL.get(country)
    return own is not None and own.fullmatch(found) is not None


def _parsed(text: str, region: str) -> PhoneNumber | None:
    try:
        return parse(text, region or None)
    except NumberParseException:
        return None
