"""What a picture may be before anything draws it: bytes, pixels, depth, and how much its references multiply.

A typesetter that runs out of stack or memory ends the whole process, so this is asked before it sees the picture. Of a
logo, which nobody but the client drew, more is asked: elements from a list of those that only draw, and nothing linked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

LARGEST = 40_000_000  # bytes of a drawing
LARGEST_LOGO = 10_000_000
PIXELS = 50_000_000  # of a picture made of pixels: 200 MB once it is unpacked
DEEPEST = 100  # elements within elements
MOST = 2_000_000  # elements and letters once every reference stands for what it refers to
LETTERS = ("text", "tspan", "textPath", "a", "switch")  # elements whose words are drawn
_REFERS = re.compile(r"url\(\s*['\"]?\s*#([^'\")\s]+)")
_LINKS = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|expression\(", re.IGNORECASE)
_INSIDE = re.compile(r"#|data:image/(?:png|jpeg|gif);base64,", re.IGNORECASE)

DRAWS = frozenset([
    "svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style", "path", "rect", "circle", "ellipse",
    "line", "polyline", "polygon", "text", "tspan", "textPath", "linearGradient", "radialGradient", "stop",
    "clipPath", "mask", "image", "a", "switch", "view",
])  # fmt: skip


@dataclass
class _Drawing:
    """What is counted while a drawing is read once: its own elements and its references, by the ids around them."""

    logo: bool
    open: list[tuple[str, str]] = field(default_factory=list)  # element, id
    own: dict[str, int] = field(default_factory=lambda: {"": 0})  # id -> elements within it
    refers: dict[str, list[str]] = field(default_factory=dict)  # id -> ids referred to within it
    inside_metadata: int = 0
    style: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            raise ValueError(f"nests more than {DEEPEST} elements in each other")
        tag = name.rpartition(":")[2]
        if self.logo and not self.inside_metadata:
            self._allowed(tag, attributes)
        self.inside_metadata += tag == "metadata" or bool(self.inside_metadata)
        identity = attributes.get("id", "")
        self.open.append((tag, identity))
        around = [one for _, one in self.open if one]
        linked = [
            value.strip()[1:]
            for key, value in attributes.items()
            if key.rpartition(":")[2] == "href" and value.strip().startswith("#")
        ] + [found for value in attributes.values() for found in _REFERS.findall(value)]
        for place in ("", *around):
            self.own[place] = self.own.get(place, 0) + 1
        for place in around or [""]:
            self.refers.setdefault(place, []).extend(linked)
        if around:
            self.refers.setdefault("", []).extend(linked)

    def end(self, name: str) -> None:
        self.open.pop()
        self.inside_metadata -= bool(self.inside_metadata)

    def text(self, words: str) -> None:
        if self.open and self.open[-1][0] in LETTERS:  # each is drawn as a path
            for place in ("", *(one for _, one in self.open if one)):
                self.own[place] += len(words)
        if self.logo and self.open and self.open[-1][0] == "style":
            self.style = (self.style + words)[-10_000:]
            _refuse_links(self.style)

    def _allowed(self, tag: str, attributes: dict[str, str]) -> None:
        if tag not in DRAWS:
            raise ValueError(
                f"holds <{tag[:40]}>, which only draws in a browser or costs without limit; save it as PNG"
            )
        for key, value in attributes.items():
            name = key.rpartition(":")[2]
            if name.lower().startswith("on"):
                raise ValueError(f"holds a script ({name[:40]})")
            if name == "href" and tag != "a" and not _INSIDE.match(value.strip()):
                raise ValueError(f"refers to {value[:60]!r}; embed it")
            _refuse_links(value)

    def weight(self) -> int:
        """Elements once every reference stands for what it refers to. Raises ValueError for circles and too many."""
        known: dict[str, int] = {}

        def of(place: str, path: tuple[str, ...]) -> int:
            if place in path or len(path) > DEEPEST:
                raise ValueError("refers to itself, or in too long a chain")
            if place not in known:
                total = self.own.get(place, 0)
                for other in self.refers.get(place, ()):
                    total += of(other, (*path, place)) if other in self.own else 0
                    if total > MOST:
                        raise ValueError(f"draws more than {MOST:,} elements and letters")
                known[place] = total
            return known[place]

        return of("", ())


def check_svg(raw: bytes, *, logo: bool = False) -> None:
    """Raises ValueError, saying why, for a drawing that must not reach a typesetter."""
    largest = LARGEST_LOGO if logo else LARGEST
    if len(raw) > largest:
        raise ValueError(f"is larger than {largest // 10**6} MB")
    drawing = _Drawing(logo)
    parser = expat.ParserCreate()
    parser.StartElementHandler = drawing.start
    parser.EndElementHandler = drawing.end
    parser.CharacterDataHandler = drawing.text
    parser.EntityDeclHandler = _no_entities
    parser.ordered_attributes = False
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise ValueError(f"is no SVG that can be read: {error}") from error
    drawing.weight()


def check_pixels(width: int, height: int) -> None:
    """Raises ValueError for a picture that unpacks to more than a report needs."""
    if width * height > PIXELS:
        raise ValueError(f"has {width:,} x {height:,} pixels; at most {PIXELS // 10**6} million are taken")


def _refuse_links(value: str) -> None:
    if _LINKS.search(value):
        raise ValueError("holds a style that loads something else; embed it or save the logo as PNG")


def _no_entities(*_: Any) -> None:
    raise ValueError("declares entities, which drawings have no need of")
