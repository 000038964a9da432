"""Numbers of figures and tables, levels of headings, and what links print."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.report.model import (
    Document,
    DocumentTable,
    Heading,
    Link,
    Paragraph,
    Section,
    Styled,
    TableColumn,
    TextRun,
)
from bespoke.report.numbering import number

WORDS = {"figure": "Figure", "table": "Table"}


def table(label: str = "", caption: str = "x", where: str = "a.ipynb", rows: Any = None) -> DocumentTable:
    return DocumentTable([TableColumn("a")], rows or [], caption=caption, label=label, where=where)


def section(anchor: str, mark: str, *body: Any) -> Section:
    return Section(anchor, mark, f"Chapter {mark}", "topic", "heading", list(body))


def numbered(*sections: Section, evidence: tuple[Section, ...] = (), repeating: tuple[str, ...] = ()) -> None:
    number(Document([*sections], evidence=[*evidence]), WORDS, repeating)


def test_what_has_a_caption_or_a_label_is_counted_in_its_section() -> None:
    first, bare, second, named = table("tbl-a"), table(caption=""), table(), table("tbl-b", caption="")
    other, front = table(), table()
    numbered(
        section("ch-1", "5", first, bare, second, named),
        section("ch-2", "6", other),
        section("summary", "", front),
    )
    assert [one.number for one in (first, bare, second, named)] == ["Table 5.1", "", "Table 5.2", "Table 5.3"]
    assert (other.number, front.number) == ("Table 6.1", "Table 1")


def test_no_level_of_heading_is_skipped() -> None:
    headings = [Heading(level, [TextRun("h")]) for level in (4, 4, 2, 6, 6, 6, 1)]
    numbered(section("ch-1", "1", *headings))
    assert [one.level for one in headings] == [2, 3, 2, 3, 4, 4, 2]


def test_a_label_that_is_used_twice_is_told_with_both_places() -> None:
    with pytest.raises(BespokeError, match=r"label tbl-a is used twice: a\.ipynb and b\.ipynb"):
        numbered(section("ch-1", "1", table("tbl-a")), section("ch-2", "2", table("tbl-a", where="b.ipynb")))
    again, once = [table("tbl-a", where="b.ipynb") for _ in range(2)], table("tbl-a")
    numbered(section("summary", "", *again), section("ch-2", "2", once), repeating=("summary",))
    assert [one.label for one in (*again, once)] == ["tbl-a-2", "tbl-a-3", "tbl-a"]


def printed(url: str, words: str = "own words", **given: Any) -> Any:
    """What a link in the first chapter becomes."""
    place = Paragraph([Styled("strong", [Link(url, [TextRun(words)])])])
    heading = Heading(2, [TextRun("More of it")])
    numbered(
        section("ch-1", "1", heading, place, table("tbl-own")),
        evidence=(section("ev-2", "E2", table("tbl-far")),), **given,
    )  # fmt: skip
    (styled,) = place.children
    assert isinstance(styled, Styled)
    return styled.children


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("#tbl-own", [Link("#tbl-own", [TextRun("Table 1.1")], False)]),
        ("#tbl-far", [Link("#tbl-far", [TextRun("Table E2.1")], True)]),
        ("#ch-2", [Link("#ev-2", [TextRun("Chapter E2")], True)]),
        ("#nothing", [TextRun("own words")]),
        ("https://a.b", [Link("https://a.b", [TextRun("own words")])]),
        ("MAILTO:a@b.c", [Link("MAILTO:a@b.c", [TextRun("own words")])]),
        ("javascript:alert(1)", [TextRun("own words")]),
    ],
)
def test_a_link_prints_what_it_points_to_or_its_own_words(url: str, found: list[Any]) -> None:
    assert printed(url) == found


def test_links_in_cells_are_followed_too() -> None:
    inside = table(
        rows=[
            [
                [Link("#tbl-own", [TextRun("x")])],
            ],
            ["plain"],
        ]
    )
    numbered(section("ch-1", "1", inside, table("tbl-own")))
    assert inside.rows == [[[Link("#tbl-own", [TextRun("Table 1.2")], False)]], ["plain"]]
