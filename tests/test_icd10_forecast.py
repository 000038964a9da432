"""How far a learning curve may be prolonged, and what it says of the examples still needed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from bespoke.chapters.examples_needed import examples_needed, need_of
from bespoke.chapters.icd10_evaluation.forecast import forecast
from bespoke.chapters.icd10_evaluation.learning_curve import Measured, measured
from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer, RungRun
from bespoke.chapters.icd10_evaluation.result import Forecast, Needed
from bespoke.chapters.icd10_evaluation.scores import CodeCounts
from bespoke.clients.schema import (
    Annotation,
    Client,
    DatasetNote,
    Engagement,
    Fields,
    Note,
    Rates,
    Task,
    TrainedOn,
)
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval

FACTS = Facts(date(2026, 11, 20))
NOTES = 200
GROUPS = tuple(f"P{n}" for n in range(NOTES))
SIZES = (25, 50, 100, 200)


def task(metric: str = "exact code F1", target: float | None = 0.8, labelled: int = 100) -> Task:
    return Task(
        task_id="notes", name="Notes", kind="extraction", requests_per_day=1, peak_to_mean=1, system_tokens=1,
        input_tokens=1, output_tokens=1, model="m", metric=metric, target_quality=target, labelled_examples=labelled,
    )  # fmt: skip


def client(*tasks: Task) -> Client:
    engagement = Engagement(
        client="Test", prepared_by="Test", as_of=FACTS.as_of, start=FACTS.as_of, country="US",
        rates=Rates(consultant_day=Decimal(1), annotator_hour=Decimal(1)),
        annotation=Annotation(examples_per_hour=1, annotators=1, review_rounds=1),
    )  # fmt: skip
    return Client("test", Path(), engagement, tasks or (task(),))


def scoring(score: float) -> CodeCounts:
    """One code a note, right in the given share of the notes: micro-F1 is that share."""
    right = np.arange(NOTES) < round(score * NOTES)
    return CodeCounts(hits=right.astype(float), predicted=np.ones(NOTES), gold=np.ones(NOTES))


def curve(
    *scores: float, name: str = "linear", tuned: bool = False, sizes: tuple[int, ...] = SIZES
) -> Measured:
    return Measured(
        name, name.capitalize(), tuned, sizes, tuple((scoring(score),) for score in scores), GROUPS
    )


RISING = curve(0.5, 0.615, 0.7, 0.76)  # 0.9 - 2.0 n^-0.5 at 25, 50, 100, 200 would be 0.5, 0.617, 0.7, 0.759


def test_a_target_within_reach_says_how_many_examples_it_takes() -> None:
    found = forecast([RISING], client(), FACTS)
    assert found is not None
    assert found.limit == 800  # four times 200
    assert found.needed is not None
    assert found.needed.examples == pytest.approx(400, rel=0.15)  # (2.0 / (0.9 - 0.8))^2 = 400
    assert found.needed.low < found.needed.examples
    assert found.needed.high is None or found.needed.high > found.needed.examples
    assert found.at_limit.low < found.at_limit.estimate < found.at_limit.high


def test_a_target_beyond_the_limit_is_not_answered() -> None:
    found = forecast([RISING], client(task(target=0.88)), FACTS)
    assert found is not None
    assert found.needed is None  # (2.0 / 0.02)^2 = 10,000 examples: fifty times what was measured


def test_a_flat_curve_reaches_nothing() -> None:
    found = forecast([curve(0.3, 0.3, 0.3, 0.3)], client(), FACTS)
    assert found is not None
    assert found.needed is None
    assert found.at_limit.estimate == pytest.approx(0.3)


def test_three_sizes_are_no_curve() -> None:
    assert forecast([curve(0.5, 0.6, 0.7, sizes=SIZES[:3])], client(), FACTS) is None


def test_tuned_models_come_before_rungs_that_score_higher() -> None:
    tuned = curve(0.4, 0.5, 0.55, 0.6, name="nova", tuned=True)
    found = forecast([RISING, tuned], client(), FACTS)
    assert found is not None
    assert (found.system, found.tuned) == ("nova", True)


@pytest.mark.parametrize("other", [task(metric="accuracy"), task(target=None)])
def test_a_target_on_another_scale_is_not_asked_for(other: Task) -> None:
    found = forecast([RISING], client(other), FACTS)
    assert found is not None
    assert (found.target, found.needed) == (None, None)


def test_recorded_models_of_one_base_are_one_curve() -> None:
    gold = Fields(diagnosis_icd10=("I10",), symptoms=(), prescribed_medications=(), follow_up_date=None)
    notes = [Note(id=f"N{n}", text="x", gold=gold) for n in range(4)]
    ladder = [
        RungRun(
            f"run{size}", f"Run {size}", "recorded", tuple(NoteAnswer(("I10",) if n < right else ()) for n in range(4)),
            trained_on=TrainedOn(model="nova", examples=size),
        )
        for size, right in ((100, 3), (50, 2))
    ]  # fmt: skip
    (found,) = measured(ladder, [], notes, [frozenset({"I10"})] * 4, seed=1)
    points = found.curve().points
    # two of four right: 2 x 2 / (2 + 4) = 2/3; three of four: 6/7
    assert [(p.notes, p.micro_f1) for p in points] == [
        (50, pytest.approx(2 / 3)),
        (100, pytest.approx(6 / 7)),
    ]


# --- what the timeline plans with --------------------------------------------------------------------------


def prolonged(needed: Needed | None, target: float | None = 0.8) -> Forecast:
    there = Interval(estimate=0.72, low=0.6, high=0.78)
    return Forecast(
        system="mentions", title="Mention dictionary", tuned=False, sizes=SIZES, limit=800, at_limit=there,
        task_id="notes", target=target, needed=needed,
    )  # fmt: skip


def test_a_curve_that_reaches_the_target_decides() -> None:
    found = need_of(task(), FACTS, usable=150, curve=prolonged(Needed(examples=400, low=250, high=None)))
    assert (found.wanted, found.there, found.missing, found.ground) == (400, 150, 250, "curve")
    assert found.why == (
        "the learning curve of “Mention dictionary”, measured with 25 to 200 examples, reaches 80% at 400"
        " (250 to more than 800)"
    )


def test_otherwise_the_rule_of_thumb_decides_and_says_why() -> None:
    found = need_of(task(), FACTS, usable=150, curve=prolonged(None))
    assert (found.wanted, found.missing, found.ground) == (500, 350, "rule")
    assert (
        "does not reach 80% within 800, the farthest it may be prolonged: there it is expected at 72%"
        in found.why
    )
    assert (
        need_of(task(), FACTS, usable=None).there == 100
    )  # nobody has counted: the task list is taken at its word


def test_the_files_count_for_the_task_that_claims_most(tmp_path: Path) -> None:
    from bespoke.chapters import dataset_readiness
    from tests.test_dataset_rules import good

    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(good(n)) + "\n" for n in range(30)))
    two = client(task(labelled=1_200), replace_id(task(labelled=80), "other"))
    data = dataset_readiness.compute(replace(two, folder=tmp_path, dataset=(path,)), FACTS)
    needs = examples_needed(two, FACTS, dataset=data, icd10=None)
    assert [(n.task_id, n.there, n.there_from, n.missing) for n in needs] == [
        ("notes", 30, "dataset", 470), ("other", 80, "tasks", 420),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("note", "there"),
    [
        (DatasetNote(), [(30, "dataset"), (80, "tasks")]),
        (DatasetNote(task="other"), [(1_200, "tasks"), (30, "dataset")]),
        (
            DatasetNote(sample=True),
            [(1_200, "tasks"), (80, "tasks")],
        ),  # it says nothing about how many there are
    ],
)
def test_the_files_are_of_the_task_they_are_declared_for_and_a_sample_counts_for_none(
    tmp_path: Path, note: DatasetNote, there: list[tuple[int, str]]
) -> None:
    from bespoke.chapters import dataset_readiness
    from tests.test_dataset_rules import good

    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(good(n)) + "\n" for n in range(30)))
    two = client(task(labelled=1_200), replace_id(task(labelled=80), "other"))
    two = replace(two, folder=tmp_path, dataset=(path,))
    declared = replace(two, engagement=two.engagement.model_copy(update={"dataset": note}))
    data = dataset_readiness.compute(two, FACTS)
    needs = examples_needed(declared, FACTS, dataset=data, icd10=None)
    assert [(n.there, n.there_from) for n in needs] == there


def replace_id(found: Task, task_id: str) -> Task:
    return found.model_copy(update={"task_id": task_id})
