"""How many examples each task still needs before it can be tuned, and on what ground: a curve or a rule of thumb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.show.numbers import decimal, percent

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness.result import DatasetReadiness
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation
    from bespoke.chapters.icd10_evaluation.result import Forecast

Ground = Literal["curve", "rule"]
RULE = "narrow_examples"  # the threshold, and its name for a client's override


class ExamplesNeed(Part):
    """The examples one task takes, those that are there, and the reason for the first number in words."""

    task_id: str
    name: str
    wanted: int
    there: int
    there_from: str  # "dataset" where the files were counted, "tasks" where the task list says it
    claimed: int  # what the task list says
    ground: Ground
    why: str

    @property
    def missing(self) -> int:
        return max(0, self.wanted - self.there)


def examples_needed(
    client: Client, facts: Facts, *, dataset: DatasetReadiness | None, icd10: Icd10Evaluation | None
) -> tuple[ExamplesNeed, ...]:
    """The need of every task.

    A measured learning curve decides where it reaches the task's target within the distance it may be prolonged;
    the upper end of the rule of thumb everywhere else. The dataset's files count for the task they are declared for, or
    the one that claims most labelled examples, and what they hold takes the place of what is claimed, unless they are
    declared a sample.
    """
    curve = icd10.forecast if icd10 else None
    note = client.engagement.dataset
    counted = dataset if not note.sample else None
    found = {note.task or counted.claiming_task: counted.usable} if counted is not None else {}
    return tuple(
        need_of(task, facts, usable=found.get(task.task_id), curve=_own(curve, task)) for task in client.tasks
    )


def need_of(task: Task, facts: Facts, *, usable: int | None, curve: Forecast | None = None) -> ExamplesNeed:
    """The need of one task; `usable` are the examples counted in its dataset, None where nobody has counted."""
    needed = curve.needed if curve else None
    return ExamplesNeed(
        task_id=task.task_id,
        name=task.name,
        wanted=needed.examples if needed else rule_of_thumb(facts)[1],
        there=task.labelled_examples if usable is None else usable,
        there_from="tasks" if usable is None else "dataset",
        claimed=task.labelled_examples,
        ground="curve" if needed else "rule",
        why=_why(curve),
    )


def _own(curve: Forecast | None, task: Task) -> Forecast | None:
    return curve if curve is not None and curve.task_id == task.task_id else None


def rule_of_thumb(facts: Facts) -> tuple[int, int, str]:
    """Examples for a narrow task: low, high and where it comes from; a client's own threshold is both."""
    if RULE in facts.overrides:
        own = round(facts.threshold(RULE))
        return own, own, "the client's own threshold"
    fact = facts.fact(f"threshold.{RULE}")
    low, high = fact.range
    return round(low), round(high), fact.source


def _why(curve: Forecast | None) -> str:
    """Why the curve decides, or why it does not."""
    if curve is None:
        return "no learning curve was measured for it"
    ends = f"{decimal(curve.sizes[0])} to {decimal(curve.sizes[-1])}"
    measured = f"the learning curve of “{curve.title}”, measured with {ends} examples,"
    if curve.target is None:
        return f"{measured} is one of F1, and the task sets no target in F1"
    if curve.needed is None:
        return (
            f"{measured} does not reach {percent(curve.target)} within {decimal(curve.limit)}, the farthest it may be"
            f" prolonged: there it is expected at {percent(curve.at_limit.estimate)}"
            f" ({percent(curve.at_limit.low)} to {percent(curve.at_limit.high)})"
        )
    high = "more than " + decimal(curve.limit) if curve.needed.high is None else decimal(curve.needed.high)
    return (
        f"{measured} reaches {percent(curve.target)} at {decimal(curve.needed.examples)}"
        f" ({decimal(curve.needed.low)} to {high})"
    )
