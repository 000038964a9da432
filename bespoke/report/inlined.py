"""A drawing of the house as part of the page: a tenth of its size, and its words are text one can select and find.

matplotlib draws every letter as an outline and says in a comment what it wrote; here that becomes text in the page's
own face. Only what our drawings hold is taken over, element by element and value by value. Anything else (another
program's SVG, another face, a script, an address) is refused: such a drawing stays an image, in which nothing runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape
from xml.etree import ElementTree

from bespoke.direction import straight
from bespoke.report.svg_paths import NUMBER, Foreign, number, short, shortened
from bespoke.show.html import element, void

LEGIBLE = 12  # CSS pixels: no text of a drawing is shown smaller, on a phone neither
FACE = "SourceSansPro"
WEIGHTS = {"Regular": "400", "Semibold": "600", "Bold": "600"}
_WHITE = {"fill": "#ffffff"}
_HOUSE_STYLE = "*{stroke-linejoin: round; stroke-linecap: butt}"  # stands in the page's style sheet
_PROPERTIES = {
    "fill", "fill-opacity", "opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray",
    "stroke-dashoffset", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "text-anchor",
}  # fmt: skip
_VALUE = re.compile(r"#[0-9a-fA-F]{3,8}|[a-z]+|-?[\d.]+(?:[ ,]+[\d.]+)*")
_LETTERS = re.compile(
    rf"translate\(({NUMBER}) ({NUMBER})\)(?: rotate\(({NUMBER})\))? scale\(({NUMBER}) {NUMBER}\)"
)
_MOVES = re.compile(rf"(?:(?:translate|scale|rotate|matrix)\({NUMBER}(?:[ ,]+{NUMBER})*\) ?)+")
_PIXELS = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]+")


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
        builder = ElementTree.TreeBuilder(insert_comments=True)
        root = ElementTree.fromstring(svg.encode(), ElementTree.XMLParser(target=builder))
        return _Drawing(name, styles).whole(root, alt)
    except (ElementTree.ParseError, Foreign):
        return None


def _local(node: ElementTree.Element) -> str:
    """The element's name; nothing for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


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
    clips: dict[str, tuple[float, float, float, float]] = field(
        default_factory=dict
    )  # left, top, right, bottom
    sizes: list[float] = field(default_factory=list)  # of type
    ours: bool = False  # whether a word in our face was met
    bare: bool = True  # nothing drawn yet

    def whole(self, root: ElementTree.Element, alt: str) -> Inlined:
        about = _attributes(root, "width", "height", "viewBox", "version")
        box = [number(part) for part in about.get("viewBox", "").split()]
        if _local(root) != "svg" or len(box) != 4:
            raise Foreign
        for node in root.iter():
            if _local(node) == "clipPath":
                self.clip(node)
        content = "".join(self.parts(root))
        if self.sizes and not self.ours:
            raise Foreign
        used = "".join(self.clip_path(old) for old in self.clips if old in self.ids)
        least = round(LEGIBLE / min(self.sizes) * box[2]) if self.sizes else 0
        frame = {"viewBox": " ".join(map(short, box))}
        body = content + (element("defs", used) if used else "")
        markup = element("svg", body, **frame, role="img", aria_label=alt, class_="drawing")
        return Inlined(markup, least)

    def clip_path(self, name: str) -> str:
        left, top, right, bottom = self.clips[name]
        width, height = short(right - left), short(bottom - top)
        box = void("rect", x=short(left), y=short(top), width=width, height=height)
        return element("clipPath", box, id=self.ids[name])

    def parts(self, parent: ElementTree.Element) -> Iterator[str]:
        said: str | None = None
        for node in parent:
            if not isinstance(node.tag, str):
                said = unescape((node.text or "")[1:-1]).replace("- -", "--")
            elif said is not None and (letters := _LETTERS.fullmatch(node.get("transform", ""))):
                yield self.outlined(node, said, letters)
            else:
                yield self.part(node)

    def part(self, node: ElementTree.Element) -> str:
        match _local(node):
            case "g":
                return self.group(node)
            case "path":
                return self.path(node)
            case "use":
                return self.use(node)
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
        content = "".join(self.parts(node))
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
        """Markers, drawn in their own small units; the outlines of letters stand inside the words' own groups."""
        found = ""
        for one in node:
            match _local(one):
                case "style":
                    if (one.text or "").strip() != _HOUSE_STYLE:
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

    def outlined(self, node: ElementTree.Element, said: str, letters: re.Match[str]) -> str:
        """Letters drawn as outlines, as the text they are."""
        faces = {
            (one.get("{http://www.w3.org/1999/xlink}href") or "").lstrip("#").rpartition("-")[0]
            for one in node.iter() if _local(one) == "use"
        }  # fmt: skip
        ours = {face.rpartition("-")[2] for face in faces if face.startswith(f"{FACE}-")}
        if any(not face.startswith((f"{FACE}-", "DejaVuSans")) for face in faces) or len(ours) > 1:
            raise Foreign
        self.ours |= bool(ours)
        x, y, turn, size = letters.groups()
        look = _declarations(node.get("style", ""))
        return self.words(
            said, x, y, turn, 100 * number(size), look, WEIGHTS.get(min(ours, default=""), "400")
        )

    def words(
        self, said: str, x: str, y: str, turn: str | None, size: float, look: dict[str, str], weight: str
    ) -> str:
        self.bare = False
        self.sizes.append(size)
        look = {**look, "font-size": f"{short(size, 2)}px"}
        if weight != "400":
            look["font-weight"] = weight
        right, down = short(number(x)), short(number(y))
        turned = f"rotate({short(number(turn))} {right} {down})" if turn and number(turn) else None
        name = self.styles.name(look)
        return element(
            "text", escape(straight(said), quote=False), x=right, y=down, transform=turned, class_=name
        )

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
        [box] = list(node) if len(node) == 1 and _local(node[0]) == "rect" else [None]
        if box is None:
            raise Foreign
        x, y, width, height = (number(box.get(name, "")) for name in ("x", "y", "width", "height"))
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
    look = dict(_pairs(style))
    if any(name not in _PROPERTIES or not _VALUE.fullmatch(value) for name, value in look.items()):
        raise Foreign
    return {name: value for name, value in look.items() if (name, value) != ("stroke-dashoffset", "0")}


def _moves(about: dict[str, str]) -> str | None:
    given = about.get("transform")
    if given is not None and not _MOVES.fullmatch(given):
        raise Foreign
    return given
