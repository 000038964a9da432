"""Texts with places for values: numbers and dates in the report's own way of writing them."""

from datetime import date
from decimal import Decimal

import pytest

from bespoke import show
from bespoke.show import numbers
from bespoke.show.filling import filled
from bespoke.show.style import svg


@pytest.mark.parametrize(
    ("template", "value", "english", "german"),
    [
        ("{x}", 1250, "1,250", "1.250"),
        ("{x}", Decimal("0.05718"), "0.05718", "0,05718"),
        ("{x:.2f}", 1234.5, "1,234.50", "1.234,50"),
        ("{x:+.2f}", -0.234, "-0.23", "-0,23"),
        ("{x:.0%}", 0.124, "12%", "12\u00a0%"),
        ("{x}", date(2026, 11, 20), "20 Nov 2026", "20. Nov. 2026"),
        ("{x}", "1,250", "1,250", "1,250"),  # text stays text: nothing written is read back
        ("{x}", True, "True", "True"),
    ],
)
def test_a_value_is_written_in_the_locale_that_holds(template, value, english, german):
    assert filled(template, x=value) == english
    with numbers.number_locale("de"):
        assert filled(template, x=value) == german
    assert filled(template, x=value) == english


def test_a_text_may_hold_its_own_numbers_and_dates():
    text = "from {12000} tokens and F1 {0.61} on, until {2026-09-10}"
    assert filled(text) == "from 12,000 tokens and F1 0.61 on, until 10 Sept 2026"
    with numbers.number_locale("de"):
        assert filled(text) == "from 12.000 tokens and F1 0,61 on, until 10. Sept. 2026"


def test_narrative_and_its_values_follow_too():
    with numbers.number_locale("es"):
        assert show.fill("**{n}** rows of {name}", n=12500, name="a_b") == "**12\\.500** rows of a\\_b"


def test_numbers_beside_an_axis_follow_too():
    figure, axes = show.new_figure(2.0)
    axes.plot([0.0, 0.5], [0, 20_000])
    assert ">20,000<" in svg(figure)
    with numbers.number_locale("de"):
        german = svg(figure)
    assert ">20.000<" in german
    assert ">0,1<" in german
