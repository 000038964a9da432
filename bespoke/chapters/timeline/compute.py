"""The timeline chapter: one simulated plan per set of phases, and the whole engagement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bespoke.chapters.examples import ExamplesNeed
from bespoke.chapters.timeline.ab_test import ab_test
from bespoke.chapters.timeline.calendar import WorkingCalendar
from bespoke.chapters.timeline.calibration import calibrate, logged
from bespoke.chapters.timeline.plan import Planner
from bespoke.chapters.timeline.result import Timeline
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts

DEFAULT_PHASES = (
    "contract_access", "data_protection_review", "quota", "audit", "evaluation_set", "dataset", "training",
    "evaluation_ab", "integration",
)  # fmt: skip


def compute(
    client: Client,
    facts: Facts,
    *,
    phases: Mapping[str, Sequence[str]] | None = None,
    needs: Sequence[ExamplesNeed] = (),
    draws: int = 20_000,
    seed: int = 20261120,
) -> Timeline:
    """Finish dates as P10/P50/P80/P90, and what decides them.

    `phases` names the phases of each task's route, `needs` the examples each task takes and those that are there.
    Durations learnt from the log of finished engagements replace the table's where the log is long enough.
    Tasks with the same phases share one plan, and its annotators. Raises BespokeError for an impossible network
    or an unknown country.
    """
    chosen = {task.task_id: tuple((phases or {}).get(task.task_id, DEFAULT_PHASES)) for task in client.tasks}
    tests = {task.task_id: ab_test(task, client, facts) for task in client.tasks}
    engagement = client.engagement
    calendar = WorkingCalendar.of(engagement.start, engagement.country, engagement.subdivision)
    log = calibrate(client.log or (), facts)
    missing = {need.task_id: need.missing for need in needs if "dataset" in chosen.get(need.task_id, ())}
    planner = Planner(client, facts, calendar, tests, missing, log, draws, seed)
    groups = _groups(chosen)
    plans = tuple(
        planner.plan(name, groups[names], names) for name, names in zip(_names(groups), groups, strict=True)
    )
    everything = tuple(dict.fromkeys(name for names in chosen.values() for name in names))
    low, high = facts.fact("schedule.promised_weeks").range
    portfolio = planner.plan("engagement", tuple(chosen), everything)
    return Timeline(
        start=engagement.start,
        country=engagement.country,
        subdivision=engagement.subdivision,
        plans=plans,
        portfolio=portfolio,
        ab_tests=tuple(tests.values()),
        needs=tuple(needs),
        correlation=facts.number("schedule.correlation"),
        distribution="PERT",
        power=facts.number("schedule.ab.power"),
        significance=facts.number("schedule.ab.significance"),
        promised_weeks=(int(low), int(high)),
        phases_chosen=phases is not None,
        log_rows=dict(sorted(logged(client.log or ()).items())),
        log_rows_wanted=int(facts.threshold("log_rows")),
        draws=draws,
        seed=seed,
        facts_used=tuple(sorted(facts.used)),
    )


def _groups(chosen: Mapping[str, tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    groups: dict[tuple[str, ...], list[str]] = {}
    for task_id, names in chosen.items():
        key = tuple(sorted(names, key=_position))
        groups.setdefault(key, []).append(task_id)
    return {names: tuple(ids) for names, ids in groups.items()}


def _position(phase: str) -> tuple[int, str]:
    return (DEFAULT_PHASES.index(phase) if phase in DEFAULT_PHASES else len(DEFAULT_PHASES), phase)


def _names(groups: Iterable[Sequence[str]]) -> list[str]:
    """A name for each set of phases; sets of the same kind are numbered."""
    kinds = [_name(phases) for phases in groups]
    return [f"{k} {kinds[: i + 1].count(k)}" if kinds.count(k) > 1 else k for i, k in enumerate(kinds)]


def _name(phases: Sequence[str]) -> str:
    """What sets a plan apart: whether it trains, annotates, or only changes prompts."""
    if "training" in phases:
        return "tuning"
    return "retrieval or data work" if "dataset" in phases else "prompting"
