"""What a kind of task has to say for the evaluation to do the rest. One file in `bespoke/scorers/` each."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import Case, EvaluationTask, Recorded, Setup
from bespoke.evaluation.details import Detail
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.interval import Interval

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)\n?```", re.DOTALL)


class CaseProblemReporter(Protocol):
    """Tells a problem of a file of the task's folder, at the line of a case or of an answer where `id` names one."""

    def __call__(
        self, file: str, message: str, *, id: str = "", column: str = "", warning: bool = False
    ) -> None: ...


class Scorer(ABC):
    """A kind of task. Everything is pure: the same task gives the same numbers."""

    name: ClassVar[str]
    title: ClassVar[str]  # in words: "one label of several"
    setup: ClassVar[type[Setup]] = Setup
    case: ClassVar[type[Case]] = Case
    recorded: ClassVar[type[Recorded]] = Recorded
    metrics: ClassVar[Mapping[str, str]]  # name -> words, the usual main one first

    def files(self, setup: object) -> tuple[str, ...]:
        """Further files of the folder that this task needs, read as text where they are."""
        return ()

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:  # noqa: B027 - most have something to say, none must
        """Says what is wrong with setup, cases or answers beyond their shape."""

    @abstractmethod
    def read(self, task: EvaluationTask, prediction: object) -> Any | None:
        """A recorded prediction as this scorer's value; None where it does not have the form asked for."""

    @abstractmethod
    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        """One measure per metric; None for one that no case of this task knows."""

    @abstractmethod
    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        """Whether each answer is right as a whole; None where that cannot be said."""

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        """Systems that run here, without a model, lowest rung first."""
        return []

    def same(self, first: object, second: object) -> bool:
        """Whether two values say the same."""
        return bool(first == second)

    def second_person(self, task: EvaluationTask) -> list[Answer] | None:
        """What another person answered, as answers of a system; None without any."""
        if not any(case.second is not None for case in task.cases):
            return None
        return [
            Answer(status="not_measured") if case.second is None else Answer(self.read(task, case.second))
            for case in task.cases
        ]

    def ceiling(self, task: EvaluationTask, clusters: Clusters) -> Interval | None:
        """How far people agree on these cases: what a second person scores by the main metric."""
        person = self.second_person(task)
        if person is None:
            return None
        measure = self.measures(task, "second person", person)[main_metric(self, task)]
        known = np.array([answer.measured for answer in person])
        return None if measure is None else clusters.interval(measure.only(known))

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        """What only this kind of task shows; `shown` is the system whose errors matter most."""
        return []

    def drafts(self, task: EvaluationTask) -> int:
        """How often a smaller model answers before `trusted` can tell; 0 where nothing can."""
        return 2

    def trusted(self, task: EvaluationTask, values: Sequence[Any]) -> bool:
        """Whether a smaller model's `drafts` answers to one case, all of the form asked for, can stand: by saying the
        same twice (Yue et al. 2023, arXiv 2310.03094)."""
        return all(self.same(values[0], value) for value in values[1:])

    # --- for a model -----------------------------------------------------------------------------------

    @abstractmethod
    def schema(self, task: EvaluationTask) -> dict[str, Any] | None:
        """The JSON schema that a provider can hold an answer to; None where an answer is plain text."""

    @abstractmethod
    def instructions(self, task: EvaluationTask) -> str:
        """What a model is told, where the client has no prompt of their own."""

    def written(self, task: EvaluationTask, case: Case) -> str:
        """The expected answer of a training case as a model should give it."""
        return json.dumps(case.expected, ensure_ascii=False)

    def parse(self, task: EvaluationTask, text: str) -> Any | None:
        """A model's text as a prediction to record; None where it does not have the form asked for."""
        return text.strip() or None if self.schema(task) is None else self.read_json(task, text)

    def read_json(self, task: EvaluationTask, text: str) -> Any | None:
        """The one JSON value of a text, where it is an answer of this task."""
        value = json_in(text)
        return value if value is not None and self.read(task, value) is not None else None


def main_metric(scorer: Scorer, task: EvaluationTask) -> str:
    """The metric that task.yaml names, else the scorer's usual one."""
    return task.setup.metric or next(iter(scorer.metrics))


def json_in(text: str) -> Any | None:
    """The one JSON value of a text, bare or in one code fence; None where there is none."""
    fenced = _FENCE.fullmatch(text.strip())
    try:
        value = json.loads(fenced.group(1) if fenced else text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # lone surrogates cannot be written
    except (ValueError, RecursionError):
        return None
    return value
