"""Failure families: who gave each label, rates, agreement, saturation, plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.chapters import failure_modes
from bespoke.chapters.failure_labels import label_failures
from bespoke.clients.schema import (
    Annotation,
    Client,
    CodeFamily,
    Engagement,
    Failure,
    JudgeLabel,
    Rates,
    Task,
)
from bespoke.exhibits.failure_modes.task_failures import _draw_heat_map
from bespoke.facts.reader import Facts

FACTS = Facts(date(2026, 11, 20))


def failure(number: int, **fields: Any) -> Failure:
    return Failure(failure_id=f"F{number}", task_id="t", prompt="p", expected="e", actual="a", **fields)


def client(failures: list[Failure], **fields: Any) -> Client:
    engagement = Engagement(
        client="C", prepared_by="P", as_of=date(2026, 11, 20), start=date(2026, 11, 23), country="US",
        rates=Rates(consultant_day=Decimal(1), annotator_hour=Decimal(1)),
        annotation=Annotation(examples_per_hour=1, annotators=1, review_rounds=1),
    )  # fmt: skip
    task = Task(
        task_id="t", name="T", kind="extraction", requests_per_day=1, peak_to_mean=1, system_tokens=1,
        input_tokens=1, output_tokens=1, model="claude-sonnet-4-6", metric="m",
        current_quality=0.6, target_quality=0.9,
    )  # fmt: skip
    return Client("c", Path("c"), engagement, (task,), failures=tuple(failures), **fields)


def given(failures: list[Failure], *codes: CodeFamily) -> list[tuple[str, str]]:
    labels, _ = label_failures(failures, codes, seed=1)
    return [(label.family, label.given_by) for label in labels]


def test_the_clients_code_table_comes_first() -> None:
    row = failure(1, code="wrong side", label_1="format", label_2="format")
    assert given([row], CodeFamily(code="wrong side", family="edge_case")) == [
        ("edge_case", "client's code table")
    ]


def test_then_both_annotators_then_others_of_the_same_code_then_one_annotator() -> None:
    rows = [
        failure(1, code="x", label_1="tone", label_2="tone"),
        failure(2, code="x"),
        failure(3, label_1="facts"),
        failure(4, label_1="facts", label_2="tone"),  # they disagree and there is no code: unmapped
    ]
    assert given(rows) == [
        ("tone", "both annotators"), ("tone", "annotators of the same code"), ("facts", "one annotator"),
        ("unmapped", "nobody"),
    ]  # fmt: skip


def test_a_tie_among_annotators_of_a_code_decides_nothing() -> None:
    rows = [failure(1, code="x", label_1="tone", label_2="format"), failure(2, code="x")]
    assert given(rows)[1] == ("unmapped", "nobody")


def test_a_broken_schema_needs_no_judge() -> None:
    lacks = failure(1).model_copy(update={"expected": '{"a": 1, "b": 2}', "actual": '{"a": 1}'})
    prose = failure(2).model_copy(update={"expected": '{"a": 1}', "actual": 'Sure! {"a": 1}'})
    fine = failure(3).model_copy(update={"expected": '{"a": 1}', "actual": '{"a": 2}'})
    assert given([lacks, prose, fine]) == [
        ("format", "schema check"), ("format", "schema check"), ("unmapped", "nobody"),
    ]  # fmt: skip


def test_the_words_of_a_code_decide_only_when_one_family_fits() -> None:
    assert given([failure(1, code="outdated policy cited")]) == [("facts", "words of the code")]
    assert given([failure(1, code="informal label")]) == [("unmapped", "nobody")]  # tone and vocabulary


def test_rates_agreement_and_plan_by_hand() -> None:
    rows = [failure(i, code="c", label_1="format", label_2="format") for i in range(6)]
    rows += [failure(i, code="d", label_1="tone", label_2="tone") for i in range(6, 9)]
    rows += [failure(9, label_1="tone", label_2="format")]
    found = failure_modes.compute(client(rows), FACTS)
    assert found is not None
    assert [(f.family, f.count) for f in found.families] == [("format", 6), ("tone", 3), ("unmapped", 1)]
    # Wilson for 6 of 10 at 95%: centre (0.6 + 0.19207) / 1.38415, half width 0.24043
    assert found.families[0].share.low == pytest.approx(0.3127, abs=1e-4)
    assert found.families[0].share.high == pytest.approx(0.8318, abs=1e-4)
    # Agreement 9 of 10; chance .6 x .7 + .4 x .3 = .54; kappa (.9 - .54) / (1 - .54) = .7826
    assert found.agreement is not None
    assert found.agreement.kappa == pytest.approx(0.36 / 0.46)
    # Missing quality 1 - 0.6 = 0.4, of which format has 6 of 10: at most 0.24
    assert found.plan[0].family == "format"
    assert found.plan[0].gain == pytest.approx(0.24)
    assert found.main_family("t") == "format"


def test_saturation_counts_outputs_since_the_last_new_code() -> None:
    rows = [failure(i, code=code) for i, code in enumerate("aabacccc")] + [failure(99)]
    found = failure_modes.compute(client(rows), FACTS)
    assert found is not None
    assert found.saturation.distinct == (1, 1, 2, 2, 3, 3, 3, 3)
    assert found.saturation.since_last_new == 3
    assert not found.saturation.reached


def test_the_classifier_labels_nothing_when_it_cannot_beat_guessing() -> None:
    rows = [failure(i, label_1=f, label_2=f) for i, f in enumerate(["tone", "format"] * 6)]
    rows.append(failure(99))
    _, check = label_failures(rows, (), seed=1)
    assert check is not None  # identical texts: nothing to learn
    assert not check.used
    assert check.labelled == 0


def test_the_classifier_labels_the_rest_when_the_words_tell_the_families_apart() -> None:
    def row(i: int, words: str, **labels: Any) -> Failure:
        return failure(i, note=words, **labels)

    rows = [row(i, "letter too chatty and informal", label_1="tone", label_2="tone") for i in range(20)]
    rows += [row(i, "broken brackets in the json", label_1="format", label_2="format") for i in range(20, 40)]
    rows.append(row(99, "much too chatty"))
    labels, check = label_failures(rows, (), seed=1)
    assert check is not None
    assert check.used
    assert check.confusion == ((20, 0), (0, 20))
    assert (labels[-1].family, labels[-1].given_by) == ("tone", "classifier")


def test_no_failures_file_leaves_the_chapter_out() -> None:
    assert failure_modes.compute(client([]), FACTS) is None


def test_a_judge_model_is_corrected_by_what_people_said_of_other_rows() -> None:
    # 40 rows people labelled, half format, half tone; the judge is right on all of them: TPR = TNR = 1.
    rows = [failure(i, label_1="format", label_2="format") for i in range(20)]
    rows += [failure(i, label_1="tone", label_2="tone") for i in range(20, 40)]
    rows += [failure(i) for i in range(40, 50)]  # nobody but the judge labelled these
    said = ["format"] * 20 + ["tone"] * 20 + ["format"] * 8 + ["tone"] * 2
    judge = tuple(
        JudgeLabel(failure_id=row.failure_id, family=family)  # type: ignore[arg-type]
        for row, family in zip(rows, said, strict=True)
    )
    found = failure_modes.compute(client(rows, judge=judge), FACTS)
    assert found is not None
    (check,) = found.judges
    assert (check.judge, check.held_out) == ("the judge model", 40)
    form = next(f for f in check.families if f.family == "format")
    assert (form.judged, form.of) == (8, 10)
    assert form.corrected is not None
    assert form.corrected.estimate == pytest.approx(0.8)  # (0.8 + 1 - 1) / (1 + 1 - 1)
    assert found.labels[-1].given_by == "the judge model"


def test_a_judge_below_the_floor_shows_no_share() -> None:
    # It calls every third tone format: TNR of format is 14 / 20 = 0.7, below 0.8.
    rows = [failure(i, label_1="format", label_2="format") for i in range(20)]
    rows += [failure(i, label_1="tone", label_2="tone") for i in range(20, 40)]
    rows += [failure(40)]
    said = ["format"] * 20 + ["format"] * 6 + ["tone"] * 14 + ["format"]
    judge = tuple(
        JudgeLabel(failure_id=row.failure_id, family=family)  # type: ignore[arg-type]
        for row, family in zip(rows, said, strict=True)
    )
    found = failure_modes.compute(client(rows, judge=judge), FACTS)
    assert found is not None
    form = next(f for f in found.judges[0].families if f.family == "format")
    assert (form.true_positive_rate, form.true_negative_rate) == (1.0, 0.7)
    assert form.corrected is None
    assert found.judges[0].trusted == ()


def test_the_map_of_tasks_by_family_is_a_third_of_an_inch_higher_for_each_task() -> None:
    heights = [
        _draw_heat_map(
            ["Format", "Facts"], [f"Task {n}" for n in range(tasks)], [[3, 0]] * tasks
        ).get_figheight()
        for tasks in (1, 2, 4)
    ]
    assert heights == pytest.approx([1.03, 1.36, 2.02])
