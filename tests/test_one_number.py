"""One number for one thing: whatever a report prints twice has one value, in every chapter and every currency.

A table's column, or the value of a sentence, is known by its key (bespoke/exhibits/quantities.py) and by the task and
route beside it. Everything that the notebooks of STEMS show is read as it is printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bespoke import clients, show
from bespoke.chapters.plans import advise
from bespoke.chapters.registry import chapter, compute
from bespoke.clients.schema import Client
from bespoke.exhibits.quantities import QUALITY, QUANTITIES, TODAY
from bespoke.exhibits.recommendation.decisions import ALL
from bespoke.facts.reader import Facts
from bespoke.results import Result
from bespoke.show import numbers
from bespoke.show.blocks import Block, Callout, Figure, Finding, Table, Text
from tests.conftest import EXAMPLES, ROOT

STEMS = ("01_task_audit", "06_cost_model", "07_timeline", "08_recommendation")  # what prints these quantities
SENTENCES = ("finding", "text", "callout")
MARKS = re.compile(r"^Step \d+: |( \(closed\))?( \*)?$")  # of a route
NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?")


@dataclass(frozen=True)
class Printed:
    """One amount as a reader sees it, and what it is."""

    key: str
    about: tuple[str, str]  # task and route; empty for all of them
    text: str
    where: str

    @property
    def limits(self) -> tuple[float, float]:
        """The values that are written this way, rounded to the digits that are printed."""
        found = NUMBER.search(self.text)
        assert found is not None, self
        value = float(found.group().replace(",", ""))
        half = 0.5 * 10.0 ** -len((found.group(1) or ".")[1:])
        if self.text[found.end() :].startswith("%"):
            return (value - half) / 100, (value + half) / 100
        return value - half, value + half


@dataclass(frozen=True)
class Shown:
    """What the chapters of one client computed, and everything they display."""

    client: Client
    results: Mapping[str, Result]
    blocks: tuple[tuple[str, Block], ...]  # with the chapter
    sentences: tuple[tuple[str, Mapping[str, Any]], ...]  # with the values put into them

    def printed(self) -> Iterator[Printed]:
        for stem, block in self.blocks:
            if isinstance(block, Table):
                yield from _in_table(stem, block)
        for stem, values in self.sentences:
            about = str(values.get("task", "")), str(values.get("route", ""))
            yield from (
                Printed(k, about, str(v), f"{stem}, a sentence") for k, v in values.items() if k in QUANTITIES
            )


def _in_table(stem: str, table: Table) -> Iterator[Printed]:
    at = {column.key: n for n, column in enumerate(table.columns)}
    for row in table.rows:
        task = str(row[at["task"]]) if "task" in at else table.caption.partition(": every")[0]
        task = "" if task == ALL else task
        about = task, MARKS.sub("", str(row[at["route"]])) if "route" in at else ""
        for column, value in zip(table.columns, row, strict=True):
            if column.key in QUANTITIES and NUMBER.search(str(value)):
                own = about if column.key.startswith("route_") else (task, "")
                yield Printed(column.key, own, numbers.cell(value, column), f"{stem}, {table.label}")


def shown(client: Client) -> Shown:
    """The chapters of a client, computed and displayed as their notebooks do."""
    results: dict[str, Result | None] = {}

    def earlier(stem: str) -> Result | None:
        if stem not in results:
            facts = Facts(client.engagement.as_of, dict(client.engagement.thresholds))
            results[stem] = compute(stem, client, facts, earlier, {})
        return results[stem]

    blocks: list[tuple[str, Block]] = []
    sentences: list[tuple[str, Mapping[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch, numbers.number_locale("en", client.engagement.currency):
        for stem in STEMS:
            result, exhibits = earlier(stem), import_module(f"bespoke.exhibits.{stem[3:]}")
            patch.setattr(show, "display", lambda block, stem=stem: blocks.append((stem, block)))
            for name in SENTENCES:
                patch.setattr(show, name, _noting(name, stem, sentences))
            for function, needs in _called_by(stem):
                getattr(exhibits, function)(result, *map(earlier, needs))
            patch.undo()
    found = {stem: result for stem, result in results.items() if result is not None}
    return Shown(client, found, tuple(blocks), tuple(sentences))


def _noting(name: str, stem: str, into: list[tuple[str, Mapping[str, Any]]]) -> Callable[..., None]:
    display: Callable[..., None] = getattr(show, name)

    def said(template: str, **values: Any) -> None:
        into.append((stem, values))
        display(template, **values)

    return said


def _called_by(stem: str) -> list[tuple[str, list[str]]]:
    """The exhibits that a notebook shows, in order, and the earlier results that each is given."""
    cells = json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(cell["source"]) + "\n" for cell in cells if cell["cell_type"] == "code")
    calls = re.findall(r"^exhibits\.(\w+)\((.*|\n(?: .*\n)*)\)$", code, flags=re.MULTILINE)
    return [(name, re.findall(r'book\.earlier\("(\w+)"\)', given)) for name, given in calls]


@pytest.fixture(scope="module")
def all_shown() -> dict[str, Shown]:
    return {name: shown(clients.load(ROOT / "client_data", name)) for name in EXAMPLES}


@pytest.fixture(scope="module")
def in_pounds() -> Shown:
    """Meridian in pounds, at the range of the tables."""
    client = clients.load(ROOT / "client_data", "meridian_health")
    return shown(replace(client, engagement=client.engagement.model_copy(update={"currency": "GBP"})))


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_printed_twice_has_one_value(all_shown: dict[str, Shown], name: str) -> None:
    found: dict[tuple[str, tuple[str, str]], list[Printed]] = {}
    for one in all_shown[name].printed():
        found.setdefault((one.key, one.about), []).append(one)
    apart = [
        f"{key} of {' '.join(about) or 'all tasks'}: "
        + "; ".join(f"{one.text} ({one.where})" for one in places)
        for (key, about), places in found.items()
        if max(one.limits[0] for one in places) > min(one.limits[1] for one in places)
    ]
    assert apart == []
    tasks = [task.name for task in all_shown[name].client.tasks]
    for task in ("", *tasks):
        chapters = {one.where.partition(",")[0] for one in found[TODAY, (task, "")]}
        assert chapters >= {"01_task_audit", "06_cost_model", "08_recommendation"}, task or "all tasks"
    for one in all_shown[name].results["01_task_audit"].tasks:  # type: ignore[attr-defined]
        if one.current_quality is not None:
            chapters = {printed.where.partition(",")[0] for printed in found[QUALITY, (one.name, "")]}
            assert chapters >= {"01_task_audit", "08_recommendation"}, one.name


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plan_stands_on_the_same_numbers(all_shown: dict[str, Shown], name: str) -> None:
    """What timeline and recommendation get from `advise` is what audit and cost chapter have."""
    one = all_shown[name]
    needed = {key: one.results.get(stem) for key, stem in chapter("06_cost_model").needs.items()}
    facts = Facts(one.client.engagement.as_of, dict(one.client.engagement.thresholds))
    audit, cost = (one.results[stem] for stem in ("01_task_audit", "06_cost_model"))
    assert audit.today_monthly == cost.today_monthly  # type: ignore[attr-defined]
    for advised in advise(one.client, facts, **needed):  # type: ignore[arg-type]
        of_audit = audit.task(advised.task_id)  # type: ignore[attr-defined]
        of_cost = cost.task(advised.task_id)  # type: ignore[attr-defined]
        today = advised.plan.today
        assert (today.expected, today.p10, today.p90) == (
            of_audit.today_monthly.mean, of_audit.today_monthly.p10, of_audit.today_monthly.p90,
        )  # fmt: skip
        assert of_audit.today_monthly == of_cost.today.monthly
        quality = advised.situation.quality
        assert of_audit.current_quality == (quality.estimate if quality else None)
        for number, step in enumerate(advised.plan.steps, 1):
            if step.kind in ("test", "build", "lever"):
                row = next(route for route in of_cost.routes if route.step == number)
                assert (row.monthly.mean, row.test.mean) == (step.monthly.expected, step.cost.expected)  # type: ignore[union-attr]


def test_a_total_is_the_sum_of_its_tasks(all_shown: dict[str, Shown]) -> None:
    """Means add up, to the six digits that a result keeps."""
    for one in all_shown.values():
        audit = one.results["01_task_audit"]
        tasks = sum(task.today_monthly.mean for task in audit.tasks)  # type: ignore[attr-defined]
        assert audit.today_monthly.mean == pytest.approx(tasks, rel=1e-5)  # type: ignore[attr-defined]


def test_a_value_that_differs_would_be_found() -> None:
    """The test's own eyes: amounts that rounding does not explain are apart, others are not."""
    a, b, c = (Printed(TODAY, ("", ""), text, "") for text in ("$6,547", "6,547.3", "$6,530"))
    assert a.limits[0] <= b.limits[0] <= b.limits[1] <= a.limits[1]
    assert c.limits[1] < a.limits[0]
    assert Printed(QUALITY, ("", ""), "71%", "").limits == (0.705, 0.715)


def texts(block: Block) -> Iterator[str]:
    match block:
        case Table():
            yield from (block.caption, block.source)
            yield from (f"{column.title} {column.unit}" for column in block.columns)
            yield from (str(cell) for row in block.rows for cell in row)
        case Figure():
            yield from (block.caption, block.alt, block.source)
        case Finding():
            yield block.text
        case Text() | Callout():
            yield block.markdown


@pytest.mark.slow
def test_a_report_in_pounds_speaks_of_dollars_only_where_models_are_bought(in_pounds: Shown) -> None:
    dollars = [text for _, block in in_pounds.blocks for text in texts(block) if "$" in text or "USD" in text]
    assert len(dollars) == 1
    assert dollars[0].startswith("Amounts are in GBP. Models are bought in US dollars: today's month is ")
    assert "20 Nov 2026" in dollars[0]  # when the rate was read


@pytest.mark.slow
def test_every_column_of_amounts_says_the_currency(in_pounds: Shown) -> None:
    columns = [c for _, block in in_pounds.blocks if isinstance(block, Table) for c in block.columns]
    units = {column.unit for column in columns if column.format == "money"}
    assert units
    assert all(unit.split()[0] == "GBP" for unit in units)


@pytest.mark.slow
def test_pounds_are_dollars_at_the_rate(in_pounds: Shown, all_shown: dict[str, Shown]) -> None:
    """Model usage is the same in dollars; people's days are stated in the engagement's own currency."""
    pounds = in_pounds.results["06_cost_model"]
    dollars = all_shown["meridian_health"].results["06_cost_model"]
    assert pounds.today_monthly_usd == dollars.today_monthly_usd == dollars.today_monthly  # type: ignore[attr-defined]
    low, high = pounds.usd_per_unit.p10, pounds.usd_per_unit.p90  # type: ignore[attr-defined]
    month = pounds.today_monthly.mean  # type: ignore[attr-defined]
    assert month * low < dollars.today_monthly.mean < month * high  # type: ignore[attr-defined]
    caching = [result.task("note_structuring").route("prompt_caching") for result in (pounds, dollars)]  # type: ignore[attr-defined]
    assert caching[0].test.mean == pytest.approx(caching[1].test.mean, rel=1e-3)


def test_every_quantity_is_defined_once() -> None:
    source = (ROOT / "bespoke" / "exhibits" / "quantities.py").read_text(encoding="utf-8")
    keys = re.findall(r'^[A-Z_]+ = "(\w+)"$', source, flags=re.MULTILINE)
    assert sorted(keys) == sorted(QUANTITIES)
    assert len(set(QUANTITIES.values())) == len(QUANTITIES)


def test_where_a_notebook_shows_something_it_is_read() -> None:
    for stem in STEMS:
        source = (Path(ROOT) / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8")
        assert len(_called_by(stem)) == len(re.findall(r"exhibits\.\w+\(", source))
