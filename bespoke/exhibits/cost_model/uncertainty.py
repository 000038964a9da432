"""What the cost rests on, and what of it nobody knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.cost_model import CostModel
from bespoke.chapters.cost_model.result import Driver
from bespoke.exhibits.cost_model.cost_wording import called, names, route_of, source_of, task_of
from bespoke.exhibits.figure_parts import beside
from bespoke.show.numbers import currency, decimal, money
from bespoke.show.style import EMPHASIS, INK, MUTED, QUIET


def tornado_figure(cost: CostModel, task_id: str | None = None, route: str | None = None) -> None:
    """What moves the 12-month cost of one route most (the cheapest same answers unless named)."""
    task = task_of(cost, task_id)
    priced = route_of(task, route or task.cheapest_same_answers)
    if not priced.drivers:
        return
    first = priced.drivers[0]
    words = "; ".join(f"{_plain(d.key)} {money(d.at_p10)} to {money(d.at_p90)}" for d in priced.drivers)
    show.figure(
        _draw_tornado,
        priced.drivers,
        priced.life_12.mean,
        label="fig-cost-tornado",
        caption=f"{task.name}, {called(cost, task, priced)}: what moves the cost most is {_plain(first.key)}",
        alt=f"Bars of the 12-month cost with one input at its 10th and 90th percentile: {words}.",
        source=source_of(cost),
    )


def _draw_tornado(drivers: Sequence[Driver], centre: float) -> Any:
    """The inputs that move a cost, the one that moves it most on top, around what is expected."""
    figure, axes = show.new_figure(0.9 + 0.34 * len(drivers))
    for y, driver in enumerate(reversed(drivers)):
        colour = EMPHASIS if y == len(drivers) - 1 else QUIET
        axes.plot([driver.at_p10, driver.at_p90], [y, y], color=colour, linewidth=9, solid_capstyle="butt")
        swing = (
            f"  a difference of {money(driver.swing)}"
            if y == len(drivers) - 1
            else f"  {money(driver.swing)}"
        )
        axes.text(max(driver.at_p10, driver.at_p90), y, swing, va="center", color=INK)
    axes.axvline(centre, color=MUTED, linewidth=0.8)
    over = ("data", "axes fraction")
    beside(axes, f"expected {money(centre)}", (centre, 1), (4, 1), xycoords=over, va="bottom", color=MUTED)
    axes.set_yticks(range(len(drivers)), [_plain(driver.key) for driver in reversed(drivers)])
    ends = [end for driver in drivers for end in (driver.at_p10, driver.at_p90)]
    spread = max(ends) - min(ends)
    axes.set_xlim(min(ends) - 0.06 * spread, max(ends) + 0.34 * spread)
    axes.set_xlabel(f"{currency()} over 12 months, the input at its P10 and its P90")
    axes.xaxis.set_major_formatter(lambda value, _: decimal(value))
    return figure


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
        "Not published, so entered as a range: {inputs}. The totals of {routes} rest on them. A quotation "
        "replaces the range.",
        tone="warning",
        inputs="; ".join(_plain(key) for key in cost.unpublished),
        routes=", ".join(touched),
    )


WORDS = {
    "contract.commitment_usd_per_year": "yearly commitment of a contract",
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
    "price.training.bedrock_rft": "price of reinforcement fine-tuning on Bedrock",
    "price.training.foundry_sft": "price of fine-tuning on Microsoft Foundry",
}


def _plain(key: str) -> str:
    """A fact's key in the reader's words."""
    if key in WORDS:
        return WORDS[key]
    if key.startswith("cost.people."):
        return "consultant days"
    return re.sub(r"[._]", " ", key.removeprefix("cost.").removeprefix("price."))
