"""Figures as SVG: readable whatever their texts hold, drawn once, the same on every run."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import fromstring

import matplotlib.figure
import pytest
from matplotlib import font_manager

from bespoke import show
from bespoke.report.colour import contrast
from bespoke.show.style import BAND, CYCLE, EMPHASIS, INK, MUTED, QUIET, font_files, svg


def drawing(label: str) -> object:
    figure, axes = show.new_figure(1.0)
    axes.barh([0], [1])
    axes.set_yticks([0], [label])
    return figure


@pytest.mark.parametrize(
    "label", ["a\x19b", "a\x00b", "\x1b[31m", "a -- b --", "--> <script>", "a\ufffeb", "]]>", "a&b"]
)
@pytest.mark.filterwarnings("ignore:Glyph")
def test_any_text_leaves_well_formed_svg(label: str) -> None:
    assert fromstring(svg(drawing(label))).tag.endswith("svg")


def test_the_same_figure_gives_the_same_text() -> None:
    assert svg(drawing("Notes")) == svg(drawing("Notes"))


def test_drawing_once_gives_what_drawing_twice_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    once = svg(drawing("Notes"))
    monkeypatch.setattr("bespoke.show.style._figure_class", lambda: matplotlib.figure.Figure)
    assert svg(drawing("Notes")) == once


def test_words_of_a_figure_are_words() -> None:
    """Not outlines of letters: they can be selected and found, and a blank that parts them from a mark stays."""
    figure, axes = show.new_figure(1.0)
    axes.text(0.5, 0.5, "  12%")
    drawn = svg(figure)
    assert [text.text for text in fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")][
        -1
    ] == "\u00a0\u00a012%"
    assert "DejaVuSans-" not in drawn


def test_colours_carry_words_and_marks_are_seen() -> None:
    """WCAG 2.2: words in a colour on white, or white words on it, need 4.5; a mark needs 3."""
    assert all(contrast(colour) >= 4.5 for colour in (*CYCLE, INK, MUTED, EMPHASIS))
    assert contrast(MUTED, BAND) >= 4.5
    assert contrast(QUIET) >= 3
    assert contrast(EMPHASIS) / contrast(QUIET) >= 1.4  # told apart in grey print too


def test_figures_are_lettered_in_the_fonts_that_come_with_the_package() -> None:
    show.new_figure(1.0)
    for weight in ("normal", "semibold"):
        wanted = font_manager.FontProperties(family="Source Sans Pro", weight=weight)
        assert Path(font_manager.findfont(wanted, fallback_to_default=False)) in font_files()


def test_a_figure_has_the_axes_that_bear_values_and_no_frame_around_it() -> None:
    _, axes = show.new_figure(1.0)
    assert {side for side, spine in axes.spines.items() if spine.get_visible()} == {"left", "bottom"}
