"""What a month costs today, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bespoke import show
from bespoke.chapters.cost_model import CostModel, RouteCost, TaskCost
from bespoke.chapters.cost_model.route_calls import SAME_MODEL_SAME_PROMPT
from bespoke.exhibits import quantities
from bespoke.exhibits.cost_model.cost_wording import (
    LEVERS,
    amounts,
    called,
    ends,
    levers,
    route_of,
    source_of,
)
from bespoke.exhibits.display_names import listed
from bespoke.show import Column, columns
from bespoke.show.numbers import USD, decimal, money, percent, significant
from bespoke.show.style import BLUE, GREEN, GREY, INK, MUTED, ORANGE, PURPLE, RED, YELLOW

PART = {
    "input": BLUE, "cache read": GREEN, "cache write": PURPLE, "output": ORANGE, "hosting": RED,
    "operations": YELLOW, "storage": GREY, "retrieval": MUTED,
}  # fmt: skip
SEEN = 0.005  # of a bar: a smaller part is not seen, and needs no name
THOUSAND, MILLION = 1_000, 1_000_000
PENNY = 0.5  # a thousand requests that cost less than this are priced by the million


def finding(cost: CostModel) -> None:
    """What the bill is, and how much of it goes away without touching an answer."""
    today, unchanged = cost.today_monthly, cost.same_answers_monthly
    used = dict.fromkeys(lever for task in cost.tasks for lever in _cheapest_same(task).levers)
    if unchanged.mean >= today.mean:
        show.finding(
            "{today_monthly} a month is already the cheapest way to today's answers",
            today_monthly=money(today.mean),
        )
        return
    moving = [task for task in cost.tasks if task.must_move]
    show.finding(
        "{today_monthly} a month today {falls} to {same_answers_monthly} with the same models and prompts, by {ways}"
        + ("" if not moving else ", if it could stay where it runs"),
        today_monthly=money(today.mean),
        falls="falls" if unchanged.p90 < today.p10 else "may fall",
        same_answers_monthly=money(unchanged.mean),
        ways=" and ".join(LEVERS[lever] for lever in used),
    )


def _cheapest_same(task: TaskCost) -> RouteCost:
    return route_of(task, task.cheapest_same_answers)


def overview_text(cost: CostModel) -> None:
    """How to read every number of the chapter."""
    show.text(
        "Every request is priced on its own, with its own length, and then multiplied by the volume. Volume, tokens, "
        "retries and prices nobody prints are not known exactly: each is drawn {draws} times. What is expected is the "
        "mean over the draws, since means add up; a range is the 10th to the 90th percentile. All tasks together cost "
        "{today_monthly} a month as they run today ({low} to {high}). Two routes are compared draw by draw, "
        "under the same future.",
        draws=decimal(cost.draws),
        today_monthly=money(cost.today_monthly.mean),
        low=money(cost.today_monthly.p10),
        high=money(cost.today_monthly.p90),
    )
    _currency_text(cost)


def _currency_text(cost: CostModel) -> None:
    """What is paid in dollars, and at which rate; nothing where the engagement is in dollars itself."""
    if cost.currency == USD:
        return
    usd, rate = cost.today_monthly_usd, cost.usd_per_unit
    show.text(
        "Amounts are in {currency}. Models are bought in US dollars: today's month is {usd} ({low} to {high}), at "
        "{rate} USD per {currency}, between {rate_low} and {rate_high} ({source}; read on {day}).",
        currency=cost.currency, usd=money(usd.mean, USD), low=money(usd.p10, USD), high=money(usd.p90, USD),
        rate=significant(rate.mean), rate_low=significant(rate.p10), rate_high=significant(rate.p90),
        source=cost.rate_source, day=cost.rate_read_on,
    )  # fmt: skip


def tasks_table(cost: CostModel) -> None:
    """Per task: today, the cheapest way to the same answers, and the cheapest priced route of all."""
    rows = []
    for task in cost.tasks:
        unchanged, cheapest = _cheapest_same(task), route_of(task, task.cheapest_monthly)
        rows.append(
            (
                task.name, task.requests_per_month, task.today.monthly.mean, *ends(task.today.monthly),
                levers(unchanged) or "as today", unchanged.monthly.mean,
                called(cost, task, cheapest), cheapest.monthly.mean,
            )
        )  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-tasks",
        caption="What each task is expected to cost a month: today, with the same answers, at the cheapest open price",
        columns=(
            Column(key="task", title="Task"),
            Column(key="requests", title="Requests", unit="a month", format="integer"),
            amounts(quantities.TODAY, "Today", rows, 2),
            amounts("low", "P10", rows, 3),
            amounts("high", "P90", rows, 4),
            Column(key="unchanged", title="Same answers by"),
            amounts(quantities.SAME_ANSWERS, "Month", rows, 6),
            Column(key="cheapest", title="Cheapest that is open"),
            amounts("cheapest_monthly", "Month", rows, 8),
        ),
        source=source_of(cost),
    )


def tasks_text(cost: CostModel) -> None:
    """What the cheapest price does not say, and which tasks may not stay where they are priced."""
    moving = [task.name for task in cost.tasks if task.must_move]
    if moving:
        show.callout(
            "Where {names} {run} today breaks a condition. Prices of today and of the same answers are those of that "
            "place, to compare with; the plans move.",
            tone="warning", names=listed(moving), run="runs" if len(moving) == 1 else "run",
        )  # fmt: skip
    others = [t for t in cost.tasks if t.cheapest_monthly not in SAME_MODEL_SAME_PROMPT]
    if others:
        show.text(
            "The cheapest price of what is open is not advice: for {count} of {all} tasks it belongs to another model, "
            "whose quality has to be measured first ([all tasks](#tbl-cost-tasks)). The recommendation weighs price, "
            "quality and access together.",
            count=len(others),
            all=len(cost.tasks),
        )


def accepted_table(cost: CostModel) -> None:
    """Cost per accepted output where a quality is known, and where it came from: by the thousand, or by the million
    where a thousand cost next to nothing."""
    priced = [(task, r) for task in cost.tasks for r in task.routes if r.per_accepted is not None]
    if not priced:
        return
    count = MILLION if min(r.per_request.mean for _, r in priced) < PENNY / THOUSAND else THOUSAND
    rows = [
        (task.name, called(cost, task, r), count * r.per_request.mean, count * r.per_accepted.mean, r.accepted_basis)
        for task, r in priced
        if r.per_accepted is not None
    ]  # fmt: skip
    many = decimal(count)
    show.table(
        rows,
        label="tbl-cost-accepted",
        caption="An output that is rejected is paid for too: cost per accepted output",
        columns=(
            *columns(task="Task", route="Route"),
            amounts("requests_cost", f"{many} requests", rows, 2),
            amounts("accepted_cost", f"{many} accepted outputs", rows, 3),
            Column(key="basis", title="Quality taken from"),
        ),
        source=source_of(cost) + _as_planned(rows),
    )


def _as_planned(rows: Sequence[Sequence[object]]) -> str:
    """Why the evaluation's cost of an accepted output is another: it prices the calls that it recorded."""
    measured = any(str(row[-1]).startswith("evaluation") for row in rows)
    says = "; tokens as the task list states them, retries paid: the evaluation prices its recorded calls"
    return says if measured else ""


def build_up_figure(cost: CostModel) -> None:
    """What a month of each task is made of, today and at the cheapest same answers."""
    bars = []
    for task in cost.tasks:
        for key in dict.fromkeys(["as_is", task.cheapest_same_answers]):
            route = route_of(task, key)
            ways = "as today" if key == "as_is" else f"with {levers(route)}"
            bars.append(_bar(f"{task.name}\n{ways}", route))
    words = "; ".join(
        f"{bar.label.replace(chr(10), ', ')}: "
        + ", ".join(f"{name} {money(cost)}" for name, cost in bar.parts)
        for bar in bars
    )
    show.figure(
        _draw_build_up,
        bars,
        label="fig-cost-build-up",
        caption="What the monthly cost is made of: the largest block is what a route must shrink",
        alt=f"Stacked bars of the mean monthly cost per task. {words}.",
        source=source_of(cost),
    )


class _CostBar(NamedTuple):
    """A month of one task on one route, and the parts of it that cost anything."""

    label: str
    monthly: float
    parts: tuple[tuple[str, float], ...]


def _bar(label: str, route: RouteCost) -> _CostBar:
    parts = tuple((part.name, part.monthly) for part in route.build_up if part.monthly)
    return _CostBar(label, route.monthly.mean, parts)


def _draw_build_up(bars: Sequence[_CostBar]) -> Any:
    figure, axes = show.new_figure(0.9 + 0.35 * len(bars))
    for y, bar in enumerate(reversed(bars)):
        left = 0.0
        for name, monthly in bar.parts:
            share = monthly / bar.monthly
            colour = PART.get(name, MUTED)
            axes.barh(y, share, left=left, height=0.62, color=colour, edgecolor="white")
            if share > 0.06:
                axes.text(left + share / 2, y, percent(share), ha="center", va="center", color="white")
            left += share
        axes.text(1.01, y, money(bar.monthly), va="center", color=INK)
    axes.set_yticks(range(len(bars)), [bar.label for bar in reversed(bars)])
    axes.set(xlim=(0, 1.16), xlabel="share of the monthly cost (mean), total at the right")
    seen = {name for bar in bars for name, monthly in bar.parts if monthly / bar.monthly >= SEEN}
    _legend(axes, {name: colour for name, colour in PART.items() if name in seen})
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
