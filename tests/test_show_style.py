"""Figures as SVG: readable whatever their texts hold, drawn once, the same on every run."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import matplotlib.figure
import pytest

from bespoke import show
from bespoke.show.style import svg


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
