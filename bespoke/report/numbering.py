"""Numbers for figures and tables, and the references to them: done once, for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Target:
    """What links point to: what it is called (nothing where a link says it in its own words), and its volume."""

    name: str
    first: bool


def number(document: Document, words: Mapping[str, str]) -> None:
    """Give every captioned figure and table its number, and print it where links point to them.

    A link into the other volume of a report says so: paper cannot follow it.
    """
    first = document.report
    targets: dict[str, Target] = {}
    places: dict[str, str] = {}
    for section in document.sections:
        targets[section.anchor] = Target(section.name, section in first)
    for section in document.sections:
        _level(section)
        _count(section, words, targets, places, first=section in first)
    for section in document.sections:
        refer = _References(targets, anchors.labelled(section), section in first)
        for block in walk(section.body):
            refer.resolve(block)


def _level(section: Section) -> None:
    """No level of heading is skipped on the way down: PDF/UA forbids it, and readers lose their way."""
    above = 1
    for block in walk(section.body):
        if isinstance(block, Heading):
            block.level = above = min(max(block.level, 2), above + 1, DEEPEST)


def _count(
    section: Section,
    words: Mapping[str, str],
    targets: dict[str, Target],
    places: dict[str, str],
    *,
    first: bool,
) -> None:
    counts = {"figure": 0, "table": 0}
    for block in walk(section.body):
        if not isinstance(block, DocumentFigure | DocumentTable) or not (block.caption or block.label):
            continue
        kind = "figure" if isinstance(block, DocumentFigure) else "table"
        counts[kind] += 1
        block.number = f"{words[kind]} {section.mark}{'.' if section.mark else ''}{counts[kind]}"
        if block.label:
            if block.label in places:
                both = f"{places[block.label]} and {block.where}"
                raise BespokeError(f"label {block.label} is used twice: {both}")
            places[block.label] = block.where
            targets[block.label] = Target(block.number, first)


@dataclass(frozen=True)
class _References:
    """The links of one section."""

    targets: Mapping[str, Target]
    inside: Mapping[str, str]  # headings of the section that its links name
    first: bool

    def resolve(self, block: Block) -> None:
        if isinstance(block, Paragraph | Heading):
            block.children = self.resolved(block.children)
        elif isinstance(block, DocumentTable):
            block.rows = [
                [cell if isinstance(cell, str) else self.resolved(cell) for cell in row] for row in block.rows
            ]

    def resolved(self, children: list[Inline]) -> list[Inline]:
        """Links to a known label print its number, links to nothing print their own text."""
        done: list[Inline] = []
        for child in children:
            if isinstance(child, Styled):
                child.children = self.resolved(child.children)
                done.append(child)
            elif isinstance(child, Link):
                done += self.link(child)
            elif not isinstance(child, Anchor) or child.label:
                done.append(child)
        return done

    def link(self, link: Link) -> list[Inline]:
        if not link.url.startswith("#"):
            return [link] if link.url.lower().startswith(SAFE) else link.children
        label = link.url[1:]
        if label not in self.targets and label.startswith(
            "ch-"
        ):  # a chapter of which only evidence is printed
            label = f"ev-{label[3:]}"
        if target := self.targets.get(label):
            words: list[Inline] = [TextRun(target.name)] if target.name else link.children
            return [Link(f"#{label}", words, target.first != self.first)]
        if label := self.inside.get(anchors.slug(link.url[1:]), ""):
            return [Link(f"#{label}", link.children)]
        return self.resolved(link.children)
