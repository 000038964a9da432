"""Two lines over one input with their crossing marked, as a small SVG; both scales are logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bespoke.explore.look import INK, MUTED, RULE, picture
from bespoke.explore.ranges import scale
from bespoke.show.elements import escape
from bespoke.show.numbers import money
from bespoke.show.style import BLUE

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 260, 90, 170, 24, 40
ORANGE = "#C2410C"


def crossing(
    values: Sequence[float],
    lines: Sequence[tuple[str, Sequence[float]]],
    marks: Sequence[float],
    here: float,
    *,
    axis: str,
    alt: str,
    words: Callable[[float], str],
) -> str:
    """A drawing of two named lines; `marks` are their crossings, `here` the value that holds now.

    `words` writes a value of the input; lines are amounts of money.
    """
    across = scale(values, LEFT, WIDTH - RIGHT, logarithmic=True)
    up = scale([y for _, line in lines for y in line], HEIGHT - BOTTOM, TOP, logarithmic=True)
    drawn = [_frame(values, across, words, axis)]
    for (name, line), colour, dash in zip(lines, (INK, BLUE), ("", "6 3"), strict=True):
        points = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in zip(values, line, strict=True))
        short = name if len(name) <= 24 else f"{name[:23].rstrip()}…"
        at = f'x="{LEFT - 6}" y="{up(line[0]) + 4:.1f}" text-anchor="end" fill="{colour}"'
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{WIDTH - RIGHT + 8}" y="{up(line[-1]) + 4:.1f}" fill="{colour}">{escape(short)}</text>'
        )
        drawn.append(f"<text {at}>{escape(money(line[0]))}</text>")
    drawn.append(_line(across(here), RULE, "2 3"))
    for value in marks:
        drawn.append(_line(across(value), ORANGE, ""))
        label = f"break-even {words(value)}"
        drawn.append(
            f'<text x="{across(value) + 5:.1f}" y="{TOP - 8}" fill="{ORANGE}">{escape(label)}</text>'
        )
    return picture("".join(drawn), WIDTH, HEIGHT, alt)


def _frame(
    values: Sequence[float], across: Callable[[float], float], words: Callable[[float], str], axis: str
) -> str:
    bottom = HEIGHT - BOTTOM
    ticks = "".join(
        f'<text x="{across(x):.1f}" y="{bottom + 16}" text-anchor="middle" fill="{MUTED}">{escape(words(x))}</text>'
        for x in (values[0], values[len(values) // 2], values[-1])
    )
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}" stroke="{RULE}"/>{ticks}'
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle" fill="{INK}">'
        f"{escape(axis)}</text>"
    )


def _line(x: float, colour: str, dash: str) -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{colour}" '
        f'stroke-dasharray="{dash}"/>'
    )
