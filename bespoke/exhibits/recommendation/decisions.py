"""The executive summary: what is decided now, what it comes to, and what has to happen before money is spent."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke import show
from bespoke.advice.gates import GateOutcome
from bespoke.chapters.recommendation import PlanMoney, Recommendation, TaskAdvice
from bespoke.exhibits.display_names import chance, grouped, listed
from bespoke.exhibits.recommendation.recommendation_wording import counted, days, short_end, step_name, who
from bespoke.show import Column, Tile, columns
from bespoke.show.numbers import day, money, percent

FIRST = {  # how a task begins, by kind of step, or by what is prepared
    "keep": ("is left as it is", "are left as they are"),
    "measure": ("is measured first", "are measured first"),
    "deidentify": ("has its data de-identified first", "have their data de-identified first"),
    "lever": (
        "gets a cheaper bill with the same answers first",
        "get a cheaper bill with the same answers first",
    ),
    "test": ("starts with a test of a few days", "start with tests of a few days"),
    "build": ("starts with a model of its own", "start with models of their own"),
}
ALL = "All tasks"
ORDER = ("build", "lever", "test", "deidentify", "measure", "keep")
ASSUMED = {
    "kind": "kind of task", "requests_per_day": "requests a day", "peak_to_mean": "busiest hour",
    "system_tokens": "tokens of the fixed prompt", "input_tokens": "input tokens", "output_tokens": "output tokens",
    "model": "model", "metric": "metric",
}  # fmt: skip
UNLIKELY = 1 / 3  # a chance below which a target is called out


def summary_finding(result: Recommendation) -> None:
    """The whole advice in one sentence: how the tasks begin, and what it all comes to."""
    first = [task.plan.first for task in result.tasks]
    kinds = [step.route if step.kind == "prepare" else step.kind for step in first]
    parts = []
    for kind in (k for k in ORDER if k in kinds):
        n = kinds.count(kind)
        parts.append(f"{counted(n, 'task')} {FIRST[kind][0 if n == 1 else 1]}")
    line = listed(parts)
    show.finding(
        "{line}: {plan_one_off} once in all, and {today_monthly} a month becomes {plan_monthly}",
        line=line[0].upper() + line[1:],
        plan_one_off=money(result.total.one_off.expected),
        today_monthly=money(result.total.today.expected),
        plan_monthly=money(result.total.monthly.expected),
    )


def key_figures(result: Recommendation) -> None:
    """Today, the advice, once, the first year and the date, at a glance."""
    total = result.total
    show.tiles(
        Tile(label="A month today", value=money(total.today.expected)),
        Tile(label="A month as advised", value=money(total.monthly.expected)),
        Tile(label="Once", value=money(total.one_off.expected), note=f"{money(_now(result))} to decide now"),
        Tile(
            label="First year", value=money(total.first_year.expected),
            note=f"{money(total.today_year.expected)} as today",
        ),
        Tile(
            label="Live by", value="nothing to do" if result.live_p80 is None else day(result.live_p80),
            note="" if result.live_p80 is None else f"{percent(0.8)} confidence",
        ),
    )  # fmt: skip


def _now(result: Recommendation) -> float:
    """What is committed now: every first step, and what is switched on at once beside it."""
    beside = (t.plan.meanwhile for t in result.tasks if t.plan.meanwhile is not None)
    return sum(task.plan.first.cost.expected for task in result.tasks) + sum(
        lever.cost.expected + lever.rollout.expected for lever in beside
    )


def summary_text(result: Recommendation) -> None:
    """Whether it pays, and how much of it is committed now."""
    total = result.total
    show.text(
        "The plans lead to **{plan_monthly} a month** against {today_monthly} today, after **{plan_one_off}** once. "
        "{payback} {levers} To be committed now: **{first_steps}**, {what}. {weighted}",
        plan_monthly=money(total.monthly.expected), today_monthly=money(total.today.expected),
        plan_one_off=money(total.one_off.expected), payback=_payback(total.payback_months), levers=_from_levers(result),
        first_steps=money(_now(result)),
        what="the first steps and what is switched on at once"
        if any(t.plan.meanwhile for t in result.tasks)
        else "the first steps alone",
        weighted=_weighted(result),
    )  # fmt: skip


def _weighted(result: Recommendation) -> str:
    """What finding out costs on average: later steps are reached only where earlier ones fall short."""
    spend = sum(task.plan.expected_spend for task in result.tasks)
    return f"Of the one-off, the tests are expected to cost {money(spend)}; what goes live is decided after them."


def _from_levers(result: Recommendation) -> str:
    """How much of what is saved comes from caching and batches, which need no test."""
    found = [
        (t.money.today.expected - t.plan.meanwhile.monthly.expected, t.plan.meanwhile)
        for t in result.tasks
        if t.plan.meanwhile is not None and t.plan.meanwhile.monthly is not None
    ]
    saved = result.total.today.expected - result.total.monthly.expected
    if not found or saved <= 0:
        return ""
    once = sum(lever.cost.expected + lever.rollout.expected for _, lever in found)
    less = sum(amount for amount, _ in found)
    other = result.total.one_off.expected - once
    return (
        f"Of the {money(saved)} saved a month, {money(less)} comes from what is switched on at once, for"
        f" {money(once)}; the other {money(other)} once brings {money(saved - less)} a month and quality."
    )


def _payback(months: float | None) -> str:
    if months is None:
        return "The bill alone does not pay it back: what is bought is quality."
    if months > 36:
        years = counted(round(months / 12), "year")
        return f"The bill alone would take {years} to pay it back: what is bought is quality."
    return f"The bill alone pays it back in {counted(max(1, round(months)), 'month')}."


def decisions(result: Recommendation) -> None:
    """What to decide now, task by task: the first step, who does it and what it costs, and when the task is live."""
    show.table(
        [
            (
                task.name, step_name(result, task.plan.first), who(task), task.plan.first.cost.expected,
                days(task.first_days), task.live_p80.isoformat() if task.live_p80 else None,
            )
            for task in result.tasks
        ],
        label="tbl-summary-decisions",
        caption="What to decide now",
        columns=(
            *columns(task="Task", first="First step", who="Who"),
            Column(key="cost", title="Costs", unit=result.currency, format="money", digits=0),
            Column(key="days", title="Takes"),
            Column(key="live", title="Task live by", unit="80% confidence", format="date"),
        ),
        source="expected cost of the step alone, people included",
    )  # fmt: skip


def at_once(result: Recommendation) -> None:
    """Caching and batches that are switched on beside the plans: the same answers for less, from the first week."""
    found = [(task, task.plan.meanwhile) for task in result.tasks if task.plan.meanwhile is not None]
    for task, lever in found:
        assert lever.monthly is not None
        if any(c.input == "caching" for c in task.situation.evidence.contradictions):
            _perhaps_cached(result, task, lever.monthly.expected)
            continue
        show.text(
            "**At once, beside the plan: {lever} for {task}.** The same answers cost {less} a month instead of "
            "{today_monthly}, after {once} once; it needs no test of quality.",
            lever=step_name(result, lever, middle=True), task=task.name, less=money(lever.monthly.expected),
            today_monthly=money(task.money.today.expected), once=money(lever.cost.expected + lever.rollout.expected),
        )  # fmt: skip


def _perhaps_cached(result: Recommendation, task: TaskAdvice, cached: float) -> None:
    """The records show a cache where the bill is priced without one: what today's month would then be."""
    less = task.money.today.expected - cached
    show.text(
        "**First look at the cache reads of {task}.** Most of its recorded input was read from a cache, and its bill "
        "is priced without one. If its traffic is cached, it costs {less} a month today and not {today_monthly}, all "
        "tasks together {all_tasks}, and switching caching on saves nothing more.",
        task=task.name, less=money(cached), today_monthly=money(task.money.today.expected),
        all_tasks=money(result.total.today.expected - less),
    )  # fmt: skip


def outcome(result: Recommendation) -> None:
    """What each plan comes to: where it probably ends, once, month, first year, chance of the target."""
    rows = [
        (task.name, short_end(result, task), *_expected(task.money), chance(task.plan.probability))
        for task in result.tasks
    ]
    rows.append((ALL, "", *_expected(result.total), ""))
    unit = result.currency
    show.table(
        rows,
        label="tbl-summary",
        caption="Where the plans probably end, and what that comes to",
        columns=(
            *columns(task="Task", end="Probably ends at"),
            *columns("money", unit=unit, plan_one_off="Once", today_monthly="A month today"),
            *columns("money", unit=unit, plan_monthly="A month then", plan_first_year="First year"),
            Column(key="chance", title="Target reached", unit="chance"),
        ),
        source="expected values, which add up; ranges stand under Money",
        emphasis=[len(rows) - 1],
    )


def _expected(money: PlanMoney) -> tuple[float, float, float, float]:
    """Once, a month today, a month then, the first year."""
    return money.one_off.expected, money.today.expected, money.monthly.expected, money.first_year.expected


def _out_of_reach(task: TaskAdvice) -> bool:
    """Less than one chance in three at the likely end, and something is done all the same."""
    reached = task.plan.probability
    return (
        reached is not None
        and reached < UNLIKELY
        and any(step.kind in ("test", "build") for step in task.plan.steps)
    )


def _by_task(said: Sequence[tuple[str, str]], tasks: int, between: str = "; ", after: str = ". ") -> str:
    """`A, B: what is said; C: something else`: every sentence once, with the tasks it is about."""
    about = grouped((what, name) for name, what in said)
    merged = grouped(
        (ALL if len(names) == tasks > 1 else listed(names), what) for what, names in about.items()
    )
    return after.join(f"{names}: {between.join(whats)}" for names, whats in merged.items())


def _broken(task: TaskAdvice, outcome: GateOutcome) -> str:
    """What was found; of a place that nobody has named, that it is assumed."""
    assumed = outcome.gate in ("residency", "agreement", "access") and not task.situation.place_known
    return f"{outcome.found} (where it runs is assumed)" if assumed else outcome.found


def before_text(result: Recommendation) -> None:
    """What has to be true before money is spent, and what could make the advice wrong."""
    wrong = [(task.name, c.says) for task in result.tasks for c in task.situation.evidence.contradictions]
    against = [(task.name, _broken(task, o)) for task in result.tasks for o in task.plan.today_conditions]
    assumed = [(task.name, listed([ASSUMED[c] for c in task.situation.assumed])) for task in result.tasks]
    asked = [(task.name, q) for task in result.tasks for q in task.plan.questions]
    if against:
        show.text(
            "**What runs today breaks a condition.** {said}.", said=_by_task(against, len(result.tasks))
        )
    if wrong:
        tasks = listed(list(dict.fromkeys(name for name, _ in wrong)))
        show.text(
            "**What does not fit together.** {n} of the client's statements {differ} from what was counted or measured "
            "({tasks}). The better evidence is used ([what does not fit](#tbl-audit-contradictions)).",
            n=len(wrong), differ="differs" if len(wrong) == 1 else "differ", tasks=tasks,
        )  # fmt: skip
    if any(what for _, what in assumed):
        show.text(
            "**What nobody knows yet**, and stands here within wide limits. {said}.",
            said=_by_task([(name, what) for name, what in assumed if what], len(result.tasks)),
        )
    far = [task for task in result.tasks if _out_of_reach(task)]
    if far:
        show.text(
            "**Targets that will probably not be reached.** {names}: what is open today raises quality and probably "
            "stops short of the target. Decide whether the gain is worth its price without it.",
            names=listed([f"{task.name} ({chance(task.plan.probability)})" for task in far]),
        )
    if asked:
        every = [question for _, question in asked]
        most = sorted(dict.fromkeys(every), key=lambda q: (-every.count(q), every.index(q)))[:3]
        about = [(name, q) for q in most for name, question in asked if question == q]
        show.text("**To be answered first.** {asked}", asked=_by_task(about, len(result.tasks), " ", " "))
