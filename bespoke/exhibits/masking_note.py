"""What a chapter says of the identifiers that it does not print."""

from __future__ import annotations

from collections.abc import Mapping

from bespoke import show
from bespoke.exhibits.display_names import count


def masked_text(masked: Mapping[str, int]) -> None:
    """One line: how many. Nothing where there were none; `bespoke check` says in which file."""
    if masked:
        show.text(
            "Identifiers are not printed. {said} in what is quoted here; each stands as its kind in brackets, such as "
            "{kind}. Rules see forms and labels, not every name.",
            said=count(sum(masked.values()), "was found", "were found"),
            kind="[telephone number]",
        )
