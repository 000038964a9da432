"""A note in pieces: sections, sentences, mentions; every piece is the note's own text at its own place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bespoke.retrieval.chunks import chunks

NOTE = """\
S: 58M with cough, fever and polyuria. Denies chest pain.
O: BP raised, 146/88
Assessment: 1) T2DM with hyperglycemia 2) HTN; hyperlipidemia
Plan: continue metformin"""


def test_sections_come_from_the_headings() -> None:
    sections = {chunk.text: chunk.section for chunk in chunks(NOTE)}
    assert sections["Denies chest pain"] == "history"
    assert sections["BP raised, 146/88"] == "findings"
    assert sections["hyperlipidemia"] == "assessment"
    assert sections["continue metformin"] == "plan"


def test_what_stands_before_any_heading_is_other() -> None:
    assert [c.section for c in chunks("Seen today.\nPlan: rest")] == ["other", "plan"]


def test_mentions_are_the_parts_of_a_list() -> None:
    mentions = [chunk.text for chunk in chunks(NOTE) if chunk.grain == "mention"]
    assert mentions == ["cough", "fever", "polyuria", "T2DM", "hyperglycemia", "HTN"]


def test_a_sentence_with_one_mention_is_not_repeated() -> None:
    assert [c.grain for c in chunks("Essential hypertension.")] == ["sentence"]


def test_an_empty_note_has_no_pieces() -> None:
    assert chunks("") == chunks(" \n. ; 12") == ()


@given(st.text(alphabet=st.sampled_from("ab: ,.;\n()1AP"), max_size=200) | st.text(max_size=200))
def test_every_piece_is_where_it_says(text: str) -> None:
    for chunk in chunks(text):
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
