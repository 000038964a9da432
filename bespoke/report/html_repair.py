"""HTML put right before it is read: scripts taken out, and what stands where no browser would leave it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HIDDEN = re.compile(
    r"<(script|style|template|noscript)\b.*?</\1\s*>|<(?:link|meta|col|/?colgroup)\b[^>]*>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)
_TRUST = "Make this Notebook Trusted to load map"
_PART = re.compile(r"(<(/?)(table|thead|tbody|tfoot|tr|td|th|caption)\b[^>]*>)", re.IGNORECASE)
# Of a table with fewer `col` than columns pandoc reads no more columns, and a cell that is not shown shifts the others.
_NOT_SHOWN = re.compile(
    r"<(t[dh])\b[^>]*\bstyle\s*=\s*([\"'])[^\"'>]*\bdisplay\s*:\s*none\b[^\"'>]*\2[^>]*>.*?</\1\s*>",
    re.DOTALL | re.IGNORECASE,
)
_SPAN = re.compile(r"\b(row|col)span\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]*)", re.IGNORECASE)
_INLINE = re.compile(
    r"<(ol|ul)\s+class\s*=\s*[\"']?list-inline[\"']?\s*>(.*?)</\1\s*>", re.DOTALL | re.IGNORECASE
)
_ITEM = re.compile(r"<li[^>]*>(.*?)(?=</li|<li|$)", re.DOTALL | re.IGNORECASE)


def readable(html: str) -> str:
    """The HTML without what is not to be read, its tables well formed, R's inline lists on a line."""
    if "<" not in html:
        return html
    html = _NOT_SHOWN.sub("", _HIDDEN.sub("", html))
    if _TRUST in html:
        html = re.sub(rf"<span[^>]*>\s*{_TRUST}[^<]*</span>", "", html)
    if "list-inline" in html:
        html = _INLINE.sub(_on_a_line, html)
    return _formed(html) if "<table" in html.lower() else html


def _span(found: re.Match[str]) -> str:
    """How far a cell reaches, as HTML counts it: 0 rows are all that follow, anything else that is no count is one."""
    written = found[2].strip("\"' ")
    count = int(written) if written.isdecimal() else 1
    if count == 0:
        count = 65534 if found[1].lower() == "row" else 1
    return f'{found[1]}span="{min(count, 65534)}"'


def _on_a_line(found: re.Match[str]) -> str:
    items = [item.strip() for item in _ITEM.findall(found[2])]
    return f"<p>{' · '.join(items)}</p>"


@dataclass
class _OpenTable:
    """A table being read: what is open in it, what it holds so far, and what belongs in front of it."""

    parts: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    row: bool = False
    cell: str = ""  # td, th or caption

    def close(self, *, row: bool) -> None:
        if self.cell:
            self.parts.append(f"</{self.cell}>")
            self.cell = ""
        if row and self.row:
            self.parts.append("</tr>")
            self.row = False

    def tag(self, text: str, name: str, *, closing: bool) -> None:
        """A tag of the table; the tags that HTML lets one leave out are put in."""
        if name in ("td", "th", "caption"):
            self.close(row=name == "caption")
            if closing:
                return
            if name != "caption" and not self.row:
                self.parts.append("<tr>")
                self.row = True
            self.cell = name
        elif name == "tr":
            self.close(row=True)
            if closing:
                return
            self.row = True
        else:
            self.close(row=True)
        self.parts.append(_SPAN.sub(_span, text) if "span" in text.lower() else text)

    def text(self, text: str) -> None:
        """Text belongs into a cell; between rows a browser shows it in front (HTML, "foster parenting")."""
        if self.cell:
            self.parts.append(text)
        elif text.strip():
            self.before.append(text if text.lstrip().startswith("<") else f"<p>{text}</p>")


def _formed(html: str) -> str:
    """The HTML with every tag that makes a table closed and in its place."""
    open_tables = [_OpenTable(cell="body")]  # the first is the page around them
    pieces = _PART.split(html)
    for n in range(0, len(pieces) - 1, 4):
        text, tag, slash, name = pieces[n : n + 4]
        table, name, closing = open_tables[-1], name.lower(), bool(slash)
        table.text(text)
        if name == "table" and not closing:
            open_tables.append(_OpenTable([tag]))
        elif len(open_tables) == 1:
            continue  # a row or a cell without a table
        elif name == "table":
            table.close(row=True)
            open_tables.pop()
            open_tables[-1].parts += [*table.before, *table.parts, tag]
        else:
            table.tag(tag, name, closing=closing)
    open_tables[-1].text(pieces[-1])
    while len(open_tables) > 1:
        table = open_tables.pop()
        table.close(row=True)
        open_tables[-1].parts += [*table.before, *table.parts, "</table>"]
    return "".join(open_tables[0].parts)
