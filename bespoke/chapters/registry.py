"""The chapters as declarations: what each reads, what it needs from earlier ones, how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bespoke.chapters.added_chapters import placed
from bespoke.chapters.chapter import Chapter
from bespoke.errors import BespokeError

if TYPE_CHECKING:  # `bespoke run` looks at this list before it knows whether there is anything to do
    from datetime import date

    from bespoke.clients.schema import Client
    from bespoke.facts.reader import Facts
    from bespoke.results import Result

__all__ = ["CHAPTERS", "ENGAGEMENT", "EVIDENCE", "Chapter", "chapter", "compute", "compute_all"]

ENGAGEMENT = ("engagement.yaml", "tasks.csv", "usage.json")
EVIDENCE = {  # what is counted and measured, before what is declared
    "failures": "02_failure_modes",
    "dataset": "03_dataset_readiness",
    "evaluation": "04_evaluation",
}
_ALL = (
    Chapter("01_task_audit", "task_audit", "Audit", reads=(*ENGAGEMENT, "prices.yaml"), needs=EVIDENCE),
    Chapter(
        "02_failure_modes", "failure_modes", "FailureModes",
        reads=(*ENGAGEMENT, "failures.csv", "codes.csv", "judge.csv"),
        without="It needs about 100 failing outputs with the client's own codes.",
    ),
    Chapter(
        "03_dataset_readiness", "dataset_readiness", "DatasetReadiness",
        reads=(*ENGAGEMENT, "dataset", "evaluation"), without="It needs training examples.",
    ),
    Chapter(
        "04_evaluation", "evaluation", "Evaluation", reads=(*ENGAGEMENT, "evaluation", "prices.yaml"),
        without="No task has cases yet: about 100 inputs with the right answer make its quality a measured figure.",
    ),
    Chapter(
        "05_icd10_evaluation", "icd10_evaluation", "Icd10Evaluation",
        reads=(*ENGAGEMENT, "evaluation", "prices.yaml"), of_one_field=True, takes_long=True,
        without="It needs notes coded in ICD-10-CM, and further ones for the systems that learn.",
    ),
    Chapter("06_cost_model", "cost_model", "CostModel", reads=(*ENGAGEMENT, "prices.yaml"), needs=EVIDENCE),
    Chapter(
        "07_timeline", "schedule", "Timeline",
        reads=(*ENGAGEMENT, "phases.csv", "prices.yaml", "../engagement_log.csv"),
        needs={**EVIDENCE, "icd10": "05_icd10_evaluation"},
    ),
    Chapter(
        "08_recommendation", "recommendation", "Recommendation", reads=(*ENGAGEMENT, "scenarios"),
        needs={
            "audit": "01_task_audit", "failures": "02_failure_modes", "dataset": "03_dataset_readiness",
            "timeline": "07_timeline",
        },
        leaves=("advice.json",),
    ),
)  # fmt: skip
CHAPTERS: Mapping[str, Chapter] = placed(_ALL)


def chapter(stem: str) -> Chapter:
    if stem not in CHAPTERS:
        raise BespokeError(f"no chapter {stem!r}; there are {', '.join(CHAPTERS)}")
    return CHAPTERS[stem]


def compute(
    stem: str,
    client: Client,
    facts: Facts,
    earlier: Callable[[str], Result | None],
    parameters: Mapping[str, Any],
) -> Result | None:
    """Run one chapter's function; `earlier` gives the result of another by its stem.

    What the chapter puts into words (reasons, evidence) has money in the client's currency.
    """
    from bespoke.show.language import LANGUAGE
    from bespoke.show.numbers import number_locale

    entry = chapter(stem)
    inputs = {name: earlier(needed) for name, needed in entry.needs.items()}
    with number_locale(LANGUAGE, client.engagement.currency):
        return entry.function()(client, facts, **inputs, **parameters)


def compute_all(client: Client, as_of: date) -> dict[str, Result | None]:
    """Every chapter's result for a day, in memory, each before those that need it; by stem, in the list's order."""
    from bespoke.facts.reader import Facts

    found: dict[str, Result | None] = {}

    def result(stem: str) -> Result | None:
        if stem not in found:
            found[stem] = compute(stem, client, Facts(as_of, dict(client.engagement.thresholds)), result, {})
        return found[stem]

    return {stem: result(stem) for stem in CHAPTERS}
