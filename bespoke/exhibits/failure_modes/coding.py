"""The client's own codes, and whether reading on would bring new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.failure_modes import FailureModes
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.masking_note import masked_text
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal
from bespoke.show.style import BLUE, FAMILY_NAME, MUTED


def codes(result: FailureModes) -> None:
    """The client's own codes and where each was mapped."""
    show.table(
        [(row.code, row.count, FAMILY_NAME[row.family], row.given_by) for row in result.codes],
        label="tbl-failures-codes",
        caption=f"The client's {len(result.codes)} own codes and the family each belongs to",
        columns=(
            Column(key="code", title="Client's code"),
            Column(key="count", title="Outputs", format="integer"),
            *columns(family="Family", by="Mapped by"),
        ),
        source="the failing outputs and the table of codes",
    )
    masked_text(result.masked)


def samples(result: FailureModes) -> None:
    """One failing output of each task, as it came."""
    show.table(
        [
            (result.task_names[one.task_id], one.code or FAMILY_NAME[one.family], one.expected, one.actual)
            for one in result.samples
        ],
        label="tbl-failures-samples",
        caption="One failing output of each task, of the family it fails with most",
        columns=columns(task="Task", code="What the client calls it", expected="Wanted", actual="Came"),
    )  # fmt: skip
    masked_text(result.masked)


def saturation(result: FailureModes) -> None:
    """Distinct codes over outputs read."""
    found = result.saturation
    if len(found.distinct) < 2:
        return
    last = len(found.distinct) - found.since_last_new
    state = "saturated" if found.reached else "not saturated"
    show.figure(
        _draw_saturation,
        found.distinct,
        last,
        label="fig-failures-saturation",
        caption=f"Reading is {state}: {decimal(found.since_last_new)} outputs since the last new code, "
        f"{decimal(found.wanted)} wanted",
        alt=f"Step curve of distinct codes over outputs read. It ends at {found.distinct[-1]} codes after "
        f"{len(found.distinct)} coded outputs; the last new code came at output {last}.",
        source="the failing outputs; stopping rule after Husain and Shankar",
    )


def _draw_saturation(distinct: Sequence[int], last_new: int) -> Any:
    """Distinct codes after each coded output, and the output that brought the last of them."""
    figure, axes = show.new_figure(2.3)
    axes.step(range(1, len(distinct) + 1), distinct, where="post", color=BLUE)
    axes.axvline(last_new, color=MUTED, lw=0.9, ls=(0, (3, 3)))
    at = (last_new, distinct[-1] * 0.12)
    beside(axes, "last new code", at, (-4, 0), ha="right", va="baseline", color=MUTED)
    axes.grid(axis="y", visible=True)
    axes.set_xlabel("coded outputs read, in the order of the file")
    axes.set_ylabel("distinct codes")
    axes.set_xlim(0, len(distinct) + 1)
    axes.set_ylim(0, distinct[-1] * 1.12)
    return figure
