"""What an exhibit gives back besides showing it: the block, a table's data frame, a figure's drawing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bespoke.errors import BespokeError
from bespoke.show.blocks import Block, Figure, Table

if TYPE_CHECKING:
    import pandas as pd

_RECORD: ContextVar[list[Shown] | None] = ContextVar("shown", default=None)


@dataclass(frozen=True)
class Shown:
    """A block that was shown. As the last word of a cell it is not shown again."""

    block: Block

    @property
    def frame(self) -> pd.DataFrame:
        """A table's values under its columns' titles. Raises BespokeError for what is no table."""
        import pandas as pd

        if not isinstance(self.block, Table):
            raise BespokeError(f"{self!r} is no table")
        return pd.DataFrame(list(self.block.rows), columns=[column.title for column in self.block.columns])

    @property
    def svg(self) -> str:
        """A figure's drawing. Raises BespokeError for what is no figure."""
        if not isinstance(self.block, Figure):
            raise BespokeError(f"{self!r} is no figure")
        return self.block.svg

    def __repr__(self) -> str:
        label = getattr(self.block, "label", "")
        rows = f", {len(self.block.rows)} rows" if isinstance(self.block, Table) else ""
        return f"<{type(self.block).__name__.lower()}{f' {label}' if label else ''}{rows}>"

    def _ipython_display_(self) -> None:
        """It stands above already."""


class ShownTogether(tuple[Shown, ...]):
    """Several blocks that one exhibit showed."""

    def _ipython_display_(self) -> None:
        """They stand above already."""


def noted(one: Shown) -> Shown:
    """The same, told to whoever records what an exhibit shows."""
    record = _RECORD.get()
    if record is not None:
        record.append(one)
    return one


@contextmanager
def recorded() -> Iterator[list[Shown]]:
    """What is shown inside, in order."""
    record: list[Shown] = []
    before = _RECORD.set(record)
    try:
        yield record
    finally:
        _RECORD.reset(before)


def together(record: list[Shown]) -> Shown | ShownTogether | None:
    """What an exhibit showed: one block as itself, several as a tuple."""
    if not record:
        return None
    return record[0] if len(record) == 1 else ShownTogether(record)
