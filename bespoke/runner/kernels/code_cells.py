"""Which cells of a notebook are its own code."""

from __future__ import annotations

from typing import Any


def own_cells(book: Any) -> list[int]:
    """Places of the code cells that are not parameters; the first imports and reads the client, the next computes."""
    return [
        place
        for place, cell in enumerate(book.cells)
        if cell.cell_type == "code"
        and not {"parameters", "injected-parameters"} & set(cell.metadata.get("tags", ()))
    ]
