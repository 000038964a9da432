"""What the durations of the phases rest on."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.timeline.timeline_wording import phase_name
from bespoke.show.numbers import decimal


def examples_text(timeline: Timeline) -> None:
    """How many examples the dataset phase annotates, and whether a curve or a rule of thumb says so."""
    for need in timeline.needs:
        plan = timeline.plan_of(need.task_id)
        if plan.examples_needed is None:
            continue
        own = plan.phase("dataset").basis == "client"
        show.text(
            "**{task}**: {missing} examples are still to be annotated, {wanted} wanted less {there}. {ground}: {why}."
            + (" The days of the phase are the client's own." if own else ""),
            task=need.name,
            missing=decimal(need.missing) if need.missing else "no",
            wanted=decimal(need.wanted),
            there=_there(need),
            ground="A measured learning curve decides"
            if need.ground == "curve"
            else "The rule of thumb decides",
            why=need.why,
        )


def _there(need: ExamplesNeed) -> str:
    """The examples that are there, and whose word that is."""
    if need.there_from == "tasks":
        return f"{decimal(need.there)} that the task list speaks of"
    more = f" (the task list speaks of {decimal(need.claimed)})" if need.claimed > need.there else ""
    return f"{decimal(need.there)} usable in the dataset{more}"


def zero_variance_callout(timeline: Timeline) -> None:
    flagged = dict.fromkeys(phase_name(p) for p in timeline.portfolio.phases if p.zero_variance)
    if flagged:
        show.callout(
            "Given as a single number, so without any risk in this plan: {phases}. A low and a high day count in "
            "phases.csv would say how sure that is.",
            tone="warning",
            phases=", ".join(flagged),
        )


def calibration_text(timeline: Timeline) -> None:
    """Whether the durations were checked against finished work, and how much more of it that would take."""
    learnt = dict.fromkeys(phase_name(p) for p in timeline.portfolio.phases if p.basis == "log")
    if learnt:
        show.text(
            "Learnt from the consultancy's own planned and actual days: {phases}.", phases=", ".join(learnt)
        )
    longest = max(timeline.log_rows.values(), default=0)
    if not learnt:
        show.text(
            "No public record of finished projects of this kind exists, and the consultancy's own log "
            "(client_data/engagement_log.csv) holds at most {n} finished engagements of any phase, where "
            "{wanted} are wanted before it is used. So the durations are judgement, and their spread is what "
            "that judgement is worth.",
            n=longest,
            wanted=timeline.log_rows_wanted,
        )
