"""How a medication is taken, written one way: notes say BID, b.i.d. and twice a day for the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

ROUTES: Mapping[str, str] = {
    "po": "oral", "by mouth": "oral", "orally": "oral", "per os": "oral", "oral": "oral", "sl": "sublingual",
    "sublingually": "sublingual", "iv": "intravenous", "intravenously": "intravenous", "im": "intramuscular",
    "intramuscularly": "intramuscular", "sc": "subcutaneous", "sq": "subcutaneous", "subq": "subcutaneous",
    "subcut": "subcutaneous", "subcutaneously": "subcutaneous", "inh": "inhaled", "inhalation": "inhaled",
    "by inhalation": "inhaled", "top": "topical", "topically": "topical", "pr": "rectal", "rectally": "rectal",
    "nasally": "nasal", "intranasal": "nasal", "intranasally": "nasal",
}  # fmt: skip
_FREQUENCIES: tuple[tuple[str, str], ...] = (
    (r"(?:once (?:a day|daily|per day)|1x ?(?:daily|/day)|every (?:day|24 hours)|daily|qd|od|q24h)", "daily"),
    (r"(?:(?:twice|two times) (?:a day|daily)|2x ?(?:daily|/day)|bid|bd|q12h|every 12 hours)", "twice daily"),
    (r"(?:three times a day|three times daily|3x daily|3x/day|tid|tds|q8h|every 8 hours)", "three times daily"),
    (r"(?:four times a day|four times daily|4x daily|4x/day|qid|qds|q6h|every 6 hours)", "four times daily"),
    (r"(?:at bedtime|every night|each night|at night|nightly|qhs|hs|nocte)", "at bedtime"),
    (r"(?:once a week|once weekly|every week|weekly|qw|qwk)", "weekly"),
    (r"(?:every morning|each morning|in the morning|mornings|qam)", "in the morning"),
    (r"(?:as needed|when needed|when required|as required|prn)", "as needed"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(rf"(?<!\w){said}(?!\w)"), meant) for said, meant in _FREQUENCIES)


def route(text: str) -> str:
    """`PO`, `by mouth` and `oral` are one route."""
    said = _bare(text)
    return ROUTES.get(said, said)


def frequency(text: str) -> str:
    """`BID` and `twice a day` are one frequency; what no rule knows stays as it is."""
    said = _bare(text)
    for pattern, meant in _PATTERNS:
        said = pattern.sub(meant, said)
    return said


def _bare(text: str) -> str:
    return " ".join(re.sub(r"(?<=\b[a-z])\.(?=[a-z]\b|\s|$)", "", text.casefold()).split()).strip(" .")
