"""How this chapter names a step, a place, a chance and an amount."""

from __future__ import annotations

from bespoke.advice.plan import MoneyRange, Step
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.display_names import listed, place_name
from bespoke.show.numbers import decimal, money, percent

MIDDLE = {  # names of routes as they stand inside a sentence; the others are names of products
    "as_is", "measure", "deidentify", "prompt_engineering", "few_shot", "glossary", "structured_output",
    "operator_configuration", "extended_thinking", "generator_critic", "rag", "model_change", "prompt_caching",
    "batch", "smaller_model", "cascade", "small_encoder",
}  # fmt: skip


def who(task: TaskAdvice) -> str:
    """Who does the first step."""
    return task.who[0].upper() + task.who[1:] if task.who else "nobody"


def stops(aim: float | None) -> str:
    """When a plan ends before its last step, and which steps are not kept."""
    reached = (
        "where nothing further pays"
        if aim is None
        else f"at the first step with a quality of {percent(aim)} or more on the client's own cases"
    )
    return f"the plan ends {reached}; a step that does not raise quality is not kept"


def step_name(result: Recommendation, step: Step, *, middle: bool = False) -> str:
    """`Few-shot examples with glossary`; `Try claude-sonnet-5-5`; a step alone keeps its route's name."""
    if step.route in ("model_change", "smaller_model"):
        words = f"try {step.configuration.model}"
        if "rag" in step.configuration.remedies:
            words += f" with {route_name(result, 'rag')}"
    elif step.kind == "test" and len(step.configuration.work) > 1:
        words = listed([route_name(result, route) for route in step.configuration.work])
    else:
        words = route_name(result, step.route)
    return words if middle else words[0].upper() + words[1:]


def route_name(result: Recommendation, route: str) -> str:
    """The route's name as it stands inside a sentence."""
    name = result.route_names[route]
    return name[0].lower() + name[1:] if route in MIDDLE else name


def end_name(result: Recommendation, task: TaskAdvice, *, middle: bool = False) -> str:
    """What would run at the likely end: everything that was added, on the model it ends on."""
    end = task.plan.likely_end
    if end.kind != "test":
        words = step_name(result, end, middle=True)
    elif end.route in ("smaller_model", "cascade"):
        words = f"{end.configuration.model}{' first' if end.route == 'cascade' else ''}"
    else:
        model = end.configuration.model
        added = [route_name(result, route) for route in end.configuration.remedies]
        words = f"{listed(added)} on {model}" if added else f"{model} in place of {task.situation.model}"
    words += _moved(task)
    return words if middle or words.startswith("claude") else words[0].upper() + words[1:]


def _moved(task: TaskAdvice) -> str:
    """The place of the likely end, where it is another than today's."""
    place = task.plan.likely_end.configuration.place
    return f", {place_name(place)}" if place and place != task.situation.place else ""


PROMPT_WORK = ("prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration")


def short_end(result: Recommendation, task: TaskAdvice) -> str:
    """The likely end in a few words: several ways of working on the prompt are prompt work."""
    end = task.plan.likely_end
    added = end.configuration.remedies
    if end.kind != "test" or sum(route in PROMPT_WORK for route in added) < 2:
        return end_name(result, task)
    others = [route_name(result, route) for route in added if route not in PROMPT_WORK]
    words = f"{listed(['prompt work', *others])} on {end.configuration.model}{_moved(task)}"
    return words[0].upper() + words[1:]


def amount_range(amount: MoneyRange) -> str:
    digits = 0 if abs(amount.p90) >= 10 else None
    return f"{money(amount.p10, digits=digits, symbol=False)} to {money(amount.p90, digits=digits, symbol=False)}"


def days(value: float) -> str:
    whole = round(value)
    return "under a day" if value and whole < 1 else f"{decimal(whole)} day{'' if whole == 1 else 's'}"


def counted(n: int, one: str) -> str:
    """`one task`, `two tasks`, `12 tasks`."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"{words[n] if n < len(words) else decimal(n)} {one if n == 1 else one + 's'}"
