"""Rows of the first sheet of an Excel workbook under its header, as a CSV file would hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from bespoke.clients.excel import BrokenCell, as_text, open_workbook, rows
from bespoke.tuning.formats.csv_rows import row_of
from bespoke.tuning.formats.example import Fault
from bespoke.tuning.formats.row import TrainingRow


def excel_rows(file: BinaryIO, shown: str) -> Iterator[TrainingRow]:
    """Every row that holds something, its number as its line. Raises BespokeError for what is no workbook."""
    values, formulas = open_workbook(file, shown)
    visible = [name for name in values.sheetnames if values[name].sheet_state == "visible"]
    header: list[str] = []
    for number, cells in rows(values[visible[0]], formulas[visible[0]]):
        broken = next((cell for cell in cells if isinstance(cell, BrokenCell)), None)
        texts = ["" if isinstance(cell, BrokenCell) else as_text(cell) for cell in cells]
        if not any(texts) and broken is None:
            continue
        if not header:
            width = max(place for place, text in enumerate(texts, start=1) if text)
            header = texts[:width]
        elif broken is not None:
            yield TrainingRow(number, None, (Fault("wrong_type", broken.why),))
        else:
            yield row_of(number, header, texts[: len(header)])
