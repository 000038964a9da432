"""A report explains the terms that it uses: of a glossary, what the volume says nowhere is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bespoke.report.model import (
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    Section,
    Tiles,
    plain,
    walk,
)


def only_used(volume: Sequence[Section]) -> None:
    """Leaves the rows of each glossary whose term, or one of several parted by commas, its volume uses."""
    found = [
        (section, block)
        for section in volume
        for block in section.body
        if isinstance(block, DocumentTable) and block.glossary
    ]
    if not found:
        return
    said = "\n".join(text for section in volume for text in _texts(section))
    for section, table in found:
        kept = [n for n, row in enumerate(table.rows) if _used(plain(row[0]), said)]
        table.rows = [table.rows[n] for n in kept]
        if table.values is not None:
            table.values = [table.values[n] for n in kept]
        if not kept:
            section.body.remove(table)


def _used(term: str, said: str) -> bool:
    return any(re.search(_pattern(one), said) for one in term.split(", "))


def _pattern(term: str) -> str:
    """As a whole word, in the singular or the plural; an abbreviation in capitals only."""
    word = re.escape(term)
    return rf"\b{word}s?\b" if term.isupper() else rf"(?i)\b{word}(?:e?s)?\b"


def _texts(section: Section) -> Iterator[str]:
    """What a reader of the section reads; a glossary uses no term by explaining it."""
    yield section.heading
    for block in walk(section.body):
        if isinstance(block, Paragraph | Heading):
            yield plain(block.children)
        elif isinstance(block, DocumentTable) and not block.glossary:
            yield from (block.caption, block.source, *(f"{c.title} {c.unit}" for c in block.columns))
            yield from (plain(cell) for row in block.rows for cell in row)
        elif isinstance(block, DocumentFigure):
            yield from (block.caption, block.source, block.picture.alt)
        elif isinstance(block, Tiles):
            yield from (f"{one.label} {one.value} {one.note}" for one in block.items)
