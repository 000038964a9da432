"""Maths taken out of Markdown before it is read, as Jupyter does: nothing in a formula is markup.

In Markdown of a notebook: `$…$`, `$$…$$`, `\\(…\\)`, `\\[…\\]` (with one backslash or two) and environments such as
`align` without dollars. In our own: dollars alone. Pandoc's rule keeps prices prices (Manual, "tex_math_dollars"):
the opening dollar is followed by a non-space, the closing one preceded by a non-space and not followed by a digit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bespoke.report.interactive import EMBEDDED

OPEN, CLOSE = "\U000f0000", "\U000f0001"  # around the number of a formula, in place of it
MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
ENVIRONMENTS = (
    "equation|align|aligned|alignat|alignedat|flalign|gather|gathered|multline|eqnarray|displaymath|math|split|cases|"
    "dcases|rcases|matrix|pmatrix|bmatrix|Bmatrix|vmatrix|Vmatrix|smallmatrix|array|subequations|dmath"
)
_CODE = (
    r"(?P<code>^(?P<fence> {0,3}(?:`{3,}|~{3,}))[^\n]*\n(?:.*?\n)??(?P=fence)[`~]*[ \t]*$"
    r"|(?P<ticks>(?<!`)`+(?!`))(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`))"
)
_DISPLAY = r"\$\$(?P<display>(?:\\.|[^\\$]|\$(?!\$))+?)\$\$"
_INLINE = r"\$(?=[^\s$])(?P<inline>(?:\\.|(?!\n[ \t]*\n)[^\\$])+?)(?<=[^\s\\`])\$(?!\d)"
_SPACED = r"\$[ \t]+(?P<spaced>(?:\\.|[^\\$\n])*?(?:\\[A-Za-z]|[\^_=])(?:\\.|[^\\$\n])*?)[ \t]*\$(?!\d)"
_BRACKETS = (
    r"(?P<double>\\?)\\\[(?P<brackets>(?:(?!\n[ \t]*\n).)+?)(?P=double)\\\]"
    r"|(?P<twice>\\?)\\\((?P<round>(?:(?!\n[ \t]*\n).)+?)(?P=twice)\\\)"
)
_BLOCK = rf"(?P<block>\\begin\{{(?P<name>{ENVIRONMENTS})(?P<star>\*?)\}}.*?\\end\{{(?P=name)(?P=star)\}})"
_ESCAPED = r"(?P<escaped>\\[\\`*_{}\[\]()#+.!$|<>~-])"
_FLAGS = re.DOTALL | re.MULTILINE
_EMBEDDED = f"(?P<embedded>(?i:{EMBEDDED.pattern}))"
_JUPYTER = re.compile(
    "|".join((_CODE, _EMBEDDED, _BRACKETS, _BLOCK, _ESCAPED, _DISPLAY, _INLINE, _SPACED)), _FLAGS
)
_HOUSE = re.compile("|".join((_CODE, r"(?P<escaped>\\[!-/:-@\[-`{-~])", _DISPLAY, _INLINE)), _FLAGS)
# What tells \[x = 1\] from a bracket that is only escaped.
_MATHS = re.compile(r"\\[A-Za-z]|[\^_=<>+]|^\s*[A-Za-z]\s*$")


@dataclass(frozen=True)
class Maths:
    """One formula: its LaTeX, whether it stands by itself, and how it was written."""

    source: str
    display: bool
    written: str


def taken_out(
    text: str, *, house: bool = False, embedded: Callable[[re.Match[str]], str] = lambda found: found[0]
) -> tuple[str, list[Maths]]:
    """The Markdown with a mark in place of each formula, and the formulas.

    `embedded` says what to put in place of a tag for something that only a browser shows.
    """
    text = text.replace(OPEN, "").replace(CLOSE, "")
    found: list[Maths] = []
    if "$" not in text and (house or not ("\\" in text or "<" in text)):
        return text, found

    def replaced(match: re.Match[str]) -> str:
        if match.groupdict().get("embedded"):
            return embedded(match)
        maths = _maths(match.groupdict(), match[0])
        if maths is None:
            return match[0]
        found.append(maths)
        return f"{OPEN}{len(found) - 1}{CLOSE}"

    return (_HOUSE if house else _JUPYTER).sub(replaced, text), found


def _maths(groups: dict[str, str | None], written: str) -> Maths | None:
    for name in ("display", "block"):
        if groups.get(name):
            return Maths(str(groups[name]).strip(), True, written)
    for name in ("inline", "spaced"):
        if groups.get(name):
            return Maths(str(groups[name]).strip(), False, written)
    for name in ("brackets", "round"):
        inner = groups.get(name)
        if inner and _MATHS.search(inner):
            return Maths(inner.strip(), name == "brackets", written)
    return None


def restored(text: str, maths: Sequence[Maths]) -> str:
    """The text with every formula as it was written: in code, in the words of an image."""
    return MARK.sub(lambda mark: maths[int(mark[1])].written if int(mark[1]) < len(maths) else "", text)
