"""What an exhibit shows, as blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bespoke.show.shown import recorded


def shown(exhibit: Callable[..., Any], *given: Any) -> list[Any]:
    """The blocks that an exhibit shows, in order."""
    with recorded() as record:
        exhibit(*given)
    return [one.block for one in record]


def words(block: Any) -> str:
    """The text of a block as a reader sees it: without the signs that keep values from being markup."""
    found: str = block.text if hasattr(block, "text") else block.markdown
    return found.replace("\\", "")


def layout(block: Any) -> list[tuple[str, str, int, str]]:
    """How a table writes its columns: title, format, digits and unit of each."""
    return [(column.title, column.format, column.digits, column.unit) for column in block.columns]
