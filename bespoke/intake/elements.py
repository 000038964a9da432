"""A file of any size as a stream of its elements: rows of a CSV, objects of JSON Lines or of one JSON document."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast

import ijson

from bespoke.clients.dialect import SEPARATORS
from bespoke.errors import BespokeError
from bespoke.unpacking import Unpacked

Element = tuple[int, Any]  # its line, row or number in the file, from 1; None stands for what is malformed
CONTAINERS = ("data", "resourceSpans", "records", "Records", "events", "observations", "spans")
LONGEST_LINE = 64 * 2**20  # bytes; a call with its bodies is smaller
_HEAD = 64 * 2**10


def elements(path: Path) -> Iterator[Element]:
    """Every element in order; memory does not grow with the file. Raises BespokeError for what cannot be read."""
    try:
        with _opened(path) as file:
            head = file.read(_HEAD)
        text = _text(head)
        if not text.strip():
            raise BespokeError("is empty", path=path.name)
        if text.lstrip()[:1] in ("{", "["):
            yield from _json(path, text.lstrip())
        else:
            yield from _csv(path, head)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise BespokeError(f"cannot be read: {error}", path=path.name) from error


def _opened(path: Path) -> IO[bytes]:
    """The file unpacked, and as UTF-8 without a byte order mark: PowerShell writes UTF-16, and some tools the mark."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
    file = cast("IO[bytes]", Unpacked(path.open("rb"))) if packed else cast("IO[bytes]", path.open("rb"))
    start = file.read(3)
    file.seek(0)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return io.BufferedReader(_FromUTF16(file))
    if start == codecs.BOM_UTF8:
        file.seek(3)
    return file


class _FromUTF16(io.RawIOBase):
    """A file in UTF-16 as bytes of UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._ready = file, b""
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = self._file.read(_HEAD)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        n = min(len(buffer), len(self._ready))
        buffer[:n], self._ready = self._ready[:n], self._ready[n:]
        return n

    def close(self) -> None:
        self._file.close()
        super().close()


def _text(head: bytes) -> str:
    return head.decode("utf-8", errors="replace")


def _json(path: Path, head: str) -> Iterator[Element]:
    if head.startswith("["):
        yield from _document(path, "item")
    elif _is_lines(path):
        yield from _lines(path)
    else:
        container = next((name for name in CONTAINERS if f'"{name}"' in head), None)
        if container is None:
            raise BespokeError(f"is one JSON object without {', '.join(CONTAINERS[:3])}…", path=path.name)
        yield from _document(path, f"{container}.item")


def _is_lines(path: Path) -> bool:
    """Whether the first line is a whole JSON value and no page of a report that goes on below."""
    with _opened(path) as file:
        first = file.readline(LONGEST_LINE)
    try:
        json.loads(first)
    except ValueError:
        return False
    return True


def _lines(path: Path) -> Iterator[Element]:
    with _opened(path) as file:
        for at, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line) if len(line) <= LONGEST_LINE else None
            except (ValueError, RecursionError):
                value = None
            for element in _inside(value):
                yield at, element


def _inside(value: Any) -> Iterator[Any]:
    """The elements of a page; what is no page is one itself."""
    if isinstance(value, dict):
        for name in CONTAINERS:
            if isinstance(value.get(name), list):
                yield from value[name]
                return
    yield value


def _document(path: Path, prefix: str) -> Iterator[Element]:
    with _opened(path) as file:
        try:
            for number, value in enumerate(ijson.items(file, prefix, use_float=True), start=1):
                for element in _inside(value):
                    yield number, element
        except (ijson.JSONError, ValueError) as error:
            raise BespokeError(f"is malformed JSON: {error}", path=path.name) from error


def _csv(path: Path, head: bytes) -> Iterator[Element]:
    first = _text(head).split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    with (
        _opened(path) as file,
        io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="") as text,
    ):
        before = csv.field_size_limit(LONGEST_LINE)
        try:
            rows = csv.DictReader(text, delimiter=separator, strict=True, restkey="", restval=None)
            for number, row in enumerate(rows, start=2):
                yield number, None if "" in row else row
        except csv.Error as error:
            raise BespokeError(f"cannot be read as CSV: {error}", path=path.name) from error
        finally:
            csv.field_size_limit(before)


def first(path: Path, wanted: int = 50) -> list[Any]:
    """The first elements, by which a format is known."""
    return [element for _, element in islice(elements(path), wanted)]
