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
    assert book(folder, AUDIT).compute() is None, "also where none was there before"
    assert shown.pop() == shown[0]
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


def test_a_workbook_is_opened_with_what_is_named_and_the_engagements_own_day(
    chapters: Chapters, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chapter's modules come in here, so that a report's seconds tell imports from computing."""
    engagement = SimpleNamespace(currency="EUR", as_of=date(2026, 11, 20), thresholds={"least_chance": 0.4})
    client = SimpleNamespace(name="acme", folder=folder, engagement=engagement)
    spoken: list[Any] = []
    imported: list[str] = []
    monkeypatch.setattr(
        workbook.clients, "load", lambda *place: client if place == (folder.parent, "acme") else None
    )
    monkeypatch.setattr(workbook.client_cache, "received", lambda place: None)
    monkeypatch.setattr(workbook.numbers, "speak", lambda *said: spoken.append(said))
    monkeypatch.setattr(workbook, "import_module", imported.append)
    monkeypatch.setattr(workbook, "_own_folder", lambda place: place)
    monkeypatch.setattr(workbook.warnings, "formatwarning", None)
    places = {"client_data": str(folder.parent), "reports": str(folder.parent.parent / "out")}
    found = workbook.open(AUDIT, client="acme", **places)
    assert imported == ["chapters", "exhibits_of_a_test"]
    assert (found.stem, found.client, found.folder) == (AUDIT, client, folder.parent.parent / "out" / "acme")
    assert (found.facts.as_of, found.facts.threshold("least_chance")) == (date(2026, 11, 20), 0.4)
    assert spoken == [("en", "EUR")]
    assert workbook.warnings.formatwarning is workbook._warning
    assert workbook.open(client="acme", as_of="2027-01-02", **places).facts.as_of == date(2027, 1, 2)
    assert len(imported) == 2, "a notebook of the client's own has no chapter's modules"
    monkeypatch.setenv("BESPOKE_CLIENT_DATA", places["client_data"])
    monkeypatch.setenv("BESPOKE_REPORTS", places["reports"])
    assert workbook.open(client="acme").folder == found.folder


def test_a_client_that_was_handed_over_is_not_read_again(
    chapters: Chapters, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engagement = SimpleNamespace(currency="EUR", as_of=date(2026, 11, 20), thresholds={})
    client = SimpleNamespace(name="acme", folder=folder, engagement=engagement)
    monkeypatch.setattr(workbook.client_cache, "received", lambda place: client if place == folder else None)
    monkeypatch.setattr(workbook.clients, "load", lambda *_: pytest.fail("it was read again"))
    monkeypatch.setattr(workbook.numbers, "speak", lambda *_: None)
    found = workbook.open(client="acme", client_data=str(folder.parent), reports=str(folder.parent))
    assert found.client is client


def test_a_run_as_of_another_day_writes_below_the_clients_folder_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = tmp_path / "acme" / "as_of" / "2027-01-02", tmp_path / "borealis"
    monkeypatch.delenv(workbook.REPORT_FOLDER, raising=False)
    assert workbook._own_folder(tmp_path / "acme") == tmp_path / "acme"
    for given, found in ((own, own), (other, tmp_path / "acme")):
        monkeypatch.setenv(workbook.REPORT_FOLDER, str(given))
        assert workbook._own_folder(tmp_path / "acme") == found


def test_another_client_is_opened_in_the_same_folders_on_the_same_day(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(workbook, "open", lambda *stem, **given: asked.append((stem, given)))
    book(folder, AUDIT).of_client("borealis")
    reports = folder.parent.parent / "reports"
    assert asked == [
        (
            (AUDIT,),
            {
                "client": "borealis",
                "as_of": "2026-11-20",
                "client_data": str(folder.parent),
                "reports": str(reports),
            },
        )
    ]


def test_the_files_of_the_folder_are_told_with_their_digests_and_a_workbook_says_what_it_is(
    folder: Path,
) -> None:
    mine = book(folder, AUDIT)
    assert sorted(mine.inputs()) == ["failures.csv", "tasks.csv"]
    assert {len(digest) for digest in mine.inputs().values()} == {64}
    assert repr(mine).startswith(f"<Workbook: {AUDIT} of acme as of 2026-11-20; compute(), ")
    assert repr(book(folder)).startswith("<Workbook: own notebook of acme ")


def test_exhibits_are_listed_by_name_and_one_that_is_not_there_is_told_which_there_are() -> None:
    module = ModuleType("exhibits_of_another_test")
    code = "def b(result, n=2):\n    'Twice.'\n    return n * result\ndef a(result): ...\ndef _c(result): ...\nd = 1"
    exec(code, module.__dict__)
    found = workbook.Exhibits(module, 3)  # type: ignore[arg-type]
    assert dir(found) == ["a", "b"]
    assert repr(found) == "<exhibits of exhibits_of_another_test: a, b>"
    assert (found.b(), found.b(n=5), found.a()) == (6, 15, None)
    assert (found.b.__name__, found.b.__doc__, str(found.b.__signature__)) == ("b", "Twice.", "(n=2)")  # type: ignore[attr-defined]
    for name in ("_c", "d", "e"):
        with pytest.raises(AttributeError, match=f"no exhibit '{name}'; there are a, b"):
            getattr(found, name)
