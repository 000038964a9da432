"""Whether the data is ready, for which route, and what is missing."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, TargetReadiness
from bespoke.exhibits.dataset_readiness.dataset_wording import (
    at_most,
    count_of,
    faulty_rows,
    route_names,
    span,
    still_needed,
)
from bespoke.exhibits.display_names import count
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal

STATUS = {"ready": "ready", "needs_conversion": "ready after conversion", "not_ready": "not ready"}


def finding(data: DatasetReadiness) -> None:
    """Usable examples, what is still needed, and whether a target takes the files."""
    takers = [target for target in data.targets if target.status != "not_ready"]
    if not data.usable:
        show.finding(
            "None of the {rows} training rows can be trained on as they stand", rows=decimal(data.rows)
        )
        return
    start = f"{decimal(data.usable)} of {decimal(data.rows)} training rows are usable"
    if takers and not data.examples_needed:
        show.finding("{start}: enough for a narrow task", start=start)
    elif takers:
        show.finding("{start}; {more} more examples are needed", start=start, more=still_needed(data))
    elif data.examples_needed:
        show.finding(
            "{start}; no tuning route takes the files yet, and {more} more examples are needed",
            start=start,
            more=still_needed(data),
        )
    else:
        show.finding("{start}, but no tuning route takes the files as they are", start=start)


def targets_table(data: DatasetReadiness) -> None:
    """Each tuning route: ready or not, usable examples against its limits, what blocks."""
    known = route_names(data)
    show.table(
        [
            (
                known.get(t.route, t.route),
                STATUS[t.status],
                t.usable,
                t.minimum,
                t.maximum,
                _blockers(t, data),
            )
            for t in data.targets
        ],
        label="tbl-dataset-targets",
        caption="Which target would take the data today, and what stands in the way",
        columns=(
            *columns(target="Target", status="Data are"),
            *columns("integer", usable="Usable", minimum="Least", maximum="Most"),
            Column(key="blocked", title="Because of"),
        ),
        source="vendors' dataset limits, in the rule table of this workbook",
    )


def targets_text(data: DatasetReadiness) -> None:
    """What the verdicts mean; whether a route is open is another question."""
    short = [t for t in data.targets if t.minimum is not None and t.usable < t.minimum]
    open_ended = [t for t in data.targets if t.status == "not_ready" and t not in short]
    if open_ended:
        show.text(
            "{targets} would take the data once the faulty rows are mended or left out: the usable rows alone are "
            "enough for {their} minimum.",
            targets=count_of(len(open_ended), len(data.targets)),
            their="its" if len(open_ended) == 1 else "their",
        )
    if short:
        show.text(
            "{targets} would still refuse: fewer usable rows than the minimum.",
            targets=count_of(len(short), len(data.targets)),
        )
    show.text(
        "This says whether the data fit a target ([targets](#tbl-dataset-targets)). Whether that route is open to the "
        "client at all, and whether tuning is called for, is decided in the recommendation."
    )


def missing_table(data: DatasetReadiness) -> None:
    """What stands between the data and a training run, the most pressing first."""
    identifiers = sum(
        f.count for f in data.findings if f.rule.startswith("identifier_") and f.severity == "error"
    )
    converted = sum("format" in target.mended_by_conversion for target in data.targets)
    labels = data.labels[0] if data.labels else None
    spoken_of = f"{decimal(data.rows)} of {decimal(data.largest_claim)}"
    annotate = f"annotate: {decimal(data.usable)} are usable"
    rows = [
        (identifiers, "What looks like an identifier", "remove it before anything leaves the client"),
        (faulty_rows(data), "Faulty rows", "mend them, or leave them out"),
        (data.leaked, "Rows that stand in validation or evaluation too", "remove them from the training files"),
        (data.several_answers, "Prompts with several answers", "decide, and write the rule into the guideline"),
        (data.claims_more and spoken_of, "Rows that the task list speaks of", "find the rest, or correct the list"),
        (data.valid - data.usable, "Copies and near copies", "nothing: each group is trained on once"),
        (converted and count_of(converted, len(data.targets)), "Another format",
         "nothing: submitting a job converts it"),
        (labels and labels.rare and f"{decimal(labels.rare)} of {decimal(labels.distinct)}",
         "Answers that occur too seldom to be learnt", "add examples, or leave these to a rule or glossary"),
        (at_most(data), "More examples", annotate) if data.examples_needed
        else ("none", "More examples", "by the rule of thumb there are enough for a narrow task"),
    ]  # fmt: skip
    show.table(
        [(what, decimal(many) if isinstance(many, int) else many, todo) for many, what, todo in rows if many],
        label="tbl-dataset-missing",
        caption="What stands between this data and a training run",
        columns=columns(what="What", many="How much", todo="What to do"),
    )


def needed_text(data: DatasetReadiness) -> None:
    """How many examples are still needed, on what ground, and how to split."""
    show.text(
        "A narrow task needs about {low} examples by the rule of thumb. {usable} are usable, so "
        "**{more} more** are needed. Where the evaluation measures a learning curve that reaches the task's target, "
        "the timeline plans with that in place of the rule.",
        low=span(data.needed_low, data.needed_high),
        usable=decimal(data.usable),
        more=still_needed(data) if data.examples_needed else "none",
    )


def _blockers(target: TargetReadiness, data: DatasetReadiness) -> str:
    """What blocks a target: faulty rows in one number, then what it alone minds; else what a "
    "conversion mends."""
    own = {f.rule for f in data.findings if f.routes}
    parts = [f"{count(faulty_rows(data), 'faulty row')}"] if faulty_rows(data) else []
    parts += [f"{b.says} ({decimal(b.count)})" for b in target.blocked_by if b.rule in own]
    if target.mended_by_conversion:
        parts.append("needs converting, which submitting a job does")
    return "; ".join(parts)
