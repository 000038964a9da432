"""The engagement's answer on one page."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.recommendation.flip_points import flip_words
from bespoke.exhibits.recommendation.words import money_range, now, served
from bespoke.show import Column
from bespoke.show.numbers import day, decimal, money, percent

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
        step = "closed" if tuning and not served(task) else task.advice.stage
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
                now(result, task),
                money_range(task.monthly),
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
