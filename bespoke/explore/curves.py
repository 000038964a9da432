"""Two lines over one input with their crossing marked, as a small SVG; both scales are logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10

from bespoke.explore.look import INK, MUTED, RULE, picture
from bespoke.show.elements import escape
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
    amounts: Callable[[float], str],
) -> str:
    """A drawing of two named lines; `marks` are their crossings, `here` the value that holds now.

    `words` writes a value of the input, `amounts` one of a line.
    """
    across = _scale(values, LEFT, WIDTH - RIGHT)
    up = _scale([y for _, line in lines for y in line], HEIGHT - BOTTOM, TOP)
    drawn = [_frame(values, across, words, axis)]
    for (name, line), colour, dash in zip(lines, (INK, BLUE), ("", "6 3"), strict=True):
        points = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in zip(values, line, strict=True))
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{WIDTH - RIGHT + 8}" y="{up(line[-1]) + 4:.1f}" fill="{colour}">{escape(_short(name))}</text>'
        )
        drawn.append(_amount(up(line[0]), amounts(line[0]), colour))
    drawn.append(_line(across(here), RULE, "2 3"))
    for value in marks:
        drawn.append(_line(across(value), ORANGE, ""))
        label = f"break-even {words(value)}"
        drawn.append(
            f'<text x="{across(value) + 5:.1f}" y="{TOP - 8}" fill="{ORANGE}">{escape(label)}</text>'
        )
    return picture("".join(drawn), WIDTH, HEIGHT, alt)


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    logs = [log10(max(value, 1e-12)) for value in values]
    low, span = min(logs), (max(logs) - min(logs)) or 1.0
    return lambda value: start + (end - start) * (log10(max(value, 1e-12)) - low) / span


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


def _amount(y: float, text: str, colour: str) -> str:
    return f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{colour}">{escape(text)}</text>'


def _line(x: float, colour: str, dash: str) -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{colour}" '
        f'stroke-dasharray="{dash}"/>'
    )


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23].rstrip()}…"
