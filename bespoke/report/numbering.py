"""Numbers for figures and tables, and the references to them: done once, for every format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain, count

from bespoke.errors import BespokeError
from bespoke.report import anchors
from bespoke.report.model import (
    Anchor,
    Block,
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Inline,
    Link,
    Paragraph,
    Section,
    Styled,
    TextRun,
    walk,
)

DEEPEST = 4  # headings below this look alike
SAFE = ("http://", "https://", "mailto:")


def number(document: Document, words: Mapping[str, str], repeating: Collection[str] = ()) -> None:
    """Give every captioned figure and table its number, and print it where links point to them.

    `repeating` are the anchors of sections that may show again what stands elsewhere, under a label of its own then.
    Raises BespokeError for a label that is used twice anywhere else.
    """
    targets = {section.anchor: section.name for section in document.sections}
    places: dict[str, str] = {}
    for section in document.sections:
        _level(section)
        _count(section, words, targets, places, section.anchor in repeating)
    for section in document.sections:
        inside = anchors.labelled(section)
        for block in walk(section.body):
            _refer(block, targets, inside)


def _level(section: Section) -> None:
    """No level of heading is skipped on the way down: PDF/UA forbids it, and readers lose their way."""
    above = 1
    for block in walk(section.body):
        if isinstance(block, Heading):
            block.level = above = min(max(block.level, 2), above + 1, DEEPEST)


def _count(
    section: Section, words: Mapping[str, str], targets: dict[str, str], places: dict[str, str], repeats: bool
) -> None:
    counts = {"figure": 0, "table": 0}
    for block in walk(section.body):
        if not isinstance(block, DocumentFigure | DocumentTable) or not (block.caption or block.label):
            continue
        kind = "figure" if isinstance(block, DocumentFigure) else "table"
        counts[kind] += 1
        block.number = f"{words[kind]} {section.mark}{'.' if section.mark else ''}{counts[kind]}"
        if block.label:
            if repeats:
                block.label = _another(block.label, places)
            if block.label in places:
                both = f"{places[block.label]} and {block.where}"
                raise BespokeError(f"label {block.label} is used twice: {both}")
            places[block.label] = block.where
            targets[block.label] = block.number


def _another(label: str, taken: Mapping[str, str]) -> str:
    """The label, or the first of `label-2`, `label-3` and so on that is free."""
    names = chain([label], (f"{label}-{n}" for n in count(2)))
    return next(name for name in names if name not in taken)


def _refer(block: Block, targets: Mapping[str, str], inside: Mapping[str, str]) -> None:
    if isinstance(block, Paragraph | Heading):
        block.children = _resolved(block.children, targets, inside)
    elif isinstance(block, DocumentTable):
        block.rows = [
            [cell if isinstance(cell, str) else _resolved(cell, targets, inside) for cell in row]
            for row in block.rows
        ]


def _resolved(children: list[Inline], targets: Mapping[str, str], inside: Mapping[str, str]) -> list[Inline]:
    """Links to a known label print its number, links to nothing print their own text."""
    done: list[Inline] = []
    for child in children:
        if isinstance(child, Styled):
            child.children = _resolved(child.children, targets, inside)
            done.append(child)
        elif isinstance(child, Link):
            done += _link(child, targets, inside)
        elif not isinstance(child, Anchor) or child.label:
            done.append(child)
    return done


def _link(link: Link, targets: Mapping[str, str], inside: Mapping[str, str]) -> list[Inline]:
    if link.url.startswith("#"):
        target = link.url[1:]
        if target in targets:
            return [Link(link.url, [TextRun(targets[target])] if targets[target] else link.children)]
        if label := inside.get(anchors.slug(target)):
            return [Link(f"#{label}", link.children)]
        return _resolved(link.children, targets, inside)
    return [link] if link.url.lower().startswith(SAFE) else link.children
