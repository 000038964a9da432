"""Parts of a drawing that several chapters have alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bespoke import show
from bespoke.show.style import INK, MUTED


def beside(
    axes: Any, words: str, at: tuple[Any, Any], shift: tuple[float, float] = (6, 0), **look: Any
) -> None:
    """Words at a place of the data, moved by so many points."""
    axes.annotate(words, at, shift, textcoords="offset points", **{"va": "center", **look})


def name_rows(axes: Any, names: Iterable[str]) -> None:
    """The names of the rows, the first on top."""
    found = list(reversed([*names]))
    axes.set_yticks(range(len(found)), found)
    axes.set_ylim(-0.6, len(found) - 0.4)


def count_map(
    height: float, counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str], empty: str = "",
    **ticks: Any,
) -> Any:  # fmt: skip
    """A figure of counts, the greatest darkest, and its axes; `ticks` is how the names of the columns stand."""
    figure, axes = show.new_figure(height)
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=2 * max(1, *map(max, counts)), aspect="auto")
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if words := str(count) if count else empty:
                axes.text(x, y, words, ha="center", va="center", color=INK if count else MUTED)
    axes.set_xticks(range(len(columns)), columns, **ticks)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_color(MUTED)
    return figure, axes


def apart(heights: list[float], least: float) -> list[float]:
    """The heights moved up just enough that labels at them do not overlap, in the given order."""
    placed: dict[int, float] = {}
    floor = float("-inf")
    for i in sorted(range(len(heights)), key=lambda i: heights[i]):
        floor = placed[i] = max(heights[i], floor + least)
    return [placed[i] for i in range(len(heights))]
