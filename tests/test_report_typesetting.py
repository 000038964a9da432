"""Which section a volume holds under which name, and where each begins on its page."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from bespoke.report import typesetting
from bespoke.report.model import Document, Section
from bespoke.report.report_cover import UNDATED, Cover


def section(name: str) -> Section:
    return Section(name, "", name, "topic", "heading", [])


DOCUMENT = Document(
    [section("one"), section("two")],
    section("front"),
    evidence=[section("far")],
    appendices=[section("last")],
)
COVER = Cover("Acme", date(2026, 11, 20))
Call = tuple[str, str, bool, float]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Every section that is written: its name, kind, whether a page may turn, and its start; each ends 10 below it."""
    made: list[Call] = []

    def written(one: Section, cover: Cover, kind: str, turn: bool, start: float = 0.0) -> tuple[str, float]:
        made.append((one.name, kind, turn, start))
        return one.name, start + 10

    monkeypatch.setattr(typesetting, "_section", written)
    monkeypatch.setattr(typesetting.typst_data, "frame", lambda *_: {})
    monkeypatch.setattr(typesetting.paging, "contents_end", lambda at, entries, height: at + 100 * entries)
    return made


@pytest.mark.parametrize(
    ("volume", "sections"),
    [
        # after the front's 10 the contents of three entries; each chapter where the one before it ends
        ("report", [("front", "front", True, 0.0), ("one", "chapter", True, 310.0), ("two", "chapter", True, 320.0)]),
        ("evidence", [("far", "chapter", True, 200.0), ("last", "appendix", True, 0.0)]),
        (
            "single",
            [("front", "front", False, 0.0), ("one", "chapter", False, 10.0), ("two", "chapter", False, 20.0),
             ("last", "appendix", False, 0.0)],
        ),
    ],
)  # fmt: skip
def test_a_volume_holds_its_sections_one_below_the_other(
    calls: list[Call], volume: Any, sections: list[Call]
) -> None:
    files = typesetting._files(DOCUMENT, COVER, volume, ())
    assert calls == sections
    names = [name for name, kind, _, _ in sections if kind == "chapter"]
    assert [files[f"chapter-{n}.json"] for n in range(len(names))] == names
    appendices = sum(kind == "appendix" for _, kind, _, _ in sections)
    assert json.loads(files["count.json"]) == {"chapters": len(names), "appendices": appendices}
    assert files["front.json"] == ("null" if volume == "evidence" else "front")


def test_a_section_begins_where_it_was_found_to_begin_when_it_was_set(calls: list[Call]) -> None:
    """The first start is that of the front; a volume without one begins with a chapter."""
    typesetting._files(DOCUMENT, COVER, "report", (0.0, 55.0, 66.0))
    assert [start for _, kind, _, start in calls if kind == "chapter"] == [55.0, 66.0]
    calls.clear()
    typesetting._files(DOCUMENT, COVER, "evidence", (77.0, 88.0))
    assert [start for _, kind, _, start in calls if kind == "chapter"] == [77.0]


def test_starts_are_looked_for_twice_at_most_and_only_for_the_report(
    calls: list[Call], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(typesetting, "_pages", lambda *_: b"")
    monkeypatch.setattr(typesetting, "_starts", lambda pdf: (looked.append(1), (float(len(looked)),))[1])
    typesetting.source(DOCUMENT, COVER, "report")
    assert len(looked) == 2
    monkeypatch.setattr(typesetting, "_starts", lambda pdf: (looked.append(1), (5.0,))[1])
    typesetting.source(DOCUMENT, COVER, "evidence")
    assert len(looked) == 2
    monkeypatch.setattr(typesetting, "_starts", lambda pdf: (looked.append(1), ())[1])
    typesetting.source(DOCUMENT, COVER, "report")
    assert len(looked) == 3, "what is found where it was thought to be is not looked for again"


def test_what_has_no_date_of_its_own_is_dated_as_far_back_as_an_archive_goes() -> None:
    assert UNDATED.isoformat() == "1980-01-01"  # the first day of a zip file's clock


def test_one_file_holds_the_data_as_strings() -> None:
    files = {"main.typ": f"{typesetting.DATA}\nrest", "a.json": '{"x": "#eval"}', "look.typ": "no data"}
    made = typesetting.one_file(files)
    assert made == r'#let data(name) = ("a.json": json(bytes("{\"x\": \"#eval\"}"))).at(name)' + "\nrest"
