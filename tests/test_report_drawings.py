"""The text of a drawing in faces that there are."""

from __future__ import annotations

import pytest

from bespoke.report.drawings import MONO, OTHER, SANS, SERIF, _family, typesettable

THERE = (SERIF, SANS, MONO, OTHER, "Noto Sans Ethiopic")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Source Serif Pro", SERIF),
        ("'noto sans ethiopic', serif", "Noto Sans Ethiopic"),  # the first that there is, in any spelling
        ("Arial, &quot;DejaVu Sans Mono&quot;", MONO),
        ("Courier New", MONO),
        ("Menlo, serif", MONO),
        ("serif", SERIF),
        ("Arial, serif", SERIF),
        ("Times New Roman", SERIF),
        ("GEORGIA", SERIF),
        ("sans-serif", SANS),
        ("Helvetica, sans serif", SANS),
        ("Arial", SANS),
        ("", SANS),
    ],
)
def test_a_family_is_the_first_that_there_is_else_the_one_most_like_it(asked: str, found: str) -> None:
    assert _family(asked, THERE) == found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ('<svg font-family="Arial"><text>a</text></svg>', f'<svg font-family="{SANS}"><text>a</text></svg>'),
        (
            "<svg font-family=\"x\"><text font-family='Georgia'>a</text></svg>",
            f'<svg font-family="{SANS}"><text font-family="{SERIF}">a</text></svg>',
        ),
        (
            '<svg font-family="x"><text style="font-family: \'Courier\', serif; fill: red">a</text></svg>',
            f'<svg font-family="{SANS}"><text style="font-family: {MONO}; fill: red">a</text></svg>',
        ),
        (
            '<svg font-family="x"><text style="font: bold 12px/1.2 Georgia">a</text></svg>',
            f'<svg font-family="{SANS}"><text style="font: bold 12px/1.2 {SERIF}">a</text></svg>',
        ),
        (
            "<svg><style>text{font-family:Georgia}</style><text>a</text></svg>",
            f'<svg font-family="{SANS}"><style>text{{font-family:{SERIF}}}</style><text>a</text></svg>',
        ),
        ("<s:svg><s:text>a</s:text></s:svg>", f'<s:svg font-family="{SANS}"><s:text>a</s:text></s:svg>'),
        ("<svg><path d='M0 0'/></svg>", "<svg><path d='M0 0'/></svg>"),  # no text: as it is
    ],
)
def test_every_place_that_names_a_face_names_one_that_there_is(written: str, found: str) -> None:
    assert typesettable(written, range(0x110000)) == found


def test_a_line_with_a_character_of_another_face_is_set_in_that_face_as_a_whole() -> None:
    drawing = (
        '<svg font-family="Source Sans Pro"><text>a &#4768; b</text><text>é</text><text>&lt;</text></svg>'
    )
    shown = typesettable(drawing, range(0x110000), ["Noto Sans Ethiopic"])
    assert '<text><tspan font-family="Noto Sans Ethiopic">a አ b</tspan></text>' in shown
    assert "<text>é</text><text>&lt;</text>" in shown
    assert f'<tspan font-family="{OTHER}">a አ b</tspan>' in typesettable(drawing, range(0x110000))
    # what an author wrote besides stays as it is written
    quoted = typesettable("<svg><text>አ \"b\" &amp; 'c' &lt;</text></svg>", range(0x110000))
    assert f'<tspan font-family="{OTHER}">አ "b" &amp; \'c\' &lt;</tspan>' in quoted
