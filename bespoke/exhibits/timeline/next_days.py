"""What to do in the next 30 days."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.timeline import Timeline
from bespoke.exhibits.timeline.timeline_wording import task_names
from bespoke.show import Column, columns


def next_days_table(timeline: Timeline) -> None:
    """Action, cost, dates and who does it, for everything that begins within 30 days."""
    if not timeline.next_days:
        show.text("Nothing has to be begun in the next 30 days: every task stays as it is.")
        return
    names, currency = task_names(timeline), timeline.currency
    show.table(
        [
            (
                action.start.isoformat(), action.finish.isoformat(), action.action, names[action.task_id],
                action.cost.expected if action.cost else None, action.who[0].upper() + action.who[1:],
            )
            for action in timeline.next_days
        ]
        + [(None, None, "All of it", "", sum(a.cost.expected for a in timeline.next_days if a.cost), "")],
        label="tbl-timeline-next-days",
        caption="The next 30 days: what begins, what it costs, and who does it",
        columns=(
            *columns("date", start="Start", finish="Done"),
            *columns(action="Action", task="Task"),
            Column(key="cost", title="Cost", unit=currency, format="integer"),
            Column(key="role", title="Who"),
        ),
        emphasis=[len(timeline.next_days)],
        source="Start and end at even odds. The cost of a step is expected, and stands where the step begins",
    )  # fmt: skip
