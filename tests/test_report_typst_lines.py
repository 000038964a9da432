"""What stands in a line as data for the typesetter: words, links, code, formulas and pictures, each as its kind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bespoke.report.glyphs import BREAK
from bespoke.report.model import (
    Anchor,
    Break,
    CodeSpan,
    Formula,
    Inline,
    InlinePicture,
    Link,
    Picture,
    Styled,
    TextRun,
)
from bespoke.report.report_cover import Cover
from bespoke.report.typst_lines import RUNNING, LineWriter, language_code

WRITER = LineWriter(Cover("Acme", date(2026, 11, 20), language="en-GB"))
MISSING = "\u25a1"


def children(*given: Inline) -> list[Any]:
    found = WRITER.line([*given])["children"]
    assert isinstance(found, list)
    return found


def link(url: str, words: str = "here") -> Link:
    return Link(url, [TextRun(words)])


def linked(url: str) -> dict[str, Any]:
    return {"kind": "link", "url": url, "children": [url]}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (TextRun("a\tb\nc"), "a b c"),
        (CodeSpan("x_1"), {"kind": "code", "text": "x_1"}),
        (Styled("strong", [TextRun("a"), Styled("sub", [TextRun("b")])]),
         {"kind": "strong", "children": ["a", {"kind": "sub", "children": ["b"]}]}),
        (Break(), {"kind": "break"}),
        (Anchor("n", label="l"), {"kind": "anchor", "label": "l"}),
        (link("#tbl-a"), {"kind": "link", "label": "tbl-a", "children": ["here"]}),
        (link("https://a.org/ü b"), {"kind": "link", "url": "https://a.org/%C3%BC%20b", "children": ["here"]}),
        (link("https://a.org/%20?a=[1]&b=(2)#c"),
         {"kind": "link", "url": "https://a.org/%20?a=[1]&b=(2)#c", "children": ["here"]}),
        (Link("#tbl-a", [TextRun("here")], elsewhere=True), {"kind": "plain", "children": ["here"]}),
        (Formula("x^2", "x^2", "<math/>"), {"kind": "formula", "typst": "x^2", "alt": "x^2", "display": False}),
        (Formula("x^2", "x^2", "<math/>", True), {"kind": "formula", "typst": "x^2", "alt": "x^2", "display": True}),
        (Formula(r"\odd{x}", "", ""), {"kind": "code", "text": r"\odd{x}"}),  # one that cannot be set
    ],
)  # fmt: skip
def test_a_piece_of_a_line_is_data_of_its_kind(given: Inline, found: object) -> None:
    assert children(given) == [found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.org/b?c=1, or not", ["see ", linked("https://a.org/b?c=1"), ", or not"]),
        ("https://a.org", [linked("https://a.org")]),
        ("(http://a.org/b).", ["(", linked("http://a.org/b"), ")."]),
        ("“https://a.org/b”", ["“", linked("https://a.org/b"), "”"]),
        ("https://a.org/b https://c.org", [linked("https://a.org/b"), " ", linked("https://c.org")]),
        ("s3://bucket/key and https:// alone", ["s3://bucket/key and https:// alone"]),
        ("https://localhost/x", ["https://localhost/x"]),  # no name of the web
    ],
)  # fmt: skip
def test_a_web_address_in_a_sentence_is_a_link_without_the_marks_behind_it(
    text: str, found: list[Any]
) -> None:
    assert children(TextRun(text)) == found
    assert children(CodeSpan(text)) == [{"kind": "code", "text": text}]


def test_a_picture_in_a_line_has_its_words_size_and_shape() -> None:
    picture = Picture("svg", "<svg/>", "a\u202eb", 20.0, 10.0)
    assert children(InlinePicture(picture)) == [
        {"kind": "picture", "picture": {"svg": "<svg/>", "alt": "ab", "width": 20.0, "shape": 0.5}}
    ]


@pytest.mark.parametrize(
    ("words", "rtl", "lang"),
    [
        ("A line in English that the report is written in anyway.", False, ""),
        ("Dieser Satz ist auf Deutsch geschrieben und nicht auf Englisch.", False, "de"),
        ("שלום", True, ""),
    ],
)
def test_a_line_says_its_direction_and_another_language(words: str, rtl: bool, lang: str) -> None:
    found = WRITER.line([TextRun(words)])
    assert (found["rtl"], found["lang"]) == (rtl, lang)


def test_what_no_face_draws_is_a_box_in_words_and_in_code() -> None:
    assert children(TextRun("a\ue000b"), CodeSpan("c\ue000")) == [
        f"a{MISSING}b", {"kind": "code", "text": f"c{MISSING}"}
    ]  # fmt: skip


def test_a_word_wider_than_its_room_may_break_and_a_narrower_one_not() -> None:
    long = "x" * 60
    assert WRITER.text("short words") == "short words"
    assert BREAK in WRITER.text(long)
    assert WRITER.text(long).replace(BREAK, "") == long
    assert BREAK not in WRITER.text(long, 10.0, 2000.0)
    assert BREAK in WRITER.text("x" * 20, 32.0, 220.0)
    assert WRITER.fitted("two\twords", 100.0, 8.5) == "two words"
    assert BREAK in WRITER.fitted(long, 100.0, 8.5)


def test_the_head_of_a_page_is_cut_where_it_would_crowd_it() -> None:
    assert RUNNING == 60
    assert WRITER.running("abc " * 14 + "abcd") == "abc " * 14 + "abcd"
    assert WRITER.running("abc " * 14 + "abcde") == "abc " * 14 + "abc…"
    assert WRITER.running("abc " * 14 + "ab def") == "abc " * 14 + "ab…"  # no blank before it


@pytest.mark.parametrize(("given", "code"), [("de", "de"), ("de-AT", "de"), ("pt_BR", "pt"), ("EN", "en")])
def test_a_language_is_told_without_its_region(given: str, code: str) -> None:
    assert language_code(given) == code


def test_own_words_may_be_written_by_another_rule() -> None:
    found = WRITER.line([TextRun("a"), Styled("emphasis", [TextRun("b")]), CodeSpan("c")], str.upper)
    assert found["children"] == ["A", {"kind": "emphasis", "children": ["B"]}, {"kind": "code", "text": "C"}]
