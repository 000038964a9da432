"""A sheet of an Excel workbook as rows of typed cells: numbers and dates are what they are, formulas their values."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from bespoke.errors import BespokeError

LARGEST = 256 * 2**20  # bytes once unpacked: a small file can hide a huge one
MOST_COLUMNS = 1_000
MOST_ELEMENTS = 8_000_000  # of all sheets' XML: two million cells with a value
MOST_CELLS = 10_000_000  # of the table that a sheet's filled cells span
_XLS = b"\xd0\xcf\x11\xe0"
_UNCOMPUTED = "holds a formula without a stored value; open the file in Excel and save it"

Cell = str | bool | Decimal | date


class BrokenCell:
    """A cell whose value is not there: an error of the spreadsheet, or a formula that was never computed."""

    def __init__(self, why: str) -> None:
        self.why = why


def open_workbook(file: BinaryIO, shown: str) -> tuple[Any, Any]:
    """The workbook with its values, and with its formulas. Raises BespokeError for what is no workbook."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    old = file.read(len(_XLS)) == _XLS
    try:
        with zipfile.ZipFile(file) as archive:
            refuse_bomb(archive.infolist(), shown)
            _refuse_crowd(archive, shown)
        values = load_workbook(file, data_only=True, keep_links=False)
        formulas = load_workbook(file, data_only=False, keep_links=False)
        for sheet in formulas.worksheets:
            _refuse_spread(sheet, shown)
        return values, formulas
    except BespokeError:
        raise
    except (OSError, zipfile.BadZipFile, InvalidFileException) as error:
        reason = "; an .xls or protected file has to be saved as .xlsx first" if old else ""
        raise BespokeError(f"is no Excel workbook (.xlsx){reason}", path=shown) from error
    except Exception as error:  # a damaged part of the archive fails in as many ways as it has parts
        raise BespokeError(
            "is a damaged Excel workbook; open it in Excel and save it again", path=shown
        ) from error


def refuse_bomb(parts: Iterable[zipfile.ZipInfo], shown: str) -> None:
    """Raises BespokeError where parts that are taken into memory unpack to more than a workbook needs."""
    if sum(part.file_size for part in parts) > LARGEST:
        raise BespokeError(f"unpacks to more than {LARGEST // 2**20} MiB", path=shown)


def _refuse_crowd(archive: zipfile.ZipFile, shown: str) -> None:
    """Raises BespokeError where sheets hold more elements than can be taken into memory: a cell has one to four."""
    count = 0
    for part in archive.infolist():
        if "sheet" not in part.filename.lower():
            continue
        with archive.open(part) as file:
            while data := file.read(2**20):
                count += data.count(b"<")
                if count > MOST_ELEMENTS:
                    raise BespokeError("holds too many cells; save the table as CSV", path=shown)


def _refuse_spread(sheet: object, shown: str) -> None:
    """Raises BespokeError where a few cells far apart stand for a table that no memory holds."""
    numbers, width, _ = _filled(sheet)
    if len(numbers) * width > MOST_CELLS:
        raise BespokeError(
            f"spreads {len(numbers):,} rows over {width:,} columns; delete what is far to the right of the table",
            path=shown,
        )


def _filled(sheet: Any) -> tuple[list[int], int, set[tuple[int, int]]]:
    """Numbers of the rows that hold anything, the last column that does, and the places of all such cells."""
    # Not `iter_rows` or `cell`: those make every cell between the first and the last, a thousand million of two.
    filled = {
        place for place, cell in sheet._cells.items() if cell.value is not None and place[1] <= MOST_COLUMNS
    }
    return sorted({row for row, _ in filled}), max((column for _, column in filled), default=0), filled


def rows(values: Any, formulas: Any) -> Iterator[tuple[int, list[Cell | BrokenCell]]]:
    """The rows of one sheet that hold anything, by number; cells from column A on, empty ones as empty text.

    `values` and `formulas` are the same sheet read twice: only the second shows that an empty value is a formula.
    """
    numbers, width, filled = _filled(formulas)
    for number in numbers:
        yield (
            number,
            [
                _cell(values.cell(number, k), formulas.cell(number, k)) if (number, k) in filled else ""
                for k in range(1, width + 1)
            ],
        )


def _cell(value: Any, formula: Any) -> Cell | BrokenCell:
    found = value.value
    if value.data_type == "e":
        return BrokenCell(f"holds the spreadsheet's error {found}")
    if found is None:
        return BrokenCell(_UNCOMPUTED)
    if isinstance(found, datetime):
        return found.date() if found.time() == time() else found.isoformat(" ")
    if isinstance(found, (bool, date)):
        return found
    if isinstance(found, (int, float)):
        return Decimal(repr(found))
    return str(found)


def as_text(cell: Cell) -> str:
    """A typed cell as a CSV would hold it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}" if cell == cell.to_integral_value() else f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date) else cell
