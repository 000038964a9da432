"""How a CSV file was saved: encoding, separator and decimal mark, found from the whole file and said in one line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from bespoke.clients.files import BOMS, ClientFile, not_utf8, without_nul
from bespoke.clients.wording import bare, quote

UTF8 = "UTF-8"
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
_UTF8_LETTER = re.compile(rb"[\xc3-\xf4][\x80-\xbf]+")  # a letter beyond ASCII as UTF-8 writes it
_WORD = re.compile(r"\w*[^\W\x00-\x7f]\w*")
_READ = 65_536  # characters of the head in which the separator is looked for


@dataclass
class Dialect:
    """What is special about one file; a plain one is UTF-8 with commas and decimal points and has nothing to say."""

    encoding: str = UTF8
    mark: bool = False  # starts with a byte order mark
    example: str = ""  # a word that shows whether the encoding was read rightly
    separator: str = ","
    sep_line: bool = False
    decimal_comma: bool = False
    above: int = 0  # rows above the header that are no part of the table

    @property
    def plain(self) -> bool:
        return self == Dialect()

    def words(self) -> str:
        """`read as Windows-1252 ("Müller"), cells separated by semicolons, decimal comma`."""
        read, without = [], []
        if self.encoding != UTF8:
            read.append(self.encoding + (f" ({quote(self.example)})" if self.example else ""))
        elif self.mark:
            read.append("UTF-8 with a byte order mark (BOM)")
        if self.separator != ",":
            read.append(f"cells separated by {SEPARATORS.get(self.separator, quote(self.separator))}")
        if self.decimal_comma:
            read.append("decimal comma")
        if self.sep_line:
            without.append(f'its line "sep={self.separator}"')
        if self.above:
            without.append(
                "the row above the header" if self.above == 1 else f"{self.above} rows above the header"
            )
        parts = [f"as {', '.join(read)}"] if read else []
        parts += [f"without {' and '.join(without)}"] if without else []
        return f"read {', '.join(parts)}"


def decode(source: ClientFile, data: bytes, dialect: Dialect) -> str:
    """The bytes of a table as text without a byte order mark; says what cannot be read."""
    for mark, encoding, name in BOMS:
        if data.startswith(mark):
            dialect.encoding, dialect.mark = name or UTF8, True
            return _unicode(source, data if name else data[len(mark) :], encoding)
    wide = _without_mark(data)
    if wide:
        dialect.encoding = "UTF-16"
        return _unicode(source, data, wide)
    data = without_nul(source, data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _single_bytes(source, data, error, dialect)


def _unicode(source: ClientFile, data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).replace("\0", "")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        source.say(f"is cut off or damaged: byte {error.start} is not {encoding.upper()}; save it again", row)
        return data.decode(encoding, errors="replace")


def _without_mark(data: bytes) -> str:
    """UTF-16 shows itself by NUL bytes in every other place of plain text."""
    head = data[:4096]
    if head.count(0) <= len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"


def _single_bytes(source: ClientFile, data: bytes, error: UnicodeDecodeError, dialect: Dialect) -> str:
    """Windows-1252, unless other letters of the file are UTF-8: then two programs wrote it, and nobody can tell."""
    mixed = any(_is_utf8(found.group()) for found in _UTF8_LETTER.finditer(data))
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        mixed = True
    if not mixed:
        dialect.encoding = "Windows-1252"
        found = _WORD.search(text)
        dialect.example = found.group() if found else ""
        return text
    row = data.count(b"\n", 0, error.start) + 1
    place = error.start - data.rfind(b"\n", 0, error.start)
    source.say(not_utf8(data[error.start], place), row)
    return data.decode("utf-8", errors="replace")


def _is_utf8(letter: bytes) -> bool:
    try:
        letter.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def separate(text: str, columns: Collection[str], dialect: Dialect) -> str:
    """Finds the separator by which most known columns stand in one of the first rows; the text without a sep= line."""
    given = _SEP_LINE.match(text)
    if given:
        dialect.separator, dialect.sep_line = given[1], True
        return text[given.end() :]
    known = {bare(name) for name in columns}
    head = text[:_READ]
    found = {separator: _known_columns(head, separator, known) for separator in SEPARATORS}
    dialect.separator = max(found, key=lambda separator: found[separator])
    return text


def _known_columns(head: str, separator: str, known: set[str]) -> tuple[int, int]:
    """The most known names in one of the first rows, and how many cells the first row has."""
    rows = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=separator):
            rows.append(row)
            if len(rows) == 10:
                break
    except csv.Error:
        pass
    most = max((sum(bare(cell) in known for cell in row) for row in rows), default=0)
    return most, len(rows[0]) if rows else 0
