"""One task from answers to figures, by a scorer that is known by heart: what is counted, compared and chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from bespoke.evaluation import evaluate
from bespoke.evaluation.answers import Answer, SystemRun, offline
from bespoke.evaluation.cases import Case, Contrast, EvaluationTask, Recorded, Setup
from bespoke.evaluation.details import Detail, Remark
from bespoke.evaluation.evaluate import _minutes, _spread, evaluate_task
from bespoke.evaluation.scorer import Scorer
from bespoke.facts.reader import Facts
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.interval import Interval

FACTS = Facts(date(2026, 11, 20))
PEOPLE = Interval(estimate=0.9, low=0.8, high=0.95)


class Same(Scorer):
    """Right is what says the same; a second metric is known of no case."""

    name, title = "same", "the same word"
    metrics: ClassVar[dict[str, str]] = {
        "accuracy": "share of right answers", "other": "known of none", "said": "share of answers"
    }  # fmt: skip

    def read(self, task: EvaluationTask, prediction: object) -> object | None:
        return prediction if isinstance(prediction, str) else None

    def _right(self, task: EvaluationTask, answers: Sequence[Answer]) -> list[bool]:
        return [a.value == case.expected for a, case in zip(answers, task.cases, strict=True)]

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> dict[str, Measure | None]:
        said = [a.status == "answered" for a in answers]
        return {
            "other": None,
            "said": Measure.share(said),
            "accuracy": Measure.share(self._right(task, answers)),
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        return [*self._right(task, answers)]

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        return [offline("always_a", "Always a", ["a"] * len(task.cases))]

    def ceiling(self, task: EvaluationTask, clusters: Clusters) -> Interval:
        return PEOPLE

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        return [Remark(template=f"{shown.name} of {len(systems)}")]

    def schema(self, task: EvaluationTask) -> None:
        return None

    def instructions(self, task: EvaluationTask) -> str:
        return ""


GOLD = "aabbcc"
CASES = tuple(
    Case(id=str(n), input=f"text {n // 2 if n < 2 else n}", expected=gold, group="g" if n < 2 else None,
         minutes=n if n > 4 else None)
    for n, gold in enumerate(GOLD)
)  # fmt: skip


def rows(answers: str, run: int = 1) -> tuple[Recorded, ...]:
    """A letter is what was said for a case; `-` is no answer, `?` one that was lost."""
    return tuple(
        Recorded(id=str(n), run=run, outcome="answer_lost") if said == "?" else
        Recorded(id=str(n), run=run, prediction=said)
        for n, said in enumerate(answers) if said != "-"
    )  # fmt: skip


def task(recorded: dict[str, tuple[Recorded, ...]], **setup: Any) -> EvaluationTask:
    train = (Case(id="t0", input="TEXT 2", expected="a"), Case(id="t1", input="more", expected="b"))
    return EvaluationTask(
        "t",
        Path("t"),
        Setup(scorer="same", **setup),
        CASES,
        train,
        {"guide.md": "x"},
        recorded,
        prompt="Say it.",
    )


def client(*, deidentified: bool = False, declared: bool = True) -> Any:
    one = SimpleNamespace(
        task_id="t", name="The task", metric="accuracy", current_quality=0.5, target_quality=0.9
    )
    return SimpleNamespace(
        tasks=(one,) if declared else (), evaluated=(), prices=None,
        engagement=SimpleNamespace(evaluation=SimpleNamespace(deidentified=deidentified)),
    )  # fmt: skip


def evaluated(recorded: dict[str, tuple[Recorded, ...]], who: Any = None, **setup: Any) -> Any:
    return evaluate_task(task(recorded, **setup), Same(), who or client(), FACTS, flips=64, seed=1)


HOUSE, CLAUDE = rows("aabbc-"), rows("aabbcc")  # five of six, with one line missing; all


def test_the_task_is_counted_as_it_lies_there() -> None:
    found = evaluated({"house": HOUSE}, in_use="house", published=False, minutes_per_case=9)
    assert (found.task_id, found.name, found.scorer, found.kind_of_task) == (
        "t",
        "The task",
        "same",
        "the same word",
    )
    assert (found.metric, found.metric_words) == ("accuracy", "share of right answers")
    assert (found.declared_metric, found.declared_quality, found.target) == ("accuracy", 0.5, 0.9)
    assert (found.cases, found.groups, found.train, found.left_out_of_training) == (6, 5, 1, 1)
    assert (found.documents, found.copies) == (1, 1)
    assert (found.published, found.used_before, found.in_use) == (False, None, "house")
    assert found.minutes_per_case == 5.0  # what a case says comes before what task.yaml says


def test_a_task_that_tasks_csv_does_not_name_goes_by_its_id() -> None:
    found = evaluated({"house": HOUSE}, client(declared=False))
    assert (found.name, found.declared_metric, found.declared_quality, found.target) == ("t", "", None, None)


def test_the_best_has_the_highest_score_and_every_other_is_compared_with_it() -> None:
    found = evaluated({"house": HOUSE, "claude_rag": CLAUDE}, in_use="house")
    assert [one.name for one in found.systems] == ["always_a", "house", "claude_rag"]
    assert found.best == "claude_rag"
    estimates = {one.name: one.scores[0].interval.estimate for one in found.systems}
    assert estimates == {
        name: pytest.approx(right / 6) for name, right in zip(estimates, (2, 5, 6), strict=True)
    }
    assert [(one.first, one.second, one.why) for one in found.contrasts] == [
        ("claude_rag", "always_a", "best"), ("claude_rag", "house", "best")
    ]  # fmt: skip
    assert [one.in_use for one in found.systems] == [False, True, False]
    assert all([score.metric for score in one.scores] == ["accuracy", "said"] for one in found.systems)
    assert found.ceiling == PEOPLE


def test_the_metric_of_the_setup_decides_and_stands_first() -> None:
    found = evaluated({"house": HOUSE}, metric="said")
    assert (found.metric, found.metric_words, found.best) == ("said", "share of answers", "always_a")
    assert [score.metric for score in found.systems[0].scores] == ["said", "accuracy"]


@pytest.mark.parametrize(
    ("in_use", "shown", "others"),
    [
        (None, "claude_rag", ["house"]),
        ("house", "house", ["claude_rag"]),
        ("always_a", "always_a", ["house", "claude_rag"]),
    ],
)
def test_the_system_in_use_is_looked_at_beside_those_that_were_recorded_else_the_best(
    monkeypatch: pytest.MonkeyPatch, in_use: str | None, shown: str, others: list[str]
) -> None:
    reviewed: list[Any] = []

    def review(ran: SystemRun, beside: Sequence[SystemRun], accepted: Any, *more: Any) -> None:
        reviewed.append((ran.name, [one.name for one in beside], sum(accepted)))

    monkeypatch.setattr(evaluate, "review", review)
    found = evaluated({"house": HOUSE, "claude_rag": CLAUDE}, in_use=in_use)
    right = {"house": 5, "claude_rag": 6, "always_a": 2}[shown]
    assert reviewed == [(shown, others, right)]
    assert [one.template for one in found.details] == [f"{shown} of 3"]


def test_noise_of_labels_is_asked_of_the_pair_that_is_hardest_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []

    def noise(first: Measure, second: Measure, seed: int) -> tuple[()]:
        asked.append((first.columns[:, 0].sum(), second.columns[:, 0].sum(), seed))
        return ()

    monkeypatch.setattr(evaluate, "label_noise", noise)
    found = evaluated({"house": HOUSE, "claude_rag": CLAUDE})
    assert found.power.pair == ("claude_rag", "house")
    assert asked == [(6, 5, 1)]


def test_a_contrast_with_a_system_that_is_not_there_is_named() -> None:
    wanted = (Contrast(first="house", second="new"), Contrast(first="house", second="always_a"))
    found = evaluated({"house": HOUSE}, contrasts=wanted)
    assert found.not_contrasted == ("new",)
    assert [(one.first, one.second, one.why) for one in found.contrasts] == [
        ("house", "always_a", "declared")
    ]


def test_what_a_system_said_is_counted_by_how_it_ended_and_what_was_lost_is_not_held_against_it() -> None:
    (system,) = (one for one in evaluated({"house": rows("ab??c-")}).systems if one.name == "house")
    counts = system.outcomes
    assert (counts.answered, counts.missing, counts.not_measured, counts.schema_broken) == (3, 1, 2, 0)
    assert (system.cases, system.groups) == (4, 3)  # of the first two, which are one group, and the last two
    assert system.scores[0].interval.estimate == pytest.approx(2 / 4)
    assert system.accepted is not None
    assert system.accepted.estimate == pytest.approx(2 / 4)


def test_runs_are_pooled_and_their_spread_is_told() -> None:
    both = (*rows("aabbcc", 1), *rows("aabbca", 2))
    (system,) = (one for one in evaluated({"house": both}).systems if one.name == "house")
    assert (system.runs, system.outcomes.answered) == (2, 12)
    assert system.scores[0].interval.estimate == pytest.approx((1 + 5 / 6) / 2)
    # 1 and 5/6 are 1/6 apart: a standard deviation of 1/6 / sqrt(2)
    assert system.spread == pytest.approx(1 / 6 / np.sqrt(2))
    (one,) = (one for one in evaluated({"house": HOUSE}).systems if one.name == "house")
    assert (one.runs, one.spread) == (1, None)


@pytest.mark.parametrize("deidentified", [True, False])
def test_single_cases_are_shown_only_where_they_are_declared_deidentified(
    monkeypatch: pytest.MonkeyPatch, deidentified: bool
) -> None:
    rooms: list[int] = []
    case_by_case = evaluate.case_by_case

    def asked(*given: Any) -> Any:
        rooms.append(given[-1])
        return case_by_case(*given)

    monkeypatch.setattr(evaluate, "case_by_case", asked)
    who = client(deidentified=deidentified)
    who.evaluated = (object(), object(), object())
    found = evaluated({"house": HOUSE}, who)
    assert (found.cases_shown is not None) is deidentified
    assert rooms == ([evaluate.BYTES // 3] if deidentified else [])  # three tasks share a page


def test_a_spread_is_of_the_runs_that_have_a_score() -> None:
    def run(*right: bool) -> dict[str, Measure | None]:
        return {"accuracy": Measure.share([*right])}

    assert _spread([run(True, False)], "accuracy") is None
    assert _spread([run(True, False), run(True, True)], "accuracy") == pytest.approx(0.5 / np.sqrt(2))


@pytest.mark.parametrize(
    ("minutes", "stated", "found"),
    [((None, None), None, None), ((None, None), 9.0, 9.0), ((4.0, None), 9.0, 4.0), ((4.0, 8.0), None, 6.0)],
)
def test_a_persons_minutes_are_those_of_the_cases_else_those_stated(
    minutes: tuple[float | None, ...], stated: float | None, found: float | None
) -> None:
    cases = tuple(Case(id=str(n), input="x", minutes=one) for n, one in enumerate(minutes))
    assert (
        _minutes(EvaluationTask("t", Path("t"), Setup(scorer="same", minutes_per_case=stated), cases))
        == found
    )
