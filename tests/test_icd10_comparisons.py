"""What is said of differences between systems that code notes: what holds, for whom, and by which test."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import CodeScores, Icd10Evaluation, RungComparison, System
from bespoke.exhibits.icd10_evaluation import comparisons
from bespoke.statistics.interval import Interval
from bespoke.statistics.mcnemar import McNemar

TITLES = {"opus": "Claude Opus", "lexical": "Lexical search", "tuned": "A tuned model"}
RIGHT = {"opus": 0.5, "lexical": 0.6, "tuned": 0.7}  # share of notes with the right primary diagnosis


def pair(
    second: str, first_only: int = 4, second_only: int = 9, p: float = 0.04, **found: Any
) -> RungComparison:
    known: dict[str, Any] = {"below": False, "best": True, "verdict": "not_separable"}
    return RungComparison(
        first="opus", second=second, difference=Interval(estimate=0.07, low=0.02, high=0.12), p=0.01, p_any=0.03,
        primary=McNemar.model_construct(n=100, first_only=first_only, second_only=second_only),
        primary_p_holm=p, **{**known, **found},
    )  # fmt: skip


def result(*pairs: RungComparison, clusters: int = 100) -> Icd10Evaluation:
    systems = tuple(
        System(
            name=name, title=title, kind="claude", status="run",
            scores=CodeScores.model_construct(
                primary_exact=Interval(estimate=RIGHT[name], low=0.4, high=0.8)
            ),
        )
        for name, title in TITLES.items()
    )  # fmt: skip
    return Icd10Evaluation.model_construct(
        best="opus", systems=systems, comparisons=pairs, notes=100, clusters=clusters
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    return blocks


def said(shown: list[Any]) -> list[str]:
    """The sentences, without what keeps their signs from being read as Markdown."""
    return [block.markdown.replace("\\", "") for block in shown]


def test_each_system_is_held_against_the_one_below_it(shown: list[Any]) -> None:
    below = pair("tuned", below=True, best=False, verdict="improved")
    comparisons.verdicts(result(below, pair("lexical", second_only=4)))
    [text] = said(shown)
    assert text.endswith("- **Claude Opus** against a tuned model: +0.07 (+0.02 to +0.12), improved.")
    assert "lexical" not in text


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ((pair("lexical"),), "lexical search has it exactly right in 60% of the notes, Claude Opus in 50% (p 0.04"),
        ((pair("lexical", p=0.05),), "(p 0.05 after Holm)"),  # the border counts
        ((pair("lexical"), pair("tuned", 4, 10)), "a tuned model has it exactly right in 70%"),  # leads by more
        ((pair("lexical", p=0.051),), None),
        ((pair("lexical", 9, 9),), None),
        ((pair("lexical", best=False),), None),
    ],
)  # fmt: skip
def test_another_leads_on_the_primary_diagnosis_where_it_is_right_more_often_and_not_by_chance(
    shown: list[Any], pairs: tuple[RungComparison, ...], words: str | None
) -> None:
    comparisons.verdicts(result(*pairs))
    if words is None:
        assert shown == []
    else:
        assert words in said(shown)[0]


@pytest.mark.parametrize(
    ("clusters", "test"),
    [(100, "for; primary diagnosis: McNemar's exact test"), (40, "sign flips of whole groups")],
)
def test_the_table_names_the_test_and_whether_notes_stand_alone(
    shown: list[Any], clusters: int, test: str
) -> None:
    comparisons.comparison_table(result(pair("lexical"), clusters=clusters))
    [table] = shown
    assert test in table.source
    assert table.rows == (
        ("Claude Opus", "Lexical search", "+0.07", "+0.02 to +0.12", "0.03", 4, 9, "0.04",
         "not separable at n = 100"),
    )  # fmt: skip


def test_one_system_alone_is_compared_with_nothing(shown: list[Any]) -> None:
    alone = result()
    comparisons.comparison_table(alone)
    comparisons.verdicts(alone)
    assert shown == []
    comparisons.differences(alone)
    assert said(shown) == ["Only one system ran, so there is nothing to compare it with."]
