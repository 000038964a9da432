"""What could go wrong, how it would show, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from bespoke import show
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.display_names import input_name, listed
from bespoke.exhibits.timeline.timeline_wording import full_name
from bespoke.show import columns
from bespoke.show.numbers import percent

LIKELY = 0.5  # a chance of the target below which it is a risk
Row = tuple[str, str, str]


def risks(timeline: Timeline) -> None:
    """Risks that follow from the plans and the schedule, none of them invented: risk, tasks, what to do."""
    rows = [
        *_schedule(timeline),
        *_conditions(timeline),
        *_target(timeline),
        *_unknown(timeline),
        *_assumed(timeline),
    ]
    if not rows:
        show.text("Nothing that is known speaks against the plans or their dates.")
        return
    show.table(
        rows,
        label="tbl-timeline-risks",
        caption="Risks, and what to do about each",
        columns=columns(risk="Risk", about="About", todo="What to do"),
        source="what the plans found, what nobody has said, and what decides the date",
    )  # fmt: skip


def _named(timeline: Timeline, advised: list[Advised]) -> str:
    every = len(timeline.advised)
    return "all tasks" if len(advised) == every > 1 else listed([one.situation.name for one in advised])


def _schedule(timeline: Timeline) -> Iterator[Row]:
    first = next(iter(timeline.portfolio.drivers), None)
    if first is not None and first.variance_share > 0:
        yield (
            f"One phase carries {percent(first.variance_share)} of the uncertainty of the date",
            full_name(first, timeline), "plan it first, agree its scope, and look at it every week",
        )  # fmt: skip


def _conditions(timeline: Timeline) -> Iterator[Row]:
    """What speaks against what runs today."""
    found: dict[str, list[Advised]] = {}
    for one in timeline.advised:
        for outcome in one.plan.today_conditions:
            found.setdefault(outcome.needs, []).append(one)
    for needs, advised in found.items():
        yield (
            f"What runs today may break a condition: {needs}",
            _named(timeline, advised),
            "confirm or move it first",
        )


def _target(timeline: Timeline) -> Iterator[Row]:
    short = [
        one for one in timeline.advised
        if one.plan.probability is not None and one.plan.probability < LIKELY
        and any(step.kind in ("test", "build") for step in one.plan.steps)
    ]  # fmt: skip
    if short:
        yield (
            "The target is probably not reached by what is open", _named(timeline, short),
            "agree before the first step what quality is still worth its price",
        )  # fmt: skip


def _unknown(timeline: Timeline) -> Iterator[Row]:
    unmeasured = [
        one for one in timeline.advised if one.situation.evidence.grade("quality") in ("declared", "unknown")
    ]
    if unmeasured:
        yield (
            "Quality today is stated and not measured", _named(timeline, unmeasured),
            "measure it on about 100 cases before anything is compared with it",
        )  # fmt: skip
    apart = [one for one in timeline.advised if one.situation.evidence.contradictions]
    if apart:
        inputs = dict.fromkeys(
            input_name(c.input) for one in apart for c in one.situation.evidence.contradictions
        )
        yield (
            f"Statements do not fit what was counted: {listed(list(inputs))}", _named(timeline, apart),
            "let the client confirm which of the two holds",
        )  # fmt: skip


def _assumed(timeline: Timeline) -> Iterator[Row]:
    somewhere = [one for one in timeline.advised if not one.situation.place_known]
    if somewhere:
        yield (
            "Nobody has said where it runs",
            _named(timeline, somewhere),
            "ask: prices and residency follow from it",
        )
