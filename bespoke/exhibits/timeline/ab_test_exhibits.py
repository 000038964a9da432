"""What it takes to see the step to the target in live traffic."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.quantities import QUALITY
from bespoke.show import Column
from bespoke.show.numbers import percent


def ab_table(timeline: Timeline) -> None:
    """How many judged outputs each A/B test needs and how long the traffic takes."""
    show.table(
        [
            (t.name or t.task_id, t.current, t.target, t.per_arm, t.calendar_days, t.grading_hours)
            for t in timeline.ab_tests
        ],
        label="tbl-timeline-ab",
        caption="What it takes to see the step to the target in live traffic",
        columns=(
            Column(key="task", title="Task"),
            Column(key=QUALITY, title="Current", format="percent"),
            Column(key="target", title="Target", format="percent"),
            Column(key="arm", title="Outputs", unit="per arm", format="integer"),
            Column(key="days", title="Traffic", unit="days", format="integer"),
            Column(key="hours", title="Grading", unit="hours", format="decimal", digits=1),
        ),
        source=f"Two proportions, {percent(timeline.power)} power, two-sided {percent(timeline.significance)}, at "
        "least one full week",
    )


def ab_text(timeline: Timeline) -> None:
    missing = [t for t in timeline.ab_tests if t.per_arm is None]
    for test in missing:
        show.text(
            "**{task}** has no test size: it needs {what}.", task=test.name or test.task_id, what=test.missing
        )
