"""`bespoke explain`: where a printed figure comes from, back to client input and sourced facts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bespoke import clients
from bespoke.chapters.registry import CHAPTERS, Chapter, chapter
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, printable
from bespoke.facts.reader import Facts, value_rows
from bespoke.facts.value_text import value_text
from bespoke.keys import reads
from bespoke.own.own_in_report import printed
from bespoke.report import model
from bespoke.report.document import read, split
from bespoke.report.model import plain, walk
from bespoke.report.volumes import assembled
from bespoke.results import facts_used_in
from bespoke.runner import proof
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.run_client import RunOptions, upstream
from bespoke.show.language import LANGUAGE
from bespoke.workbook import parse_day

MOST = 12  # places of a number that are listed


@dataclass(frozen=True)
class PrintedPlace:
    """Somewhere in the report: the block's name, what stands there, and the notebook behind it."""

    name: str
    text: str
    stem: str
    cell: str
    source: str


def explain(name: str, asked: str, options: RunOptions) -> Iterator[str]:
    """Lines that trace a figure of the latest report.

    `asked` is the number of a figure or table (`Table 5.1`, `5.1`), its label (`tbl-cost-tasks`), or anything
    printed (`$4,949`). Raises BespokeError when the report does not show it.
    """
    client = clients.load(options.client_data, name)
    folder = options.reports / name
    if not folder.is_dir():
        raise BespokeError("no report to explain; run `bespoke run` first", path=name)
    language = LANGUAGE
    found = manifests.proven(folder)
    proof.require(folder, found)
    parts = [split(read(one.path), language, one.options) for one in printed(client.folder, folder, found)]
    document = assembled(parts, language)
    places = [p for section in document.sections for p in _places(section, asked)]
    if not places:
        raise BespokeError(
            f"the report shows no {asked!r}; give a number, a label or a text as printed", path=name
        )
    facts = Facts(parse_day(found.as_of), dict(client.engagement.thresholds))
    told: set[str] = set()
    for place in places[:MOST]:
        yield printable(f"{place.name}: {place.text}")
        yield f"  shown by     {place.cell}" + (printable(f"; {place.source}") if place.source else "")
        for stem in [place.stem, *upstream(place.stem)] if place.stem in CHAPTERS else []:
            if stem not in told:
                told.add(stem)
                yield f"  {stem}:"
                yield from _chain(chapter(stem), client, facts, folder, found.inputs)
    if len(places) > MOST:
        yield f"and {len(places) - MOST} more places"


def _chain(
    entry: Chapter, client: Client, facts: Facts, folder: Path, inputs: dict[str, str]
) -> Iterator[str]:
    yield f"    computed by  {entry.modules()[0]}.{entry.compute} -> results/{entry.stem}.json"
    for name, digest in sorted(inputs.items()):
        if reads(entry.stem, name):
            yield printable(f"    from input   {client.name}/{name} (SHA-256 {digest[:16]})")
            yield from map(printable, _measured(client) if name == "usage.json" else ())
    for needed in entry.needs.values():
        yield f"    from result  {needed}"
    for key in facts_used_in(folder / "results" / f"{entry.stem}.json"):
        if key in value_rows():
            fact = facts.fact(key)
            stale = ", stale" if fact.stale(facts.as_of) else ""
            rests_on = f"({fact.kind}{stale}; {fact.source}; read {fact.read_on})"
            yield f"    from fact    {key} = {value_text(fact)} {fact.unit} {rests_on}"
    yield "    from tables  token prices of genai-prices; routes, gates, stages and remedies of bespoke/facts/tables"


def _measured(client: Client) -> Iterator[str]:
    """The logs behind usage.json, and which inputs of each task come from them."""
    for task, usage in (client.usage or {}).items():
        filled = sorted(next((t.measured for t in client.tasks if t.task_id == task), ()))
        for source in usage.sources:
            yield (
                f"    measured     {task}{': ' + ', '.join(filled) if filled else ''}"
                f" ({source.file}, {source.format}, {source.rows} rows, {source.since} to {source.until})"
            )


def _places(section: model.Section, asked: str) -> Iterator[PrintedPlace]:
    heading = f"{section.name} {section.topic}".strip()
    if asked in section.heading:
        stem = re.sub("^(ch|ev)-", "", section.anchor)
        yield PrintedPlace(f"{heading}, heading", section.heading, stem, f"{stem}.ipynb", "")
    where = re.sub("^(ch|ev)-", "", section.anchor) + ".ipynb"
    for block in walk(section.body):
        where = getattr(block, "where", "") or where
        for name, text in _matches(block, asked):
            stem = re.sub(r"\.ipynb.*$", "", Path(where).name)
            yield PrintedPlace(name or heading, text, stem, where, getattr(block, "source", ""))


def _matches(block: model.Block, asked: str) -> Iterator[tuple[str, str]]:
    """Name and text of what matches in one block: its number or label, else its words."""
    if isinstance(block, model.DocumentTable | model.DocumentFigure):
        wanted = (block.number.lower(), block.number.split(" ")[-1].lower(), block.label)
        if asked.lower() in wanted:
            yield block.number, block.caption
            return
        if asked in block.caption:
            yield f"{block.number}, caption", block.caption
    if isinstance(block, model.DocumentTable):
        for row in block.rows:
            for column, cell in zip(block.columns, row, strict=True):
                if asked in plain(cell):
                    unit = f" ({column.unit})" if column.unit else ""
                    yield f"{block.number}, {plain(row[0])}, {column.title}{unit}", plain(cell)
    elif isinstance(block, model.Paragraph | model.Heading) and asked in plain(block.children):
        yield "", plain(block.children)
