"""A file of any size as a stream of its elements: rows of a table, objects of JSON Lines or of JSON documents."""

from __future__ import annotations

import codecs
import gzip
import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

from bespoke.clients.dialect import Dialect
from bespoke.errors import BespokeError
from bespoke.intake.json_elements import json_elements
from bespoke.intake.table_elements import csv_dialect, csv_elements, excel_elements, parquet_elements
from bespoke.tuning.formats.encodings import WIDE, Recoded
from bespoke.unpacking import Unpacked

Element = tuple[int, Any]  # its line, row or number in the file, from 1; None stands for what is malformed
_HEAD = 64 * 2**10
_PARQUET, _ZIP, _GZIP = b"PAR1", b"PK\x03\x04", b"\x1f\x8b"


def elements(path: Path) -> Iterator[Element]:
    """Every element in order; memory does not grow with the file. Raises BespokeError for what cannot be read."""
    try:
        with path.open("rb") as raw:
            magic = raw.read(4)
        if magic == _PARQUET:
            yield from parquet_elements(path)
        elif magic == _ZIP:
            yield from excel_elements(path)
        else:
            yield from _text_elements(path, packed=magic[:2] == _GZIP)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BespokeError(f"cannot be read: {error}", path=path.name) from error


def first(path: Path, wanted: int = 50) -> list[Any]:
    """The first elements, by which a format is known."""
    return [element for _, element in islice(elements(path), wanted)]


def dialect(path: Path) -> Dialect | None:
    """How a CSV file was saved; None for any other file."""
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic in (_PARQUET, _ZIP):
        return None
    opened = _opener(path, packed=magic[:2] == _GZIP)
    with opened() as file:
        head = file.read(_HEAD)
    return None if json_elements(opened, head, path.name) is not None else csv_dialect(head)


def _text_elements(path: Path, *, packed: bool) -> Iterator[Element]:
    opened = _opener(path, packed=packed)
    with opened() as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise BespokeError("is empty", path=path.name)
    found = json_elements(opened, head, path.name)
    yield from csv_elements(opened, head, path.name) if found is None else found


def _opener(path: Path, *, packed: bool) -> Callable[[], IO[bytes]]:
    return lambda: _unmarked(cast("IO[bytes]", Unpacked(path.open("rb")) if packed else path.open("rb")))


def _unmarked(file: IO[bytes]) -> IO[bytes]:
    """The file as UTF-8 without a byte order mark: PowerShell writes UTF-16, and some tools the mark."""
    try:
        start = file.read(3)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    if start.startswith(WIDE):
        return io.BufferedReader(Recoded(file, "utf-16", "replace"))
    if start == codecs.BOM_UTF8:
        file.seek(3)
    return file
