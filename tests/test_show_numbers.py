"""Numbers, money and dates as a reader writes them."""

from datetime import date
from decimal import Decimal

import pytest

from bespoke.show import Column, numbers


def column(kind: str, **more: object) -> Column:
    return Column.model_validate({"key": "k", "title": "K", "format": kind, **more})


@pytest.mark.parametrize(
    ("value", "kind", "more", "shown"),
    [
        (1234567, "integer", {}, "1,234,567"),
        (1234.5, "decimal", {"digits": 2}, "1,234.50"),
        (0.1234, "percent", {"digits": 1}, "12.3%"),
        (12345.67, "money", {"unit": "USD"}, "12,346"),
        ("2026-11-20", "date", {}, "20 Nov 2026"),
        ("E11.65", "code", {}, "E11.65"),
        (True, "text", {}, "yes"),
        (None, "integer", {}, "–"),
        ("", "text", {}, "–"),
        (float("nan"), "decimal", {}, "–"),
    ],
)
def test_a_cell_shows_its_value_by_the_format_of_its_column(value, kind, more, shown):
    assert numbers.cell(value, column(kind, **more)) == shown


def test_money_has_the_digits_that_suit_its_size():
    assert numbers.money(Decimal("1234.5")) == "$1,234"
    assert numbers.money(99.994) == "$99.99"
    assert numbers.money(Decimal("0.0324")) == "$0.0324"  # below ten cents: three significant digits and more
    assert numbers.money(1234.5, "EUR") == "€1,234"
    assert numbers.money(0, symbol=False) == "0"


def test_other_languages_write_their_own_way():
    assert numbers.decimal(1234567.891, 2, "de") == "1.234.567,89"
    assert numbers.percent(0.1234, 1, "de") == "12,3\u00a0%"
    assert numbers.money(12345, locale="de") == "12.345\u00a0$"
    assert numbers.day(date(2026, 11, 20), "de") == "20. Nov. 2026"
    assert numbers.day(date(2026, 11, 20), "es") == "20 nov 2026"
    assert numbers.yes_no(False, "de") == "nein"
    assert numbers.decimal(1234.5, 1, "de-CH") == "1’234.5"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234.5678, "1,235"),
        (12.0, "12"),
        (0.00012345, "0.0001234"),
        (7, "7"),
        (0.0, "0"),
        (float("inf"), "–"),
    ],
)
def test_a_number_of_unknown_kind_keeps_four_significant_digits(value, shown):
    assert numbers.significant(value) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (100, "100"), (10_000, "10k"), (2_500_000, "2.5M"), (1e9, "1bn"), (0.1, "0.1")],
)
def test_round_numbers_on_an_axis(value: float, text: str) -> None:
    assert numbers.compact(value) == text


def test_a_locale_inside_another_keeps_the_currency_unless_it_has_one_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(numbers, "_process", ("en", "USD"))
    said = []
    with numbers.number_locale("de", "EUR"):
        said.append((numbers.spoken(), numbers.currency()))
        with numbers.number_locale("es"):
            said.append((numbers.spoken(), numbers.currency()))
        with numbers.number_locale("en", "GBP"):
            said.append((numbers.spoken(), numbers.currency()))
    said.append((numbers.spoken(), numbers.currency()))
    with numbers.number_locale("de"):
        said.append((numbers.spoken(), numbers.currency()))
    assert said == [("de", "EUR"), ("es", "EUR"), ("en", "GBP"), ("en", "USD"), ("de", "USD")]
