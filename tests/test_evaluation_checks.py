"""What is said of any task's cases, training cases and answers, and of whatever task.yaml names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.evaluation import checks
from bespoke.evaluation.cases import Case, EvaluationTask, Recorded, Setup


def said_by(check: Any, cases: Sequence[Case]) -> list[tuple[str | None, str]]:
    found: list[tuple[str | None, str]] = []

    def say(
        file: str, message: str, *, id: str | None = None, column: str = "", warning: bool = False
    ) -> None:
        assert file == "cases.jsonl"
        assert warning
        found.append((id, message))

    check("cases.jsonl", cases, say)
    return found


def grouped(*groups: str | None) -> list[Case]:
    return [Case(id=f"c{n}", group=group, input="text") for n, group in enumerate(groups)]


@pytest.mark.parametrize("spellings", [("Acme", "ACME"), ("Acme", "Acme", "ACME"), ("Acme", "ACME", "acme")])
def test_groups_that_differ_by_case_alone_are_named_once_with_two_spellings(
    spellings: tuple[str, ...],
) -> None:
    ((_, message),) = said_by(checks._groups, grouped(*spellings))
    assert "ACME" in message
    assert "Acme" in message
    assert "are taken as one group" in message


def test_of_groups_that_are_written_one_way_nothing_is_said() -> None:
    assert said_by(checks._groups, grouped("Acme", "Acme", "Other", None, None)) == []


def texts(count: int) -> list[Case]:
    """Each text twice."""
    return [Case(id=f"{copy}{n}", input=f"text {n}") for n in range(count) for copy in "ab"]


@pytest.mark.parametrize(("copied", "lines"), [(0, 0), (1, 1), (5, 5), (6, 6), (8, 6)])
def test_five_copied_texts_are_named_and_the_others_counted(copied: int, lines: int) -> None:
    found = said_by(checks._copies, [*texts(copied), Case(id="alone", input="another text")])
    assert len(found) == lines
    assert [name for name, _ in found[:5]] == [f"b{n}" for n in range(min(copied, 5))]
    if copied > 5:
        assert found[-1] == (None, f"{copied - 5} more texts stand in it more than once")


# --- the whole task ------------------------------------------------------------------------------------------------

SCORER: Any = SimpleNamespace(
    name="label", metrics={"accuracy": "share of right answers", "macro_f1": "mean F1"}
)
A, B, ANSWERS = Case(id="a", input="one"), Case(id="b", input="two"), "predictions/house.jsonl"


def answers(*names: str, run: int = 1) -> tuple[Recorded, ...]:
    return tuple(Recorded(id=name, run=run, prediction="x") for name in names)


def told(
    cases: Sequence[Case] = (A, B), setup: dict[str, Any] | None = None, **parts: Any
) -> list[tuple[Any, ...]]:
    """Of each problem: file, id, column, whether it is a warning, message."""
    found: list[tuple[Any, ...]] = []

    def say(file: str, message: str, *, id: str = "", column: str = "", warning: bool = False) -> None:
        found.append((file, id, column, warning, message))

    read = Setup(scorer="label", **(setup or {}))
    checks.check_task(EvaluationTask("t", Path("t"), read, tuple(cases), **parts), SCORER, say)
    return found


def test_of_a_task_that_is_right_nothing_is_said() -> None:
    setup = {
        "metric": "macro_f1", "in_use": "house", "prompt": "prompt.txt", "systems": {"house": {}},
        "contrasts": [{"first": "house", "second": "other"}],
    }  # fmt: skip
    turns = [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Yes?"}]
    cases = (A, B, Case(id="c", input=turns, documents=("guide.md",)))
    assert told(cases, setup, train=(Case(id="d", input="three"),), documents={"guide.md": "x"}, prompt="Sort it.",
                recorded={"house": (*answers("a", "b", "c"), *answers("a", "b", "c", run=2))}) == []  # fmt: skip


@pytest.mark.parametrize("file", ["cases.jsonl", "train.jsonl"])
def test_each_file_of_cases_is_looked_at(file: str) -> None:
    wrong = [
        Case(id="x", input="text 1", group="Acme"),
        Case(id="x", input="Text  1", group="ACME"),
        Case(id="y", input=" ", documents=("guid.md",)),
        Case(id="z", input=[{"role": "system", "text": "Hello"}]),
        Case(id="e", input=[{"role": "user", "text": " "}]),
        Case(id="n", input=[]),
    ]
    given = {"cases": wrong} if file == "cases.jsonl" else {"train": wrong}
    form = "must be text, or a list of turns with role (user, assistant) and text"
    assert told(**given, documents={"guide.md": "x"}) == [  # type: ignore[arg-type]
        (file, "x", "id", False, '"x" is the id of 2 cases; give each its own'),
        (file, "y", "input", False, "is empty"),
        *[(file, name, "input", False, form) for name in "zen"],
        (file, "x", "input", True, "the same text as x; a copy counts the same case twice"),
        (file, "x", "group", True, '"ACME" and "Acme" are taken as one group; write it one way'),
        (file, "y", "documents", False, '"guid.md" is no file of documents/; nearest: guide.md'),
    ]


@pytest.mark.parametrize(
    "train", [Case(id="t1", input="ONE "), Case(id="t1", input="other", group="g")], ids=["text", "group"]
)
def test_training_cases_that_give_a_scored_one_away_are_counted_and_not_learnt_from(train: Case) -> None:
    grouped = Case(id="b", input="two", group="G")
    assert told((A, grouped), train=(train, Case(id="t2", input="three"))) == [
        ("train.jsonl", "t1", "", True, "1 of 2 training cases share a group or the text with a case that is scored"
         " (t1); nothing learns from them")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("setup", "column", "warning", "message"),
    [
        ({"metric": "macro_f"}, "metric", False, '"macro_f" is no metric of label; nearest: macro_f1'),
        ({"in_use": "hose"}, "in_use", False, '"hose" has no file in predictions/; nearest: house'),
        ({"prompt": "prompt.txt"}, "prompt", False, '"prompt.txt" is no text file of this folder'),
        ({"systems": {"new": {}}}, "systems", True, '"new" has no file in predictions/'),
        ({"contrasts": [{"first": "a", "second": "b"}, {"first": "a", "second": "a"}]}, "contrasts[1]", False,
         "compares a system with itself"),
    ],
)  # fmt: skip
def test_what_the_setup_names_has_to_be_there(
    setup: dict[str, Any], column: str, warning: bool, message: str
) -> None:
    assert told(setup=setup, recorded={"house": answers("a", "b")}) == [
        ("task.yaml", "", column, warning, message)
    ]


def test_an_answer_belongs_to_one_case_and_run_and_every_case_should_have_one() -> None:
    assert told(recorded={"house": answers("a", "a", "zzz")}) == [
        (ANSWERS, "a", "id", False, '"a" is answered 2 times in run 1'),
        (ANSWERS, "zzz", "id", False, '"zzz" is no id of cases.jsonl; known: a, b'),
        (ANSWERS, "", "", True, "1 of 2 cases have no line and count as wrong: b"),
    ]


def test_of_several_runs_the_one_that_lacks_answers_is_named() -> None:
    assert told(recorded={"house": (*answers("a", "b"), *answers("b", run=3))}) == [
        (ANSWERS, "", "", True, "run 3: 1 of 2 cases have no line and count as wrong: a")
    ]
