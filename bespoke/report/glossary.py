"""A report explains the terms that it uses: of a glossary, what the volume says nowhere is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bespoke.report import model
from bespoke.report.model import plain, walk


def only_used(volume: Sequence[model.Section]) -> None:
    """Leaves the rows of each glossary whose term, or one of several parted by commas, its volume uses."""
    found = [
        (section, block)
        for section in volume
        for block in section.body
        if isinstance(block, model.DocumentTable) and block.glossary
    ]
    if not found:
        return
    said = "\n".join(text for section in volume for text in _texts(section))
    for section, table in found:
        kept = [
            n for n, row in enumerate(table.rows)
            if any(re.search(_pattern(term), said) for term in plain(row[0]).split(", "))
        ]  # fmt: skip
        table.rows = [table.rows[n] for n in kept]
        if table.values is not None:
            table.values = [table.values[n] for n in kept]
        if not kept:
            section.body.remove(table)


def _pattern(term: str) -> str:
    """As a whole word, in the singular or the plural; an abbreviation in capitals only."""
    word = re.escape(term)
    return rf"\b{word}s?\b" if term.isupper() else rf"(?i)\b{word}(?:e?s)?\b"


def _texts(section: model.Section) -> Iterator[str]:
    """What a reader of the section reads; a glossary uses no term by explaining it."""
    yield section.heading
    for block in walk(section.body):
        if isinstance(block, model.Paragraph | model.Heading):
            yield plain(block.children)
        elif isinstance(block, model.DocumentTable) and not block.glossary:
            yield from (block.caption, block.source, *(f"{c.title} {c.unit}" for c in block.columns))
            yield from (plain(cell) for row in block.rows for cell in row)
        elif isinstance(block, model.DocumentFigure):
            yield from (block.caption, block.source, block.picture.alt)
        elif isinstance(block, model.Tiles):
            yield from (f"{one.label} {one.value} {one.note}" for one in block.items)
