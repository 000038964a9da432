"""What the recorded systems took, and what quality cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import CallConsumption, CodeScores, Icd10Evaluation, System
from bespoke.exhibits.display_names import count
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.icd10_evaluation.icd10_wording import sentence_case, with_limits
from bespoke.show import Column, columns
from bespoke.show.numbers import USD, compact, decimal, money, percent
from bespoke.show.style import EMPHASIS, INK, MUTED, QUIET

Paid = tuple[System, CodeScores, float]  # a system with its USD per 1,000 notes


def consumption_table(result: Icd10Evaluation) -> None:
    """Tokens by class and time of recorded systems."""
    used = _used(result)
    if not used:
        return
    show.table(
        [
            (t, c.requests, c.uncached_tokens, c.cache_read_tokens, c.cache_write_tokens, c.output_tokens,
             c.median_ms, c.p95_ms)
            for t, c in used
        ],
        label="tbl-icd10-consumption",
        caption=f"What the recorded calls of {count(len(used), 'system')} took: tokens by class, and time",
        columns=(
            Column(key="system", title="System"),
            *columns("integer", requests="Notes with usage", uncached="Input, not cached"),
            *columns("integer", read="Read from cache", write="Written to cache", output="Output"),
            *columns("integer", unit="ms", median="Median latency", p95="P95 latency"),
        ),
        source="recorded usage; all passes of a note together; output includes thinking",
    )  # fmt: skip


def money_table(result: Icd10Evaluation) -> None:
    """The same calls in money, beside their quote where there was one."""
    used = [(t, c) for t, c in _used(result) if c.usd is not None]
    if not used:
        return
    quoted = any(c.usd_quoted is not None for _, c in used)
    show.table(
        [
            (
                t, f"{c.model}{', batch' if c.batch else ''}", c.usd, c.usd_per_1000_notes, c.usd_per_accepted_note,
                *((c.usd_quoted, c.usd_quoted_worst) if quoted else ()),
            )
            for t, c in used
        ],
        label="tbl-icd10-money",
        caption=_money_caption(used),
        columns=(
            *columns(system="System", model="Priced as"),
            *columns("money", unit="USD", digits=2, usd="These notes", per_1000=f"Per {decimal(1000)} notes"),
            Column(key="accepted", title="Per accepted note", format="money", unit="USD", digits=4),
            *(
                columns("money", unit="USD", digits=2, quoted="Quoted", worst="Quoted at most")
                if quoted
                else ()
            ),
        ),
        source="runs of Claude: their own bill. Other systems: recorded usage at the prices of the client's "
        "extraction task. Accepted: set of codes exactly right",
    )  # fmt: skip


def cost_quality(result: Icd10Evaluation) -> None:
    """What each system costs per 1,000 notes, and the quality that buys; of quoted ones the quality is unknown."""
    paid = [
        (s, s.scores, c.usd_per_1000_notes)
        for s in result.ran
        if s.scores and (c := s.consumption) and c.usd_per_1000_notes
    ]
    quoted = [(s, 1000 * s.quote.usd / result.notes) for s in result.not_run if s.quote and s.quote.usd > 0]
    if not paid and not quoted:
        return
    free = max(
        ((s.scores.micro_f1.estimate, s.title) for s in result.ran if s.scores and s.kind == "offline"),
        default=None,
    )
    show.figure(
        _draw_cost_quality,
        sorted(
            [
                *(
                    _Priced(system.title, usd, f"micro-F1 {with_limits(scores.micro_f1)}", True)
                    for system, scores, usd in paid
                ),
                *(_Priced(system.title, usd, "not run", False) for system, usd in quoted),
            ],
            key=lambda row: row.usd,
        ),
        free,
        label="fig-icd10-cost-quality",
        caption=_cost_caption(paid, [usd for _, usd in quoted], free),
        alt=_cost_alt(paid, quoted, free),
        source="recorded usage and quotes on these notes; offline systems run on the client's own machine",
    )


class _Priced(NamedTuple):
    """A system with its USD per 1,000 notes, and what is known of its quality."""

    title: str
    usd: float
    quality: str
    ran: bool


def _draw_cost_quality(rows: Sequence[_Priced], free: tuple[float, str] | None) -> Any:
    """Systems by what they cost, the cheapest on top; above them micro-F1 and title of the best that costs nothing."""
    figure, axes = show.new_figure(1.0 + 0.3 * (len(rows) + bool(free)))
    least, most = rows[0].usd, rows[-1].usd
    for y, row in enumerate(reversed(rows)):
        colour = EMPHASIS if row.ran else QUIET
        axes.plot(row.usd, y, "o", color=colour, mfc=colour if row.ran else "white", ms=6)
        colour, weight = (INK, "semibold") if row.ran else (MUTED, "normal")
        said = f"{money(row.usd, USD, 2)}: {row.quality}"
        beside(axes, said, (row.usd, y), (8, 0), color=colour, fontweight=weight)
    if free:
        said = f"no cost per note: micro-F1 {decimal(free[0], 2)}"
        at_the_left = ("axes fraction", "data")
        beside(axes, said, (0, len(rows)), xycoords=at_the_left, color=INK, fontweight="semibold")
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xlim(least / 2, most * 4 * (most / least) ** 0.4)
    axes.set_ylim(-0.6, len(rows) - 0.4 + bool(free))
    names = [*(row.title for row in reversed(rows)), *([free[1]] if free else [])]
    axes.set_yticks(range(len(names)), names)
    axes.xaxis.set_major_formatter(lambda value, _: compact(value))
    axes.set_xlabel(f"USD per {decimal(1000)} notes, log scale; hollow: quoted, not run, quality unknown")
    return figure


def quote_kept(result: Icd10Evaluation) -> None:
    """Whether the quotes held, for the runs that left an account."""
    accounted = [
        (t, c.usd, c.usd_quoted, c.usd_quoted_worst)
        for t, c in _used(result)
        if c.accounted and c.usd is not None and c.usd_quoted and c.usd_quoted_worst
    ]
    if not accounted:
        return
    ratio = sum(usd for _, usd, _, _ in accounted) / sum(likely for _, _, likely, _ in accounted)
    broken = [t for t, usd, _, worst in accounted if usd > worst]
    show.text(
        "The runs of Claude were billed {share} of what they were quoted as likely, and {held}.",
        share=percent(ratio),
        held=f"{', '.join(broken)} went over the quoted worst case" if broken
        else "none went over its quoted worst case",
    )  # fmt: skip


def _used(result: Icd10Evaluation) -> list[tuple[str, CallConsumption]]:
    return [(s.title, s.consumption) for s in result.ran if s.consumption]


def _money_caption(used: list[tuple[str, CallConsumption]]) -> str:
    each = [(c.usd_per_accepted_note, t) for t, c in used if c.usd_per_accepted_note is not None]
    if not each:
        return "What the recorded calls cost; no note was accepted"
    least = min(each)
    return f"An accepted note costs {money(least[0], USD, 4)} with {sentence_case(least[1])}" + (
        ", the least of all" if len(each) > 1 else ""
    )


def _cost_caption(paid: list[Paid], quoted: list[float], free: tuple[float, str] | None) -> str:
    if not paid:
        return (
            f"The Claude strategies would cost {money(min(quoted), USD, 2)} to {money(max(quoted), USD, 2)} "
            f"per {decimal(1000)} notes; what they would reach is not known"
        )
    system, scores, usd = max(paid, key=lambda entry: entry[1].micro_f1.estimate)
    against = f", {decimal(free[0], 2)} comes free of charge" if free else ""
    return (
        f"{money(usd, USD, 2)} per {decimal(1000)} notes buy a micro-F1 of {decimal(scores.micro_f1.estimate, 2)} "
        f"({sentence_case(system.title)}){against}"
    )


def _cost_alt(paid: list[Paid], quoted: list[tuple[System, float]], free: tuple[float, str] | None) -> str:
    points = [
        f"{s.title} {money(usd, USD, 2)}, micro-F1 {with_limits(scores.micro_f1)}" for s, scores, usd in paid
    ]
    ticks = [f"{s.title} {money(usd, USD, 2)}" for s, usd in quoted]
    parts = [
        f"Micro-F1 against cost per {decimal(1000)} notes on a log scale",
        *(["Measured: " + "; ".join(points)] if points else []),
        *(["Quoted, quality unknown: " + "; ".join(ticks)] if ticks else []),
        *([f"The best offline system, {sentence_case(free[1])}, reaches {decimal(free[0], 2)} without a cost per note"]
          if free else []),
    ]  # fmt: skip
    return ". ".join(parts) + "."
