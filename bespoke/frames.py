"""Results as pandas data frames: one for each list of parts inside a result, however deep it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from bespoke.errors import BespokeError

if TYPE_CHECKING:
    import pandas as pd

VALUES = "values"  # the frame of what is no list: one row for each
Row = dict[str, Any]


def frames(result: BaseModel) -> dict[str, pd.DataFrame]:
    """Every table in a result by its path, as `tasks.routes`; what stands once is in `values`.

    A row of an inner list begins with what names the row it belongs to, as the task of a route. Parts inside a row
    are spread over columns (`monthly_p10`); money is float in the result's currency, dates are datetime64.
    """
    import pandas as pd

    rows: dict[str, list[Row]] = {}
    for path, row in _rows(result, "", {}):
        rows.setdefault(path, []).append(row)
    once = [{"name": name, "value": value} for name, value in _flat(result).items()]
    found = {VALUES: pd.DataFrame(once, columns=["name", "value"])}
    return found | {path: _typed(pd.DataFrame(records)) for path, records in rows.items()}


def frame(result: BaseModel, name: str) -> pd.DataFrame:
    """One table of a result, by its path or the end of it where that is unique: `routes` for `tasks.routes`.

    Raises BespokeError naming the tables there are.
    """
    every = frames(result)
    if name in every:
        return every[name]
    found = [path for path in every if path.endswith(f".{name}")]
    if len(found) == 1:
        return every[found[0]]
    which = f"is ambiguous: {', '.join(found)}" if found else f"is not there; there are {', '.join(every)}"
    raise BespokeError(f"table {name!r} of {type(result).__name__} {which}")


def summary(result: BaseModel) -> str:
    """A result on one line: its tables and how many rows each has."""
    counts = Counter(path for path, _ in _rows(result, "", {}))
    listed = ", ".join(f"{path} ({count})" for path, count in counts.items())
    return f"<{type(result).__name__}: {listed or 'no tables'}; .frame(name) gives one as a DataFrame>"


def _rows(part: BaseModel, path: str, names: Row) -> Iterator[tuple[str, Row]]:
    """The rows of every list inside a part, outer lists first, each with the path of its list."""
    for field, value in part:
        place = f"{path}.{field}" if path else field
        if isinstance(value, BaseModel):
            yield from _rows(value, place, names)
        elif isinstance(value, Mapping):
            yield from _entries(value, place, names)
        elif isinstance(value, tuple | list) and value and all(isinstance(one, BaseModel) for one in value):
            for one in value:
                yield place, _beside(names, _flat(one))
            for one in value:
                yield from _rows(one, place, _beside(names, _name(one)))


def _entries(values: Mapping[Any, Any], place: str, names: Row) -> Iterator[tuple[str, Row]]:
    for key, value in values.items():
        inner = _flat(value) if isinstance(value, BaseModel) else {"value": _plain(value)}
        yield place, _beside(names, {"key": str(key), **inner})
        if isinstance(value, BaseModel):
            yield from _rows(value, place, _beside(names, {"key": str(key)}))


def _beside(names: Row, own: Row) -> Row:
    """What names the outer row, then the row's own cells; an outer name that the row has too is put before it."""
    return {f"of_{name}" if name in own else name: value for name, value in names.items()} | own


def _name(part: BaseModel) -> Row:
    """What names a part among its like: its first text."""
    for field, value in part:
        if isinstance(value, str):
            return {field: value}
    return {}


def _flat(part: BaseModel) -> Row:
    """What stands once in a part, parts inside it spread out."""
    row: Row = {}
    for field, value in part:
        if isinstance(value, BaseModel):
            row |= {f"{field}_{name}": inner for name, inner in _flat(value).items()}
        elif isinstance(value, tuple | list):
            if not any(isinstance(one, BaseModel) for one in value):
                row[field] = tuple(map(_plain, value))
        elif not isinstance(value, Mapping):
            row[field] = _plain(value)
    return row


def _plain(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.value if isinstance(value, Enum) else value


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for name in table.columns:
        filled = table[name].dropna()
        if len(filled) and all(type(value) is date for value in filled):
            table[name] = pd.to_datetime(table[name])
    return table
