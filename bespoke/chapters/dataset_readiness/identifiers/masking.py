"""Identifiers are not printed: what quotes a client's text into a result passes here first.

masked(text, country)             each identifier as its kind in brackets, and how many there were
quoted(text, begin, end, country) a part of a text, so cut that no half of an identifier is left at either end

The rules are those that hold a text back from leaving the machine. They see forms and labels, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from bespoke.chapters.dataset_readiness.identifiers.outgoing_texts import with_leaving

KINDS = {
    "identifier_email": "e-mail address",
    "identifier_phone": "telephone number",
    "identifier_ssn": "social security number",
    "identifier_mrn": "record number",
    "identifier_name": "name",
    "identifier_birth": "date of birth",
    "identifier_national": "identity number",
    "identifier_bank": "bank or card number",
    "identifier_address": "address",
    "identifier_plate": "number plate",
    "identifier_url": "web address",
    "identifier_age": "high age",
    "identifier_zip": "postal code",
    "identifier_date": "date",
    "identifier_number": "number of a person",
    "identifier_ip": "IP address",
}
BLANK = "\ufffc"  # what is found already: no word, no digit, no end of a JSON string
AROUND = 2_000  # characters round a quoted part that the rules see too: labels and whole identifiers
MOST_ROUNDS = 200  # then the text is a list of identifiers, and none of it is shown

Rules = Callable[[str, str], list[tuple[str, str]]]
Span = tuple[int, int, str]  # from, to, rule


def spans(text: str, country: str, rules: Rules) -> list[Span] | None:
    """Where every identifier stands, in order; None where one cannot be placed, so that nothing may be shown."""
    found: list[Span] = []
    left = text
    for _ in range(MOST_ROUNDS):
        hits = with_leaving(dict(rules(left, country)), left)
        if not hits:
            return sorted(found)
        for rule, what in sorted(hits.items(), key=lambda hit: -len(hit[1])):
            placed = [*_places(left, what)] or [*_places(text, what)]  # it may lie across another one
            if not placed:
                return None
            for begin, end in placed:
                found.append((begin, end, rule))
                left = f"{left[:begin]}{BLANK * (end - begin)}{left[end:]}"
    return None


def _places(text: str, match: str) -> Iterator[tuple[int, int]]:
    """Each place of a match, written as it is or as JSON writes it."""
    as_json = (json.dumps(match, ensure_ascii=False)[1:-1], json.dumps(match)[1:-1])
    for written in dict.fromkeys((match, *as_json)):
        begin = text.find(written)
        while begin >= 0:
            yield begin, begin + len(written)
            begin = text.find(written, begin + len(written))


def masked_by(rules: Rules, text: str, country: str) -> tuple[str, int]:
    return _quoted_by(rules, text, 0, len(text), country)[:2]


def quoted_by(rules: Rules, text: str, begin: int, end: int, country: str) -> tuple[str, int, int]:
    """The part with its identifiers masked, how many of them, and where in it the text at `end` would go on."""
    low, high = max(0, begin - AROUND), min(len(text), end + AROUND)
    part, count, stop = _quoted_by(rules, text[low:high], begin - low, min(end, len(text)) - low, country)
    return part, count, stop + low


def _quoted_by(rules: Rules, text: str, begin: int, end: int, country: str) -> tuple[str, int, int]:
    placed = spans(text, country, rules)
    if placed is None:
        return "[not shown: it holds identifiers]", 1, end
    parts, count, at = [], 0, begin
    for first, last, rule in placed:
        if last <= begin or first >= end or last <= at:
            continue
        parts += [text[at:first], f"[{KINDS[rule]}]"] if first >= at else [f"[{KINDS[rule]}]"]
        at, count = max(at, last), count + 1
    parts.append(text[at:end])
    return "".join(parts), count, max(at, end)
