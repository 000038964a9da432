"""What a report says besides its notebooks: own words, stale facts, changes since the last issue, who signs."""

from __future__ import annotations

from datetime import date

import nbformat.v4 as v4
import pytest

from bespoke import show
from bespoke.errors import BespokeError
from bespoke.report.additions import Additions, Change, Changes, Note, Signature
from bespoke.report.document import Notebook, split
from bespoke.report.model import CalloutBox, Document, DocumentTable, Heading, Paragraph, plain, walk
from bespoke.report.volumes import assembled
from bespoke.show.blocks import MIME

AUTHOR = "Ada Lovelace"


def cell(*blocks: show.Block, tag: str = "") -> object:
    outputs = [v4.new_output("display_data", {MIME: block.model_dump(mode="json")}) for block in blocks]
    return v4.new_code_cell("", outputs=outputs, metadata={"tags": [tag] if tag else []})


def notebooks() -> list[Notebook]:
    cost = [
        cell(show.Finding(text="Half of it is the prompt.")),
        cell(show.Text(markdown="What each route costs.")),
        cell(show.Text(markdown="Every route."), tag="evidence"),
        cell(show.Finding(text="Cache first."), show.Text(markdown="## Why\n\nIn short."), tag="summary"),
    ]
    dates = [cell(show.Finding(text="In May.")), cell(show.Text(markdown="The plan."), tag="evidence")]
    without = [cell(show.LeftOut(markdown="It needs data."))]
    found = {"06_cost": cost, "07_dates": dates, "09_data": without}
    return [Notebook(stem, v4.new_notebook(cells=cells)) for stem, cells in found.items()]


def report(additions: Additions, language: str = "en") -> Document:
    return assembled([split(one, language) for one in notebooks()], language, additions)


def words_of(document: Document, anchor: str) -> list[tuple[str, str]]:
    """Whose words stand in a section, and what they say."""
    section = next(one for one in document.sections if one.anchor == anchor)
    return [
        (one.name, " ".join(plain(p.children) for p in one.body if isinstance(p, Paragraph)))
        for one in walk(section.body)
        if isinstance(one, CalloutBox)
    ]


def test_own_words_open_the_summary_and_their_chapters_with_the_name_of_who_wrote_them():
    notes = (Note("a/notes.md", "", "Start **small**."), Note("a/notes/06.md", "06_cost", "Cache."))
    found = report(Additions(AUTHOR, notes))
    assert words_of(found, "summary") == [(AUTHOR, "Start small.")]
    assert isinstance(found.front.body[0], CalloutBox)
    assert words_of(found, "ch-06_cost") == [(AUTHOR, "Cache.")]
    assert words_of(found, "ev-06_cost") == []
    assert (found.front.heading, found.chapters[0].heading) == ("Cache first.", "Half of it is the prompt.")


def test_words_for_a_chapter_that_is_evidence_alone_or_left_out_are_not_lost():
    notes = (Note("n", "07_dates", "Before Easter."), Note("n", "09_data", "They will send it."))
    found = report(Additions(AUTHOR, notes))
    assert words_of(found, "ev-07_dates") == [(AUTHOR, "Before Easter.")]
    assert words_of(found, "ch-without") == [(AUTHOR, "They will send it.")]


def test_a_tag_in_own_words_is_text():
    note = Note(
        "notes.md", "", "If a <b and c> d: <script>alert(1)</script>\n\n<div onload=x>\n\n[go](javascript:x)"
    )
    ((_, said),) = words_of(report(Additions(AUTHOR, [note])), "summary")
    assert said == "If a <b and c> d: <script>alert(1)</script> <div onload=x> go"


def test_a_picture_that_is_not_in_the_words_is_one_line_with_the_name_of_the_file():
    with pytest.raises(BespokeError) as error:
        report(Additions(AUTHOR, [Note("acme/notes.md", "", "![x](secret.png)")]))
    assert len(error.value.problems) == 1
    assert str(error.value).startswith("acme/notes.md: image 'secret.png'")


@pytest.mark.parametrize(
    ("stale", "said"),
    [
        (0, None),
        (1, "One of the 41 facts behind this report had"),
        (3, "3 of the 41 facts behind this report had"),
    ],
)
def test_stale_facts_are_counted_at_the_end_of_the_summary(stale: int, said: str | None):
    last = plain(report(Additions(stale=stale, facts=41)).front.body[-1].children)
    assert last.startswith(said) if said else last == "In short."


def test_changes_since_the_last_issue_stand_in_the_summary_with_money_and_dates():
    rows = [
        Change("Routing", "A month then", "$671", "$41"),
        Change("Routing", "Live by", "–", "20 Jan 2027"),
    ]
    changes = Changes("1.0", date(2026, 10, 12), rows, ["Routing: because of the date."])
    body = report(Additions(changes=changes)).front.body
    heading, table, cause = body[-3:]
    assert isinstance(heading, Heading)
    assert (heading.level, plain(heading.children)) == (2, "Changes since version 1.0 of 12 Oct 2026")
    assert isinstance(table, DocumentTable)
    assert [column.title for column in table.columns] == ["Task", "What", "Version 1.0", "Now"]
    assert table.rows[0] == ["Routing", "A month then", "$671", "$41"]
    assert (table.number, plain(cause.children)) == ("Table S.1", "Routing: because of the date.")


def test_a_report_in_which_nothing_changed_says_so():
    heading, said = report(Additions(changes=Changes("1.0", date(2026, 10, 12), []))).front.body[-2:]
    assert isinstance(heading, Heading)
    assert (heading.level, plain(heading.children)) == (2, "Changes since version 1.0 of 12 Oct 2026")
    assert plain(said.children) == "Steps, amounts and dates are as they were."


def test_who_signs_is_printed_and_what_nobody_gave_is_a_line_to_fill_in():
    signed = Signature("Bespoke Consulting", AUTHOR, "Partner", date(2026, 11, 20))
    heading, *blocks = report(Additions(signatures=(signed, Signature("Acme")))).front.body[-3:]
    assert isinstance(heading, Heading)
    assert (heading.level, plain(heading.children)) == (2, "Sign-off")
    ours, theirs = (plain(one.children) for one in blocks)
    line = "_" * 16
    assert (
        ours
        == f"Bespoke Consulting Name: Ada Lovelace   Role: Partner   Date: 20 Nov 2026 Signature: {line}{line}"
    )
    assert theirs == f"Acme Name: {line}   Role: {line}   Date: {line} Signature: {line}{line}"
