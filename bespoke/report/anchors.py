"""Places inside a section that its links point to: headings by their words, as Jupyter names them, and HTML ids."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bespoke.report.model import Anchor, Heading, Link, Section, deep, lines_of, plain, walk


def slug(text: str) -> str:
    """A heading's words or a link's target, spelt alike: `My%20Part!` and `my-part` are the same place."""
    words = re.sub(r"[^\w\s-]", "", unquote(text).lower())
    return re.sub(r"[\s_-]+", "-", words).strip("-")


def labelled(section: Section) -> dict[str, str]:
    """Gives a label to each place that a link of the section points to; slug -> label."""
    wanted = {
        slug(piece.url[1:])
        for block in walk(section.body)
        for line in lines_of(block)
        for piece in deep(line)
        if isinstance(piece, Link) and piece.url.startswith("#")
    } - {""}
    found: dict[str, str] = {}
    if not wanted:
        return found
    if slug(section.topic) in wanted:
        found[slug(section.topic)] = section.anchor
    for block in walk(section.body):
        if isinstance(block, Heading) and _free(name := slug(plain(block.children)), wanted, found):
            block.label = found[name] = f"{section.anchor}--{len(found)}"
        for line in lines_of(block):
            for piece in deep(line):
                if isinstance(piece, Anchor) and _free(name := slug(piece.name), wanted, found):
                    piece.label = found[name] = f"{section.anchor}--{len(found)}"
    return found


def _free(name: str, wanted: set[str], found: dict[str, str]) -> bool:
    return name in wanted and name not in found
