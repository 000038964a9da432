"""Words, links, formulas and pictures as plain data for the Typst template: what stands in a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bespoke.report import drawings, model, widths
from bespoke.report.glyphs import drawable, loosened, right_to_left
from bespoke.report.languages import language_of
from bespoke.report.model import plain
from bespoke.report.pictures import embedded
from bespoke.report.report_cover import Cover
from bespoke.show import fonts

Data = dict[str, Any]
PROSE = (10.0, 220.0)  # type size, and room for one word
SERIF_WIDTH = 1.12  # the text face, semibold at its widest, against the data face
RUNNING = 60  # characters
_ADDRESS = re.compile(
    r"https?://[^\s/<>\"“”]+\.[^\s<>\"“”]*[^\s<>\"“”.,;:!?')\]}*]"
)  # as a sentence holds one


class LineWriter:
    """Turns what stands in a line into data; every string passes `text` or `fitted` on its way."""

    def __init__(self, cover: Cover) -> None:
        self.covered, self.families = fonts.coverage(cover.fonts), fonts.families(cover.fonts)
        self.language = language_code(cover.language)

    def text(self, text: str, size: float = PROSE[0], room: float = PROSE[1]) -> str:
        """Client text on one line: drawable, and words wider than the room may break."""
        line = drawable(text, self.covered).replace("\t", " ").replace("\n", " ")
        return loosened(line, room, lambda part: widths.width(part, size * SERIF_WIDTH))

    def running(self, text: str) -> str:
        """Client text for the head of every page, cut where it would crowd it."""
        line = self.text(text)
        return line if len(line) <= RUNNING else line[: RUNNING - 1].rstrip() + "…"

    def fitted(self, text: str, width: float, size: float, *, code: bool = False) -> str:
        return widths.broken(drawable(text, self.covered).replace("\t", " "), width - 0.5, size, code=code)

    def line(self, children: list[model.Inline], text: Callable[[str], str] | None = None) -> Data:
        words = plain(children)
        return {
            "children": [
                self.inline(part, text or self.text) for child in children for part in _addresses(child)
            ],
            "rtl": right_to_left(words),
            "lang": language_of(words, self.language),
        }

    def inline(self, child: model.Inline, text: Callable[[str], str]) -> Data | str:
        match child:
            case model.TextRun(words):
                return text(words)
            case model.CodeSpan(code):
                return {"kind": "code", "text": text(code)}
            case model.Styled(style, children):
                return {"kind": style, "children": [self.inline(c, text) for c in children]}
            case model.Link(_, children, elsewhere=True):
                return {"kind": "plain", "children": [self.inline(c, text) for c in children]}
            case model.Link(url, children):
                target = {"label": url[1:]} if url.startswith("#") else {"url": _address(url)}
                return {"kind": "link", **target, "children": [self.inline(c, text) for c in children]}
            case model.Break():
                return {"kind": "break"}
            case model.Anchor(label=label):
                return {"kind": "anchor", "label": label}
            case model.Formula(typst=""):
                return {"kind": "code", "text": text(child.source)}
            case model.Formula():
                return self.formula(child)
            case model.InlinePicture(picture):
                return {"kind": "picture", "picture": self.picture(picture)}

    def formula(self, formula: model.Formula) -> Data:
        alt = drawable(formula.source, self.covered)
        return {"kind": "formula", "typst": formula.typst, "alt": alt, "display": formula.display}

    def picture(self, picture: model.Picture) -> Data:
        return {
            "svg": drawings.typesettable(embedded(picture), self.covered, self.families),
            "alt": drawable(picture.alt, self.covered),
            "width": picture.width,
            "shape": picture.shape,
        }


def language_code(language: str) -> str:
    """The language without its region: `de-AT` as `de`."""
    return language.replace("_", "-").split("-")[0].lower()


def _addresses(child: model.Inline) -> list[model.Inline]:
    """Words with the web addresses in them as links."""
    if not isinstance(child, model.TextRun) or "://" not in child.text:
        return [child]
    pieces = re.split(f"({_ADDRESS.pattern})", child.text)  # text, address, text and so on
    parts = [
        model.Link(one, [model.TextRun(one)]) if n % 2 else model.TextRun(one) for n, one in enumerate(pieces)
    ]
    return [part for part in parts if plain([part])]


def _address(url: str) -> str:
    """A web address in ASCII, as PDF wants it."""
    return quote(url, safe="%/:?#[]@!$&'()*+,;=-._~")
