"""`bespoke compare`: two reports of a client, or the same folder on two days, and why the advice differs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from bespoke import clients
from bespoke.advice.compare import Situation, compare
from bespoke.chapters.cost_model import CostModel
from bespoke.chapters.recommendation import Recommendation, cases, yearly_cost
from bespoke.chapters.registry import CHAPTERS, compute
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, printable
from bespoke.facts.reader import Facts
from bespoke.results import Result
from bespoke.runner.run import Options

NEEDED = ("01_task_audit", "02_failure_modes", "05_icd10_evaluation", "06_cost_model")


def compare_reports(name: str, old: str, new: str, options: Options) -> Iterator[str]:
    """One line per difference and cause. `old` and `new` are report folders, or days (2026-06-01) on which the
    client's present folder is looked at. Raises BespokeError for anything else."""
    client = clients.load(options.client_data, name)
    before, after = (_situations(client, which) for which in (old, new))
    yield from _only(before.keys() - after.keys(), "no longer there")
    yield from _only(after.keys() - before.keys(), "new")
    same = True
    for task_id in after:
        if task_id not in before:
            continue
        change = compare(before[task_id], after[task_id])
        same &= not change.differences
        for difference in change.differences:
            yield printable(f"{task_id}: {difference}")
        for cause in change.causes:
            yield printable(f"{task_id}:   caused by {cause}")
        if change.together:
            yield printable(f"{task_id}:   caused only together by {'; '.join(change.together)}")
    if same and before.keys() == after.keys():
        yield f"{printable(name)}: the advice is the same"


def _only(task_ids: set[str], words: str) -> Iterator[str]:
    for task_id in sorted(task_ids):
        yield printable(f"{task_id}: {words}")


def _situations(client: Client, which: str) -> dict[str, Situation]:
    with suppress(ValueError):
        return _on_a_day(client, date.fromisoformat(which))
    return _of_a_report(client, Path(which))


def _on_a_day(client: Client, day: date) -> dict[str, Situation]:
    thresholds = dict(client.engagement.thresholds)
    found: dict[str, Result | None] = {}
    for stem in CHAPTERS:
        if stem in NEEDED:
            found[stem] = compute(stem, client, Facts(day, thresholds), found.__getitem__, {})
    cost = found["06_cost_model"]
    assert isinstance(cost, CostModel)
    by_task = cases(client, Facts(day, thresholds), found["01_task_audit"], found["02_failure_modes"], cost)  # type: ignore[arg-type]
    return {t: Situation(day, case, yearly_cost(cost, t), thresholds) for t, case in by_task.items()}


def _of_a_report(client: Client, folder: Path) -> dict[str, Situation]:
    advice = Recommendation.read(folder / "results" / "08_recommendation.json")
    cost = CostModel.read(folder / "results" / "06_cost_model.json")
    if advice is None or cost is None:
        message = "neither a date nor a report folder with results of this version"
        raise BespokeError(message, path=str(folder))
    thresholds = dict(client.engagement.thresholds)
    made = Situation(advice.as_of, advice.tasks[0].case, {}, thresholds)
    return {
        task.task_id: replace(made, case=task.case, cost_of=yearly_cost(cost, task.task_id))
        for task in advice.tasks
    }
