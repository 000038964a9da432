"""The evaluation: how well each task is done, by which system, and how far the client's own cases can tell."""

from __future__ import annotations

from typing import ClassVar

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.clients.schema import Client
from bespoke.evaluation.case_by_case import ANSWER, INPUT, PROMPT
from bespoke.evaluation.details import Detail, Grid, Matrix, Value
from bespoke.evaluation.evaluate import evaluate_task
from bespoke.evaluation.result import MeasuredTask, TaskEvaluation
from bespoke.evaluation.shown_cases import CaseByCase, ShownAnswer, ShownCase
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.scorers import find
from bespoke.statistics.clusters import FLIPS
from bespoke.statistics.seed import SEED


class Unmeasured(Part):
    """A task without cases: its quality is what somebody says."""

    task_id: str
    name: str
    declared_quality: float | None


class Evaluation(Result):
    """Every task that has cases, in the order of tasks.csv."""

    version: ClassVar[int] = 2

    tasks: tuple[TaskEvaluation, ...]
    without: tuple[Unmeasured, ...]
    flips: int
    seed: int

    def measured(self) -> dict[str, MeasuredTask]:
        """What the other chapters take, by task_id."""
        return {task.task_id: task.measured() for task in self.tasks}


def compute(client: Client, facts: Facts, *, flips: int = FLIPS, seed: int = SEED) -> Evaluation | None:
    """Scores every system of every task with cases; None where no task has any."""
    if not client.evaluated:
        return None
    order = {task.task_id: place for place, task in enumerate(client.tasks)}
    tasks = sorted(client.evaluated, key=lambda task: order.get(task.task_id, len(order)))
    scored = (evaluate_task(t, find(t.setup.scorer), client, facts, flips=flips, seed=seed) for t in tasks)
    found = tuple(_printable(one, client.engagement.country) for one in scored)
    measured = {task.task_id for task in found}
    return Evaluation(
        tasks=found,
        without=tuple(
            Unmeasured(task_id=t.task_id, name=t.name, declared_quality=t.current_quality)
            for t in client.tasks
            if t.task_id not in measured
        ),
        flips=flips,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )


def _printable(found: TaskEvaluation, country: str) -> TaskEvaluation:
    """The task with what its scorer quotes of cases and answers, whichever scorer it is, without identifiers."""
    quoting, said = Quoting(country), Quoting(country)  # a caption repeats a table's words: not counted
    file = f"evaluation/{found.task_id}"

    def value(one: Value) -> Value:
        return quoting.text(one, file) if isinstance(one, str) else one

    def plain(detail: Detail) -> Detail:
        if isinstance(detail, Grid):
            rows = tuple(tuple(map(value, row)) for row in detail.rows)
            heads = tuple(h.model_copy(update={"title": said.text(h.title, file)}) for h in detail.columns)
            caption = said.text(detail.caption, file)
            return detail.model_copy(update={"caption": caption, "columns": heads, "rows": rows})
        if isinstance(detail, Matrix):
            names = {"rows": said.texts(detail.rows, file), "columns": quoting.texts(detail.columns, file)}
            return detail.model_copy(update={"caption": said.text(detail.caption, file), **names})
        return detail.model_copy(update={"values": {k: value(v) for k, v in detail.values.items()}})

    details = tuple(map(plain, found.details))
    shown = _cases(found.cases_shown, quoting, file) if found.cases_shown else None
    return found.model_copy(update={"details": details, "cases_shown": shown, "masked": quoting.masked()})


def _cases(found: CaseByCase, quoting: Quoting, file: str) -> CaseByCase:
    def part(text: str, most: int) -> str:
        shown, stop = quoting.part(text, 0, most, file)
        return shown if stop >= len(text) else f"{shown}…"

    def answer(one: ShownAnswer) -> ShownAnswer:
        runs = tuple(r.model_copy(update={"text": part(r.text, ANSWER)}) for r in one.runs)
        return one.model_copy(update={"runs": runs})

    def case(one: ShownCase) -> ShownCase:
        texts = {name: quoting.text(getattr(one, name), file) for name in ("id", "group")}
        texts |= {"input": part(one.input, INPUT), "expected": part(one.expected, ANSWER)}
        lists = {name: quoting.texts(getattr(one, name), file) for name in ("tags", "documents")}
        return one.model_copy(update={**texts, **lists, "answers": tuple(map(answer, one.answers))})

    prompt = part(found.prompt, PROMPT)
    return found.model_copy(update={"prompt": prompt, "cases": tuple(map(case, found.cases))})
