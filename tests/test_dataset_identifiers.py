"""What must stand in a text before a pattern is searched never hides a match of the pattern."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bespoke.chapters.dataset_readiness.identifiers import LOOKS, identifiers

PIECES = (
    "+49", "030", "555-0199", "555 0199", "5550199", "(212)", "212.", "tel", "Phone: ", "fax #", "078-05-1120", "MRN",
    "mrn: ", "chart no. ", "A-12345", "Patient", "Pt", "Name", "NAME:", "Mr", "Mrs.", "Ms ", "Ann Lee", "Lee, Ann",
    ":",
    "https://x.org/a", "www.x.org", "94", "101", "y/o", "yo", "yrs old", "years-old", "year-old", "94M", "aged", "Age:",
    "AGED 97", "NY 10001", "zip code: ", "10001-2222", "2026-03-04", "3/4/26", "12/31/1999", "4 March, 2026",
    "mar 4th, 2019",
    "December 12, 2026", "120/80", "1999", "٢٠٢٦", "٣/٤/٢٦", "a@b.org", "x", "é", " ", " ", "-", ".", ",", "/", "\n",
)  # fmt: skip


def unguarded(text: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for look in LOOKS:
        if match := look.pattern.search(text):
            found.setdefault(look.rule, match.group())
    return [*found.items()]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("Mr. Ann Lee, aged 94, seen 3/4/26")
@example("call (212) 555-0199 or +49 30 1234567")
@example("MRN: A-12345, SSN 078-05-1120, NY 10001, 4 March, 2026")
def test_the_guards_hide_nothing(text: str) -> None:
    assert identifiers(text) == unguarded(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("call 555 0199 or tel: 5550199", "identifier_phone"),
        ("SSN 078-05-1120", "identifier_ssn"),
        ("a 94-year-old man", "identifier_age"),
        ("seen on 3/4/26", "identifier_date"),
        ("seen on 4 March, 2026", "identifier_date"),
        ("seen on 2026-03-04", "identifier_date"),
        ("seen on Mar. 4th, 2026", "identifier_date"),
        ("lives in NY 10001", "identifier_zip"),
        ("Pt Name: Ann Lee", "identifier_name"),
    ],
)
def test_each_shape_is_found(text: str, rule: str) -> None:
    assert rule in {found for found, _ in identifiers(text)}


@pytest.mark.parametrize(
    "text", ["BP 120/80 and 135/85", "12026-03-04", "ratio 1/2/3", "may 2026", "7432-03-04"]
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert identifiers(text) == []
