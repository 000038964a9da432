"""Text made safe to typeset."""

from hypothesis import given
from hypothesis import strategies as st

from bespoke.report.glyphs import BREAK, drawable, loosened, right_to_left
from bespoke.show import fonts

COVERED = fonts.coverage()


def test_what_cannot_be_drawn_becomes_a_box():
    assert drawable("a漢b", COVERED) == "a□b"
    assert drawable("\x00\x1b\ue000\ud800", COVERED) == "□□□□"


def test_joined_emoji_are_one_box_and_modifiers_vanish():
    assert drawable("👩\u200d🔬!", COVERED) == "□!"
    assert drawable("🦊🏽\ufe0f", COVERED) == "□"


def test_drawable_text_is_left_alone():
    text = "Müller שלום مرحبا €5\u00a0– “ok”\n"
    assert drawable(text, COVERED) == text
    assert drawable("a\u3000b\u2028c", COVERED) == "a b c"


def test_long_words_may_break_after_punctuation_else_where_they_are_full():
    assert loosened("short words stay as they are", 10) == "short words stay as they are"
    assert loosened("https://a.example/path", 10).split(BREAK) == [
        "https://",
        "a.",
        "example/",
        "path",
    ]
    assert loosened("x" * 25, 10).split(BREAK) == ["x" * 10, "x" * 10, "x" * 5]


@given(st.text(), st.integers(1, 40))
def test_places_to_break_change_nothing_else(text, limit):
    assert loosened(text, limit).replace(BREAK, "") == text.replace(BREAK, "")


def test_direction_is_that_of_the_first_letter():
    assert right_to_left("(12) שלום abc")
    assert not right_to_left("abc שלום")
    assert not right_to_left("12 – ?")
