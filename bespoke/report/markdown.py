"""Markdown -> blocks of the report. Raw HTML stays visible text; comments are dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from typing import Any

from bespoke.report.maths import formula
from bespoke.report.model import (
    Block,
    Break,
    Code,
    CodeBlock,
    Column,
    Figure,
    Heading,
    Inline,
    InlinePicture,
    Link,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Styled,
    Table,
    Words,
    plain,
)
from bespoke.show.fonts import blank

Token = Mapping[str, Any]
Pictures = Callable[[str, str], Picture]  # address and alt text -> the image, or an error that names the cell

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLES = {"strong": "strong", "emphasis": "emphasis", "strikethrough": "struck"}


def blocks(source: str, pictures: Pictures) -> list[Block]:
    """The blocks of a Markdown text; `pictures` finds the images it refers to."""
    return _Reader(pictures).blocks(_parser()(source))


@lru_cache(maxsize=1)
def _parser() -> Any:
    import mistune

    from bespoke.show.maths import plugin

    return mistune.create_markdown(renderer=None, plugins=["table", "strikethrough", plugin])


class _Reader:
    """Walks mistune's tokens."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures

    def blocks(self, tokens: list[Token]) -> list[Block]:
        return [block for token in tokens for block in self.block(token)]

    def block(self, token: Token) -> list[Block]:
        match token["type"]:
            case "paragraph" | "block_text":
                return self.paragraph(token)
            case "heading":
                return self.heading(token)
            case "list":
                attrs = token["attrs"]
                items = [self.blocks(item["children"]) for item in token["children"]]
                return [Listing(bool(attrs["ordered"]), int(attrs.get("start", 1)), items)]
            case "block_quote":
                return [Quote(self.blocks(token["children"]))]
            case "block_code":
                return [CodeBlock(token["raw"].rstrip("\n"))]
            case "thematic_break":
                return [Rule()]
            case "table":
                return [self.table(token)]
            case "block_math":
                return [Paragraph([formula(token["raw"], display=True)])]
            case "block_html":
                text = _COMMENT.sub("", token["raw"]).strip()
                return [Paragraph([Words(text)])] if text else []
        return []  # blank lines, link definitions

    def heading(self, token: Token) -> list[Block]:
        """A heading that has words: an outline cannot show a drawing alone, and nothing has no heading."""
        children = self.inlines(token["children"])
        level = token["attrs"]["level"]
        if not blank(plain(children, drawings=False)):
            return [Heading(level, children)]
        words = plain(children)
        return [] if blank(words) else [Heading(level, [Words(words)])]

    def paragraph(self, token: Token) -> list[Block]:
        children = self.inlines(token["children"])
        if len(children) == 1 and isinstance(children[0], InlinePicture):
            return [Figure(children[0].picture, width=None)]
        return [Paragraph(children)] if children else []

    def table(self, token: Token) -> Table:
        head = token["children"][0]["children"]
        body = token["children"][1]["children"] if len(token["children"]) > 1 else []
        columns = [
            Column(plain(self.inlines(cell["children"])), numeric=cell["attrs"]["align"] == "right")
            for cell in head
        ]
        return Table(columns, [[self.inlines(cell["children"]) for cell in row["children"]] for row in body])

    def inlines(self, tokens: list[Token]) -> list[Inline]:
        children: list[Inline] = []
        for token in tokens:
            for piece in self.inline(token):
                last = children[-1] if children else None
                if isinstance(piece, Words) and isinstance(last, Words):
                    last.text += piece.text
                else:
                    children.append(piece)
        return children

    def inline(self, token: Token) -> list[Inline]:
        match token["type"]:
            case "text":
                return [Words(_ENTITY.sub(lambda m: unescape(m[0]), token["raw"]))]
            case "softbreak":
                return [Words(" ")]
            case "linebreak":
                return [Break()]
            case "codespan":
                return [Code(token["raw"])]
            case "strong" | "emphasis" | "strikethrough" as style:
                return [Styled(_STYLES[style], self.inlines(token["children"]))]  # type: ignore[arg-type]
            case "link":
                return [Link(token["attrs"]["url"], self.inlines(token["children"]))]
            case "image":
                alt = plain(self.inlines(token["children"]))
                return [InlinePicture(self.pictures(token["attrs"]["url"], alt))]
            case "inline_math":
                return [formula(token["raw"])]
            case "inline_html":
                text = _COMMENT.sub("", token["raw"])
                return [Words(text)] if text else []
        return []
