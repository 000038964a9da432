"""Rows of a Parquet file, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from bespoke.errors import BespokeError
from bespoke.tuning.formats.example import TrainingRow

BATCH = 1000  # rows
INSTALL = 'reading Parquet needs pyarrow; install the extra: pip install "bespoke-workbook[parquet]"'


def parquet_rows(opened: BinaryIO, shown: str) -> Iterator[TrainingRow]:
    """Every row, its number as its line. A field of a nested object that a row has not is left out of it."""
    for number, record in enumerate(parquet_records(opened, shown), start=1):
        yield TrainingRow(number, {key: _plain(value) for key, value in record.items()})


def parquet_records(source: BinaryIO | Path, shown: str, **how: Any) -> Iterator[dict[str, Any]]:
    """Every row as Arrow gives it, `how` to its `to_pylist`. Raises BespokeError for what is no Parquet file."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise BespokeError(INSTALL, path=shown) from None
    try:
        with pyarrow.parquet.ParquetFile(source) as file:
            for batch in file.iter_batches(batch_size=BATCH):
                yield from batch.to_pylist(**how)
    except pyarrow.ArrowException as error:
        raise BespokeError(f"is no Parquet file that can be read: {error}", path=shown) from None


def _plain(value: object) -> Any:
    """A value as JSON would hold it: Arrow gives every object of a list the fields of all of them, as null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
