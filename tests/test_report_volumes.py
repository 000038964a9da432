"""Notebooks taken apart become two volumes: what stands where, in which order, under which name and number."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.report.document import NotebookPieces
from bespoke.report.model import (
    CalloutBox,
    Document,
    Heading,
    Listing,
    Paragraph,
    Section,
    Styled,
    TextRun,
    plain,
)
from bespoke.report.outputs import ChapterFinding, ChapterLeftOut
from bespoke.report.volumes import _appendices, _blocks, _placed, _titled, assembled


def text(words: str) -> Paragraph:
    return Paragraph([TextRun(words)])


def heading(words: str, level: int = 1) -> Heading:
    return Heading(level, [TextRun(words)])


def part(stem: str, **given: Any) -> NotebookPieces:
    return NotebookPieces(stem, stem.title(), **given)


def shown(sections: list[Section]) -> list[tuple[str, ...]]:
    return [(one.anchor, one.mark, one.name, one.topic, one.heading) for one in sections]


def words(blocks: Any) -> list[str]:
    return [plain(one.children) for one in blocks]


def report(*parts: NotebookPieces) -> Document:
    return assembled(parts, "en")


def test_a_notebook_is_a_chapter_by_its_finding_and_a_chapter_of_the_evidence_by_its_topic() -> None:
    costs = part("costs", body=[ChapterFinding("Half is the prompt."), text("a")], evidence=[text("b")])
    plan = part("plan", body=[text("c")])
    load = part("load", body=[ChapterFinding("Nothing but a finding.")], evidence=[text("d")])
    found = report(costs, plan, load)
    assert shown(found.chapters) == [
        ("ch-costs", "1", "Chapter 1", "Costs", "Half is the prompt."),
        ("ch-plan", "2", "Chapter 2", "Plan", "Plan"),
    ]
    assert shown(found.evidence) == [
        ("ev-costs", "E1", "Evidence 1", "Costs", "Costs"), ("ev-load", "E2", "Evidence 2", "Load", "Load")
    ]  # fmt: skip
    assert [words(one.body) for one in (*found.chapters, *found.evidence)] == [["a"], ["c"], ["b"], ["d"]]
    assert (found.front, found.appendices) == (None, [])


def test_the_summary_takes_the_findings_words_and_not_a_name_of_the_notebooks_own() -> None:
    first = part(
        "costs", body=[text("a")], front=[heading("Our page"), ChapterFinding("Cache first."), text("b")]
    )
    second = part("plan", body=[text("c")], front=[text("d"), heading("More", 2)])
    front = report(first, second).front
    assert front is not None
    assert shown([front]) == [("summary", "S", "", "Executive summary", "Cache first.")]
    assert words(front.body) == ["b", "d", "More"]
    bare = report(part("costs", body=[text("a")], front=[text("b")])).front
    assert bare is not None
    assert bare.heading == "Executive summary"


def test_what_has_no_input_yet_is_a_line_each_in_a_chapter_at_the_end_before_the_closing_ones() -> None:
    found = report(
        part("costs", body=[text("a")], closing=[heading("Next 30 days"), text("z")]),
        part("data", body=[ChapterLeftOut([text("It needs examples."), text("Many.")])]),
        part("notes", evidence=[ChapterLeftOut([Listing(False, 1, [])])]),
        part("empty", body=[ChapterLeftOut([])]),
    )
    assert shown(found.chapters)[1:] == [
        ("ch-without", "2", "Chapter 2", "Not looked at yet", "Not looked at yet"),
        ("ch-next-30-days", "3", "Chapter 3", "Next 30 days", "Next 30 days"),
    ]
    assert (found.chapters[1].short, found.chapters[2].short) == (True, False)
    (listing,) = found.chapters[1].body
    assert isinstance(listing, Listing)
    first, second = listing.items
    assert words(first) == ["Data. It needs examples.", "Many."]
    assert isinstance(first[0], Paragraph)
    assert first[0].children[0] == Styled("strong", [TextRun("Data. ")])
    assert words(second[:1]) == ["Notes. "]
    assert isinstance(second[1], Listing)
    assert found.evidence == []


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ((None, None, None), "abc"),
        ((3, 1, 2), "bca"),
        ((2, None, 1), "cab"),  # the second stands behind the first
        ((None, 1, None), "abc"),  # before the first that is named, and at the end
        ((5, None, None), "abc"),
        ((2, 2, 2), "abc"),
        ((None, 5, 1), "acb"),
    ],
)
def test_a_notebook_stands_where_it_says_else_behind_the_one_before(
    places: tuple[int | None, ...], order: str
) -> None:
    parts = [part(stem, place=place) for stem, place in zip("abc", places, strict=True)]
    assert "".join(one.stem for one in _placed(parts)) == order


def test_sections_of_one_title_are_one_across_notebooks() -> None:
    groups = [
        ("Costs", [text("a"), heading("Sources"), text("b"), heading("Deeper", 2)]),
        ("Plan", [heading("Terms"), text("c"), heading("Sources"), text("d")]),
        ("None", []),
    ]
    assert [(title, words(body)) for title, body in _titled(groups)] == [
        ("Costs", ["a"]), ("Sources", ["b", "Deeper", "d"]), ("Terms", ["c"])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (1, "B"), (25, "Z"), (26, "AA"), (27, "BB"), (52, "AAA")]
)
def test_appendices_are_lettered(index: int, letter: str) -> None:
    pieces = [one for n in range(index + 1) for one in (heading(f"Part {n} & more"), text("a"))]
    last = _appendices([part("costs", appendix=pieces)], {"appendix": "Appendix"})[-1]
    assert shown([last]) == [
        (
            f"app-part-{index}-more",
            letter,
            f"Appendix {letter}",
            f"Part {index} & more",
            f"Part {index} & more",
        )
    ]


def test_an_appendix_without_a_latin_letter_in_its_title_is_named_by_its_own() -> None:
    (found,) = _appendices([part("costs", appendix=[heading("資料"), text("a")])], {"appendix": "Appendix"})
    assert found.anchor == "app-a"


def test_the_first_finding_is_the_heading_and_a_further_one_opens_a_section() -> None:
    found = _blocks([
        text("a"), ChapterFinding("First."), ChapterFinding("  "), text("b"), ChapterFinding("Second."),
        ChapterLeftOut([text("c")]),
    ])  # fmt: skip
    assert [type(one) for one in found] == [Paragraph, Paragraph, Heading, CalloutBox]
    assert isinstance(found[2], Heading)
    assert (found[2].level, plain(found[2].children)) == (2, "Second.")
    assert isinstance(found[3], CalloutBox)
    assert (found[3].tone, words(found[3].body)) == ("missing", ["c"])
