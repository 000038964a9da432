"""What `bespoke compare` prints: tasks that came and went, each difference, and what caused it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bespoke.advice.compare_advice import AdviceDifference
from bespoke.inspection import compare_reports
from bespoke.runner.cache.run_plan import RunOptions

FOUND = {
    "calm": AdviceDifference("calm", (), (), ()),
    "notes": AdviceDifference("notes", ("first step: rag -> batch",), ("quality, 0.7 -> 0.8",), ()),
    "letters": AdviceDifference("letters", ("once: $1 -> $2",), (), ("target, 0.8 -> 0.9", "thresholds")),
}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, examples: Path, tmp_path: Path) -> Callable[[str, str], list[str]]:
    """Compares two sets of tasks, whose advice differs as FOUND says."""

    def lines(old: str, new: str) -> list[str]:
        sides = {"old": old.split(), "new": new.split()}
        monkeypatch.setattr(
            compare_reports, "_standpoints", lambda client, which: {task: task for task in sides[which]}
        )
        monkeypatch.setattr(compare_reports, "compare", lambda before, after: FOUND[after])
        options = RunOptions(examples, tmp_path)
        return [*compare_reports.compare_reports("harbour_legal", "old", "new", options)]

    return lines


def test_tasks_that_came_and_went_are_named_and_not_compared(said: Callable[[str, str], list[str]]) -> None:
    assert said("gone calm", "calm fresh") == ["gone: no longer there", "fresh: new"]


def test_each_difference_stands_before_what_caused_it(said: Callable[[str, str], list[str]]) -> None:
    assert said("notes letters calm", "notes letters calm") == [
        "notes: first step: rag -> batch",
        "notes:   caused by quality, 0.7 -> 0.8",
        "letters: once: $1 -> $2",
        "letters:   caused only together by target, 0.8 -> 0.9; thresholds",
    ]


def test_the_same_advice_is_said_to_be_the_same(said: Callable[[str, str], list[str]]) -> None:
    assert said("calm", "calm") == ["harbour_legal: the advice is the same"]
