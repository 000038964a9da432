"""What the plans rest on, and what nobody has said yet."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.display_names import grouped, input_name, task_columns
from bespoke.exhibits.recommendation.recommendation_wording import counted
from bespoke.show import Column


def open_questions(result: Recommendation) -> None:
    """What nobody has said yet, per task; unknown is not no."""
    asked = grouped((question, task.name) for task in result.tasks for question in task.plan.questions)
    rows = [
        (question, "all tasks" if len(names) == len(result.tasks) > 1 else ", ".join(names))
        for question, names in asked.items()
    ]
    if not rows:
        show.text("None: everything that a plan depends on is known.")
        return
    show.table(
        rows,
        label="tbl-advice-open",
        caption=f"{counted(len(rows), 'open question').capitalize()}, with the cheapest way to an answer",
        columns=(Column(key="question", title="To be answered"), Column(key="task", title="For")),
    )


def grades(result: Recommendation) -> None:
    """How good each input of each decision is: measured, counted, declared or unknown."""
    names = dict.fromkeys(name for task in result.tasks for name in task.situation.evidence.inputs)
    show.table(
        [(input_name(name), *(t.situation.evidence.grade(name) for t in result.tasks)) for name in names],
        label="tbl-evidence-grades",
        caption="What each decision rests on: measured here, counted in the client's files, declared, or unknown",
        columns=task_columns("input", "Input", {t.task_id: t.name for t in result.tasks}),
        source="the better grade wins wherever an input is used",
    )
