"""What would change the advice."""

from __future__ import annotations

import math

from bespoke import show
from bespoke.advice.flips import Flip
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import place_name
from bespoke.exhibits.recommendation.recommendation_wording import route_name
from bespoke.show import columns
from bespoke.show.numbers import decimal, money, percent

KEEP = "as_is"


def flips(result: Recommendation) -> None:
    """Every input whose change leads to another first step or another likely end."""
    rows = [
        (t.name, f.input, _amount(f, f.today), _amount(f, f.at), to(result, t, f))
        for t in result.tasks
        for f in t.flips
    ]
    if not rows:
        show.text(
            "No single input, changed within its range, leads to another first step or another likely end."
        )
        return
    show.table(
        rows,
        label="tbl-advice-flips",
        caption="What would change the advice: the smallest change of each input, all else equal",
        columns=columns(task="Task", input="Input", today="Today", at="Changes at", to="The plan would be"),
        source="each plan made again at other values of one input; an input that changes neither is left out",
    )


def to(result: Recommendation, task: TaskAdvice, flip: Flip) -> str:
    """What changes: the first step, the likely end, or the model and place behind them."""
    if flip.first == flip.end == KEEP:
        return "leave it as it is"
    if flip.first == flip.end:
        return f"{route_name(result, flip.first)}, and probably no more"
    parts = []
    if flip.first != task.plan.first.route:
        parts.append(f"{route_name(result, flip.first)} first")
    if flip.end != task.plan.end_route:
        ends = (
            "stops at what runs today"
            if flip.end == KEEP
            else f"probably ends at {route_name(result, flip.end)}"
        )
        parts.append(ends)
    return "; ".join(parts) or f"the same steps, ending at {flip.model}, {place_name(flip.place)}"


def change(result: Recommendation, task: TaskAdvice, flip: Flip) -> str:
    """`requests a day from 2,400 to 9,600: batches first`."""
    return (
        f"{flip.input} from {_amount(flip, flip.today)} to {_amount(flip, flip.at)}: {to(result, task, flip)}"
    )


def _amount(flip: Flip, value: float | None) -> str:
    if value is None:
        return "not stated"
    if flip.unit == "of 1":
        return percent(value, 0 if math.isclose(value * 100, round(value * 100), abs_tol=1e-6) else 1)
    if flip.unit == "money":
        return money(value)
    named = flip.input.startswith(flip.unit)  # "requests a day from 2,400"
    return decimal(value) if named else f"{decimal(value)} {flip.unit}"
