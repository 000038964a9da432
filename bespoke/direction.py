"""Characters that turn the reading direction of what stands round them (UAX #9): nobody sees them, every number obeys.

Names and keys may hold none of them. A long text may, for it is data; where it is shown they are dropped. Dropping is
the one treatment that certainly works in each output: an isolate put round a text ends at the first mark of the text's
own that closes it, and a visible box for each would clutter honest Hebrew and Arabic, whose letters need none of them.
"""

from __future__ import annotations

import re

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATED = re.compile("\u2068([^\u2068\u2069]*)\u2069")


def turning(text: str) -> str:
    """The first such character as `U+202E`, or "" where there is none."""
    found = None if text.isascii() else _TURNING.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def without(text: str) -> str:
    """The text without any of them."""
    return text if text.isascii() else _TURNING.sub("", text)


def straight(text: str) -> str:
    """The text without them but for the pairs that isolate right-to-left values in our own sentences.

    A whole pair (U+2068 ... U+2069, none within) holds what is between apart from the rest and turns nothing else.
    """
    if text.isascii():
        return text
    if "\u2068" not in text:
        return _TURNING.sub("", text)
    parts = _ISOLATED.split(text)  # outside, within, outside, ...
    return "".join(
        f"\u2068{_TURNING.sub('', part)}\u2069" if place % 2 else _TURNING.sub("", part)
        for place, part in enumerate(parts)
    )
