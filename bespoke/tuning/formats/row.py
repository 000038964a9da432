"""One row as it stands in its file."""

from __future__ import annotations

from dataclasses import dataclass

from bespoke.tuning.formats.example import Fault, Record

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row: where it stands, the record if there is one, and what is wrong.

    `line` is its line in a file of lines, and its number in a JSON array or a Parquet file; both count from 1, and
    no two rows of a file have the same. Of a line of JSON that holds no record `text` is what stands there, bytes
    that are not UTF-8 as escapes.
    """

    line: int
    record: Record | None
    faults: tuple[Fault, ...] = ()
    text: str = ""
