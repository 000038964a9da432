"""Chapter 5 on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bespoke import show
from bespoke.advice.routes import routes
from bespoke.chapters.cost_model import Band, BreakEven, CostModel, Curve, RouteCost, TaskCost
from bespoke.chapters.cost_model.quality import SAME_MODEL_SAME_PROMPT
from bespoke.show import Column
from bespoke.show.numbers import compact, decimal, money, money_digits, percent
from bespoke.show.style import BLUE, GREEN, GREY, INK, MUTED, ORANGE, PURPLE, RED, SKY, YELLOW

COLOUR = {
    "as_is": GREY,
    "prompt_caching": BLUE,
    "batch": SKY,
    "smaller_model": GREEN,
    "custom_model_import": PURPLE,
    "open_weight_lora": ORANGE,
    "bedrock_nova_sft": RED,
    "bedrock_haiku3_sft": YELLOW,
}
PALE = "#B5DAF2"  # beside the orange of the output it stays pale in grey print too
PART = {
    "input": BLUE, "cache read": PALE, "cache write": PURPLE, "output": ORANGE, "hosting": RED,
    "operations": GREEN, "storage": YELLOW, "retrieval": GREY,
}  # fmt: skip
SHORT = {  # beside a curve there is no room for the full name
    "custom_model_import": "Custom import",
    "open_weight_lora": "Own GPUs",
    "bedrock_nova_sft": "Tuned Nova",
    "bedrock_llama_sft": "Tuned Llama",
    "bedrock_haiku3_sft": "Tuned Haiku 3",
    "openai_gpt4o_sft": "Tuned GPT-4o",
}
SOURCE = "tasks.csv; prices from genai-prices and the fact tables; P10 to P90 over {draws} draws"


def names(cost: CostModel) -> Mapping[str, str]:
    """Route ids as the reader knows them."""
    return {"as_is": "As today", **{route.route: route.name for route in routes(cost.as_of)}}


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
        unchanged, cheapest = _route(task, task.cheapest_same_answers), _route(task, task.cheapest_monthly)
        rows.append(
            (
                task.name, task.requests_per_month, task.today.monthly.p50, _range(task.today.monthly),
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
            _usd("today", "Today", rows, 2),
            Column(key="range", title="P10-P90", unit="USD"),
            Column(key="unchanged", title="Same answers by"),
            _usd("unchanged_usd", "Month", rows, 5),
            Column(key="cheapest", title="Cheapest of all"),
            _usd("cheapest_usd", "Month", rows, 7),
        ),
        source=_source(cost),
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


def route_tables(cost: CostModel) -> None:
    for task in cost.tasks:
        route_table(cost, task)


def route_table(cost: CostModel, task: TaskCost) -> None:
    """Every priced route of one task, cheapest over 12 months first."""
    known = names(cost)
    ordered = sorted(task.routes, key=lambda route: route.life_12.p50)
    rows = [
        (
            known[r.route], r.model, r.monthly.p10, r.monthly.p50, r.monthly.p90,
            r.monthly_cached.p50 if r.monthly_cached else None, r.one_off.p50, r.life_12.p50,
            "–" if r.versus_today == "same" else r.versus_today,
        )
        for r in ordered
    ]  # fmt: skip
    show.table(
        rows,
        label=f"tbl-cost-{_slug(task.task_id)}",
        caption=f"{task.name}: every priced route, cheapest over 12 months first",
        columns=(
            Column(key="route", title="Route"),
            Column(key="model", title="Model"),
            _usd("p10", "P10", rows, 2, "USD a month"),
            _usd("p50", "P50", rows, 3, "USD a month"),
            _usd("p90", "P90", rows, 4, "USD a month"),
            _usd("cached", "With cache", rows, 5, "USD a month"),
            _usd("once", "Once", rows, 6),
            _usd("life", "12 months", rows, 7),
            Column(key="versus", title="Monthly, against today"),
        ),
        source=_source(cost),
        emphasis=[i for i, r in enumerate(ordered) if r.route == "as_is"],
    )


def separation_text(cost: CostModel) -> None:
    """Which routes the numbers cannot tell apart."""
    known = names(cost)
    for task in cost.tasks:
        if task.not_separable:
            show.text(
                "**{task}**: over 12 months {best} costs least, but we cannot separate it from {others}.",
                task=task.name,
                best=known[task.cheapest_life_12],
                others=", ".join(known[route] for route in task.not_separable),
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
        source=_source(cost),
    )


def life_table(cost: CostModel) -> None:
    """Whole life of today's route, of the cheapest same answers and of the cheapest over 12 months."""
    known = names(cost)
    rows = []
    for task in cost.tasks:
        for name in dict.fromkeys(["as_is", task.cheapest_same_answers, task.cheapest_life_12]):
            r = _route(task, name)
            rows.append(
                (
                    task.name, known[name], r.one_off.p50, r.life_12.p50, _range(r.life_12), r.life_36.p50,
                    _range(r.life_36), r.forced_retirements_36,
                )
            )  # fmt: skip
    show.table(
        rows,
        label="tbl-cost-life",
        caption="Whole life over 12 and 36 months, with the work each retired model forces",
        columns=(
            Column(key="task", title="Task"),
            Column(key="route", title="Route"),
            _usd("once", "Once", rows, 2),
            _usd("twelve", "12 months", rows, 3),
            Column(key="twelve_range", title="P10-P90", unit="USD"),
            _usd("thirtysix", "36 months", rows, 5),
            Column(key="thirtysix_range", title="P10-P90", unit="USD"),
            Column(key="retired", title="Models retired", unit="in 36 months", format="decimal", digits=1),
        ),
        source=_source(cost),
    )


def break_even_figure(cost: CostModel, task_id: str | None = None) -> None:
    """Monthly cost over volume of one task (the dearest unless named), with bands."""
    known, task = names(cost), _task(cost, task_id)
    figure, axes = show.new_figure(3.1)
    today = task.requests_per_month * 12 / 365.25
    axes.axvline(today, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
    for curve in task.curves:
        colour = COLOUR.get(curve.route, INK)
        axes.fill_between(
            curve.requests_per_day, [b.p10 for b in curve.monthly], [b.p90 for b in curve.monthly],
            color=colour, alpha=0.18, linewidth=0,
        )  # fmt: skip
        axes.plot(curve.requests_per_day, [b.p50 for b in curve.monthly], color=colour)
    axes.set(xscale="log", yscale="log", xlabel="requests a day", ylabel="USD a month")
    axes.set_ylim(bottom=1)
    axes.minorticks_off()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: compact(value))
    axes.annotate("today", (today, 1), xytext=(3, 4), textcoords="offset points", color=MUTED, va="bottom")
    for curve, height in _spread(task.curves, axes):
        axes.annotate(
            SHORT.get(curve.route, known[curve.route]), (1, height), xycoords="axes fraction", xytext=(4, 0),
            textcoords="offset points", va="center", color=COLOUR.get(curve.route, INK),
        )  # fmt: skip
    crossings = " ".join(_crossing_words(b, known) for b in task.break_evens)
    show.figure(
        figure,
        label="fig-cost-break-even",
        caption=_break_even_caption(task, today, known),
        alt=f"Monthly cost against requests a day on log scales for {task.name}, at "
        f"{decimal(today)} requests "
        f"a day today. {crossings}",
        source=_source(cost),
    )


def break_even_table(cost: CostModel) -> None:
    """Where each capacity route, and caching, begins to pay."""
    known = names(cost)
    rows = [
        (
            task.name, known[b.route], known[b.against],
            b.requests_per_day.p50 if b.requests_per_day else None,
            _range(b.requests_per_day, unit=False) if b.requests_per_day else "not in most draws",
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
            Column(key="task", title="Task"),
            Column(key="route", title="Route"),
            Column(key="against", title="Against"),
            Column(key="volume", title="Pays from", unit="requests a day", format="integer"),
            Column(key="range", title="P10-P90"),
            Column(key="reached", title="Reached today", format="percent"),
        ),
        source=_source(cost),
    )


def build_up_figure(cost: CostModel) -> None:
    """What a month of each task is made of, today and at the cheapest same answers."""
    known, bars = names(cost), []
    for task in cost.tasks:
        for name in dict.fromkeys(["as_is", task.cheapest_same_answers]):
            bars.append((f"{task.name}\n{known[name].lower()}", _route(task, name)))
    figure, axes = show.new_figure(0.9 + 0.42 * len(bars))
    seen: dict[str, str] = {}
    for y, (_, route) in enumerate(reversed(bars)):
        left = 0.0
        for part in route.build_up:
            if part.monthly:
                share = part.monthly / route.monthly_mean
                axes.barh(
                    y,
                    share,
                    left=left,
                    height=0.62,
                    color=PART.get(part.name, MUTED),
                    edgecolor="white",
                )
                seen.setdefault(part.name, PART.get(part.name, MUTED))
                if share > 0.06:
                    label = percent(share)
                    ink = INK if PART.get(part.name) == PALE else "white"
                    axes.text(left + share / 2, y, label, ha="center", va="center", color=ink)
                left += share
        axes.text(1.01, y, money(route.monthly_mean), va="center", color=INK)
    axes.set_yticks(range(len(bars)), [label for label, _ in reversed(bars)])
    axes.set(xlim=(0, 1.16), xlabel="share of the monthly cost (mean), total at the right")
    _legend(axes, seen)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [percent(share) for share in (0, 0.25, 0.5, 0.75, 1)])
    words = "; ".join(f"{label.replace(chr(10), ', ')}: {_parts(route)}" for label, route in bars)
    show.figure(
        figure,
        label="fig-cost-build-up",
        caption="What the monthly cost is made of: the largest block is what a route must shrink",
        alt=f"Stacked bars of the mean monthly cost per task. {words}.",
        source=_source(cost),
    )


def tornado_figure(cost: CostModel, task_id: str | None = None, route: str | None = None) -> None:
    """What moves the 12-month cost of one route most (the cheapest same answers unless named)."""
    task = _task(cost, task_id)
    priced = _route(task, route or task.cheapest_same_answers)
    if not priced.drivers:
        return
    figure, axes = show.new_figure(0.9 + 0.34 * len(priced.drivers))
    centre = priced.life_12.p50
    for y, driver in enumerate(reversed(priced.drivers)):
        axes.plot([driver.at_p10, driver.at_p90], [y, y], color=BLUE, linewidth=9, solid_capstyle="butt")
        axes.text(max(driver.at_p10, driver.at_p90), y, f"  {money(driver.swing)}", va="center", color=INK)
    axes.axvline(centre, color=MUTED, linewidth=0.8)
    axes.set_yticks(range(len(priced.drivers)), [_plain(d.key) for d in reversed(priced.drivers)])
    axes.margins(x=0.14)
    axes.set_xlabel("USD over 12 months, the input at its P10 and its P90")
    axes.xaxis.set_major_formatter(lambda value, _: decimal(value))
    first = priced.drivers[0]
    words = "; ".join(f"{_plain(d.key)} {money(d.at_p10)} to {money(d.at_p90)}" for d in priced.drivers)
    show.figure(
        figure,
        label="fig-cost-tornado",
        caption=f"{task.name}, {names(cost)[priced.route].lower()}: {_plain(first.key)} moves the cost most",
        alt=f"Bars of the 12-month cost with one input at its 10th and 90th percentile: {words}.",
        source=_source(cost),
    )


def unpriced_table(cost: CostModel) -> None:
    """Routes without a price, and why."""
    known = names(cost)
    reasons: dict[tuple[str, str], list[str]] = {}
    for task in cost.tasks:
        for entry in task.unpriced:
            reasons.setdefault((entry.route, entry.reason), []).append(task.name)
    rows = [
        (known.get(route, route), "all tasks" if len(tasks) == len(cost.tasks) else ", ".join(tasks), reason)
        for (route, reason), tasks in reasons.items()
    ]
    show.table(
        rows,
        label="tbl-cost-unpriced",
        caption="Routes that have no price here, with the reason",
        columns=(
            Column(key="route", title="Route"),
            Column(key="tasks", title="Task"),
            Column(key="reason", title="Reason"),
        ),
    )


def notes_text(cost: CostModel) -> None:
    """What the reader must know about a model or a route, once each."""
    notes = dict.fromkeys(note for task in cost.tasks for route in task.routes for note in route.notes)
    for note in notes:
        show.text("{note}.", note=note[0].upper() + note[1:])


def unpublished_callout(cost: CostModel) -> None:
    """Inputs nobody publishes: totals that rest on them are ranges until the client has a quotation."""
    if not cost.unpublished:
        return
    touched = sorted(
        {names(cost)[r.route] for task in cost.tasks for r in task.routes if r.unpublished}, key=str.lower
    )
    show.callout(
        "Not published, so entered as a range: {inputs}. The totals of {routes} rest on them. A quotation in "
        "prices.yaml under the same key replaces the range.",
        tone="warning",
        inputs="; ".join(_plain(key) for key in cost.unpublished),
        routes=", ".join(touched),
    )


def own_prices_callout(cost: CostModel) -> None:
    if cost.own_prices:
        show.callout(
            "The client's own prices were used for {keys}.", tone="note", keys=", ".join(cost.own_prices)
        )


# --- words and scales --------------------------------------------------------------------------------------


def _break_even_caption(task: TaskCost, today: float, known: Mapping[str, str]) -> str:
    """The nearest volume at which own capacity beats the cheapest same answers, beside today's."""
    rival = task.cheapest_same_answers
    met = [b for b in task.break_evens if b.against == rival and b.route != "prompt_caching"]
    met = [b for b in met if b.requests_per_day is not None]
    if not met:
        return (
            f"{task.name}: in most draws no capacity route beats {known[rival].lower()}, whatever the volume"
        )
    first = min(met, key=lambda b: b.requests_per_day.p50 if b.requests_per_day else math.inf)
    volume = decimal(first.requests_per_day.p50) if first.requests_per_day else ""
    return (
        f"{task.name}: {known[first.route]} beats {known[rival].lower()} from about {volume} requests a day; "
        f"today there are {decimal(today)}"
    )


def _crossing_words(b: BreakEven, known: Mapping[str, str]) -> str:
    if b.requests_per_day is None:
        return f"{known[b.route]} falls below {known[b.against]} in fewer than half of the draws."
    volume = decimal(b.requests_per_day.p50)
    return f"{known[b.route]} falls below {known[b.against]} from {volume} requests a day."


def _spread(curves: tuple[Curve, ...], axes: Any) -> list[tuple[Curve, float]]:
    """Label heights in axes fractions, pushed apart so that none overlaps."""
    low, high = (math.log10(v) for v in axes.get_ylim())
    placed = sorted(
        ((c, (math.log10(c.monthly[-1].p50) - low) / (high - low)) for c in curves), key=lambda p: p[1]
    )
    heights: list[tuple[Curve, float]] = []
    for curve, height in placed:
        floor = heights[-1][1] + 0.055 if heights else 0.0
        heights.append((curve, max(height, floor)))
    over = max(0.0, heights[-1][1] - 1.0)
    return [(curve, height - over) for curve, height in heights]


def _legend(axes: Any, colours: Mapping[str, str]) -> None:
    """The names of the parts in their own colours, in one line above the bars."""
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=name) for name, colour in colours.items()]
    axes.legend(
        handles=handles, ncol=len(handles), loc="lower left", bbox_to_anchor=(0, 1), frameon=False,
        handlelength=1, columnspacing=1.2,
    )  # fmt: skip


def _parts(route: RouteCost) -> str:
    shown = [p for p in route.build_up if p.monthly]
    return ", ".join(f"{p.name} {money(p.monthly)}" for p in shown)


def _task(cost: CostModel, task_id: str | None) -> TaskCost:
    if task_id is not None:
        return cost.task(task_id)
    return max(cost.tasks, key=lambda task: task.today.monthly.p50)


def _route(task: TaskCost, name: str) -> RouteCost:
    found = task.route(name)
    assert found is not None, "a task names only routes it has priced"
    return found


def _range(band: Band, *, unit: bool = True) -> str:
    digits = money_digits(band.p50) if unit else 0
    return f"{decimal(band.p10, digits)} to {decimal(band.p90, digits)}"


def _usd(key: str, title: str, rows: Sequence[Sequence[object]], column: int, unit: str = "USD") -> Column:
    return Column(key=key, title=title, unit=unit, format="money", digits=_digits(rows, column))


def _digits(rows: Sequence[Sequence[object]], column: int) -> int:
    """Digits that leave the smallest amount of a column two figures, at most four."""
    amounts = [abs(value) for row in rows if isinstance(value := row[column], int | float) and value]
    smallest = min(amounts, default=0.0)
    if smallest >= 1 or not amounts:
        return 1 if amounts and smallest < 10 else 0
    return min(4, money_digits(smallest))


WORDS = {
    "cost.volume_factor": "volume",
    "cost.input_tokens_factor": "input tokens",
    "cost.output_tokens_factor": "output tokens",
    "cost.p95_to_mean": "spread of prompt lengths",
    "cost.retry_share": "retries",
    "cost.evaluation.rounds": "evaluation rounds",
    "cost.migration.days": "days to move to a new model",
    "cost.model_lifetime_months": "lifetime of a model",
    "cost.hosting.utilisation": "planned utilisation",
    "cost.tuned.prefix_share": "prompt a tuned model needs",
    "cost.other_tokenizer_factor": "tokens on another tokenizer",
    "gpu.h100.throughput_factor": "GPU throughput",
    "price.cmi.copy_relative_throughput": "throughput of an imported copy",
    "price.training.nova": "training price of Nova",
    "price.training.llama": "training price of Llama",
    "price.llama.custom_on_demand_factor": "token price of a tuned Llama",
    "price.gpu.h100.usd_per_hour": "price of an H100",
}


def _plain(key: str) -> str:
    """A fact's key in the reader's words."""
    if key in WORDS:
        return WORDS[key]
    if key.startswith("cost.people."):
        return "consultant days"
    return re.sub(r"[._]", " ", key.removeprefix("cost.").removeprefix("price."))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "task"


def _source(cost: CostModel) -> str:
    return SOURCE.format(draws=decimal(cost.draws))
