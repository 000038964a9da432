"""Our drawings as parts of the page: a tenth of their size, and their words are text one can select and find.

Numbers have the digits a screen shows, looks that come again stand once in the style sheet, words are set in the page's
own face. Only what our drawings hold is taken over, element by element and value by value. Anything else (another
program's SVG, another face, a script, an address) is refused: such a drawing stays an image, in which nothing runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

from bespoke.direction import straight
from bespoke.report.svg_paths import NUMBER, Foreign, number, short, shortened
from bespoke.show.html import element, void

LEGIBLE = 12  # CSS pixels: no text of a drawing is shown smaller, on a phone neither
FACE = "'Source Sans Pro'"
WEIGHTS = {"400": "400", "600": "600", "700": "600", "bold": "600"}
_WHITE = {"fill": "#ffffff"}
_MATPLOTLIB_STYLE = "*{stroke-linejoin: round; stroke-linecap: butt}"  # stands in the page's style sheet
_PROPERTIES = {
    "fill", "fill-opacity", "opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "text-anchor",
}  # fmt: skip
_VALUE = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]+|-?[\d.]+(?:[ ,]+[\d.]+)*")
_TURNED = re.compile(
    rf"(?:translate\((?P<x>{NUMBER}) (?P<y>{NUMBER})\) ?)?(?:rotate\((?P<angle>{NUMBER})(?: {NUMBER} {NUMBER})?\))?"
)
_MOVES = re.compile(rf"(?:(?:translate|scale|rotate|matrix)\({NUMBER}(?:[ ,]+{NUMBER})*\) ?)+")
_PIXELS = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]+")


Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Styles:
    """The looks that the drawings of one page share: each stands once in its style sheet, under a short name."""

    names: dict[str, str] = field(default_factory=dict)

    def name(self, look: dict[str, str]) -> str | None:
        written = ";".join(f"{name}:{value}" for name, value in sorted(look.items()))
        return self.names.setdefault(written, f"d{len(self.names)}") if written else None

    def sheet(self) -> str:
        return "".join(f".{name}{{{written}}}" for written, name in self.names.items())


@dataclass(frozen=True)
class Inlined:
    """The `<svg>` element, and the width in CSS pixels below which its smallest words would not be legible."""

    markup: str
    least: int


def inlined(svg: str, alt: str, name: str, styles: Styles) -> Inlined | None:
    """The drawing as an element of the page; None where it is not one of ours. `name` begins its ids."""
    try:
        return _Drawing(name, styles).whole(ElementTree.fromstring(svg.encode()), alt)
    except (ElementTree.ParseError, Foreign):
        return None


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _attributes(node: ElementTree.Element, *known: str) -> dict[str, str]:
    found = {name.rpartition("}")[2]: value for name, value in node.attrib.items()}
    if set(found) - {*known, "id"}:
        raise Foreign
    return found


@dataclass
class _Drawing:
    name: str
    styles: Styles
    ids: dict[str, str] = field(default_factory=dict)
    clips: dict[str, Box] = field(default_factory=dict)
    sizes: list[float] = field(default_factory=list)  # of type
    bare: bool = True  # nothing drawn yet

    def whole(self, root: ElementTree.Element, alt: str) -> Inlined:
        about = _attributes(root, "width", "height", "viewBox", "version")
        box = [number(part) for part in about.get("viewBox", "").split()]
        if _local(root) != "svg" or len(box) != 4:
            raise Foreign
        for node in root.iter():
            if _local(node) == "clipPath":
                self.clip(node)
        content = self.parts(root)
        used = "".join(self.clip_path(old) for old in self.clips if old in self.ids)
        least = math.ceil(LEGIBLE / min(self.sizes) * box[2]) if self.sizes else 0
        frame = {"viewBox": " ".join(map(short, box))}
        body = content + (element("defs", used) if used else "")
        markup = element("svg", body, **frame, role="img", aria_label=alt, class_="drawing")
        return Inlined(markup, least)

    def clip_path(self, name: str) -> str:
        left, top, right, bottom = self.clips[name]
        width, height = short(right - left), short(bottom - top)
        box = void("rect", x=short(left), y=short(top), width=width, height=height)
        return element("clipPath", box, id=self.ids[name])

    def parts(self, parent: ElementTree.Element) -> str:
        return "".join(map(self.part, parent))

    def part(self, node: ElementTree.Element) -> str:
        match _local(node):
            case "g":
                return self.group(node)
            case "path":
                return self.path(node)
            case "use":
                return self.use(node)
            case "text":
                return self.text(node)
            case "image":
                return self.pixels(node)
            case "defs":
                return self.definitions(node)
            case "metadata" | "clipPath":
                return ""
        raise Foreign

    def group(self, node: ElementTree.Element) -> str:
        about = _attributes(node, "style", "clip-path")
        inside = [one for one in node if _local(one) == "use"]
        clip = self.clipped(
            about, [(number(u.get("x", "")), number(u.get("y", ""))) for u in inside], margin=4
        )
        look = self.look(about)
        content = self.parts(node)
        if not content or not (clip or look):
            return content
        return element("g", content, clip_path=clip, class_=look)

    def path(self, node: ElementTree.Element, digits: int = 1) -> str:
        about = _attributes(node, "d", "style", "clip-path", "transform")
        steps, points = shortened(about.get("d", ""), digits)
        style = _declarations(about.get("style", ""))
        if self.bare and style == _WHITE:
            return ""  # the paper
        self.bare = False
        known = self.ids.get(about.get("id", "")) if digits > 1 else None
        move = _moves(about)
        return void(
            "path", d=steps, class_=self.look(about), clip_path=self.clipped(about, [] if move else points),
            transform=move, id=known,
        )  # fmt: skip

    def definitions(self, node: ElementTree.Element) -> str:
        """Markers, drawn in their own small units."""
        found = ""
        for one in node:
            match _local(one):
                case "style":
                    if (one.text or "").strip() != _MATPLOTLIB_STYLE:
                        raise Foreign
                case "path":
                    self.ids[one.get("id", "")] = f"{self.name}-{len(self.ids)}"
                    found += self.path(one, digits=2)
                case "clipPath":
                    pass
                case _:
                    raise Foreign
        return element("defs", found) if found else ""

    def use(self, node: ElementTree.Element) -> str:
        about = _attributes(node, "href", "x", "y", "style")
        target = self.ids.get(about.get("href", "")[1:])
        if target is None:
            raise Foreign
        x, y = (short(number(about.get(name, "0"))) for name in "xy")
        return void("use", href=f"#{target}", x=x, y=y, class_=self.look(about))

    def text(self, node: ElementTree.Element) -> str:
        about = _attributes(node, "x", "y", "style", "transform")
        look = dict(_pairs(about.get("style", "")))
        size, weight = look.pop("font-size", ""), look.pop("font-weight", "400")
        turned = _TURNED.fullmatch(about.get("transform", ""))
        ours = look.pop("font-family", "").startswith(FACE) and size.endswith("px") and weight in WEIGHTS
        if not ours or turned is None or len(node):
            raise Foreign
        self.bare = False
        self.sizes.append(number(size.removesuffix("px")))
        look = {
            **_checked(look),
            "font-size": f"{short(self.sizes[-1], 2)}px",
            "font-weight": WEIGHTS[weight],
        }
        x = short(number(about.get("x") or turned["x"] or "0"))
        y = short(number(about.get("y") or turned["y"] or "0"))
        angle = short(number(turned["angle"] or "0"))
        turn = f"rotate({angle} {x} {y})" if angle != "0" else None
        words = escape(straight(node.text or ""), quote=False)
        return element("text", words, x=x, y=y, transform=turn, class_=self.styles.name(look))

    def pixels(self, node: ElementTree.Element) -> str:
        about = _attributes(node, "href", "x", "y", "width", "height", "transform")
        if not _PIXELS.fullmatch(about.get("href", "")):
            raise Foreign
        numbers = {
            name: short(number(about[name]), 2) for name in ("x", "y", "width", "height") if name in about
        }
        return void("image", href="".join(about["href"].split()), transform=_moves(about), **numbers)

    # -- looks and clips ----------------------------------------------------------------------------

    def look(self, about: dict[str, str]) -> str | None:
        return self.styles.name(_declarations(about.get("style", "")))

    def clip(self, node: ElementTree.Element) -> None:
        """Only rectangles: those of axes."""
        if [_local(one) for one in node] != ["rect"]:
            raise Foreign
        x, y, width, height = (number(node[0].get(name, "")) for name in ("x", "y", "width", "height"))
        self.clips[node.get("id", "")] = (x, y, x + width, y + height)

    def clipped(
        self, about: dict[str, str], points: list[tuple[float, float]] | None = None, margin: float = -0.5
    ) -> str | None:
        """The clip, unless all of these points lie well inside it."""
        if (given := about.get("clip-path")) is None:
            return None
        name = given.removeprefix("url(#").removesuffix(")")
        if name not in self.clips:
            raise Foreign
        left, top, right, bottom = self.clips[name]
        if points and all(
            left + margin <= x <= right - margin and top + margin <= y <= bottom - margin for x, y in points
        ):
            return None
        return f"url(#{self.ids.setdefault(name, f'{self.name}-{len(self.ids)}')})"


def _pairs(style: str) -> Iterator[tuple[str, str]]:
    for one in filter(None, map(str.strip, style.split(";"))):
        name, _, value = one.partition(":")
        yield name.strip(), value.strip()


def _declarations(style: str) -> dict[str, str]:
    return _checked(dict(_pairs(style)))


def _checked(look: dict[str, str]) -> dict[str, str]:
    if any(name not in _PROPERTIES or not _VALUE.fullmatch(value) for name, value in look.items()):
        raise Foreign
    return {name: value for name, value in look.items() if (name, value) != ("stroke-dashoffset", "0")}


def _moves(about: dict[str, str]) -> str | None:
    given = about.get("transform")
    if given is not None and not _MOVES.fullmatch(given):
        raise Foreign
    return given
