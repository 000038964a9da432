"""What a notebook starts with: results that are current, computed where there are none, and exhibits of the right one.

Two small chapters stand in for ours, under the names and with the files of the audit (tasks.csv and others) and of the
failures (failures.csv)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import pytest

from bespoke import show, workbook
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.workbook import Workbook

AUDIT, FAILURES = "01_task_audit", "02_failure_modes"


class Row(Part):
    word: str


class Said(Result):
    rows: tuple[Row, ...]
    beside: ClassVar[Mapping[str, bytes]] = {}

    def also_writes(self) -> Mapping[str, bytes]:
        return self.beside


def said(word: str, *facts: str) -> Said:
    return Said(rows=(Row(word=word),), facts_used=facts)


@dataclass
class Chapters:
    """What the chapters answer, and which were asked."""

    answers: dict[str, Said | None]
    asked: list[str] = field(default_factory=list)

    def compute(self, stem: str, *_: Any) -> Said | None:
        self.asked.append(stem)
        return self.answers[stem]


@pytest.fixture
def chapters(monkeypatch: pytest.MonkeyPatch) -> Chapters:
    made = Chapters({AUDIT: said("audit"), FAILURES: said("failures")})
    exhibits = ModuleType("exhibits_of_a_test")
    exhibits.word = lambda result: result.rows[0].word  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, exhibits.__name__, exhibits)

    def chapter(stem: str) -> SimpleNamespace:
        return SimpleNamespace(
            name=stem[3:], result_type=lambda: Said, without=f"No {stem[3:]}.", of_one_field=False,
            modules=lambda: ("chapters", exhibits.__name__),
        )  # fmt: skip

    monkeypatch.setattr(workbook, "CHAPTERS", {stem: chapter(stem) for stem in made.answers})
    monkeypatch.setattr(workbook, "chapter", chapter)
    monkeypatch.setattr(workbook, "compute", made.compute)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The client folder: one file of each chapter."""
    made = tmp_path / "client_data" / "acme"
    made.mkdir(parents=True)
    (made / "tasks.csv").write_text("task_id\n")
    (made / "failures.csv").write_text("task_id\n")
    return made


def book(folder: Path, stem: str = "", day: date = date(2026, 11, 20)) -> Workbook:
    client: Any = SimpleNamespace(name="acme", folder=folder)
    return Workbook(stem, client, Facts(day), folder.parent.parent / "reports" / "acme")


def test_an_earlier_result_is_computed_once_and_kept_while_it_is_current(
    chapters: Chapters, folder: Path
) -> None:
    assert book(folder).saved(FAILURES) is None
    assert book(folder).earlier(FAILURES) == book(folder).earlier(FAILURES) == said("failures")
    assert book(folder).saved(FAILURES) == said("failures")
    assert chapters.asked == [FAILURES]
    assert book(folder, day=date(2026, 11, 21)).saved(FAILURES) is None  # of another day
    (folder / "failures.csv").write_text("task_id,code\n")
    assert book(folder).saved(FAILURES) is None  # of another folder
    assert book(folder).earlier(FAILURES) == said("failures")
    assert chapters.asked == [FAILURES, FAILURES]


def test_a_chapter_is_saved_with_what_it_writes_beside(
    chapters: Chapters, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Said, "beside", {"bill.csv": b"a,b\n"})
    mine = book(folder, AUDIT)
    assert mine.compute() == mine.result == mine.saved(AUDIT) == said("audit")
    assert (mine.folder / "bill.csv").read_bytes() == b"a,b\n"


def test_a_chapter_without_input_says_so_and_leaves_no_result(
    chapters: Chapters, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(show, "display", shown.append)
    book(folder, AUDIT).compute()
    assert shown == []
    chapters.answers[AUDIT] = None
    assert book(folder, AUDIT).compute() is None
    assert shown == [show.LeftOut(markdown="No task_audit.", silent=False)]
    assert not (folder.parent.parent / "reports/acme/results/01_task_audit.json").exists()


def test_tables_of_the_own_chapter_are_of_the_result_at_hand_those_of_others_of_theirs(
    chapters: Chapters, folder: Path
) -> None:
    mine = book(folder, AUDIT)
    mine.result = said("as it is now")
    found = mine.frames()
    assert found["task_audit.rows"]["word"].tolist() == ["as it is now"]
    assert found["failure_modes.rows"]["word"].tolist() == ["failures"]
    chapters.answers[AUDIT] = None
    assert {name.partition(".")[0] for name in book(folder, AUDIT).frames()} == {"failure_modes"}


def test_exhibits_are_of_the_own_result_or_of_the_chapter_that_is_named(
    chapters: Chapters, folder: Path
) -> None:
    mine = book(folder, AUDIT)
    assert mine.exhibits().word() is None  # nothing computed yet: silent
    mine.result = said("as it is now")
    words = [one.word() for one in (mine.exhibits(), mine.exhibits(AUDIT), mine.exhibits(FAILURES))]
    assert words == ["as it is now", "as it is now", "failures"]


def test_facts_used_are_those_of_every_chapter_that_has_a_result(chapters: Chapters, folder: Path) -> None:
    chapters.answers[FAILURES] = said("failures", "threshold.a", "price.b")
    mine = book(folder, AUDIT)
    mine.result = said("audit", "price.b", "price.c")
    mine.facts.used.add("rate.d")
    assert mine.facts_used() == ("price.b", "price.c", "rate.d")
    mine.earlier(FAILURES)
    assert mine.facts_used() == ("price.b", "price.c", "rate.d", "threshold.a")


def test_a_day_is_an_iso_date() -> None:
    assert workbook.parse_day("2026-11-20") == date(2026, 11, 20)
    with pytest.raises(BespokeError, match=r"'20\.11\.2026' is not a date; write it as 2026-11-20"):
        workbook.parse_day("20.11.2026")


def test_folders_are_those_given_else_the_nearest_else_beside_the_code_or_the_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    monkeypatch.setattr(workbook, "CHECKOUT", tmp_path / "checkout")
    (tmp_path / "checkout" / "client_data").mkdir(parents=True)
    assert workbook._client_data("given") == Path("given")
    assert workbook._client_data("") == tmp_path / "checkout" / "client_data"
    assert workbook._reports("", tmp_path / "x" / "client_data") == tmp_path / "x" / "reports"
    (tmp_path / "client_data").mkdir()
    (tmp_path / "reports").mkdir()
    assert workbook._client_data("") == tmp_path / "client_data"
    assert workbook._reports("", tmp_path / "x" / "client_data") == tmp_path / "reports"
    assert workbook._reports("given", tmp_path) == Path("given")
