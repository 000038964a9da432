"""Numbers for figures and tables, and the references to them: done once, for every format."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain, count

from bespoke.errors import BespokeError
from bespoke.report import anchors, model
from bespoke.report.model import walk

DEEPEST = 4  # headings below this look alike
SAFE = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class Target:
    """What links point to: what it is called (nothing where a link says it in its own words), and its volume."""

    name: str
    first: bool


def number(document: model.Document, words: Mapping[str, str], repeating: Collection[str] = ()) -> None:
    """Give every captioned figure and table its number, and print it where links point to them.

    A link into the other volume of a report says so: paper cannot follow it. `repeating` are the anchors of sections
    that may show again what stands elsewhere, under a label of its own then. Raises BespokeError for a label that is
    used twice anywhere else.
    """
    first = document.report
    targets: dict[str, Target] = {}
    places: dict[str, str] = {}
    for section in document.sections:
        targets[section.anchor] = Target(section.name, section in first)
    for section in sorted(document.sections, key=lambda one: one.anchor in repeating):  # these give way
        _level(section)
        again = section.anchor in repeating
        _count(section, words, targets, places, first=section in first, repeats=again)
    for section in document.sections:
        refer = _References(targets, anchors.labelled(section), section in first)
        for block in walk(section.body):
            refer.resolve(block)


def _level(section: model.Section) -> None:
    """No level of heading is skipped on the way down: PDF/UA forbids it, and readers lose their way."""
    above = 1
    for block in walk(section.body):
        if isinstance(block, model.Heading):
            block.level = above = min(max(block.level, 2), above + 1, DEEPEST)


def _count(
    section: model.Section,
    words: Mapping[str, str],
    targets: dict[str, Target],
    places: dict[str, str],
    *,
    first: bool,
    repeats: bool,
) -> None:
    counts = {"figure": 0, "table": 0}
    for block in walk(section.body):
        if not isinstance(block, model.DocumentFigure | model.DocumentTable) or not (
            block.caption or block.label
        ):
            continue
        kind = "figure" if isinstance(block, model.DocumentFigure) else "table"
        counts[kind] += 1
        block.number = f"{words[kind]} {section.mark}{'.' if section.mark else ''}{counts[kind]}"
        if block.label:
            if repeats:
                block.label = _another(block.label, places)
            if block.label in places:
                both = f"{places[block.label]} and {block.where}"
                raise BespokeError(f"label {block.label} is used twice: {both}")
            places[block.label] = block.where
            targets[block.label] = Target(block.number, first)


def _another(label: str, taken: Mapping[str, str]) -> str:
    """The label, or the first of `label-2`, `label-3` and so on that is free."""
    names = chain([label], (f"{label}-{n}" for n in count(2)))
    return next(name for name in names if name not in taken)


@dataclass(frozen=True)
class _References:
    """The links of one section."""

    targets: Mapping[str, Target]
    inside: Mapping[str, str]  # headings of the section that its links name
    first: bool

    def resolve(self, block: model.Block) -> None:
        if isinstance(block, model.Paragraph | model.Heading):
            block.children = self.resolved(block.children)
        elif isinstance(block, model.DocumentTable):
            block.rows = [
                [cell if isinstance(cell, str) else self.resolved(cell) for cell in row] for row in block.rows
            ]

    def resolved(self, children: list[model.Inline]) -> list[model.Inline]:
        """Links to a known label print its number, links to nothing print their own text."""
        done: list[model.Inline] = []
        for child in children:
            if isinstance(child, model.Styled):
                child.children = self.resolved(child.children)
                done.append(child)
            elif isinstance(child, model.Link):
                done += self.link(child)
            elif not isinstance(child, model.Anchor) or child.label:
                done.append(child)
        return done

    def link(self, link: model.Link) -> list[model.Inline]:
        if not link.url.startswith("#"):
            return [link] if link.url.lower().startswith(SAFE) else link.children
        label = link.url[1:]
        if label not in self.targets and label.startswith(
            "ch-"
        ):  # a chapter of which only evidence is printed
            label = f"ev-{label[3:]}"
        if target := self.targets.get(label):
            words: list[model.Inline] = [model.TextRun(target.name)] if target.name else link.children
            return [model.Link(f"#{label}", words, target.first != self.first)]
        if label := self.inside.get(anchors.slug(link.url[1:]), ""):
            return [model.Link(f"#{label}", link.children)]
        return self.resolved(link.children)
