"""Cost over volume: where a route begins to pay."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.cost_model import BreakEven, CostModel, Curve, TaskCost
from bespoke.exhibits.cost_model.cost_wording import ends, names, route_of, source_of, task_of
from bespoke.exhibits.figure_parts import apart, beside
from bespoke.show import Column, columns
from bespoke.show.numbers import compact, currency, decimal
from bespoke.show.style import INK, MUTED, ROUTE

SHORT = {  # beside a curve there is no room for the full name
    "custom_model_import": "Custom import",
    "open_weight_lora": "Own GPUs",
    "bedrock_nova_sft": "Tuned Nova",
    "bedrock_llama_sft": "Tuned Llama",
    "bedrock_haiku3_sft": "Tuned Haiku 3",
    "openai_gpt4o_sft": "Tuned GPT-4o",
}


def break_even_figure(cost: CostModel, task_id: str | None = None) -> None:
    """Monthly cost over volume of one task (the dearest unless named), with bands; nothing where no route that is
    open needs a volume to pay: what is closed stands in the table."""
    known, task = names(cost), task_of(cost, task_id)
    today = task.requests_per_day
    open_ones = [b for b in task.break_evens if not route_of(task, b.route).closed]
    if not open_ones:
        return
    curves = [curve for curve in task.curves if not route_of(task, curve.route).closed]
    crossings = " ".join(_crossing_words(b, known) for b in open_ones)
    show.figure(
        _draw_break_even,
        today,
        curves,
        {curve.route: SHORT.get(curve.route, _name(curve.route, known)) for curve in curves},
        label="fig-cost-break-even",
        caption=_break_even_caption(task, open_ones, today, known),
        alt=f"Monthly cost against requests a day on log scales for {task.name}, at {decimal(today)} requests a day "
        f"today. {crossings}",
        source=source_of(cost),
    )


def _draw_break_even(today: float, curves: Sequence[Curve], names: Mapping[str, str]) -> Any:
    """Today's requests a day, the routes' costs over volume, and what to call each route beside its curve."""
    figure, axes = show.new_figure(3.1)
    axes.axvline(today, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    for curve in curves:
        colour = ROUTE.get(curve.route, INK)
        axes.fill_between(
            curve.requests_per_day, [b.p10 for b in curve.monthly], [b.p90 for b in curve.monthly],
            color=colour, alpha=0.18, linewidth=0,
        )  # fmt: skip
        axes.plot(curve.requests_per_day, [b.mean for b in curve.monthly], color=colour)
    axes.set(xscale="log", yscale="log", xlabel="requests a day", ylabel=f"{currency()} a month")
    axes.set_ylim(bottom=1)
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: compact(value))
    beside(axes, "today", (today, 1), (3, 4), color=MUTED, va="bottom")
    for curve, height in _spread(curves, axes):
        colour = ROUTE.get(curve.route, INK)
        beside(axes, names[curve.route], (1, height), (4, 0), xycoords="axes fraction", color=colour)
    return figure


def break_even_table(cost: CostModel) -> None:
    """Where each capacity route begins to pay."""
    known = names(cost)
    rows = [
        (
            task.name, _name(b.route, known) + (" (closed)" if route_of(task, b.route).closed else ""),
            _name(b.against, known),
            *((b.requests_per_day.p50, *ends(b.requests_per_day)) if b.requests_per_day else (None, None, None)),
            b.reached_share,
        )
        for task in cost.tasks
        for b in task.break_evens
    ]  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-break-even",
        caption="From which volume a route pays, and how likely today's volume is beyond it",
        columns=(
            *columns(task="Task", route="Route", against="Against"),
            *columns("integer", unit="requests a day", volume="Pays from", low="P10", high="P90"),
            Column(key="reached", title="Reached today", format="percent"),
        ),
        source=source_of(cost) + "; without a volume: not in most draws",
    )


def caching_table(cost: CostModel) -> None:
    """From which volume each lifetime of the cache pays; nothing where no task's prompt can be cached."""
    rows = [
        (
            task.name,
            task.requests_per_day,
            minutes,
            volume if volume is not None else None,
            _pays(task, volume),
        )
        for task in cost.tasks
        for minutes, volume in sorted(task.caching_pays_from.items())
    ]
    if not rows:
        return
    show.table(
        rows,
        label="tbl-cost-caching",
        caption="From which volume caching the fixed prompt pays: below it, writing costs more than reading saves",
        columns=(
            Column(key="task", title="Task"),
            Column(key="today", title="Today", unit="requests a day", format="integer"),
            Column(key="lifetime", title="Kept for", unit="minutes", format="integer"),
            Column(key="volume", title="Pays from", unit="requests a day", format="integer"),
            Column(key="verdict", title="At today's volume"),
        ),
        source="hit rate from the day's profile of arrivals; a prompt too short to be cached has no row",
    )


def _pays(task: TaskCost, volume: float | None) -> str:
    if volume is None:
        return "at no volume"
    return "pays" if task.requests_per_day >= volume else "does not pay"


def _name(key: str, known: Mapping[str, str]) -> str:
    """A route by its key, which may name the model too."""
    route, _, more = key.partition(":")
    return f"{known[route]}: {more.partition(':')[0]}" if more else known[route]


def _break_even_caption(
    task: TaskCost, open_ones: Sequence[BreakEven], today: float, known: Mapping[str, str]
) -> str:
    """The nearest volume at which own capacity beats the cheapest same answers, beside today's."""
    rival = task.cheapest_same_answers
    met = [b for b in open_ones if b.against == rival]
    met = [b for b in met if b.requests_per_day is not None]
    if not met:
        return f"{task.name}: in most draws no capacity route beats {_name(rival, known).lower()}, whatever the volume"
    first = min(met, key=lambda b: b.requests_per_day.p50 if b.requests_per_day else math.inf)
    volume = decimal(first.requests_per_day.p50) if first.requests_per_day else ""
    own, other = _name(first.route, known), _name(rival, known).lower()
    return f"{task.name}: {own} beats {other} from about {volume} requests a day; today there are {decimal(today)}"


def _crossing_words(b: BreakEven, known: Mapping[str, str]) -> str:
    if b.requests_per_day is None:
        return (
            f"{_name(b.route, known)} falls below {_name(b.against, known)} in fewer than half of the draws."
        )
    volume = decimal(b.requests_per_day.p50)
    return f"{_name(b.route, known)} falls below {_name(b.against, known)} from {volume} requests a day."


def _spread(curves: Sequence[Curve], axes: Any) -> list[tuple[Curve, float]]:
    """Label heights in axes fractions, pushed apart so that none overlaps."""
    low, high = (math.log10(v) for v in axes.get_ylim())
    ends = [(math.log10(curve.monthly[-1].mean) - low) / (high - low) for curve in curves]
    heights = apart([max(end, 0.0) for end in ends], 0.055)
    over = max(0.0, max(heights) - 1.0)
    return sorted(((c, h - over) for c, h in zip(curves, heights, strict=True)), key=lambda pair: pair[1])
