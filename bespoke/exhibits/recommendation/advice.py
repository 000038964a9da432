"""What each task is advised to do, why, at what price and by when."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.recommendation.words import STAGE, now, served
from bespoke.show import Column
from bespoke.show.numbers import day, money


def finding(result: Recommendation) -> None:
    """How many tasks need a tuned model, and what the others need."""
    tuned = [t for t in result.tasks if t.advice.stage in ("tune", "specialise") and served(t)]
    rest = len(result.tasks) - len(tuned)
    if not tuned:
        show.finding("No task needs a tuned model now: prompting, retrieval and measurement come first")
        return
    names = " and ".join(t.name for t in tuned)
    tail = f"; the other {_count(rest)} by prompting, retrieval and measurement first" if rest else ""
    verb = "calls" if len(tuned) == 1 else "call"
    show.finding("{names} {verb} for a tuned model{tail}", names=names, verb=verb, tail=tail)


def _count(n: int) -> str:
    return f"{n} task{'s' if n != 1 else ''} {'are' if n != 1 else 'is'} served"


def routes(result: Recommendation) -> None:
    """Now, next and the step each task stands at."""
    show.table(
        [
            (
                t.name, t.advice.decision.rule, STAGE[t.advice.stage], now(result, t),
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
            now=now(result, task),
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
