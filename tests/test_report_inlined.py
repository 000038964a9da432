"""A drawing of ours on the web page, element by element: digits, looks, clips, words and what makes it foreign."""

from __future__ import annotations

import re

import pytest

from bespoke.report.inlined import Inlined, Styles, inlined

TYPE = "font-family: 'Source Sans Pro', 'DejaVu Sans'; font-size: 8.5px"
MATPLOTLIB = "*{stroke-linejoin: round; stroke-linecap: butt}"


def svg(*content: str, box: str = "0 0 100 50") -> str:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {names} viewBox="{box}" width="9pt" height="9pt" version="1.1">{"".join(content)}</svg>'


def drawn(*content: str, styles: Styles | None = None) -> str:
    """What stands inside the element that the page gets."""
    found = inlined(svg(*content), "alt", "f1", Styles() if styles is None else styles)
    assert found is not None
    return re.sub(r"^<svg[^>]*>|</svg>$", "", found.markup)


def foreign(*content: str) -> bool:
    return inlined(svg(*content), "alt", "f1", Styles()) is None


def test_the_element_has_its_box_and_says_what_it_shows() -> None:
    found = inlined(svg('<path d="M 1 2"/>', box="0 0 453.64 72"), 'Bars & "load"', "f1", Styles())
    assert found == Inlined(
        '<svg viewBox="0 0 453.6 72" role="img" aria-label="Bars &amp; &quot;load&quot;" class="drawing">'
        '<path d="M1 2"/></svg>',
        0,  # without words any width will do
    )


@pytest.mark.parametrize("text", ["<svg", "", "no drawing", svg(box="0 0 100"), svg(box="a b c d")])
def test_what_is_no_drawing_with_a_box_is_none(text: str) -> None:
    assert inlined(text, "alt", "f1", Styles()) is None


def test_another_element_and_one_with_more_attributes_is_none() -> None:
    assert inlined(svg().replace("svg", "g"), "alt", "f1", Styles()) is None
    assert inlined(svg().replace("version", "onload"), "alt", "f1", Styles()) is None
    assert not foreign("<metadata>whose it is</metadata>")


# -- words ----------------------------------------------------------------------------------------------------------


def word(style: str = TYPE, words: str = "Load", **about: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in about.items())
    return f'<text style="{style}"{given}>{words}</text>'


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (word(x="1.04", y="2.06"), '<text x="1" y="2.1" class="d0">Load</text>'),
        (word(), '<text x="0" y="0" class="d0">Load</text>'),
        (word(transform="translate(3 4)"), '<text x="3" y="4" class="d0">Load</text>'),
        (word(transform="translate(3 4) rotate(-90)"),
         '<text x="3" y="4" transform="rotate(-90 3 4)" class="d0">Load</text>'),
        (word(x="5", y="6", transform="rotate(-40 5 6)"),
         '<text x="5" y="6" transform="rotate(-40 5 6)" class="d0">Load</text>'),
        (word(x="5", y="6", transform="rotate(-0 5 6)"), '<text x="5" y="6" class="d0">Load</text>'),
        (word(words="a &lt; b &amp; \"c\""), '<text x="0" y="0" class="d0">a &lt; b &amp; "c"</text>'),
        (word(words="a\u202eb"), '<text x="0" y="0" class="d0">ab</text>'),  # none turns what stands beside it
        ("<text style=\"" + TYPE + "\"/>", '<text x="0" y="0" class="d0"></text>'),
    ],
)  # fmt: skip
def test_words_stand_where_they_stood_and_are_text(given: str, found: str) -> None:
    assert drawn(given) == found


@pytest.mark.parametrize(
    ("style", "look"),
    [
        (TYPE, "font-size:8.5px;font-weight:400"),
        (f"{TYPE}; font-weight: bold", "font-size:8.5px;font-weight:600"),
        (f"{TYPE}; font-weight: 700", "font-size:8.5px;font-weight:600"),
        (f"{TYPE}; font-weight: 600; fill: #1F4E79; text-anchor: middle",
         "fill:#1F4E79;font-size:8.5px;font-weight:600;text-anchor:middle"),
        (TYPE.replace("8.5", "10.126"), "font-size:10.13px;font-weight:400"),
    ],
)  # fmt: skip
def test_the_looks_of_words_stand_in_the_style_sheet(style: str, look: str) -> None:
    styles = Styles()
    drawn(word(style), styles=styles)
    assert styles.sheet() == f".d0{{{look}}}"


@pytest.mark.parametrize(
    "given",
    [
        word(TYPE.replace("'Source Sans Pro', ", "")),
        word(TYPE.replace("px", "pt")),
        word("font-family: 'Source Sans Pro'"),  # of no size
        word(f"{TYPE}; font-weight: 300"),
        word(f"{TYPE}; behavior: url(x)"),
        word(transform="skewX(3)"),
        word(transform="translate(3 4) scale(2)"),
        word(words="<tspan>x</tspan>"),
        word(x="left"),
    ],
)
def test_words_of_another_kind_are_foreign(given: str) -> None:
    assert foreign(given)


def test_the_smallest_words_say_how_wide_the_drawing_must_be() -> None:
    found = inlined(
        svg(word(TYPE.replace("8.5", "10")), word(TYPE.replace("8.5", "8"))), "alt", "f1", Styles()
    )
    assert found is not None
    assert found.least == 150  # 12 pixels for type of 8 of 100 units


# -- paths ----------------------------------------------------------------------------------------------------------


def test_the_paper_is_left_out_and_only_below_everything_else() -> None:
    paper = '<path d="M 0 0 L 9 0" style="fill: #ffffff"/>'
    assert drawn(paper) == ""
    assert drawn(paper, paper, '<path d="M 1 1"/>', paper) == (
        '<path d="M1 1"/><path d="M0 0H9" class="d0"/>'
    )
    assert drawn(word(), paper).endswith('<path d="M0 0H9" class="d1"/>')
    assert drawn('<path d="M 0 0" style="fill: #ffffff; stroke: #000"/>') == '<path d="M0 0" class="d0"/>'


@pytest.mark.parametrize(
    ("style", "look"),
    [
        ("fill: none; stroke: #1F4E79; stroke-width: 0.8; stroke-linecap: square",
         "fill:none;stroke:#1F4E79;stroke-linecap:square;stroke-width:0.8"),
        ("stroke-dasharray: 1.5,2; stroke-dashoffset: 0", "stroke-dasharray:1.5,2"),
        ("stroke-dashoffset: 1;", "stroke-dashoffset:1"),
        ("opacity:0.5;  fill-opacity : .2", "fill-opacity:.2;opacity:0.5"),
    ],
)  # fmt: skip
def test_a_look_is_written_once_in_its_shortest_order(style: str, look: str) -> None:
    styles = Styles()
    assert (
        drawn(*[f'<path d="M 1 1" style="{style}"/>'] * 2, styles=styles) == '<path d="M1 1" class="d0"/>' * 2
    )
    assert styles.sheet() == f".d0{{{look}}}"


@pytest.mark.parametrize(
    "style", ["fill: url(#a)", "fill: rgb(1,2,3)", "fill: #12", "cursor: wait", "fill", "fill: RED"]
)
def test_a_look_of_another_kind_is_foreign(style: str) -> None:
    assert foreign(f'<path d="M 1 1" style="{style}"/>')


def test_a_path_may_be_moved_by_plain_numbers() -> None:
    assert drawn('<path d="M 1 1" transform="translate(1 2) scale(-3,4)"/>') == (
        '<path d="M1 1" transform="translate(1 2) scale(-3,4)"/>'
    )
    assert foreign('<path d="M 1 1" transform="translate(calc(1))"/>')


# -- clips and groups -----------------------------------------------------------------------------------------------

CLIP = '<defs><clipPath id="c"><rect x="10" y="10" width="80" height="30"/></clipPath></defs>'
CLIPPED = '<defs><clipPath id="f1-0"><rect x="10" y="10" width="80" height="30"/></clipPath></defs>'


@pytest.mark.parametrize(
    ("path", "clipped"),
    [
        ("M 20 20 L 60 30", False),
        ("M 9.5 9.5 L 90.5 40.5", False),  # half a pixel beyond is no matter
        ("M 9.4 20 L 60 30", True),
        ("M 20 20 L 90.6 30", True),
        ("M 20 9.4 L 60 30", True),
        ("M 20 20 L 60 40.6", True),
    ],
)
def test_a_path_is_clipped_only_where_it_leaves_the_axes(path: str, clipped: bool) -> None:
    found = drawn(CLIP, f'<path d="{path}" clip-path="url(#c)"/>')
    assert ('clip-path="url(#f1-0)"' in found) is clipped
    assert (CLIPPED in found) is clipped  # one that nothing uses is not on the page


def test_a_moved_path_may_be_anywhere_and_is_clipped() -> None:
    moved = '<path d="M 20 20" transform="scale(9 9)" clip-path="url(#c)"/>'
    assert 'clip-path="url(#f1-0)"' in drawn(CLIP, moved)


MARK = '<defs><path id="m" d="M 0.123 0.5" style="stroke: #000"/></defs>'


def mark(x: float, y: float) -> str:
    return f'<use xlink:href="#m" x="{x}" y="{y}"/>'


@pytest.mark.parametrize(
    ("places", "clipped"),
    [
        (((14, 14), (86, 36)), False),
        (((13.9, 20), (50, 20)), True),
        (((50, 20), (86.1, 20)), True),
        (((50, 13.9),), True),
        (((50, 36.1),), True),
    ],
)
def test_marks_are_clipped_where_one_is_nearer_than_its_size_to_the_edge(
    places: tuple[tuple[float, float], ...], clipped: bool
) -> None:
    found = drawn(CLIP, MARK, f'<g clip-path="url(#c)">{"".join(mark(*place) for place in places)}</g>')
    assert ("<g clip-path=" in found) is clipped


def test_a_mark_has_finer_digits_and_is_used_under_a_name_of_the_drawing() -> None:
    assert drawn(MARK, mark(1.04, 2)) == (
        '<defs><path d="M.12 .5" class="d0" id="f1-0"/></defs><use href="#f1-0" x="1" y="2"/>'
    )
    assert foreign('<use xlink:href="#m" x="1" y="2"/>')  # before it is there
    nameless = "<defs><path d='M 1 1'/></defs>"  # the paths behind it are not it
    assert drawn(nameless, '<path d="M 2 2"/>') == '<defs><path d="M1 1" id="f1-0"/></defs><path d="M2 2"/>'
    assert drawn(MARK, '<use xlink:href="#m"/>').endswith('<use href="#f1-0" x="0" y="0"/>')


def test_a_group_without_a_look_or_a_clip_of_its_own_is_gone() -> None:
    path = '<path d="M 1 1"/>'
    assert drawn(f'<g id="axes_1"><g>{path}</g></g>') == '<path d="M1 1"/>'
    assert drawn(f'<g style="opacity: 0.5">{path}</g>') == '<g class="d0"><path d="M1 1"/></g>'
    assert drawn('<g style="opacity: 0.5"></g>') == ""


@pytest.mark.parametrize(
    "given",
    [
        '<defs><clipPath id="c"><path d="M 1 1"/></clipPath></defs>',
        '<defs><clipPath id="c"><rect x="a" y="1" width="1" height="1"/></clipPath></defs>',
        "<defs><g/></defs>",
        "<defs><style>*{stroke: red}</style></defs>",
        '<g onclick="x"/>',
        '<path d="M 1 1" class="x"/>',
        "<rect/>",
    ],
)
def test_definitions_and_elements_of_another_kind_are_foreign(given: str) -> None:
    assert foreign(given)


def test_what_matplotlib_says_of_lines_is_known() -> None:
    assert drawn(f"<defs><style>{MATPLOTLIB}</style></defs>") == ""


def test_pixels_come_along_where_they_are_in_the_drawing() -> None:
    about = 'width="10.126" height="4" x="1" transform="scale(1 -1)"'
    image = f'<image xlink:href="data:image/png;base64,iVBO\n Rw0=" {about}/>'
    assert drawn(image) == (
        '<image href="data:image/png;base64,iVBORw0=" transform="scale(1 -1)" x="1" width="10.13" height="4"/>'
    )
    assert foreign(image.replace("data:image/png;base64,", "file:///"))
    assert foreign(image.replace("scale(1 -1)", "url(1)"))
