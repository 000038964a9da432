"""A table with more columns than any page holds, set in parts below each other: each repeats what names the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bespoke.report import widths
from bespoke.report.model import Cell, DocumentTable

SIZE = 8.0  # points: of the type in the parts, before they are fitted
NAMES = 0.4  # of the width: what the repeated columns may take


def parts(
    table: DocumentTable, sizes: Sequence[float] = widths.SIZES, *, turn: bool = True
) -> list[DocumentTable]:
    """The table alone where it fits a page, else its columns in as few parts as hold them unbroken."""
    if len(table.columns) < 3 or widths.fits(table, sizes, turn=turn):
        return [table]
    asked = [width * SIZE / widths.SIZES[0] + widths.GUTTER for width in widths.wanted(table)]
    index = _index(table, asked)
    room = widths.TEXT_WIDTH + widths.GUTTER - sum(asked[:index])
    groups = _groups(asked[index:], room)
    if len(groups) == 1:
        return [table]
    found, at = [], index
    for n, count in enumerate(groups):
        found.append(_part(table, index, range(at, at + count), first=n == 0))
        at += count
    return found


def _index(table: DocumentTable, asked: Sequence[float]) -> int:
    """So many of the naming columns as leave room for the others."""
    index = table.index
    while index and sum(asked[:index]) > NAMES * widths.TEXT_WIDTH:
        index -= 1
    return index


def _groups(asked: Sequence[float], room: float) -> list[int]:
    """How many columns each part takes: as few parts as possible, about equally wide."""
    fewest = len(_filled(asked, room))
    level = sum(asked) / fewest
    return next(
        groups
        for share in (1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 2.0, float("inf"))
        if len(groups := _filled(asked, min(room, level * share))) == fewest
    )


def _filled(asked: Sequence[float], room: float) -> list[int]:
    groups, used = [0], 0.0
    for width in asked:
        if groups[-1] and used + width > room:
            groups.append(0)
            used = 0.0
        groups[-1] += 1
        used += width
    return groups


def _part(table: DocumentTable, index: int, columns: range, *, first: bool) -> DocumentTable:
    chosen = [*range(index), *columns]
    rows: list[list[Cell]] = [[row[i] for i in chosen] for row in table.rows]
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    for (n, i), (down, across) in table.spans.items():
        reached = [place for place, column in enumerate(chosen) if i <= column < i + across]
        if reached:
            spans[n, reached[0]] = (down, len(reached))
            rows[n][reached[0]] = table.rows[n][i]
    spans = {place: size for place, size in spans.items() if size != (1, 1)}
    return replace(
        table,
        columns=[table.columns[i] for i in chosen],
        rows=rows,
        spans=spans,
        label=table.label if first else "",
        source=table.source if columns.stop == len(table.columns) else "",
    )
