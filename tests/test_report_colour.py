"""The accent colour and its contrast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.errors import BespokeError
from bespoke.report.colour import AA, accessible, contrast


def test_contrast_is_that_of_wcag():
    assert contrast("#000000") == 21  # (1 + 0.05) / (0 + 0.05)
    assert contrast("#fff") == 1
    assert contrast("#777777") == pytest.approx(4.478, abs=0.001)  # the known grey that just fails


def test_a_dark_colour_is_kept():
    accent = accessible("#1F4E79")
    assert accent.colour == "#1f4e79"
    assert accent.note == ""


def test_a_pale_colour_is_darkened_and_says_how():
    accent = accessible("#FFD200")
    assert accent.contrast >= AA
    assert accent.note.startswith(
        "#ffd200 has contrast 1.5 with white, text needs 4.5 (WCAG AA): the report darkens it to #"
    )
    red, green, blue = (int(accent.colour[i : i + 2], 16) for i in (1, 3, 5))
    assert blue == 0
    assert green / red == pytest.approx(210 / 255, abs=0.01)  # the hue is kept


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_ends_legible(number):
    accent = accessible(f"#{number:06x}")
    assert accent.contrast >= contrast(accent.colour, accent.tint) >= AA


@pytest.mark.parametrize("colour", ["red", "#12345", "", "#gggggg", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(BespokeError, match="is not a colour; write it as #1F4E79"):
        accessible(colour)
