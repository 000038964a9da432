"""What is said of the difference between two systems: only what the notes can tell from chance."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import CodeScores, Icd10Evaluation, RungComparison, System
from bespoke.exhibits.icd10_evaluation import comparisons
from bespoke.statistics.mcnemar import McNemar
from tests.icd10_cases import near


def pair(
    second: str, verdict: Any, *, only: tuple[int, int] = (5, 5), p_holm: float = 1.0, **more: Any
) -> Any:
    """The best system against another; `only`: notes whose primary diagnosis one of the two alone has right."""
    found = McNemar.model_construct(n=40, first_only=only[0], second_only=only[1], p=p_holm)
    return RungComparison.model_construct(
        **{"first": "best", "second": second, "below": False, "best": True, "difference": near(0.1), "p": 0.01,
           "p_any": 0.02, "primary": found, "primary_p_holm": p_holm, "verdict": verdict, **more}
    )  # fmt: skip


def result(*pairs: RungComparison, clusters: int = 40) -> Icd10Evaluation:
    shares = {"best": 0.5, "Rules": 0.6, "claude": 0.7}
    systems = tuple(
        System.model_construct(
            name=name, title=f"{name.title()} system",
            scores=CodeScores.model_construct(primary_exact=near(share)),
        )
        for name, share in shares.items()
    )  # fmt: skip
    return Icd10Evaluation.model_construct(
        systems=systems, best="best", comparisons=pairs, notes=40, clusters=clusters
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    monkeypatch.setattr(show, "figure", lambda *drawn, **words: blocks.append((drawn, words)))
    return blocks


def said(shown: list[Any]) -> list[str]:
    return [block.markdown.replace("\\", "") for block in shown]


def test_improved_and_worse_alone_count_as_told_from_chance(shown: list[Any]) -> None:
    comparisons.differences(
        result(
            pair("Rules", "improved"), pair("claude", "worse"), pair("Rules", "not_among_so_many"),
            pair("claude", "not_separable"),
        )
    )  # fmt: skip
    ((_, lines), words) = shown[0]
    assert words["caption"] == "2 of 4 differences can be told from chance on 40 notes"
    assert words["alt"].endswith(
        "Best system minus Rules system +0.10 (+0.05 to +0.15), alone yes, not among so many systems;"
        " Best system minus Claude system +0.10 (+0.05 to +0.15), not separable at n = 40."
    )
    assert [(name, settled) for name, _, settled in lines] == [
        ("Best system − rules system", True), ("Best system − Claude system", True),
        ("Best system − rules system", False), ("Best system − Claude system", False),
    ]  # fmt: skip
    shown.clear()
    comparisons.differences(result())
    assert said(shown) == ["Only one system ran, so there is nothing to compare it with."]


def test_only_steps_of_the_ladder_have_a_sentence(shown: list[Any]) -> None:
    comparisons.verdicts(result(pair("Rules", "improved", below=True), pair("claude", "worse")))
    assert said(shown) == [
        "Each system against the one below it ([differences](#fig-icd10-differences)):\n\n"
        "- **Best system** against rules system: +0.10 (+0.05 to +0.15), improved."
    ]


@pytest.mark.parametrize(
    ("rules", "claude", "leads"),
    [
        (((2, 9), 0.05), ((1, 9), 0.2), "rules system has it exactly right in 60%"),
        (
            ((2, 9), 0.05),
            ((1, 9), 0.01),
            "Claude system has it exactly right in 70%",
        ),  # 8 notes more, against 7
        (((9, 2), 0.01), ((5, 5), 0.01), ""),  # the best leads here too, or nobody does
        (((2, 9), 0.051), ((1, 9), 0.06), ""),  # chance
    ],
)
def test_another_system_leads_on_the_primary_diagnosis_where_that_is_not_chance(
    rules: tuple[tuple[int, int], float], claude: tuple[tuple[int, int], float], leads: str, shown: list[Any]
) -> None:
    found = (
        pair(name, "improved", only=only, p_holm=p)
        for name, (only, p) in (("Rules", rules), ("claude", claude))
    )
    comparisons.verdicts(result(*found))
    assert len(shown) == bool(leads)
    if leads:
        assert f"{leads} of the notes, best system in 50% (p" in said(shown)[0]


@pytest.mark.parametrize(
    ("clusters", "test"),
    [
        (40, "primary diagnosis: McNemar's exact test"),
        (
            39,
            "primary diagnosis: exact test by sign flips of whole groups, McNemar's where every note stands alone",
        ),
    ],
)
def test_the_table_names_the_test_that_was_made(clusters: int, test: str, shown: list[Any]) -> None:
    comparisons.comparison_table(result(pair("Rules", "improved"), clusters=clusters))
    assert shown[0].source.endswith(f"is paid for; {test}")
