"""Chapter 7 and the executive summary on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill
from typing import Any

from bespoke import show
from bespoke.advice import Flip
from bespoke.chapters.cost_model.result import Band
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.show import Column
from bespoke.show.numbers import day, decimal, money, percent
from bespoke.show.style import BAND, INK, MUTED, RULE

STAGE = {
    "measure": "measure first",
    "operate": "keep, and lower the bill",
    "prompt": "work on the prompt first",
    "optimise": "keep optimising the prompt",
    "retrieve": "retrieval first",
    "tune": "tune",
    "specialise": "small tuned model",
}


def finding(result: Recommendation) -> None:
    """How many tasks need a tuned model, and what the others need."""
    tuned = [t for t in result.tasks if t.advice.stage in ("tune", "specialise") and _served(t)]
    rest = len(result.tasks) - len(tuned)
    if not tuned:
        show.finding("No task needs a tuned model now: prompting, retrieval and measurement come first")
        return
    names = " and ".join(t.name for t in tuned)
    tail = f"; the other {_count(rest)} by prompting, retrieval and measurement first" if rest else ""
    verb = "calls" if len(tuned) == 1 else "call"
    show.finding("{names} {verb} for a tuned model{tail}", names=names, verb=verb, tail=tail)


def _served(task: TaskAdvice) -> bool:
    return "training" in task.advice.phases


def _count(n: int) -> str:
    return f"{n} task{'s' if n != 1 else ''} {'are' if n != 1 else 'is'} served"


PROMPTED = (
    "prompt_engineering", "few_shot", "glossary", "structured_output", "operator_configuration",
    "extended_thinking", "generator_critic", "rag",
)  # fmt: skip
LOWERED = (*PROMPTED, "prompt_caching", "batch", "smaller_model")  # names that are no one's
DO = {
    "measure": "measure {n} first", "operate": "keep {n} and lower the bill", "prompt": "work on the prompt of {n}",
    "optimise": "keep optimising the prompt of {n}", "retrieve": "add retrieval to {n}", "tune": "tune {n}",
    "specialise": "give {n} a small model of its own",
    "closed": "keep prompting {n}, since every tuned route is closed",
}  # fmt: skip
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def summary_finding(result: Recommendation) -> None:
    """The whole advice in one line: how many tasks stand at which step."""
    counts: dict[str, int] = {}
    for task in result.tasks:
        tuning = task.advice.stage in ("tune", "specialise")
        step = "closed" if tuning and not _served(task) else task.advice.stage
        counts[step] = counts.get(step, 0) + 1
    order = [
        step
        for step in ("specialise", "tune", "retrieve", "prompt", "optimise", "closed", "measure", "operate")
        if step in counts
    ]
    parts = [DO[step].format(n=_tasks(counts[step], first=i == 0)) for i, step in enumerate(order)]
    line = "; ".join(parts)
    show.finding("{line}", line=line[0].upper() + line[1:])


def _tasks(n: int, *, first: bool) -> str:
    word = WORDS[n] if n < len(WORDS) else str(n)
    return f"{word} task{'s' if n != 1 else ''}" if first else word


def summary(result: Recommendation) -> None:
    """The engagement's answer: what to do now, what it costs, when it is live, how sure we are."""
    show.table(
        [
            (
                task.name,
                _now(result, task),
                _money_range(task.monthly),
                task.live_p80.isoformat(),
                sure(task),
                would_change(result, task),
            )
            for task in result.tasks
        ],
        label="tbl-summary",
        caption="What to do now, what it costs, when it is live, how sure that is, and what would change it",
        columns=(
            Column(key="task", title="Task"),
            Column(key="now", title="What to do now"),
            Column(key="cost", title="Cost a month", unit="USD, P10 to P90"),
            Column(key="live", title="Live by", unit="P80", format="date"),
            Column(key="sure", title="How sure we are"),
            Column(key="flip", title="What would change our mind"),
        ),
        source="chapters 1 to 7; every rule, fact and date behind a row is in the appendices",
    )


def summary_text(result: Recommendation) -> None:
    """The two sentences a reader who stops here takes away."""
    today = sum(t.monthly_today.p50 for t in result.tasks if t.monthly_today)
    then = sum(t.monthly.p50 for t in result.tasks if t.monthly)
    unpriced = [t.name for t in result.tasks if t.monthly is None]
    last = max(t.live_p80 for t in result.tasks)
    show.text(
        "Taken together, the routes below would cost about **{then} a month** in running costs (sum of medians) "
        "against {today} today, and all of them can be live by **{last}** with 80% confidence.",
        then=money(then), today=money(today), last=day(last),
    )  # fmt: skip
    if unpriced:
        show.text("Not priced, and so not in that sum: {names}.", names=", ".join(unpriced))
    asked = {q for t in result.tasks for q in t.open_questions}
    if asked:
        show.text("Open questions could still move the advice: {asked}", asked=" ".join(sorted(asked)))


def _now(result: Recommendation, task: TaskAdvice) -> str:
    name = result.route_names[task.advice.now]
    if task.advice.stage == "measure":
        return f"Build the test set and measure; meanwhile {name[0].lower() + name[1:]}"
    if task.advice.stage in ("tune", "specialise") and not _served(task):
        return f"{name}: tuning is indicated, but every tuned route is closed"
    return name


def _money_range(band: Band | None) -> str | None:
    if band is None:
        return None
    digits = 0 if band.p90 >= 10 else None
    return f"{money(band.p10, digits=digits, symbol=False)} to {money(band.p90, digits=digits, symbol=False)}"


def sure(task: TaskAdvice) -> str:
    """Confidence in words that rest on the number of test cases and of open questions."""
    parts = []
    if task.quality is None:
        parts.append("Quality is not measured")
    else:
        low, high = percent(task.quality.low), percent(task.quality.high)
        cases = f"{decimal(task.test_cases)} cases"
        parts.append(f"{percent(task.quality.estimate)} right today on {cases}, 95% interval {low} to {high}")
    n = len(task.open_questions)
    parts.append("no open question" if n == 0 else f"{n} open question{'s' if n > 1 else ''}")
    return "; ".join(parts)


def would_change(result: Recommendation, task: TaskAdvice) -> str:
    """The nearest flip point in words."""
    flip = task.main_flip
    return "Nothing in the range examined" if flip is None else flip_words(result, flip)


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


def route_map(result: Recommendation) -> None:
    """Every route against every task: now, next, open, to be confirmed, closed."""
    tasks = result.tasks
    standings = [[standing(task, route) for task in tasks] for route in result.route_names]
    closed_everywhere = sum(all(state == "closed" for state in row) for row in standings)
    show.figure(
        _draw_route_map,
        list(result.route_names.values()),
        [task.name for task in tasks],
        standings,
        label="fig-advice-map",
        caption=f"{closed_everywhere} of {len(standings)} routes are closed to every task as of {day(result.as_of)}; "
        "black marks what to do now, a ring what comes next, a cross what is closed",
        alt="Grid of routes against tasks. " + " ".join(_map_words(result, t) for t in tasks),
        source="gates and decision table as of the report's date; a dot is open, a question mark is to be confirmed",
    )


def _draw_route_map(routes: Sequence[str], tasks: Sequence[str], standings: Sequence[Sequence[str]]) -> Any:
    """The standing of each route for each task, the first route on top."""
    figure, axes = show.new_figure(0.9 + 0.2 * len(routes))
    places: dict[str, list[tuple[int, int]]] = {}
    for y, row in enumerate(reversed(standings)):
        for x, state in enumerate(row):
            places.setdefault(state, []).append((x, y))
    for state, found in places.items():
        _mark(axes, found, state)
    axes.set_yticks(range(len(routes)), list(reversed(routes)))
    axes.set_xticks(range(len(tasks)), [fill(task, max(12, 62 // len(tasks))) for task in tasks])
    axes.xaxis.tick_top()
    axes.set_xlim(-0.5, len(tasks) - 0.5)
    axes.set_ylim(-0.6, len(routes) - 0.4)
    axes.grid(visible=False)
    axes.hlines([y + 0.5 for y in range(len(routes) - 1)], -0.5, len(tasks) - 0.5, color=BAND, lw=0.8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def standing(task: TaskAdvice, route: str) -> str:
    """How a route stands for a task: now, next, closed, confirm or open."""
    if route == task.advice.now:
        return "now"
    if route == task.advice.next:
        return "next"
    if any(c.route == route for c in task.advice.closed):
        return "closed"
    unknown = any(o.verdict == "unknown" for o in task.advice.gates.get(route, ()))
    return "confirm" if unknown else "open"


MARKS: dict[str, dict[str, Any]] = {
    "now": {"marker": "o", "ms": 9, "color": INK},
    "next": {"marker": "o", "ms": 8, "mfc": "white", "mec": INK, "mew": 1.5},
    "closed": {"marker": "x", "ms": 5, "color": RULE, "mew": 1.3},
    "open": {"marker": "o", "ms": 2.2, "color": MUTED},
}


def _mark(axes: Any, places: Sequence[tuple[int, int]], state: str) -> None:
    """All routes and tasks that stand alike."""
    if state in MARKS:
        axes.plot(*zip(*places, strict=True), linestyle="none", **MARKS[state])
    for place in places:
        if state == "confirm":
            axes.text(*place, "?", ha="center", va="center", color=MUTED)
        elif state in ("now", "next"):
            look = {"weight": "semibold"} if state == "now" else {"color": MUTED}
            axes.annotate(state, place, (9, 0), textcoords="offset points", va="center", **look)


def _map_words(result: Recommendation, task: TaskAdvice) -> str:
    closed = sum(standing(task, r) == "closed" for r in result.route_names)
    following = f", next {result.route_names[task.advice.next]}" if task.advice.next else ""
    return f"{task.name}: now {result.route_names[task.advice.now]}{following}; {closed} routes closed."


def routes(result: Recommendation) -> None:
    """Now, next and the step each task stands at."""
    show.table(
        [
            (
                t.name, t.advice.decision.rule, STAGE[t.advice.stage], _now(result, t),
                result.route_names[t.advice.next] if t.advice.next else None, t.advice.decision.because,
            )
            for t in result.tasks
        ],
        label="tbl-advice-routes",
        caption="The step each task stands at, the route to take now and the next one",
        columns=(
            Column(key="task", title="Task"),
            Column(key="rule", title="Rule", format="code"),
            Column(key="stage", title="Step"),
            Column(key="now", title="Now"),
            Column(key="next", title="Next, if that falls short"),
            Column(key="because", title="Because"),
        ),
        source="bespoke/facts/tables/stages.csv, the four-step framework as a decision table",
    )  # fmt: skip


def task_text(result: Recommendation) -> None:
    """One paragraph per task: the advice, its reason, its price and date."""
    for task in result.tasks:
        show.text(
            "**{name}.** {now}: {because}. {cost} {date}",
            name=task.name,
            now=_now(result, task),
            because=task.advice.decision.because,
            cost=_cost_words(task),
            date=f"Live by {day(task.live_p80)} with 80% confidence ({day(task.live_p50)} with even odds).",
        )


def _cost_words(task: TaskAdvice) -> str:
    if task.monthly is None:
        return "It cannot be priced from what is known today."
    words = f"It runs at {money(task.monthly.p10)} to {money(task.monthly.p90)} a month"
    if task.monthly_today:
        words += f" against {money(task.monthly_today.p10)} to {money(task.monthly_today.p90)} today"
    if task.one_off and task.one_off.p90 > 0:
        words += f", after {money(task.one_off.p10)} to {money(task.one_off.p90)} once"
    if task.unpublished:
        words += " (it rests on prices nobody publishes)"
    return words + "."


def levers(result: Recommendation) -> None:
    """Caching, batches and smaller models beside the advised route."""
    rows = [
        (
            t.name,
            result.route_names[lever.route],
            _money_range(lever.monthly),
            lever.saves.p50,
            lever.versus_today,
        )
        for t in result.tasks
        for lever in t.levers
    ]
    if not rows:
        return
    show.table(
        rows,
        label="tbl-advice-levers",
        caption="Cost levers that can be pulled whatever the route, against today's bill",
        columns=(
            Column(key="task", title="Task"),
            Column(key="lever", title="Lever"),
            Column(key="cost", title="Cost a month", unit="USD, P10 to P90"),
            Column(key="saves", title="Saves a month", unit="USD, median", format="money"),
            Column(key="verdict", title="Verdict"),
        ),
        source="chapter 5; a smaller model has to reach the target on the client's own test cases first",
    )


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


def closed(result: Recommendation) -> None:
    """Closed routes with every reason."""
    tasks: dict[tuple[str, str], list[str]] = {}
    for task in result.tasks:
        for route in task.advice.closed:
            reasons = "; ".join(f"{o.needs} ({o.found})" for o in route.unmet)
            tasks.setdefault((result.route_names[route.route], reasons), []).append(task.name)
    every = len(result.tasks)
    rows = sorted((name, "all" if len(t) == every else "; ".join(t), why) for (name, why), t in tasks.items())
    if not rows:
        show.text("No route is closed to any task as of {day}.", day=day(result.as_of))
        return
    show.table(
        rows,
        label="tbl-advice-closed",
        caption=f"Closed as of {day(result.as_of)}, and why",
        columns=(
            Column(key="route", title="Route"),
            Column(key="task", title="Task"),
            Column(key="why", title="What it needs (what was found)"),
        ),
        source="bespoke/facts/tables/routes.yaml and gates.yaml",
    )


def open_questions(result: Recommendation) -> None:
    """What nobody has said yet, per task; unknown is not no."""
    rows = [(t.name, question) for t in result.tasks for question in t.open_questions]
    if not rows:
        show.text("None: every input that a rule of the framework asked for is known.")
        return
    show.table(
        rows,
        label="tbl-advice-open",
        caption=f"{decimal(len(rows))} open question{'' if len(rows) == 1 else 's'}: unknown is not no",
        columns=(Column(key="task", title="Task"), Column(key="question", title="To be answered")),
    )


def trace(result: Recommendation) -> None:
    """Every rule evaluated for every task."""
    show.table(
        [
            (
                t.name, o.rule, STAGE[o.stage], "matched" if o.matched else "not matched",
                ", ".join(_input_words(t, n) for n in o.failed_on) or None,
            )
            for t in result.tasks
            for o in t.advice.decision.outcomes
        ],
        label="tbl-evidence-rules",
        caption="Every rule of the framework, evaluated for every task",
        columns=(
            Column(key="task", title="Task"),
            Column(key="rule", title="Rule", format="code"),
            Column(key="stage", title="Leads to"),
            Column(key="matched", title="Outcome"),
            Column(key="failed", title="Did not fit"),
        ),
        emphasis=[
            i for i, o in enumerate(o for t in result.tasks for o in t.advice.decision.outcomes) if o.matched
        ],
        source="bespoke/facts/tables/stages.csv",
    )  # fmt: skip


def _input_words(task: TaskAdvice, name: str) -> str:
    return f"{name.replace('_', ' ')} is {task.advice.decision.inputs[name]}"
