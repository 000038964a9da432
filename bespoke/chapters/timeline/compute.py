"""The timeline chapter: one simulated plan per task, and the whole engagement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline.ab_test import ab_test
from bespoke.chapters.timeline.actions import next_days
from bespoke.chapters.timeline.calendar import WorkingCalendar
from bespoke.chapters.timeline.estimates import PhaseEstimate, calibrate, learnt, logged, long_enough
from bespoke.chapters.timeline.own_phases import ordered, with_own
from bespoke.chapters.timeline.plan_dates import Planner
from bespoke.chapters.timeline.result import Timeline
from bespoke.chapters.timeline.task_plan import of_plan, of_table
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts
from bespoke.statistics.seed import SEED

DEFAULT_PHASES = (
    "contract_access", "data_protection_review", "quota", "audit", "measure", "dataset", "training",
    "evaluation_ab", "integration",
)  # fmt: skip
ENGAGEMENT = "engagement"  # the name of its plan


def compute(
    client: Client,
    facts: Facts,
    *,
    advised: Sequence[Advised] = (),
    phases: Sequence[str] = DEFAULT_PHASES,
    needs: Sequence[ExamplesNeed] = (),
    draws: int = 20_000,
    seed: int = SEED,
) -> Timeline:
    """Finish dates as P10/P50/P80/P90, and what decides them.

    `advised` holds the plan of each task; a task without one is planned for the named `phases` of the table. `needs`
    holds the examples each task takes and those that are there. Durations learnt from the log of finished engagements
    replace the table's where the log is long enough, and the client's own phases.csv comes before both. Raises
    BespokeError for an impossible network or an unknown country.
    """
    plans_of = {each.task_id: each for each in advised}
    tests = {
        task.task_id: ab_test(
            task, client, facts, plans_of[task.task_id].situation if task.task_id in plans_of else None
        )
        for task in client.tasks
    }
    missing = {need.task_id: need.missing for need in needs}
    log = calibrate(client.log or (), facts)

    def network(task_id: str) -> tuple[PhaseEstimate, ...]:
        there = missing.get(task_id)
        if task_id in plans_of:
            found = of_plan(plans_of[task_id], client, facts, missing=there)
        else:
            found = of_table(task_id, phases, client, facts, missing=there)
        return with_own(long_enough(learnt(found, log), tests[task_id].calendar_days or 0), client, facts)

    networks = {task.task_id: network(task.task_id) for task in client.tasks}
    annotated = {
        task_id: missing[task_id]
        for task_id, found in networks.items()
        if task_id in missing and any(e.kind == "dataset" for e in found)
    }
    calendar = calendar_of(client, facts)
    planner = Planner(facts, calendar, draws, seed)
    plans = tuple(
        planner.plan(task.name, (task.task_id,), networks[task.task_id], annotated.get(task.task_id))
        for task in client.tasks
    )
    examples = sum(annotated.values()) if annotated else None
    portfolio = planner.plan(ENGAGEMENT, tuple(networks), together(networks.values()), examples, plans)
    low, high = facts.fact("schedule.promised_weeks").range
    engagement = client.engagement
    return Timeline(
        start=calendar.start,
        country=engagement.country,
        subdivision=engagement.subdivision,
        currency=engagement.currency,
        advised=tuple(advised),
        plans=plans,
        portfolio=portfolio,
        next_days=next_days(portfolio, calendar.start, facts, client.engagement.who),
        ab_tests=tuple(tests.values()),
        needs=tuple(needs),
        correlation=facts.number("schedule.correlation"),
        distribution="PERT",
        power=facts.number("schedule.ab.power"),
        significance=facts.number("schedule.ab.significance"),
        promised_weeks=(int(low), int(high)),
        phases_chosen=bool(advised),
        log_rows=dict(sorted(logged(client.log or ()).items())),
        log_rows_wanted=int(facts.threshold("log_rows")),
        draws=draws,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )


def calendar_of(client: Client, facts: Facts) -> WorkingCalendar:
    """The client's calendar from the first working day on which the engagement can begin."""
    engagement = client.engagement
    first = engagement.begins(facts.as_of)
    found = WorkingCalendar.of(first, engagement.country, engagement.subdivision)
    return WorkingCalendar(found.after(0), found.free)


def together(networks: Iterable[Sequence[PhaseEstimate]]) -> tuple[PhaseEstimate, ...]:
    """All networks as one. A shared phase waits for what it waits for in any plan, and is certain where one plan is.
    The annotators take the datasets one after the other, in the order of the tasks. The same phase has draws of its own
    in each task: two of them correlate as any two phases do."""
    drawn = Counter[str]()
    found: dict[str, PhaseEstimate] = {}
    dataset: tuple[str, ...] = ()
    for network in networks:
        for estimate in network:
            name = estimate.drawn_as
            if (same := found.get(estimate.phase)) is not None:
                after = tuple(dict.fromkeys((*same.after, *estimate.after)))
                found[estimate.phase] = replace(
                    same, after=after, if_needed=same.if_needed and estimate.if_needed
                )
                continue
            drawn[name] += 1
            luck = name if drawn[name] == 1 else f"{name} {drawn[name]}"
            after = estimate.after
            if estimate.kind == "dataset" and estimate.high > 0:
                after, dataset = (*after, *dataset), (estimate.phase,)
            found[estimate.phase] = replace(estimate, after=after, luck=luck)
    return ordered(tuple(found.values()))
