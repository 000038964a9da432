"""A drawing fast enough to follow a slider: ranges before and after, one row each, as a small SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, log10

from bespoke.explore.look import INK, MUTED, RULE, picture
from bespoke.show.elements import escape
from bespoke.show.style import BLUE

WIDTH, LABEL, RIGHT, ROW = 760, 220, 90, 24


@dataclass(frozen=True)
class Range:
    """Low, middle and high now; `before` is the middle at the folder's own values."""

    label: str
    low: float
    middle: float
    high: float
    before: float | None = None


def drawing(
    rows: Sequence[Range],
    *,
    alt: str,
    words: Callable[[float], str],
    bar: str = "P10 to P90",
    logarithmic: bool = False,
) -> str:
    """A drawing: a bar from low to high with a dot at the middle, and a ring where it was before.

    `words` writes a value for the reader, `bar` says what low and high are. On a logarithmic scale values must
    be positive.
    """
    values = [v for row in rows for v in (row.low, row.high, row.middle, row.before)]
    place = scale(values, LABEL, WIDTH - RIGHT, logarithmic=logarithmic)
    height = ROW * len(rows) + 8
    marks = "".join(_row(row, ROW * n + ROW / 2 + 4, place, words) for n, row in enumerate(rows))
    ring = (
        "Dot: explored; ring: as in the client folder; bar"
        if any(r.before is not None for r in rows)
        else "Bar"
    )
    key = f"{ring}: {bar}{', logarithmic' if logarithmic else ''}."
    return f"<div>{picture(marks, WIDTH, height, alt)}<br><small>{escape(key)}</small></div>"


def scale(
    values: Sequence[float | None], start: float, end: float, *, logarithmic: bool
) -> Callable[[float], float]:
    """Where a value stands between two ends of a drawing; what is not logarithmic begins at nought."""

    def view(value: float) -> float:
        return log10(max(value, 1e-12)) if logarithmic else value

    seen = [view(v) for v in values if v is not None and isfinite(v)] or [0.0]
    low, high = (min(seen) if logarithmic else min(0.0, *seen)), max(seen)
    span = (high - low) or 1.0
    return lambda value: start + (end - start) * (view(value) - low) / span


def _row(row: Range, y: float, place: Callable[[float], float], words: Callable[[float], str]) -> str:
    low, middle, high = (place(v) for v in (row.low, row.middle, row.high))
    ring = f'cy="{y:.1f}" r="5.5" fill="none" stroke="{INK}" stroke-width="1.2"/>'
    was = "" if row.before is None else f'<circle cx="{place(row.before):.1f}" {ring}'
    label = row.label if len(row.label) <= 34 else row.label[:33].rstrip() + "…"
    return (
        f'<line x1="{LABEL}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{RULE}" stroke-width="0.6"/>'
        f'<text x="{LABEL - 10}" y="{y + 4:.1f}" text-anchor="end" fill="{INK}">{escape(label)}</text>'
        f'<line x1="{low:.1f}" x2="{max(high, low + 1):.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{BLUE}" '
        f'stroke-width="6" stroke-opacity="0.35"/>{was}'
        f'<circle cx="{middle:.1f}" cy="{y:.1f}" r="4.5" fill="{BLUE}"/>'
        f'<text x="{WIDTH - RIGHT + 10}" y="{y + 4:.1f}" fill="{MUTED}">{escape(words(row.middle))}</text>'
    )
