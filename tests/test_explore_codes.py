"""Two systems on one kind of code by one score: which pair, what counts, and what may be said of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bespoke.chapters.icd10_evaluation.scores import count
from bespoke.explore import code_explorer
from bespoke.explore.code_explorer import EVERY, METRICS, Icd10EvaluationExplorer, _exact, _table, _verdict
from bespoke.explore.explorer import NothingToExplore
from bespoke.statistics.clusters import Clusters, ScoreDifference
from bespoke.statistics.interval import Interval

SETS = [frozenset(codes.split()) for codes in ("I10 E11", "R05", "", "")]
SAID = [frozenset(codes.split()) for codes in ("E11 I10", "R05 I10", "", "R05")]


def test_a_note_is_exactly_right_with_all_its_codes_and_no_other_among_those_that_it_concerns() -> None:
    measure = _exact(count(SETS, SAID))
    assert measure.columns.tolist() == [
        [1, 1],
        [0, 1],
        [0, 0],
        [0, 1],
    ]  # nothing to find and nothing found: no note


@pytest.mark.parametrize(
    ("metric", "score"),
    [
        ("F1", 6 / 8),  # three hits, five said, three in the gold
        ("Precision", 3 / 5),
        ("Recall", 1.0),
        ("F1 per note", (1 + 2 / 3 + 1 + 0) / 4),
        ("Notes exactly right", 1 / 3),
    ],
)
def test_each_score_is_that_of_its_name(metric: str, score: float) -> None:
    found = Clusters(["a", "b", "c", "d"], flips=8).estimate(METRICS[metric](count(SETS, SAID)))
    assert found.value == pytest.approx(score)


def difference(low: float, high: float, p: float = 0.0123) -> ScoreDifference:
    return ScoreDifference(interval=Interval(estimate=(low + high) / 2, low=low, high=high), p=p, p_any=1.0)


@pytest.mark.parametrize(
    ("titles", "found", "wanted", "said"),
    [
        ("AB", difference(0.1, 0.3), "F1", "These notes can tell the two apart (p 0.012, unadjusted)."),
        ("AB", difference(-0.1, 0.3), "F1", "These notes cannot tell the two apart (p 0.012, unadjusted)."),
        ("AB", difference(0.1, 0.3, 0.00099), "F1", "These notes can tell the two apart (p below 0.001, unadjusted)."),
        ("AB", difference(0.1, 0.3, 0.001), "F1", "These notes can tell the two apart (p 0.001, unadjusted)."),
        ("AB", difference(0.1, 0.3), "Recall", "These notes can tell the two apart (p 0.012, unadjusted). For a kind of"
         " mention only recall is defined."),
        ("AA", difference(0.1, 0.3), "F1", "A system does not differ from itself: choose two."),
    ],
)  # fmt: skip
def test_a_verdict_says_whether_the_notes_can_tell_and_that_p_allows_for_nothing(
    titles: str, found: ScoreDifference, wanted: str, said: str
) -> None:
    assert _verdict([*titles], found, "F1", wanted).markdown == said


def test_the_table_has_a_row_for_each_system_and_one_for_what_parts_them() -> None:
    counts = [count(SETS, SAID), count(SETS, SETS)]
    intervals = [Interval(estimate=0.75, low=0.5, high=0.9), Interval(estimate=1.0, low=0.6, high=1.0)]
    table = _table("F1", EVERY, ["A", "B"], intervals, difference(-0.5, 0.1), counts)
    assert [tuple(row) for row in table.rows] == [
        ("A", 0.75, "50.0% to 90.0%", 3, 3), ("B", 1.0, "60.0% to 100.0%", 3, 3),
        ("Difference", -0.2, "-50.0% to 10.0%", None, None),
    ]  # fmt: skip
    assert (table.caption, table.emphasis) == ("F1 on: All codes", (2,))
    assert [(column.title, column.format, column.digits) for column in table.columns[1:2]] == [
        ("F1", "percent", 1)
    ]


# -- the controls ---------------------------------------------------------------------------------------------------


def explorer(best: str = "rules") -> Any:
    """With three systems, a kind of code and a kind of mention."""
    made = object.__new__(Icd10EvaluationExplorer)
    answers = {"rules": SAID, "rag": SETS, "few": SAID}
    made.best, made.gold, made.clusters = best, SETS, Clusters(["a", "b", "c", "d"], flips=8)
    made.systems = {
        name: SimpleNamespace(
            name=name, title=name.title(), answers=[SimpleNamespace(code_set=one) for one in said]
        )
        for name, said in answers.items()
    }  # type: ignore[assignment]
    made.kinds = {"Symptom codes (R)": SimpleNamespace(holds=lambda code: code.startswith("R"))}  # type: ignore[dict-item]
    made.mentions = {"Mention in doubt": SimpleNamespace(codes=[frozenset({"I10"}), *[frozenset()] * 3])}  # type: ignore[dict-item]
    return made


def scene(**choices: Any) -> Any:
    return SimpleNamespace(choices=choices)


@pytest.mark.parametrize(
    ("best", "choices", "pair"),
    [
        ("rules", {}, ("rules", "few")),
        ("few", {}, ("few", "rag")),
        ("", {}, ("few", "rag")),  # without a best one the last
        ("rules", {"first": "rag"}, ("rag", "few")),
        ("rules", {"second": "rag"}, ("rules", "rag")),
        ("rules", {"first": "rag", "second": "rag"}, ("rag", "rag")),
    ],
)
def test_the_best_stands_beside_the_last_unless_others_are_chosen(
    best: str, choices: dict[str, str], pair: tuple[str, str]
) -> None:
    made = explorer(best)
    assert made._pair(scene(**choices)) == pair
    first, second, kinds = made.dials("F1", scene(**choices))
    assert ((first.value, second.value), kinds.value) == (pair, EVERY)
    assert [value for value, _ in kinds.options] == [EVERY, "Symptom codes (R)", "Mention in doubt"]
    assert first.options == (("Rules", "rules"), ("Rag", "rag"), ("Few", "few"))


def test_of_a_kind_of_mention_only_recall_is_counted_and_of_a_kind_of_code_all_of_it() -> None:
    made = explorer()
    every, symptoms, doubt = (
        made._counts(made.systems["rules"], kind) for kind in (EVERY, "Symptom codes (R)", "Mention in doubt")
    )
    assert [(float(np.sum(c.hits)), float(np.sum(c.predicted)), float(np.sum(c.gold))) for c in (every, symptoms)] == [
        (3, 5, 3), (1, 2, 1)
    ]  # fmt: skip
    assert float(np.sum(doubt.gold)) == 1
    drawn, table, verdict = made.look("F1", scene(slice="Mention in doubt"))
    assert "Recall on Mention in doubt: Rules 100.0%; Few 100.0%" in drawn
    assert table.caption == "Recall on: Mention in doubt"
    assert "only recall is defined" in verdict.markdown
    assert "only recall" not in made.look("F1", scene())[2].markdown


def test_without_coded_notes_there_is_nothing_to_explore() -> None:
    book: Any = SimpleNamespace(client=None, facts=None, result=None, earlier=lambda stem: None, stem="05")
    with pytest.raises(NothingToExplore, match="It needs coded notes"):
        code_explorer.Icd10EvaluationExplorer(book)
