"""The drawing beside the sliders: where bars, dots and rings stand."""

from __future__ import annotations

import re

from bespoke.explore.ranges import Range, drawing


def drawn(*rows: Range, logarithmic: bool = False) -> tuple[str, list[tuple[float, float]]]:
    """The drawing, and where its dots and rings stand."""
    made = drawing(rows, alt="Costs", words=lambda value: f"{value:g} USD", logarithmic=logarithmic)
    return made, [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', made)]


def test_every_row_has_its_bar_dot_and_ring_on_one_scale() -> None:
    """450 points from 220 to 670 stand for 0 to 100; rows of 24 points begin 4 below the top."""
    made, marks = drawn(Range("Cost", 20, 50, 100, before=30), Range("Time", 10, 40, 60))
    assert marks == [(355.0, 16.0), (445.0, 16.0), (400.0, 40.0)]  # ring, dot; dot
    bars = re.findall(
        r'x1="([\d.]+)" x2="([\d.]+)" y1="([\d.]+)"[^>]* stroke-width="6"', made.replace("\n", "")
    )
    assert bars == [("310.0", "670.0", "16.0"), ("265.0", "490.0", "40.0")]
    assert 'viewBox="0 0 760 56"' in made
    assert ("50 USD" in made, "40 USD" in made, "100 USD" in made) == (True, True, False)
    assert "Dot: explored; ring: as in the client folder; bar: P10 to P90." in made


def test_without_values_before_there_is_no_ring_to_explain() -> None:
    made, marks = drawn(Range("Cost", 0, 50, 100))
    assert marks == [(445.0, 16.0)]
    assert "Bar: P10 to P90." in made


def test_on_a_logarithmic_scale_ten_times_is_as_far_everywhere() -> None:
    made, marks = drawn(Range("Cost", 1, 10, 100), logarithmic=True)
    assert marks == [(445.0, 16.0)]
    assert "Bar: P10 to P90, logarithmic." in made


def test_a_negative_value_moves_nought_off_the_edge_and_a_long_label_is_cut() -> None:
    made, marks = drawn(Range("a" * 40, -50, 0, 50))
    assert marks == [(445.0, 16.0)]
    assert f">{'a' * 33}…<" in made
