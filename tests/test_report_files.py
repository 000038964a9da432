"""The report's files: written together or not at all, with the seconds of each step, in an order that is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.report import report_files, tables, typesetting, webpage
from bespoke.report.report_cover import Cover
from bespoke.report.report_files import _Clock, render

COVER = Cover("Meridian", date(2026, 11, 20))
NAMES = ["evidence.pdf", "report.html", "report.pdf", "tables/costs.csv"]


def ticking(monkeypatch: pytest.MonkeyPatch, *times: float) -> None:
    clock: Iterator[float] = iter(times)
    monkeypatch.setattr(report_files, "time", SimpleNamespace(perf_counter=lambda: next(clock)))


def test_each_step_has_its_own_seconds_to_a_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    ticking(monkeypatch, 10.0, 10.5, 12.34567, 12.34567)
    clock = _Clock()
    for name in ("read", "typst", "html"):
        clock.lap(name)
    assert clock.seconds == {"read": 0.5, "typst": 1.846, "html": 0.0}


class Ahead:
    """Of what was typeset before the notebooks were there nothing is left."""

    def end_rehearsal(self) -> None:
        pass


@pytest.fixture
def typeset(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Typesetting that says what it was given: the document, and which volume."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(report_files, "_document", lambda *arguments: "document")
    monkeypatch.setattr(typesetting, "source", lambda report, cover, volume="report": f"{volume} of {report}")
    monkeypatch.setattr(
        typesetting, "pdf", lambda source, cover, volume="report": f"{volume}: {source}".encode()
    )
    monkeypatch.setattr(webpage, "page", lambda report, cover: f"page of {report}: ä")
    monkeypatch.setattr(tables, "files", lambda report: {"tables/costs.csv": "1\n"})
    monkeypatch.setattr(tables, "stale", lambda folder, files: given.get("stale", ()))
    return given


def written(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_all_files_are_written_and_tables_that_are_no_more_are_taken_away(
    typeset: dict[str, Any], tmp_path: Path
) -> None:
    ahead: Any = Ahead()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "old.csv").touch()
    typeset["stale"] = [tmp_path / "tables" / "old.csv"]
    meanwhile: list[list[str]] = []
    seconds = render([], COVER, tmp_path, ahead, lambda: meanwhile.append(written(tmp_path)))
    assert written(tmp_path) == NAMES
    assert meanwhile == [["tables/old.csv"]]  # before anything is written
    assert [*seconds] == ["read", "typst", "html", "pdf", "write"]
    assert (tmp_path / "report.pdf").read_bytes() == b"report: report of document"
    assert (tmp_path / "evidence.pdf").read_bytes() == b"evidence: evidence of document"
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "page of document: ä"


@pytest.mark.parametrize("failing", ["pdf", "page"])
def test_where_one_fails_an_earlier_report_stays(
    monkeypatch: pytest.MonkeyPatch, typeset: dict[str, Any], tmp_path: Path, failing: str
) -> None:
    def fails(*arguments: object) -> None:
        raise BespokeError("cannot be printed")

    ahead: Any = Ahead()
    (tmp_path / "report.pdf").write_text("earlier")
    monkeypatch.setattr(typesetting if failing == "pdf" else webpage, failing, fails)
    with pytest.raises(BespokeError, match="cannot be printed"):
        render([], COVER, tmp_path, ahead)
    assert written(tmp_path) == ["report.pdf"]
    assert (tmp_path / "report.pdf").read_text() == "earlier"


def test_typesetting_that_does_not_end_is_given_up(
    monkeypatch: pytest.MonkeyPatch, typeset: dict[str, Any], tmp_path: Path
) -> None:
    from threading import Event

    released = Event()
    ahead: Any = Ahead()
    monkeypatch.setattr(report_files, "LONGEST", 0.01)
    monkeypatch.setattr(typesetting, "pdf", lambda *arguments: released.wait(10))
    try:
        with pytest.raises(
            BespokeError, match=r"the report is not typeset after 0\.0 minutes; a picture or a table"
        ):
            render([], COVER, tmp_path, ahead)
    finally:
        released.set()
    assert written(tmp_path) == []
