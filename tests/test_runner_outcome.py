"""How the work on one client ends: a line per problem, kept until the next run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bespoke.errors import BespokeError, Problem
from bespoke.report import memory
from bespoke.runner import report as printing
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.outcome import Outcome, keep, outcome_of, problems_of


def raising(error: BaseException) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (
            BespokeError([Problem("a.csv", 2, None, "is odd"), Problem("b.csv", None, None, "too")]),
            ("a.csv:2: is odd", "b.csv: too"),
        ),
        (FileNotFoundError(2, "No such file", "/somewhere/a.csv"), ("a.csv: No such file",)),
        (OSError("no space"), ("acme: no space",)),
        (MemoryError(), (f"acme: {memory.exceeded()}",)),
        (
            KeyError("x"),
            (
                "acme: a fault of bespoke itself, please report it: KeyError: 'x' (BESPOKE_DEBUG=1 shows more)",
            ),
        ),
    ],
)
def test_what_goes_wrong_is_a_line_of_the_client(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, lines: tuple[str, ...]
) -> None:
    monkeypatch.delenv("BESPOKE_DEBUG", raising=False)
    found = outcome_of("acme", raising(error))
    assert (found, found.ok) == (Outcome("acme", lines), False)
    assert outcome_of("acme", lambda: None) == Outcome("acme")
    assert Outcome("acme").ok


def test_a_fault_of_ours_is_shown_whole_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BESPOKE_DEBUG", "1")
    with pytest.raises(KeyError):
        outcome_of("acme", raising(KeyError("x")))


def test_problems_are_kept_until_a_run_ends_well(tmp_path: Path) -> None:
    keep(tmp_path, ["one", "two"])
    assert (tmp_path / "problems.txt").read_text() == "one\ntwo\n"
    assert problems_of(tmp_path, ["said"]) == ("one", "two")
    keep(tmp_path, [])
    assert list(tmp_path.iterdir()) == []
    assert problems_of(tmp_path, ["first", "last"]) == ("last",)
    assert problems_of(tmp_path, []) == ("ended without a word",)
    (tmp_path / "problems.txt").touch()
    assert problems_of(tmp_path, ["last"]) == ("last",)
    keep(tmp_path / "none", ["one"])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("bounded", [False, True])
def test_memory_is_bounded_where_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bounded: bool
) -> None:
    done: list[object] = []
    monkeypatch.setattr(printing.memory, "limit", lambda: done.append("limited"))
    monkeypatch.setattr(
        printing, "report", lambda name, options, asked, say: done.append((name, asked.issue))
    )
    monkeypatch.setattr(printing, "run_in_a_process", lambda name, options, run, say: run(name, options, say))
    options = RunOptions(tmp_path, tmp_path, bounded=bounded)
    assert printing.report_bounded("acme", options, printing.Asked(issue="1.0"), print) == Outcome("acme")
    assert done == [*(["limited"] if bounded else []), ("acme", "1.0")]
