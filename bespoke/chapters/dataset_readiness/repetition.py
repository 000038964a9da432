"""Answers that fall into a loop: the same words or characters again and again, as a degenerate model writes."""

from __future__ import annotations

import re
import zlib

FEWEST = 240  # characters below which repeating is a style
TAIL = 480  # characters at the end, where loops are
PACKED = (
    0.16  # of its size that running text never packs to: prose of this length takes 0.4 to 0.7, JSON 0.25
)
_RULED = re.compile(r"[-=_*#.\s|]{40,}")  # lines drawn with characters


def repeats_itself(answer: str) -> str:
    """How the end of an answer repeats itself, in words; "" where it does not."""
    if len(answer) < FEWEST:
        return ""
    tail = _RULED.sub(" ", answer[-TAIL:])
    if len(tail) < FEWEST:
        return ""
    raw = tail.encode("utf-8", "replace")
    share = len(zlib.compress(raw, 6)) / len(raw)
    return f"its end packs to {round(share * 100)} % of its size" if share < PACKED else ""
