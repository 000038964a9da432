"""What would change the advice."""

from __future__ import annotations

import math

from bespoke import show
from bespoke.advice import Flip
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.recommendation.words import STAGE
from bespoke.show import Column
from bespoke.show.numbers import decimal, percent

PROMPTED = (
    "prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration",
    "extended_thinking", "generator_critic", "rag",
)  # fmt: skip
LOWERED = (*PROMPTED, "prompt_caching", "batch", "smaller_model")  # names that are no one's
FLIPPED = {
    "quality today": "quality {at} instead of {today}",
    "test cases": "{at} test cases instead of {today}",
    "labelled examples": "{at} labelled examples instead of {today}",
    "latency requirement": "an answer required within {at} instead of {today}",
    "requests a day": "{at} requests a day instead of {today}",
    "tokens a request": "requests {at} as long",
    "token price": "token prices {at} as high",
}


def flip_words(result: Recommendation, flip: Flip) -> str:
    """The smallest change of one input that changes the advice, and to what."""
    if flip.at is None or flip.stage is None or flip.route is None:
        return "none in range"
    words = FLIPPED.get(flip.input, flip.input + " {at} instead of {today}")
    said = words.format(at=_amount(flip, flip.at, unit=False), today=_amount(flip, flip.today, unit=False))
    return f"{said[0].upper()}{said[1:]}: {_flip_to(result, flip)}"


def _amount(flip: Flip, value: float | None, *, unit: bool = True) -> str:
    if value is None:
        return "none"
    if flip.unit == "of 1":
        return percent(value, 0 if math.isclose(value * 100, round(value * 100), abs_tol=1e-6) else 1)
    if flip.unit == "times today's":
        return f"{decimal(value, 2)} times" + (" today's" if unit else "")
    return f"{decimal(value)} {flip.unit}" if unit or flip.unit == "ms" else decimal(value)


def flips(result: Recommendation) -> None:
    """Every flip point, and the inputs that have none."""
    rows = [
        (t.name, f.input, _amount(f, f.today), _amount(f, f.at), _flip_to(result, f))
        for t in result.tasks
        for f in t.flips
        if f.at is not None
    ]
    if rows:
        show.table(
            rows,
            label="tbl-advice-flips",
            caption="What would change the advice: the smallest change of each input, all else equal",
            columns=(
                Column(key="task", title="Task"),
                Column(key="input", title="Input"),
                Column(key="today", title="Today"),
                Column(key="at", title="Changes at"),
                Column(key="to", title="The advice would be"),
            ),
            source="the decision evaluated at every number a rule compares the input with",
        )
    firm = {t.name: [f.input for f in t.flips if f.at is None] for t in result.tasks}
    told = "; ".join(f"{name}: {', '.join(inputs)}" for name, inputs in firm.items() if inputs)
    if told:
        show.text("Inputs that change nothing in the range examined: {told}.", told=told)


def _flip_to(result: Recommendation, flip: Flip) -> str:
    if flip.at is None or flip.stage is None or flip.route is None:
        return "unchanged in range"
    name = result.route_names[flip.route]
    if flip.stage in ("tune", "specialise") and flip.route in PROMPTED:
        return f"tuning, but its routes are closed: {name[0].lower() + name[1:]}"
    return f"{STAGE[flip.stage]} ({name[0].lower() + name[1:] if flip.route in LOWERED else name})"
