"""Identifiers in what is quoted: each stands as its kind, no half of one is left, what cannot be placed hides all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bespoke.chapters.dataset_readiness.identifiers import masking
from bespoke.chapters.dataset_readiness.identifiers.masking import masked_by, quoted_by, spans

PHONE, NAME, URL = "identifier_phone", "identifier_name", "identifier_url"
Rules = Callable[[str, str], list[tuple[str, str]]]


@pytest.fixture(autouse=True)
def nothing_leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "with_leaving", lambda hits, text: hits)


def rules(*known: tuple[str, str]) -> Rules:
    """Finds these texts, one of each kind at a time, as long as they stand there."""

    def found(text: str, country: str) -> list[tuple[str, str]]:
        assert country == "US"
        return [(kind, match) for kind, match in known if match in text]

    return found


def test_each_identifier_stands_as_its_kind_wherever_it_occurs() -> None:
    text = "Call 555-1234 or Ann; 555-1234 is Ann's."
    assert masked_by(rules((PHONE, "555-1234"), (NAME, "Ann")), text, "US") == (
        "Call [telephone number] or [name]; [telephone number] is [name]'s.", 4,
    )  # fmt: skip
    assert masked_by(rules(), text, "US") == (text, 0)


def test_an_identifier_is_found_as_json_writes_it() -> None:
    def found(text: str, country: str) -> list[tuple[str, str]]:
        return [(NAME, "José")] if "Jos" in text else []

    assert masked_by(found, '{"name": "Jos\\u00e9"}', "US") == ('{"name": "[name]"}', 1)
    assert masked_by(found, "José", "US") == ("[name]", 1)


def test_a_shorter_identifier_inside_a_longer_one_is_gone_with_it() -> None:
    def found(text: str, country: str) -> list[tuple[str, str]]:
        return [(URL, "x.org/ann"), (NAME, "ann")] if "x.org/ann" in text else []

    assert spans("see x.org/ann", "US", found) == [(4, 13, URL), (10, 13, NAME)]
    assert masked_by(found, "see x.org/ann", "US") == ("see [web address]", 1)


def test_what_is_found_and_cannot_be_placed_hides_the_whole_text() -> None:
    assert spans("Ann", "US", lambda text, country: [(NAME, "Bob")]) is None
    assert masked_by(lambda text, country: [(NAME, "Bob")], "Ann", "US") == (
        "[not shown: it holds identifiers]",
        1,
    )


def test_a_text_that_is_a_list_of_identifiers_is_not_shown() -> None:
    def one_more(text: str, country: str) -> list[tuple[str, str]]:
        return (
            [(PHONE, next(word for word in text.split() if word.isdigit()))]
            if any(map(str.isdigit, text))
            else []
        )

    many, fewer = (" ".join(str(1000 + n) for n in range(length)) for length in (200, 199))
    assert spans(many, "US", one_more) is None
    found = spans(fewer, "US", one_more)
    assert found is not None
    assert len(found) == 199
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("begin", "end", "part", "count", "stop"),
    [
        (0, 10, "Dear Ann W", 0, 10),
        (0, 14, "Dear Ann Wu, [telephone number]", 1, 21),  # half of it would be left at the end
        (15, 28, "[telephone number] please", 1, 28), (13, 21, "[telephone number]", 1, 21),
        (21, 27, " please"[:6], 0, 27),
        (0, 13, "Dear Ann Wu, ", 0, 13),
    ],
)  # fmt: skip
def test_a_part_is_cut_so_that_no_half_of_an_identifier_is_left(
    begin: int, end: int, part: str, count: int, stop: int
) -> None:
    text = "Dear Ann Wu, 555-1234 please"
    assert quoted_by(rules((PHONE, "555-1234")), text, begin, end, "US") == (part, count, stop)


def test_the_rules_see_two_thousand_characters_around_a_part() -> None:
    seen: list[int] = []

    def found(text: str, country: str) -> list[tuple[str, str]]:
        seen.append(len(text))
        return []

    text = "x" * 10_000
    assert quoted_by(found, text, 5000, 5010, "US") == ("x" * 10, 0, 5010)
    assert quoted_by(found, text, 0, 10, "US") == ("x" * 10, 0, 10)
    assert quoted_by(found, text, 9990, 10_500, "US") == ("x" * 10, 0, 10_000)
    assert seen == [4010, 2010, 2010]
