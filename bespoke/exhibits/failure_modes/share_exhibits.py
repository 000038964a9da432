"""Which families of failures there are most of, and whether their order is settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.failure_modes import FailureModes, FamilyRate
from bespoke.exhibits.display_names import share_with_limits
from bespoke.exhibits.figure_parts import beside
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import EMPHASIS, FAMILY_NAME, INK, QUIET


def finding(result: FailureModes) -> None:
    """The leading families and what they share."""
    mapped = [row for row in result.families if row.family != "unmapped"]
    if not mapped:
        show.finding("None of the {n} failing outputs can be put in a family yet", n=result.n)
        return
    lead = mapped[:2]
    share = sum(row.count for row in lead) / result.n
    names = " and ".join(FAMILY_NAME[row.family].lower() for row in lead)
    verb = "make" if len(lead) > 1 else "makes"
    show.finding(
        "{names} {verb} up {share} of {n} failing outputs",
        names=names[0].upper() + names[1:], verb=verb, share=percent(share), n=result.n,
    )  # fmt: skip


def pareto(result: FailureModes) -> None:
    """Families by share, with intervals."""
    rows = result.families
    first = rows[0]
    show.figure(
        _draw_pareto,
        rows,
        label="fig-failures-pareto",
        caption=f"The largest share, {FAMILY_NAME[first.family].lower()}: {share_with_limits(first.share)} "
        "of failing outputs",
        alt="Bar chart of failure families by share of failing outputs: "
        + "; ".join(
            f"{FAMILY_NAME[r.family]} {decimal(r.count)} of {decimal(result.n)}, {percent(r.share.estimate)}"
            for r in rows
        ) + ".",
        source="the failing outputs read; 95% intervals",
    )  # fmt: skip


def _draw_pareto(rows: Sequence[FamilyRate]) -> Any:
    """Families by their share; those that may well be the first stand out."""
    figure, axes = show.new_figure(0.7 + 0.3 * len(rows))
    for y, row in enumerate(reversed(rows)):
        leads = row.share.high >= rows[0].share.estimate
        axes.barh(y, row.share.estimate, height=0.62, color=EMPHASIS if leads else QUIET)
        axes.plot([row.share.low, row.share.high], [y, y], color=INK, lw=1.1)
        said = f"{percent(row.share.estimate)}  ({decimal(row.count)})"
        beside(axes, said, (row.share.high, y), (5, 0))
    axes.set_yticks(range(len(rows)), [FAMILY_NAME[row.family] for row in reversed(rows)])
    axes.set_xlim(0, min(1.0, max(row.share.high for row in rows) * 1.25))
    axes.xaxis.set_major_formatter(lambda x, _: percent(x))
    axes.set_xlabel("share of failing outputs, with 95% interval; blue: may well be the largest")
    return figure


def separation(result: FailureModes) -> None:
    """Whether the first family is really first."""
    mapped = [row for row in result.families if row.family != "unmapped"]
    if len(mapped) < 2:
        return
    first, second = mapped[0], mapped[1]
    if first.share.overlaps(second.share):
        show.text(
            "The intervals of **{a}** and **{b}** overlap ([shares](#fig-failures-pareto)): with {n} outputs their "
            "order is not settled, so the plan below treats both as leading.",
            a=FAMILY_NAME[first.family], b=FAMILY_NAME[second.family], n=result.n,
        )  # fmt: skip
    else:
        show.text(
            "**{a}** leads clearly: its interval lies above that of {b} ([shares](#fig-failures-pareto)).",
            a=FAMILY_NAME[first.family], b=FAMILY_NAME[second.family].lower(),
        )  # fmt: skip
