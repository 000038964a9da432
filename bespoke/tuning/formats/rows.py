"""The rows of a file, one at a time, with every fault of the file itself, whatever it is kept in."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, cast

from bespoke.clients.opening import open_inside
from bespoke.errors import BespokeError
from bespoke.tuning.formats.csv_rows import csv_rows, excel_rows
from bespoke.tuning.formats.encodings import Recoded, encoding_of
from bespoke.tuning.formats.example import Fault, TrainingRow
from bespoke.tuning.formats.json_rows import json_rows
from bespoke.tuning.formats.mapping import mapped
from bespoke.tuning.formats.parquet_rows import parquet_rows
from bespoke.unpacking import Unpacked

GZIP, PARQUET, ZIP, ZSTANDARD = b"\x1f\x8b", b"PAR1", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"
EXCEL = ".xlsx"
NAMES = {"cp1252": "Windows-1252"}


def container(path: Path) -> str:
    """What a file's name says it is: `csv` (any table), `parquet` or `json`, packed or not."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".csv", ".tsv", EXCEL)):
        return "csv"
    return "parquet" if name.endswith(".parquet") else "json"


def is_csv(path: Path) -> bool:
    return container(path) == "csv"


def rows(
    path: Path, names: Mapping[str, str] | None = None, inside: Path | None = None
) -> Iterator[TrainingRow]:
    """Every row of a file of JSON Lines, a JSON array, CSV, an Excel sheet or Parquet, packed with gzip or not.

    UTF-16, and a table in Windows-1252, are read as such: what stands first says so and holds no record.

    `names` renames keys before anything looks at them. `inside` is the client folder that the file must lie in,
    whatever lies there by now. Raises BespokeError only where the file cannot be opened.
    """
    try:
        for row in _rows(path, inside):
            yield mapped(row, names) if names else row
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise BespokeError(f"cannot read: {said}", path=str(path)) from error


def _rows(path: Path, inside: Path | None) -> Iterator[TrainingRow]:
    with open_inside(inside, path) if inside else path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        if head == ZIP and path.name.lower().endswith(EXCEL):
            yield from excel_rows(file, path.name)
            return
        if head in (ZIP, ZSTANDARD):
            packed = "zip" if head == ZIP else "Zstandard"
            raise BespokeError(
                f"is packed with {packed}; unpack it first, or pack it with gzip", path=str(path)
            )
        if head == PARQUET or container(path) == "parquet":
            yield from parquet_rows(file, str(path))
            return
        with cast("IO[bytes]", Unpacked(file)) if head[:2] == GZIP else file as opened:
            encoding = encoding_of(opened, is_csv(path))
            opened.seek(0)
            if encoding:
                name = NAMES.get(encoding, "UTF-16")
                yield TrainingRow(1, None, (Fault("other_encoding", f"read as {name}"),))
                opened = cast("IO[bytes]", io.BufferedReader(Recoded(opened, encoding)))
            yield from csv_rows(opened) if is_csv(path) else json_rows(opened)
