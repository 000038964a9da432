"""Tables that notebooks show without our blocks: pandas' table schema, or an HTML table read for its data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bespoke.report.model import Cell, Column, Table
from bespoke.show import numbers

SCHEMA = "application/vnd.dataresource+json"


def from_schema(resource: Mapping[str, Any], locale: str) -> Table:
    """A pandas data frame published with `display.html.table_schema`: typed columns, rows as records."""
    fields = [f for f in resource["schema"]["fields"] if not _unnamed_index(f, resource)]
    columns = [Column(_title(f["name"]), numeric=f.get("type") in ("integer", "number")) for f in fields]
    rows: list[list[Cell]] = [
        [_value(record.get(str(f["name"])), locale) for f in fields] for record in resource["data"]
    ]
    return Table(columns, rows)


def _unnamed_index(field: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """The running number that pandas adds when nobody named an index."""
    return field["name"] == "index" and "index" in resource["schema"].get("primaryKey", [])


def _title(name: Any) -> str:
    return " · ".join(map(str, name)) if isinstance(name, list | tuple) else str(name)


def _value(value: Any, locale: str) -> str:
    if value is None or value == "":
        return numbers.NOTHING
    if isinstance(value, bool):
        return numbers.yes_no(value, locale)
    if isinstance(value, int | float):
        return numbers.significant(value, locale)
    return str(value)


def from_html(html: str) -> list[Table]:
    """The tables in a piece of HTML, as text: merged cells are repeated, markup is dropped."""
    from bs4 import BeautifulSoup

    return [_read(table) for table in BeautifulSoup(html, "html.parser").find_all("table")]


def text_of_html(html: str) -> str:
    """What a reader would see of a piece of HTML, without scripts and styles."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style", "template"]):
        hidden.decompose()
    return soup.get_text(" ", strip=True)


def _read(table: Any) -> Table:
    caption = table.find("caption")
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    heads = [row for row in rows if row.find_parent("thead") is not None] or rows[:1]
    body = [_cells(row) for row in rows if row not in heads]
    titles = [_cells(row) for row in heads]
    width = max((len(row) for row in [*titles, *body]), default=0)
    titles, body = _padded(titles, width), _padded(body, width)
    columns = [
        Column(" · ".join(dict.fromkeys(filter(None, names))), numeric=_numeric([row[i] for row in body]))
        for i, names in enumerate(zip(*titles, strict=True))
    ]
    cells: list[list[Cell]] = [list(row) for row in body]
    return Table(columns, cells, caption=caption.get_text(" ", strip=True) if caption else "")


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row.find_all(["td", "th"], recursive=False):
        span = str(cell.get("colspan", "1"))
        cells += [cell.get_text(" ", strip=True)] * (min(int(span), 100) if span.isdecimal() else 1)
    return cells


def _padded(rows: list[list[str]], width: int) -> list[list[str]]:
    """Rows under a `rowspan` are short on the left: pandas writes its merged index there."""
    return [[""] * (width - len(row)) + row for row in rows]


def _numeric(values: Sequence[str]) -> bool:
    filled = [v for v in values if v not in ("", "NaN", "None", numbers.NOTHING)]
    return bool(filled) and all(_is_number(v) for v in filled)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").replace("%", "").replace("−", "-").lstrip("$€£ "))
    except ValueError:
        return False
    return True
