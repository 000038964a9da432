"""The rows of a table, one at a time: CSV however it was separated, the first sheet of a workbook, Parquet."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from bespoke.clients.dialect import SEPARATORS, Dialect
from bespoke.clients.excel import refuse_bomb
from bespoke.errors import BespokeError

LONGEST_CELL = 64 * 2**20  # characters
_SEP_LINE = re.compile(r'\ufeff?"?sep=(.)"?[ \t]*\r?\n', re.IGNORECASE)
_WINDOWS = "Windows-1252"


def csv_elements(opened: Callable[[], IO[bytes]], head: bytes, shown: str) -> Iterator[tuple[int, Any]]:
    """Every row by its line; None where it is longer than the header. Raises BespokeError."""
    saved = csv_dialect(head)
    encoding = "cp1252" if saved.encoding == _WINDOWS else "utf-8"
    with opened() as file, io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="") as text:
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            if saved.sep_line:
                text.readline()
            rows = csv.DictReader(text, delimiter=saved.separator, strict=True, restkey="", restval=None)
            for number, row in enumerate(rows, start=3 if saved.sep_line else 2):
                extra = row.pop("", None)  # a list of cells beyond the header; else a column that has no name
                yield number, None if isinstance(extra, list) and any(extra) else row
        except csv.Error as error:
            raise BespokeError(f"cannot be read as CSV: {error}", path=shown) from error
        finally:
            csv.field_size_limit(before)


def csv_dialect(head: bytes) -> Dialect:
    """Encoding and separator, from the first line and the letters of the head."""
    try:
        text = head[: head.rfind(b"\n") + 1].decode("utf-8")  # a letter cut at the head's end does not count
        found = Dialect()
    except UnicodeDecodeError:
        text, found = head.decode("cp1252", errors="replace"), Dialect(encoding=_WINDOWS)
    given = _SEP_LINE.match(text)
    line = text.split("\n", 1)[0]
    found.separator = given[1] if given else max(SEPARATORS, key=line.count)
    found.sep_line = given is not None
    return found


def excel_elements(path: Path) -> Iterator[tuple[int, Any]]:
    """The rows of a workbook's first sheet, formulas as their values. Raises BespokeError for what is no workbook."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:  # sheets are read a row at a time, all else at once
            refuse_bomb(
                (part for part in archive.infolist() if "/worksheets/" not in part.filename), path.name
            )
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        sheet.reset_dimensions()  # what a sheet says of its own size is not to be trusted
    except BespokeError:
        raise
    except Exception as error:  # a zip of another kind fails in as many ways as a workbook has parts
        raise BespokeError(
            "is a zip file and no Excel workbook; unpack it first, or pack it with gzip", path=path.name
        ) from error
    with closing(book):
        header: list[str] = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            values = [value.isoformat(" ") if isinstance(value, datetime) else value for value in cells]
            if not any(value is not None for value in values):
                continue
            if not header:
                header = ["" if value is None else str(value).strip() for value in values]
            else:
                yield number, {name: value for name, value in zip(header, values, strict=False) if name}


def parquet_elements(path: Path) -> Iterator[tuple[int, Any]]:
    """The rows of a Parquet file, maps as objects and times as text in UTC. Raises BespokeError."""
    from bespoke.tuning.formats.parquet_rows import parquet_records

    for number, row in enumerate(parquet_records(path, path.name, maps_as_pydicts="lossy"), start=1):
        yield number, {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> Any:
    return value.isoformat(" ") if isinstance(value, datetime) else value
