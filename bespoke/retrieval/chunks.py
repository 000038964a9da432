"""A note in pieces that can be looked up: sections by their headings, sentences, and mentions within them."""

from __future__ import annotations

import re
from itertools import islice
from typing import Literal, NamedTuple

Section = Literal["assessment", "plan", "findings", "history", "other"]
Grain = Literal["sentence", "mention"]

_HEADINGS: tuple[tuple[Section, str], ...] = (
    (
        "assessment",
        r"assessment(?: and plan)?|a/?p|a|impression|diagnos[ei]s|dx|discharge diagnos[ei]s|conclusions?"
        r"|problem list|problems|diagn[oó]sticos?|juicio cl[ií]nico|impresi[oó]n",
    ),
    ("plan", r"plan|p|treatment|tx|medications?|meds|rx|follow[- ]?up|disposition|recommendations?"),
    (
        "findings",
        r"objective|o|exam(?:ination)?|physical exam(?:ination)?|pe|vitals?|labs?|laboratory|imaging"
        r"|investigations|results|findings|exploraci[oó]n(?: f[ií]sica)?",
    ),
    (
        "history",
        r"subjective|s|hpi|history(?: of present illness)?|pmh|past medical history|psh|social(?: history)?"
        r"|family history|fh|sh|chief complaint|cc|ros|review of systems|antecedentes|anamnesis",
    ),
)
_HEADING = re.compile(
    r"^[ \t]*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _HEADINGS) + r")[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[.;](?=\s|$)|[\n\r]+|(?<=\w):(?=\s)")
_MENTION_END = re.compile(
    r",(?=\s)|\(|\)|[/+](?=\s)|\s[-–•*]\s|(?:^|(?<=\s))(?:\d{1,2}[.)]|#\d{0,2}|[-–•*])(?=\s)"
    r"|\s(?:and|with|plus|who|which|y|con)\s",
    re.IGNORECASE,
)
_LEAST = 3  # letters of a piece worth looking up


class Chunk(NamedTuple):  # made in a third of the time a dataclass takes, and there are thousands
    """A piece of a note: `text == note[start:end]`, offsets in characters."""

    text: str
    start: int
    end: int
    section: Section
    grain: Grain


def chunks(text: str) -> tuple[Chunk, ...]:
    """Sentences in order, each followed by its mentions where it has more than one."""
    found: list[Chunk] = []
    for start, end, section in _sections(text):
        for first, last in _pieces(text, start, end, _SENTENCE_END):
            found.append(Chunk(text[first:last], first, last, section, "sentence"))
            mentions = list(_pieces(text, first, last, _MENTION_END))
            if len(mentions) > 1:
                found.extend(Chunk(text[a:b], a, b, section, "mention") for a, b in mentions)
    return tuple(found)


def _sections(text: str) -> list[tuple[int, int, Section]]:
    """Start, end and kind of each section; what stands before the first heading is `other`."""
    marks: list[tuple[int, int, Section]] = [(0, 0, "other")]
    for match in _HEADING.finditer(text):
        kind = next(name for name, _ in _HEADINGS if match.group(name))
        marks.append((match.start(), match.end(), kind))
    ends = [start for start, _, _ in marks[1:]] + [len(text)]
    return [(body, end, kind) for (_, body, kind), end in zip(marks, ends, strict=True)]


def _pieces(text: str, start: int, end: int, border: re.Pattern[str]) -> list[tuple[int, int]]:
    """What stands between borders, without the white space around it."""
    cuts = [start, *(at for m in border.finditer(text, start, end) for at in m.span()), end]
    pieces = []
    for first, last in zip(cuts[::2], cuts[1::2], strict=True):
        inner = text[first:last]
        first += len(inner) - len(inner.lstrip())
        last -= len(inner) - len(inner.rstrip())
        if len([*islice(filter(str.isalpha, text[first:last]), _LEAST)]) == _LEAST:
            pieces.append((first, last))
    return pieces
