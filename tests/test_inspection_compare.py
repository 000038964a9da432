"""What `bespoke compare` prints: tasks that came and went, each difference, and what caused it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice.compare_advice import AdviceDifference
from bespoke.errors import BespokeError, Problem
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


def test_a_report_or_an_issue_of_it_is_taken_as_this_machine_wrote_it_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    proven, advice = compare_reports._proven, compare_reports.issued.ADVICE
    assert proven(tmp_path, "acme") is False  # neither of them lies there
    written: dict[str, str] = {}
    monkeypatch.setattr(
        compare_reports.manifests, "proven", lambda folder, name: SimpleNamespace(files=written)
    )
    monkeypatch.setattr(compare_reports.proof, "changed", lambda folder, made: changed)
    (tmp_path / compare_reports.manifests.FILE).touch()
    changed = list[Problem]()
    assert proven(tmp_path, "acme") is False  # the report of a run that gave no advice
    written[advice] = "digest"
    assert proven(tmp_path, "acme") is True
    changed = [Problem("advice", None, None, "was changed")]
    with pytest.raises(BespokeError, match="was changed"):
        proven(tmp_path, "acme")
    seen: list[tuple[Path, str]] = []
    monkeypatch.setattr(compare_reports.issued, "proven", lambda folder, name: seen.append((folder, name)))
    (tmp_path / compare_reports.issued.RECORD).touch()
    assert proven(tmp_path, "acme") is True
    assert seen == [(tmp_path, "acme")]  # which raises where the record is another's


def test_a_side_is_a_day_or_a_report_folder_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    client = SimpleNamespace(name="acme")
    read = {str(tmp_path / "good" / compare_reports.issued.ADVICE): "advice of the folder"}
    monkeypatch.setattr(compare_reports, "standpoints", lambda client, advice: {"a": advice})
    monkeypatch.setattr(compare_reports, "_on_a_day", lambda client, day: f"advice of {day}")
    monkeypatch.setattr(
        compare_reports, "_proven", lambda folder, name: folder.name != "foreign" and name == "acme"
    )
    monkeypatch.setattr(compare_reports.Recommendation, "read", lambda path: read.get(str(path)))
    found = [compare_reports._standpoints(client, which) for which in ("2026-06-01", str(tmp_path / "good"))]  # type: ignore[arg-type]
    assert found == [{"a": "advice of 2026-06-01"}, {"a": "advice of the folder"}]
    for name in ("foreign", "of another version"):
        with pytest.raises(
            BespokeError, match=rf"{name}: neither a date nor a report folder with results of this"
        ):
            compare_reports._standpoints(client, str(tmp_path / name))  # type: ignore[arg-type]


def test_of_a_day_the_advice_is_that_of_all_chapters_computed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date

    from bespoke.chapters.recommendation import Recommendation

    advice, day, asked = Recommendation.model_construct(), date(2026, 6, 1), list[object]()

    def compute_all(client: object, day: date) -> dict[str, object]:
        asked.append((client, day))
        return {"01_task_audit": None, compare_reports.LAST: advice}

    monkeypatch.setattr(compare_reports, "compute_all", compute_all)
    monkeypatch.setattr(compare_reports, "standpoints", lambda client, found: {client: found})
    client: Any = "acme"
    assert compare_reports._standpoints(client, "2026-06-01") == {client: advice}
    assert asked == [("acme", day)]
