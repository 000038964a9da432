"""Putting client text into Markdown so that it stays text."""

from __future__ import annotations

import re
from typing import Any

from bespoke.direction import without
from bespoke.show.filling import Filler

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")  # every ASCII punctuation mark can be escaped in CommonMark
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def escape(value: object) -> str:
    """Any text as a Markdown literal on one line: no emphasis, link, HTML, maths or heading can arise.

    Text with right-to-left letters is isolated (UAX #9): the digits after it would move to its other side.
    """
    line = without(" ".join(str(value).split()))  # a mark of its own could close the isolate
    literal = _SPECIAL.sub(r"\\\1", line)
    return f"\u2068{literal}\u2069" if _RIGHT_TO_LEFT.search(line) else literal


def fill(template: str, **values: Any) -> str:
    """`str.format` for narrative: the template is ours and may hold Markdown, the values are escaped."""
    return _Escaping().vformat(template, (), values)


class _Escaping(Filler):
    def format_field(self, value: object, format_spec: str) -> str:
        return escape(super().format_field(value, format_spec))
