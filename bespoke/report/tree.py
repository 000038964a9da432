"""Pandoc's tree -> blocks of the report. Every string of it is text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bespoke.report import formulas, grids, maths_in_markdown, model
from bespoke.report.maths_in_markdown import MARK, Maths
from bespoke.report.model import plain
from bespoke.report.pandoc import Tree
from bespoke.show.fonts import blank

Node = Mapping[str, Any]
Images = Callable[
    [str, str, Mapping[str, str]], model.Inline
]  # address, alt text, attributes -> picture, or words for it

BADGE = 30.0  # points: a lower picture stands in its line, a higher one by itself
_STYLES: dict[str, Any] = {
    "Strong": "strong",
    "Emph": "emphasis",
    "Strikeout": "struck",
    "Underline": "underlined",
    "Superscript": "super",
    "Subscript": "sub",
}
_CAUTIONS = ("alert-warning", "alert-danger", "alert-error", "warning", "caution", "danger", "important")
_NOTES = ("alert", "admonition", "note", "tip")
LOST = "bespoke-lost"  # class of what stands in HTML for something that only a browser shows


@dataclass(frozen=True)
class InlineContext:
    """What the words of one piece refer to."""

    images: Images
    maths: Sequence[Maths] = ()
    drawn: Sequence[model.Inline] = ()  # the formulas, set
    lost: Callable[[int], list[model.Block]] = lambda number: []
    rows: Mapping[int, grids.Grid] = field(default_factory=dict)

    def blocks(self, tree: Tree) -> list[model.Block]:
        return [block for node in tree for block in self.block(node)]

    def block(self, node: Node) -> list[model.Block]:
        content: Any = node.get("c")
        match node["t"]:
            case "Para" | "Plain":
                return self.paragraph(self.inlines(content))
            case "Header":
                level, attributes, inner = content
                return self.heading(level, attributes, inner)
            case "CodeBlock":
                text = maths_in_markdown.restored(content[1], self.maths).strip("\n")
                return [model.CodeBlock(text)] if text.strip() else []
            case "RawBlock":
                text = content[1].strip()
                return [model.CodeBlock(text)] if text and content[0] != "html" else []
            case "BlockQuote":
                return [model.BlockQuote(self.blocks(content))]
            case "BulletList":
                return [model.Listing(False, 1, [self.blocks(item) for item in content])]
            case "OrderedList":
                return [model.Listing(True, int(content[0][0]), [self.blocks(item) for item in content[1]])]
            case "DefinitionList":
                return [model.Listing(False, 1, [self.definition(*item) for item in content])]
            case "LineBlock":
                lines = [[*self.inlines(line), model.Break()] for line in content]
                return self.paragraph([piece for line in lines for piece in line])
            case "HorizontalRule":
                return [model.ThematicBreak()]
            case "Table":
                return [grids.table(node, self)]
            case "Figure":
                return self.figure(content)
            case "Div":
                return self.div(*content)
        return []

    def heading(self, level: int, attributes: Any, inner: list[Node]) -> list[model.Block]:
        """A heading that has words: an outline cannot show a drawing alone, and nothing has no heading."""
        children = self.inlines(inner)
        if blank(plain(children, drawings=False)):
            words = plain(children)
            children = [] if blank(words) else [model.TextRun(words)]
        pictures = [c for c in children if isinstance(c, model.InlinePicture)]
        anchors: list[model.Inline] = [model.Anchor(attributes[0])] if attributes[0] else []
        heading = model.Heading(level, [*anchors, *(c for c in children if c not in pictures)])
        return [heading, *(self._standing(one) for one in pictures)] if children else []

    def definition(self, term: list[Node], meanings: list[Tree]) -> list[model.Block]:
        body = [block for meaning in meanings for block in self.blocks(meaning)]
        name: list[model.Inline] = [model.Styled("strong", self.inlines(term))]
        if body and isinstance(body[0], model.Paragraph):
            return [model.Paragraph([*name, model.TextRun(": "), *body[0].children]), *body[1:]]
        return [model.Paragraph(name), *body]

    def caption(self, tree: Tree) -> str:
        """The words of its paragraphs."""
        return " ".join(plain(b.children) for b in self.blocks(tree) if isinstance(b, model.Paragraph))

    def figure(self, content: Any) -> list[model.Block]:
        """An HTML `figure`: its caption goes to the picture or table in it."""
        blocks = self.blocks(content[2])
        caption = self.caption(content[1][1])
        first = next((b for b in blocks if isinstance(b, model.DocumentFigure | model.DocumentTable)), None)
        if first is not None:
            first.caption = caption
        elif caption:
            blocks.append(model.Paragraph([model.TextRun(caption)]))
        return blocks

    def div(self, attributes: Any, tree: Tree) -> list[model.Block]:
        classes = attributes[1]
        if LOST in classes:
            return self.lost(_number(tree))
        body = self.blocks(tree)
        if body and any(name in classes for name in (*_NOTES, *_CAUTIONS)):
            return [model.CalloutBox("warning" if any(c in _CAUTIONS for c in classes) else "note", body)]
        if attributes[0] and body and isinstance(body[0], model.Paragraph | model.Heading):
            body[0].children.insert(0, model.Anchor(attributes[0]))
        return body

    # -- lines --------------------------------------------------------------------------------------

    def paragraph(self, children: list[model.Inline]) -> list[model.Block]:
        """The text of a paragraph; a picture or a displayed formula in it stands by itself."""
        blocks: list[model.Block] = []
        line: list[model.Inline] = []
        for child in [*children, None]:
            apart = isinstance(child, model.InlinePicture) and (child.picture.height or BADGE) >= BADGE
            if child is not None and not apart and not (isinstance(child, model.Formula) and child.display):
                line.append(child)
                continue
            if text := trimmed(line):
                blocks.append(model.Paragraph(text))
            line = []
            if isinstance(child, model.InlinePicture):
                blocks.append(self._standing(child))
            elif child is not None:
                blocks.append(model.Paragraph([child]))
        return [_alone(block) for block in blocks]

    @staticmethod
    def _standing(picture: model.InlinePicture) -> model.DocumentFigure:
        return model.DocumentFigure(picture.picture, width=None)

    def inlines(self, nodes: Sequence[Node]) -> list[model.Inline]:
        children: list[model.Inline] = []
        for node in nodes:
            for piece in self.inline(node):
                last = children[-1] if children else None
                if isinstance(piece, model.TextRun) and isinstance(last, model.TextRun):
                    last.text += piece.text
                else:
                    children.append(piece)
        return children

    def inline(self, node: Node) -> list[model.Inline]:
        content: Any = node.get("c")
        match node["t"]:
            case "Str":
                return self.words(content)
            case "Space" | "SoftBreak":
                return [model.TextRun(" ")]
            case "LineBreak":
                return [model.Break()]
            case "Code":
                return [model.CodeSpan(maths_in_markdown.restored(content[1], self.maths))]
            case "Strong" | "Emph" | "Strikeout" | "Underline" | "Superscript" | "Subscript" as style:
                inner = self.inlines(content)
                return [model.Styled(_STYLES[style], inner)] if inner else []
            case "SmallCaps":
                return self.inlines(content)
            case "Quoted":
                marks = "‘’" if content[0]["t"] == "SingleQuote" else "“”"
                return [model.TextRun(marks[0]), *self.inlines(content[1]), model.TextRun(marks[1])]
            case "Cite":
                return self.inlines(content[1])
            case "Link":
                return self.link(
                    self.inlines(content[1]), maths_in_markdown.restored(content[2][0], self.maths)
                )
            case "Image":
                alt = maths_in_markdown.restored(plain(self.inlines(content[1])), self.maths) or content[2][1]
                return [self.images(content[2][0], alt, dict(content[0][2]))]
            case "Span":
                return self.span(*content)
        return []

    def words(self, text: str) -> list[model.Inline]:
        """The text with the formulas that were taken out of it."""
        pieces: list[model.Inline] = []
        for n, part in enumerate(MARK.split(text)):
            if n % 2 == 0:
                pieces += [model.TextRun(part)] if part else []
            elif int(part) < len(self.drawn):
                pieces.append(self.drawn[int(part)])
        return pieces

    @staticmethod
    def link(children: list[model.Inline], url: str) -> list[model.Inline]:
        """A link around a picture leaves the picture; one around nothing is nothing."""
        if any(isinstance(child, model.InlinePicture) for child in children):
            return children
        flat = [
            inner
            for child in children
            for inner in (child.children if isinstance(child, model.Link) else [child])
        ]
        return [model.Link(url, flat)] if not blank(plain(flat)) else flat

    def span(self, attributes: Any, inner: list[Node]) -> list[model.Inline]:
        about = dict(attributes[2])
        if "typst" in about:
            source = about["tex"]
            tree = [{"t": "CodeBlock", "c": ["", about[key]]} for key in ("typst", "mathml") if about[key]]
            return [formulas.from_tree(source, tree, display="display" in about)]
        anchor: list[model.Inline] = [model.Anchor(attributes[0])] if attributes[0] else []
        return [*anchor, *self.inlines(inner)]

    def cell(self, tree: Tree) -> model.Cell:
        """The blocks of a table's cell on lines of their own."""
        lines: list[model.Inline] = []
        for block in self.blocks(tree):
            if lines:
                lines.append(model.Break())
            lines += _inside(block)
        words = trimmed(lines)
        return words[0].text if len(words) == 1 and isinstance(words[0], model.TextRun) else words or ""


def _inside(block: model.Block) -> list[model.Inline]:
    match block:
        case model.Paragraph(children) | model.Heading(children=children):
            return children
        case model.CodeBlock(text):
            rows = text.split("\n")
            lines: list[model.Inline] = [model.CodeSpan(rows[0])]
            for row in rows[1:]:
                lines += [model.Break(), model.CodeSpan(row)]
            return lines
        case model.Listing(items=items):
            listed: list[model.Inline] = []
            for item in items:
                listed += [model.Break()] if listed else []
                listed += [model.TextRun("• "), *(piece for one in item for piece in _inside(one))]
            return listed
        case model.BlockQuote(body) | model.CalloutBox(body=body):
            return [piece for one in body for piece in _inside(one)]
        case model.DocumentFigure(picture):
            return [model.InlinePicture(picture)]
        case model.DocumentTable(rows=rows):
            return [model.TextRun("; ".join(" ".join(map(plain, row)) for row in rows))]
    return []


def trimmed(line: Sequence[model.Inline]) -> list[model.Inline]:
    """The line without white space and breaks at its ends; nothing where it holds nothing to see."""
    pieces = list(line)
    while pieces and _empty(pieces[0]):
        pieces.pop(0)
    while pieces and _empty(pieces[-1]):
        pieces.pop()
    if pieces and isinstance(pieces[0], model.TextRun):
        pieces[0] = model.TextRun(pieces[0].text.lstrip(" "))
    if pieces and isinstance(pieces[-1], model.TextRun):
        pieces[-1] = model.TextRun(pieces[-1].text.rstrip(" "))
    return pieces


def _empty(piece: model.Inline) -> bool:
    return isinstance(piece, model.Break) or (isinstance(piece, model.TextRun) and blank(piece.text))


def _alone(block: model.Block) -> model.Block:
    """A paragraph that is one picture and nothing else, however low it is, as a figure."""
    if isinstance(block, model.Paragraph) and len(block.children) == 1:
        [only] = block.children
        return (
            model.DocumentFigure(only.picture, width=None) if isinstance(only, model.InlinePicture) else block
        )
    return block


def _number(tree: Tree) -> int:
    """The number that a mark of ours holds; -1 where it is not ours."""
    text = "".join(str(n.get("c", "")) for b in tree if b["t"] in ("Plain", "Para") for n in b["c"])
    return int(text) if text.isdecimal() else -1
