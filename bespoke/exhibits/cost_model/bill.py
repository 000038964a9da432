"""What a month costs today, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.cost_model import CostModel, RouteCost
from bespoke.chapters.cost_model.quality import SAME_MODEL_SAME_PROMPT
from bespoke.exhibits.cost_model.words import _digits, between, names, route_of, source_of, usd
from bespoke.show import Column
from bespoke.show.numbers import decimal, money, percent
from bespoke.show.style import BLUE, GREEN, GREY, INK, MUTED, ORANGE, PURPLE, RED, YELLOW

PALE = "#B5DAF2"  # beside the orange of the output it stays pale in grey print too

PART = {
    "input": BLUE, "cache read": PALE, "cache write": PURPLE, "output": ORANGE, "hosting": RED,
    "operations": GREEN, "storage": YELLOW, "retrieval": GREY,
}  # fmt: skip


def finding(cost: CostModel) -> None:
    """What the bill is, and how much of it goes away without touching an answer."""
    today, unchanged = cost.today_monthly, cost.same_answers_monthly
    used = dict.fromkeys(task.cheapest_same_answers for task in cost.tasks)
    ways = " and ".join(names(cost)[route].lower() for route in used if route != "as_is")
    if unchanged.p50 >= today.p50:
        show.finding("{today} a month is already the cheapest way to today's answers", today=money(today.p50))
        return
    show.finding(
        "{today} a month today {falls} to {less} with the same models and prompts, by {ways}",
        today=money(today.p50),
        falls="falls" if unchanged.p90 < today.p10 else "may fall",
        less=money(unchanged.p50),
        ways=ways,
    )


def overview_text(cost: CostModel) -> None:
    """How to read every number of the chapter."""
    surcharge = " Residency adds the regional surcharge to every Claude price." if cost.regional else ""
    show.text(
        "Every request is priced on its own, with its own length, and then multiplied by the volume. A range "
        "is the 10th to 90th percentile over {draws} draws of what is not known exactly: volume, tokens, "
        "retries, prices nobody prints. All tasks together cost {low} to {high} a month as they run today, "
        "before any caching. Two routes are compared draw by draw, under the same future." + surcharge,
        draws=decimal(cost.draws),
        low=money(cost.today_monthly.p10),
        high=money(cost.today_monthly.p90),
    )


def tasks_table(cost: CostModel) -> None:
    """Per task: today, the cheapest way to the same answers, and the cheapest priced route of all."""
    known = names(cost)
    rows = []
    for task in cost.tasks:
        unchanged, cheapest = (
            route_of(task, task.cheapest_same_answers),
            route_of(task, task.cheapest_monthly),
        )
        rows.append(
            (
                task.name, task.requests_per_month, task.today.monthly.p50, between(task.today.monthly),
                known[unchanged.route], unchanged.monthly.p50, known[cheapest.route], cheapest.monthly.p50,
            )
        )  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-tasks",
        caption="What each task costs a month today, with the same answers, and at the cheapest price of all",
        columns=(
            Column(key="task", title="Task"),
            Column(key="requests", title="Requests", unit="a month", format="integer"),
            usd("today", "Today", rows, 2),
            Column(key="range", title="P10-P90", unit="USD"),
            Column(key="unchanged", title="Same answers by"),
            usd("unchanged_usd", "Month", rows, 5),
            Column(key="cheapest", title="Cheapest of all"),
            usd("cheapest_usd", "Month", rows, 7),
        ),
        source=source_of(cost),
    )


def tasks_text(cost: CostModel) -> None:
    """What the cheapest price does not say."""
    tuned = [t for t in cost.tasks if t.cheapest_monthly not in SAME_MODEL_SAME_PROMPT]
    if tuned:
        show.text(
            "The cheapest price of all is not advice: for {count} of {all} tasks it belongs "
            "to another model, "
            "whose quality has to be measured first, and it may be closed to the client "
            "([all tasks](#tbl-cost-tasks)). The recommendation weighs price, quality and access together.",
            count=len(tuned),
            all=len(cost.tasks),
        )


def accepted_table(cost: CostModel) -> None:
    """Cost per accepted output where a quality is known, and where it came from."""
    known = names(cost)
    rows = [
        (task.name, known[r.route], r.per_request.p50, r.per_accepted.p50, r.accepted_basis)
        for task in cost.tasks
        for r in task.routes
        if r.per_accepted is not None
    ]
    if not rows:
        return
    show.table(
        rows,
        label="tbl-cost-accepted",
        caption="An output that is rejected is paid for too: cost per accepted output",
        columns=(
            Column(key="task", title="Task"),
            Column(key="route", title="Route"),
            Column(key="request", title="Per request", unit="USD", format="money", digits=_digits(rows, 2)),
            Column(key="accepted", title="Per accepted", unit="USD", format="money", digits=_digits(rows, 3)),
            Column(key="basis", title="Quality taken from"),
        ),
        source=source_of(cost),
    )


def build_up_figure(cost: CostModel) -> None:
    """What a month of each task is made of, today and at the cheapest same answers."""
    known, bars = names(cost), []
    for task in cost.tasks:
        for name in dict.fromkeys(["as_is", task.cheapest_same_answers]):
            bars.append(_bar(f"{task.name}\n{known[name].lower()}", route_of(task, name)))
    words = "; ".join(f"{bar.label.replace(chr(10), ', ')}: {_parts(bar)}" for bar in bars)
    show.figure(
        _draw_build_up,
        bars,
        label="fig-cost-build-up",
        caption="What the monthly cost is made of: the largest block is what a route must shrink",
        alt=f"Stacked bars of the mean monthly cost per task. {words}.",
        source=source_of(cost),
    )


class _Bar(NamedTuple):
    """A month of one task on one route, and the parts of it that cost anything."""

    label: str
    monthly: float
    parts: tuple[tuple[str, float], ...]


def _bar(label: str, route: RouteCost) -> _Bar:
    parts = tuple((part.name, part.monthly) for part in route.build_up if part.monthly)
    return _Bar(label, route.monthly_mean, parts)


def _draw_build_up(bars: Sequence[_Bar]) -> Any:
    figure, axes = show.new_figure(0.9 + 0.42 * len(bars))
    for y, bar in enumerate(reversed(bars)):
        left = 0.0
        for name, monthly in bar.parts:
            share = monthly / bar.monthly
            colour = PART.get(name, MUTED)
            axes.barh(y, share, left=left, height=0.62, color=colour, edgecolor="white")
            if share > 0.06:
                ink = INK if colour == PALE else "white"
                axes.text(left + share / 2, y, percent(share), ha="center", va="center", color=ink)
            left += share
        axes.text(1.01, y, money(bar.monthly), va="center", color=INK)
    axes.set_yticks(range(len(bars)), [bar.label for bar in reversed(bars)])
    axes.set(xlim=(0, 1.16), xlabel="share of the monthly cost (mean), total at the right")
    _legend(axes, {name: PART.get(name, MUTED) for bar in reversed(bars) for name, _ in bar.parts})
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [percent(share) for share in (0, 0.25, 0.5, 0.75, 1)])
    return figure


def own_prices_callout(cost: CostModel) -> None:
    if cost.own_prices:
        show.callout(
            "The client's own prices were used for {keys}.", tone="note", keys=", ".join(cost.own_prices)
        )


def _legend(axes: Any, colours: Mapping[str, str]) -> None:
    """The names of the parts in their own colours, in one line above the bars."""
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=name) for name, colour in colours.items()]
    axes.legend(
        handles=handles, ncol=len(handles), loc="lower left", bbox_to_anchor=(0, 1), frameon=False,
        handlelength=1, columnspacing=1.2,
    )  # fmt: skip


def _parts(bar: _Bar) -> str:
    return ", ".join(f"{name} {money(monthly)}" for name, monthly in bar.parts)
