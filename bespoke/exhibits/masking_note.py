"""What a chapter says of the identifiers that it does not print."""

from __future__ import annotations

from collections.abc import Mapping

from bespoke import show
from bespoke.show.numbers import decimal


def masked_text(masked: Mapping[str, int]) -> None:
    """One line: how many, by file. Nothing where there were none."""
    if masked:
        show.text(
            "Identifiers are not printed. What is quoted here had {said}; each stands as its kind in brackets, such as "
            "{kind}. Rules see forms and labels, not every name.",
            said=", ".join(f"{decimal(count)} in {file}" for file, count in masked.items()),
            kind="[telephone number]",
        )
