"""What the typesetter leaves undone in a PDF: tags that say what each row of a table is, and a small file.

Its tables keep their last rows and their source together as a footer, and it knows no headers of rows. The template
marks what names a row as strong and the source as emphasised (`table.typ`); here these tags are read. Structure as
of ISO 32000-1, 14.8.4.3 (tables) and 14.8.5.7 (attributes of tables).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

ROWS = ("/THead", "/TBody", "/TFoot")


def finished(typeset: bytes) -> bytes:
    """The same pages with their tables tagged as what they are, in about a third of the bytes.

    The same PDF gives the same bytes. It stays what it was by PDF/UA-1 and PDF/A-2: pages, fonts and metadata are as
    they were.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(typeset)) as pdf:
        if (
            "/Suspects" in pdf.Root.MarkInfo
        ):  # false, as it is where it is not said; some readers stumble over it
            del pdf.Root.MarkInfo["/Suspects"]
        for table in _tables(pdf.Root.StructTreeRoot):
            _group(table)
            rows = [row for group in _children(table) if group.S in ROWS for row in _children(group)]
            names = _naming(rows)
            for row in rows:
                _tell(row, names)
        for page in pdf.pages:
            for link in page.get("/Annots", ()):
                if (
                    "/Contents" in link
                ):  # where it goes, put together from a name and a number of which one is empty
                    link.Contents = pikepdf.String(str(link.Contents).strip(" ,:"))
        small = io.BytesIO()
        pdf.save(
            small,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            fix_metadata_version=False,
        )
    return small.getvalue()


def _tables(node: object) -> Iterator[Any]:
    """Every table below a node; none of ours stands inside another."""
    for child in _children(node):
        if child.S == "/Table":
            yield child
        else:
            yield from _tables(child)


def _children(node: Any) -> list[Any]:
    """The structure elements directly below: neither marks on pages nor links."""
    import pikepdf

    below = node.get("/K")
    listed = below if isinstance(below, pikepdf.Array) else [below]
    return [child for child in listed if isinstance(child, pikepdf.Dictionary) and "/S" in child]


def _group(table: Any) -> None:
    """Moves the last rows from the footer, where the page breaks want them, to the body; the source stays."""
    import pikepdf

    groups = {group.S: group for group in _children(table)}
    body, foot = groups.get("/TBody"), groups.get("/TFoot")
    if foot is None or body is None:
        return
    rows = _children(foot)
    for row in rows:
        if not _is_source(row):
            row.P = body
    body.K = pikepdf.Array([*_children(body), *(row for row in rows if not _is_source(row))])
    foot.K = pikepdf.Array([row for row in rows if _is_source(row)])
    if not len(foot.K):
        table.K = pikepdf.Array([child for child in _children(table) if child.S != "/TFoot"])


def _is_source(row: object) -> bool:
    cells = _children(row)
    return len(cells) == 1 and _only(cells[0]) == "/Em"


def _only(cell: Any) -> str:
    """The tag of all that a cell holds, "" for bare text or several; blocks around it say nothing."""
    while len(children := _children(cell)) == 1:
        cell = children[0]
        if cell.S in ("/Strong", "/Em"):
            return str(cell.S)
    return ""


def _naming(rows: Sequence[Any]) -> int:
    """How many of the first columns name the rows: those of which every cell is marked."""
    cells = [_children(row) for row in rows]
    widest = max(map(len, cells), default=0)
    whole = [row for row in cells if len(row) == widest and any(cell.S == "/TD" for cell in row)]
    return min(map(_marked, whole), default=0)


def _marked(cells: Sequence[Any]) -> int:
    return next((n for n, cell in enumerate(cells) if _only(cell) != "/Strong"), len(cells))


def _tell(row: object, names: int) -> None:
    """The first cells become headers of the row; each cell tells what it heads or reaches over, and no more.

    What heads a cell follows from the scopes; the typesetter's lists of headers know only those of columns. How its
    borders are drawn, the page shows.
    """
    import pikepdf

    for n, cell in enumerate(_children(row)):
        about = pikepdf.Dictionary(O=pikepdf.Name.Table)
        for attributes in cell.get("/A", ()):
            for key in ("/ColSpan", "/RowSpan", "/Scope"):
                if key in attributes:
                    about[key] = attributes[key]
        if n < names and cell.S == "/TD" and _only(cell) == "/Strong":
            cell.S, about.Scope = pikepdf.Name.TH, pikepdf.Name.Row
        if len(about) > 1:
            cell.A = about
        elif "/A" in cell:
            del cell["/A"]
