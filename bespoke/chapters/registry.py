"""The seven chapters as declarations: what each reads, what it needs from earlier ones, how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke import places
from bespoke.chapters.house import placed
from bespoke.errors import BespokeError

if TYPE_CHECKING:  # `bespoke run` looks at this list before it knows whether there is anything to do
    from bespoke.clients.schema import Client
    from bespoke.facts.reader import Facts
    from bespoke.results import Result

ENGAGEMENT = ("engagement.yaml", "tasks.csv")


@dataclass(frozen=True)
class Chapter:
    """One notebook and the pure function behind it."""

    stem: str  # of the notebook, and of its result file
    module: str  # under bespoke.chapters
    result: str  # the Result class in it
    reads: tuple[str, ...]  # files and folders of the client folder
    needs: Mapping[str, str] = field(default_factory=dict)  # argument -> stem of the earlier chapter
    without: str = ""  # what to say when its input is missing
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
            return places.notebooks() / f"{self.stem}.ipynb"
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
        reads=(*ENGAGEMENT, "failures.csv", "codes.csv", "prices.yaml"),
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
        "04_icd10_evaluation",
        "icd10_evaluation",
        "Icd10Evaluation",
        reads=(*ENGAGEMENT, "evaluation", "prices.yaml"),
        without="This chapter is left out: it needs coded notes in `evaluation/notes.jsonl`, "
        "and `evaluation/train.jsonl` for the rungs that learn.",
    ),
    Chapter(
        "05_cost_model",
        "cost_model",
        "CostModel",
        reads=(*ENGAGEMENT, "prices.yaml"),
        needs={"evaluation": "04_icd10_evaluation"},
    ),
    Chapter(
        "06_timeline",
        "schedule",
        "Timeline",
        reads=(*ENGAGEMENT, "phases.csv", "prices.yaml", "../engagement_log.csv"),
        needs={
            "audit": "01_task_audit",
            "failures": "02_failure_modes",
            "cost": "05_cost_model",
            "dataset": "03_dataset_readiness",
            "evaluation": "04_icd10_evaluation",
        },
    ),
    Chapter(
        "07_recommendation",
        "recommendation",
        "Recommendation",
        reads=ENGAGEMENT,
        needs={
            "audit": "01_task_audit",
            "failures": "02_failure_modes",
            "dataset": "03_dataset_readiness",
            "cost": "05_cost_model",
            "timeline": "06_timeline",
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

    What the chapter puts into words (reasons, evidence) has numbers and dates in the client's language.
    """
    from bespoke.show.numbers import speaking

    entry = chapter(stem)
    inputs = {name: earlier(needed) for name, needed in entry.needs.items()}
    with speaking(client.engagement.language):
        return entry.function()(client, facts, **inputs, **parameters)
