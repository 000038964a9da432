"""What must stand in a text before a pattern is searched never hides a match of the pattern."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bespoke.chapters.dataset_readiness.identifiers import PATTERNS, identifiers
from tests.labelled_identifiers import HELD_OUT, LANGUAGES, scores, sizes

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
    for look in (look for look in PATTERNS if not look.countries):
        if match := look.pattern.search(text):
            found.setdefault(look.rule, match.group())
    return [*found.items()]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("Mr. Ann Lee, aged 94, seen 3/4/26")
@example("call (212) 555-0199 or +49 30 1234567")
@example("MRN: A-12345, SSN 078-05-1120, NY 10001, 4 March, 2026")
def test_the_guards_hide_nothing(text: str) -> None:
    of_patterns = {look.rule for look in PATTERNS}
    found = {rule for rule, _ in identifiers(text)}
    assert found & of_patterns >= {rule for rule, _ in unguarded(text)}
    assert [one for one in identifiers(text) if one in unguarded(text)] == unguarded(text)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Mr. Ann Lee, aged 94, seen 3/4/26", {"identifier_name", "identifier_age", "identifier_date"}),
        ("write to a@b.org, see https://x.org/a", {"identifier_email", "identifier_url"}),
        (
            "MRN: A-12345, SSN 078-05-1120, NY 10001, 4 March, 2026",
            {"identifier_mrn", "identifier_ssn", "identifier_zip", "identifier_date"},
        ),
    ],
)
def test_without_guards_the_patterns_find_what_a_reader_finds(text: str, rules: set[str]) -> None:
    assert {rule for rule, _ in unguarded(text)} == rules


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


def test_the_labelled_texts_are_many_in_every_language() -> None:
    assert sizes().total() >= 400
    assert all(sizes()[language] >= 75 for language in LANGUAGES.values())


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it"])
def test_recall_and_false_alarms_on_the_labelled_texts(language: str) -> None:
    score = scores()[language]
    assert score.recall >= 0.97, score.missed
    assert score.alarm_rate <= 0.03, score.false


def test_recall_on_texts_that_no_rule_was_changed_for() -> None:
    score = scores(HELD_OUT)["all"]
    assert score.recall >= 0.9, score.missed
    assert score.alarm_rate <= 0.05, score.false


@pytest.mark.parametrize(
    ("text", "country", "rule"),
    [
        ("Bel me op 06 12345678, BSN 111222333", "NL", "identifier_national"),
        ("Numer PESEL: 44051401359", "PL", "identifier_national"),
        ("CPF 390.533.447-05 do cliente", "BR", "identifier_national"),
        ("Rodné číslo 710319/2745", "CZ", "identifier_national"),
        ("Personnummer 640823-3234", "SE", "identifier_national"),
        ("AHV-Nummer 756.9217.0769.85", "CH", "identifier_national"),
        ("Rijksregisternummer 85.07.30-033.28", "BE", "identifier_national"),
        ("CNP 1630615123457", "RO", "identifier_national"),
        ("SVNR 1237 010180", "AT", "identifier_national"),
    ],
)
def test_numbers_of_other_countries_are_held_against_their_check_digits(
    text: str, country: str, rule: str
) -> None:
    assert rule in {found for found, _ in identifiers(text, country)}


@pytest.mark.parametrize(
    "text",
    [
        "IBAN DE89 3704 0044 0532 0130 01",
        "PESEL 44051401358",
        "card 4111 1111 1111 1112",
        "DNI-free 12345678A",
    ],
)
def test_a_number_with_a_wrong_check_digit_is_none(text: str) -> None:
    assert not {"identifier_bank", "identifier_national"} & {rule for rule, _ in identifiers(text)}


def test_a_national_form_counts_in_its_own_country() -> None:
    text = "Nos vemos, 612 345 678 es el mío"
    assert "identifier_phone" in dict(identifiers(text, "ES"))
    assert "identifier_phone" not in dict(identifiers(text, "US"))
