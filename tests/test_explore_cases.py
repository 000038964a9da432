"""Case by case, two systems side by side: which cases are left by a choice, and what is shown of one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.schema import Usage
from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import Case, EvaluationTask, Setup
from bespoke.explore import case_explorer
from bespoke.explore.case_explorer import LISTED, WHICH, EvaluationExplorer
from bespoke.explore.explorer import NothingToExplore
from bespoke.facts.reader import Facts
from bespoke.show.blocks import Callout

GOLD = "aabb"


def ran(name: str, *said: str, kind: Any = "recorded", **about: Any) -> SystemRun:
    """A letter is an answer, `?` one that was lost, `-` none."""
    status: dict[str, Any] = {"?": "not_measured", "-": "missing"}
    runs = tuple(
        tuple(Answer(None if one in status else one, status.get(one, "answered")) for one in run)
        for run in said
    )
    return SystemRun(name, name.title(), kind, runs, **about)


BASE, HOUSE, CLAUDE = (
    ran("base", "aaaa", kind="offline"),
    ran("house", "aab-"),
    ran("claude_rag", "ab?b", "bbbb"),
)


class Scorer:
    """Right is what says the same."""

    def accepted(self, task: EvaluationTask, system: str, answers: Any) -> list[bool]:
        return [answer.value == case.expected for answer, case in zip(answers, task.cases, strict=True)]

    def same(self, first: object, second: object) -> bool:
        return first == second


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> EvaluationExplorer:
    return exploring(monkeypatch)


def exploring(
    monkeypatch: pytest.MonkeyPatch, in_use: str | None = "house", cases: tuple[Case, ...] = ()
) -> EvaluationExplorer:
    given = cases or tuple(
        Case(id=f"c{n}", input=f"text {n}", expected=gold, group="G 1" if n == 0 else None, tags=("old", "long"),
             documents=("guide.md",) if n == 0 else (), second="b" if n == 0 else None)
        for n, gold in enumerate(GOLD)
    )  # fmt: skip
    task = EvaluationTask("t", Path("t"), Setup(scorer="label", in_use=in_use), given)
    client: Any = SimpleNamespace(
        evaluated=(task,), tasks=(SimpleNamespace(task_id="t", name="Sort mail"),), prices=None,
        engagement=SimpleNamespace(country="US"),
    )  # fmt: skip
    monkeypatch.setattr(case_explorer, "find", lambda name: Scorer())
    monkeypatch.setattr(case_explorer, "ladder_of", lambda task, scorer, seed: [BASE, HOUSE, CLAUDE])
    book: Any = SimpleNamespace(client=client, facts=Facts(date(2026, 11, 20)))
    return EvaluationExplorer(book)


def scene(**choices: Any) -> Any:
    return SimpleNamespace(choices=choices)


def looked(explorer: EvaluationExplorer, **choices: Any) -> Any:
    return explorer.look("t", scene(**choices))


def test_without_cases_there_is_nothing_to_explore() -> None:
    book: Any = SimpleNamespace(client=SimpleNamespace(evaluated=()), facts=None)
    with pytest.raises(NothingToExplore, match="It needs cases"):
        EvaluationExplorer(book)


def test_what_is_in_use_stands_beside_the_last_one(
    monkeypatch: pytest.MonkeyPatch, explorer: EvaluationExplorer
) -> None:
    assert explorer.subjects() == [("Sort mail", "t")]
    assert explorer._pair("t", scene()) == ("house", "claude_rag")
    assert explorer._pair("t", scene(first="claude_rag")) == ("claude_rag", "house")
    assert explorer._pair("t", scene(first="house", second="base")) == ("house", "base")
    assert explorer._pair("t", scene(first="of another task", second="none")) == ("house", "claude_rag")
    assert exploring(monkeypatch, in_use=None)._pair("t", scene()) == ("base", "claude_rag")


@pytest.mark.parametrize(
    ("which", "left"),
    [
        (WHICH[0], [0, 1, 2, 3]),
        (WHICH[1], [1, 2, 3]),  # a lost answer is another than one that came
        (WHICH[2], [3]),  # the house is wrong where it says nothing
        (WHICH[3], [1]),  # what was lost is not held against it
    ],
)
def test_a_choice_leaves_the_cases_it_names(
    explorer: EvaluationExplorer, which: str, left: list[int]
) -> None:
    assert explorer._chosen("t", scene(which=which)) == left
    system, beside, shown, case = explorer.dials("t", scene(which=which, case=9))
    assert (system.value, beside.value, shown.value) == ("house", "claude_rag", which)
    assert (case.value, case.low, case.high) == (len(left), 1, max(2, len(left)))


def test_where_no_case_is_left_that_is_said(explorer: EvaluationExplorer) -> None:
    none = scene(which=WHICH[1], first="house", second="house")
    (said,) = explorer.look("t", none)
    assert isinstance(said, Callout)
    assert said.markdown == "No case is left by this choice."
    assert explorer.dials("t", none)[3].value == 1


def test_a_case_is_shown_with_every_run_and_whether_it_is_right(explorer: EvaluationExplorer) -> None:
    one, listed = looked(explorer)
    assert [tuple(row) for row in one.rows] == [
        ("Input", "text 0", ""), ("Expected", "a", ""), ("Rests on", "guide.md", ""), ("Second person", "b", ""),
        ("House", "a", "right"), ("House took", "not recorded", ""),
        ("Claude_Rag, run 1", "a", "right"), ("Claude_Rag, run 2", "b", ""), ("Claude_Rag took", "not recorded", ""),
    ]  # fmt: skip
    assert (one.caption, one.source) == ("Case c0, group g 1", "old, long")
    assert [tuple(row) for row in listed.rows] == [
        ("c0", "a", "a", "right", "a", "right"), ("c1", "a", "a", "right", "b", "wrong"),
        ("c2", "b", "b", "right", "not measured", "not judged"), ("c3", "b", "missing", "wrong", "b", "right"),
    ]  # fmt: skip
    assert (listed.caption, listed.emphasis) == ("4 of 4 cases", (0,))


def test_the_case_that_is_chosen_is_counted_among_those_left(explorer: EvaluationExplorer) -> None:
    one, listed = looked(explorer, which=WHICH[1], case=2)
    assert one.caption == "Case c2"
    assert (listed.caption, listed.emphasis) == ("3 of 4 cases", (1,))
    last, _ = looked(explorer, which=WHICH[1], case=99)
    assert last.caption == "Case c3"


def test_of_many_cases_the_list_begins_three_before_the_one_that_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = tuple(Case(id=f"c{n}", input="x", expected="a") for n in range(40))
    long = [ran(name, "a" * 40) for name in ("base", "house")]
    explorer = exploring(monkeypatch, cases=many)
    monkeypatch.setattr(case_explorer, "ladder_of", lambda task, scorer, seed: long)
    for case, first, emphasis in ((1, 0, 0), (4, 0, 3), (5, 1, 3), (40, 36, 3)):
        _, listed = looked(explorer, case=case)
        assert listed.rows[0][0] == f"c{first}"
        assert (len(listed.rows), listed.emphasis) == (min(LISTED, 40 - first), (emphasis,))


def test_identifiers_are_masked_and_long_cells_cut(explorer: EvaluationExplorer) -> None:
    assert "123-45-6789" not in explorer._plain("SSN 123-45-6789")
    assert explorer._cell("x" * 91) == "x" * 89 + "…"


def test_what_a_case_took_is_told_as_far_as_it_was_recorded(explorer: EvaluationExplorer) -> None:
    used = Usage(input_tokens=1000, output_tokens=200, cache_read_tokens=0, cache_write_tokens=0)
    full = SystemRun("s", "S", "recorded", ((Answer("a", usage=used, latency_ms=1234.4, confidence=0.8),),),
                     model="claude-haiku-4-5")  # fmt: skip
    assert explorer._took(full, 0) == "1000 tokens in, 200 out, 1234 ms, $0.00200, 80% sure"
    timed = SystemRun("s", "S", "recorded", ((Answer("a", latency_ms=5.0),),))
    assert explorer._took(timed, 0) == "5 ms"
