"""What a program printed, as a terminal and JupyterLab show it: overwritten lines, no colours, and not too long."""

from __future__ import annotations

import re

LINES = 500  # what an output may have by default: about ten pages
ROWS = 1000  # what a table may have by default that is not ours
COLUMNS = 82  # characters of the mono face on a line of the page
_LINK = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")  # OSC: links, titles
_ESCAPE = re.compile(r"\x1b\[[0-9;:?<=>]*[ -/]*[@-~]|\x1b[PX^_].*?\x1b\\|\x1b[ -/]*[0-~]", re.DOTALL)
_MOVE = re.compile(r"\x1b\[[012]?K|[\r\b]|[^\x1b\r\b]+|\x1b")


def shown(text: str) -> str:
    """The text after its carriage returns, backspaces and escape sequences.

    A carriage return goes back to the start of its line and what follows overwrites it, a backspace goes back by one
    letter and never beyond the line; `ESC [K` erases. Colours and hyperlinks (OSC 8) leave their text.
    """
    if "\x1b" in text:
        text = _LINK.sub("", text)
        text = _ESCAPE.sub(lambda found: found[0] if found[0].endswith("K") else "", text)
    text = text.replace("\r\n", "\n").expandtabs()
    if not any(mark in text for mark in "\r\b\x1b"):
        return text
    return "\n".join(_overwritten(line) if _moves(line) else line for line in text.split("\n"))


def _moves(line: str) -> bool:
    return "\r" in line or "\b" in line or "\x1b" in line


def _overwritten(line: str) -> str:
    cells: list[str] = []
    at = 0
    for move in _MOVE.findall(line):
        if move == "\r":
            at = 0
        elif move == "\b":
            at = max(0, at - 1)
        elif move.startswith("\x1b"):
            if move.endswith("2K"):
                cells = [" "] * at
            elif move.endswith("1K"):
                cells[:at] = " " * min(at, len(cells))
            else:
                del cells[at:]
        else:
            cells[at : at + len(move)] = move
            at += len(move)
    return "".join(cells).rstrip()


def cut(text: str, lines: int) -> tuple[str, str]:
    """The text with its middle left out where it has more lines on the page than this, and what was left out.

    Head and tail stay, with a line between them that counts what is missing; 0 lines cut nothing.
    """
    rows = text.split("\n")
    if not lines or len(text) + COLUMNS * len(rows) <= lines * COLUMNS:
        return text, ""
    heights = [max(1, -(-len(row) // COLUMNS)) for row in rows]
    if sum(heights) <= lines:
        return text, ""
    if len(rows) < 3 or max(heights) > lines // 2:
        return _cut_inside(text, lines * COLUMNS)
    head = _filling(heights, lines // 2)
    tail = _filling(heights[::-1], lines - lines // 2)
    missing = f"{len(rows) - head - tail:,} lines left out"
    return "\n".join([*rows[:head], "", f"… {missing} …", "", *rows[len(rows) - tail :]]), missing


def _filling(heights: list[int], room: int) -> int:
    """How many rows fill the room, one at least."""
    count = 0
    for height in heights:
        room -= height
        if room < 0:
            break
        count += 1
    return max(1, count)


def _cut_inside(text: str, letters: int) -> tuple[str, str]:
    """Cut by letters, where one line is longer than all that may stand."""
    missing = f"{len(text) - letters:,} characters left out"
    return f"{text[: letters // 2]}\n\n… {missing} …\n\n{text[-(letters // 2) :]}", missing
