"""Printed text as a terminal shows it, and how a long one is cut."""

from __future__ import annotations

import pytest

from bespoke.report.terminal import COLUMNS, cut, shown


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("plain", "plain"), ("a\r\nb\r\n", "a\nb\n"), ("a\tb", "a       b"), ("  1%\r 50%\rdone", "done"),
        ("abcdef\rxy", "xycdef"), ("abc\b\bX", "aXc"), ("\b\ba", "a"), ("ab\rX\nab\b\bY", "Xb\nYb"),
        ("abc\r\x1b[K", ""), ("abc\r\x1b[0Kx", "x"), ("abcd\b\b\x1b[K", "ab"), ("abcd\x1b[2Kx", "    x"),
        ("abcd\b\b\x1b[1Kx", "  xd"), ("\x1b[1;31mred\x1b[0m", "red"), ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\a", "a"), ("a\x1b", "a"), ("done   \r", "done"), ("", ""),
    ],
)  # fmt: skip
def test_what_was_overwritten_or_coloured_is_seen_as_a_terminal_shows_it(printed: str, seen: str) -> None:
    assert shown(printed) == seen


def test_what_fits_is_not_cut() -> None:
    whole = "\n".join(["x"] * 10)
    assert cut(whole, 0) == cut(whole, 10) == (whole, "")
    long = "\n".join(["x" * (COLUMNS + 1)] * 5)  # two lines on the page each
    assert cut(long, 10) == (long, "")
    assert cut(long, 9)[1] != ""
    full = "\n".join(["x" * COLUMNS] * 5)
    assert cut(full, 5) == (full, "")
    empty = "\n" * 9
    assert cut(empty, 10) == (empty, "")


def test_head_and_tail_stay_and_the_middle_is_counted() -> None:
    rows = [f"line {n}" for n in range(2000)]
    text, missing = cut("\n".join(rows), 11)
    assert text.split("\n") == [*rows[:5], "", "… 1,989 lines left out …", "", *rows[-6:]]
    assert missing == "1,989 lines left out"
    three = cut("a\nb\nc\nd", 3)[0].split("\n")
    assert three == ["a", "", "… 1 lines left out …", "", "c", "d"]


def test_a_row_that_takes_several_lines_takes_their_room() -> None:
    """Of eight lines four are the head's: two rows of two lines; the tail's four are four rows."""
    wide = "x" * (2 * COLUMNS)
    text, missing = cut("\n".join([wide, wide, wide, *"abcdef"]), 8)
    assert text.split("\n") == [wide, wide, "", "… 3 lines left out …", "", "c", "d", "e", "f"]
    assert missing == "3 lines left out"


def test_one_line_longer_than_half_the_room_is_cut_by_its_letters() -> None:
    text, missing = cut("a" * 1000 + "b" * 1000, 2)
    assert missing == "1,836 characters left out"
    assert text == "a" * COLUMNS + "\n\n… 1,836 characters left out …\n\n" + "b" * COLUMNS
    assert cut("a\n" + "b" * 1000, 10)[1] == "182 characters left out"
    assert cut("\n".join(["x" * (5 * COLUMNS), *"abcdefg"]), 10)[1].endswith(" lines left out")
    assert cut("\n".join(["x" * (6 * COLUMNS), *"abcdefgh"]), 10)[0].startswith("x" * 5 * COLUMNS)
