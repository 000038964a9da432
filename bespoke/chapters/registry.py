"""The chapters as declarations: what each reads, what it needs from earlier ones, how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke import paths
from bespoke.chapters.added_chapters import placed
from bespoke.errors import BespokeError

if TYPE_CHECKING:  # `bespoke run` looks at this list before it knows whether there is anything to do
    from datetime import date

    from bespoke.clients.schema import Client
    from bespoke.facts.reader import Facts
    from bespoke.results import Result

ENGAGEMENT = ("engagement.yaml", "tasks.csv", "usage.json")
EVIDENCE = {  # what is counted and measured, before what is declared
    "failures": "02_failure_modes",
    "dataset": "03_dataset_readiness",
    "evaluation": "04_evaluation",
}


@dataclass(frozen=True)
class Chapter:
    """One notebook and the pure function behind it."""

    stem: str  # of the notebook, and of its result file
    module: str  # under bespoke.chapters
    result: str  # the Result class in it
    reads: tuple[str, ...]  # files and folders of the client folder
    needs: Mapping[str, str] = field(default_factory=dict)  # argument -> stem of the earlier chapter
    without: str = ""  # what to say when its input is missing
    quiet: bool = False  # without its input it is no chapter: one line at the end of the one before
    compute: str = "compute"  # in `module`
    package: str = "bespoke"  # of a house's own chapter: its package, laid out as ours
    after: str = ""  # of a house's own chapter: stem of the chapter it follows in the report
    explorer: str = ""  # of a house's own chapter: `module:Class` of its controls, where it has some

    @property
    def name(self) -> str:
        """The stem without its number: what exhibits and tables are called by."""
        return self.stem[3:]

    def notebook(self) -> Path:
        """The source notebook."""
        if self.package == "bespoke":
            return paths.notebooks() / f"{self.stem}.ipynb"
        return package_folder(self.package) / "notebooks" / f"{self.stem}.ipynb"

    def modules(self) -> tuple[str, str]:
        """Names of the modules that compute and that show."""
        return f"{self.package}.chapters.{self.module}", f"{self.package}.exhibits.{self.name}"

    def result_type(self) -> type[Result]:
        found: type[Result] = getattr(import_module(self.modules()[0]), self.result)
        return found

    def function(self) -> Callable[..., Result | None]:
        found: Callable[..., Result | None] = getattr(import_module(self.modules()[0]), self.compute)
        return found


def package_folder(package: str) -> Path:
    """Where a package's files lie, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise BespokeError(f"package {package} of a chapter is not installed")
    return Path(spec.submodule_search_locations[0])


_ALL = (
    Chapter(
        "01_task_audit",
        "task_audit",
        "Audit",
        reads=(*ENGAGEMENT, "prices.yaml"),
        needs=EVIDENCE,
    ),
    Chapter(
        "02_failure_modes",
        "failure_modes",
        "FailureModes",
        reads=(*ENGAGEMENT, "failures.csv", "codes.csv", "judge.csv"),
        without="This chapter is left out: it needs `failures.csv`, about 100 failing outputs with the client's "
        "own codes.",
    ),
    Chapter(
        "03_dataset_readiness",
        "dataset_readiness",
        "DatasetReadiness",
        reads=(*ENGAGEMENT, "dataset", "evaluation"),
        without="This chapter is left out: it needs training examples as JSONL or CSV files in `dataset/`.",
    ),
    Chapter(
        "04_evaluation",
        "evaluation",
        "Evaluation",
        reads=(*ENGAGEMENT, "evaluation", "prices.yaml"),
        without="No task has cases yet: `evaluation/<task_id>/` with `task.yaml` and, in `cases.jsonl`, about "
        "100 inputs "
        "with the right answer makes its quality a measured figure.",
        quiet=True,
    ),
    Chapter(
        "05_icd10_evaluation",
        "icd10_evaluation",
        "Icd10Evaluation",
        reads=(*ENGAGEMENT, "evaluation", "prices.yaml"),
        without="There is no chapter on ICD-10-CM: it needs coded notes, cases of the scorer `code_set` in "
        "`evaluation/<task_id>/`, and `train.jsonl` there for the rungs that learn.",
        quiet=True,
    ),
    Chapter(
        "06_cost_model",
        "cost_model",
        "CostModel",
        reads=(*ENGAGEMENT, "prices.yaml"),
        needs=EVIDENCE,
    ),
    Chapter(
        "07_timeline",
        "schedule",
        "Timeline",
        reads=(*ENGAGEMENT, "phases.csv", "prices.yaml", "../engagement_log.csv"),
        needs={**EVIDENCE, "icd10": "05_icd10_evaluation"},
    ),
    Chapter(
        "08_recommendation",
        "recommendation",
        "Recommendation",
        reads=(*ENGAGEMENT, "scenarios"),
        needs={
            "audit": "01_task_audit",
            "failures": "02_failure_modes",
            "dataset": "03_dataset_readiness",
            "timeline": "07_timeline",
        },
    ),
)
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

    What the chapter puts into words (reasons, evidence) has numbers and dates in the client's language, money in its
    currency.
    """
    from bespoke.show.numbers import number_locale

    entry = chapter(stem)
    inputs = {name: earlier(needed) for name, needed in entry.needs.items()}
    with number_locale(client.engagement.language, client.engagement.currency):
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
