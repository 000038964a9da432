"""Tables that come as data: our own blocks, and pandas' table schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bespoke.errors import BespokeError
from bespoke.report.model import Cell, DocumentTable, TableColumn
from bespoke.show import blocks, numbers

SCHEMA = "application/vnd.dataresource+json"


def from_schema(resource: Mapping[str, Any], locale: str) -> DocumentTable:
    """A pandas data frame published with `display.html.table_schema`: typed columns, rows as records."""
    fields = [f for f in resource["schema"]["fields"] if not _unnamed_index(f, resource)]
    names = [f["name"] for f in fields]
    titles = [" · ".join(map(str, name)) if isinstance(name, list | tuple) else str(name) for name in names]
    columns = [
        TableColumn(title, numeric=f.get("type") in ("integer", "number"))
        for title, f in zip(titles, fields, strict=True)
    ]
    rows: list[list[Cell]] = [
        [_value(record.get(str(f["name"])), locale) for f in fields] for record in resource["data"]
    ]
    return DocumentTable(columns, rows)


def _unnamed_index(field: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """The running number that pandas adds when nobody named an index."""
    return field["name"] == "index" and "index" in resource["schema"].get("primaryKey", [])


def _value(value: object, locale: str) -> str:
    if value is None or value == "":
        return numbers.NOTHING
    if isinstance(value, bool):
        return numbers.yes_no(value, locale)
    if isinstance(value, int | float):
        return numbers.significant(value, locale)
    return str(value)


def from_block(block: blocks.Table, locale: str, path: str, cell: str) -> DocumentTable:
    """One of our own tables. Raises BespokeError for a row that does not fit its columns."""
    width = len(block.columns)
    wrong = next((n for n, row in enumerate(block.rows, 1) if len(row) != width), None)
    if wrong is not None:
        message = f"table {block.label}: row {wrong} does not have {width} cells, one for each column"
        raise BespokeError(message, path=path, column=cell)
    return DocumentTable(
        columns=[
            TableColumn(
                c.title, c.unit, c.numeric, code=c.format == "code", whole=c.format == "date", format=c.format
            )
            for c in block.columns
        ],
        rows=[
            [numbers.cell(v, c, locale) for v, c in zip(row, block.columns, strict=True)]
            for row in block.rows
        ],
        caption=block.caption,
        source=block.source,
        label=block.label,
        emphasis=list(block.emphasis),
        glossary=block.glossary,
        where=f"{path}: {cell}",
        values=[list(row) for row in block.rows],
    )
