"""The rules behind the advice, and what nobody has told them yet."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.recommendation.words import STAGE
from bespoke.show import Column
from bespoke.show.numbers import decimal


def open_questions(result: Recommendation) -> None:
    """What nobody has said yet, per task; unknown is not no."""
    rows = [(t.name, question) for t in result.tasks for question in t.open_questions]
    if not rows:
        show.text("None: every input that a rule of the framework asked for is known.")
        return
    show.table(
        rows,
        label="tbl-advice-open",
        caption=f"{decimal(len(rows))} open question{'' if len(rows) == 1 else 's'}: unknown is not no",
        columns=(Column(key="task", title="Task"), Column(key="question", title="To be answered")),
    )


def trace(result: Recommendation) -> None:
    """Every rule evaluated for every task."""
    show.table(
        [
            (
                t.name, o.rule, STAGE[o.stage], "matched" if o.matched else "not matched",
                ", ".join(_input_words(t, n) for n in o.failed_on) or None,
            )
            for t in result.tasks
            for o in t.advice.decision.outcomes
        ],
        label="tbl-evidence-rules",
        caption="Every rule of the framework, evaluated for every task",
        columns=(
            Column(key="task", title="Task"),
            Column(key="rule", title="Rule", format="code"),
            Column(key="stage", title="Leads to"),
            Column(key="matched", title="Outcome"),
            Column(key="failed", title="Did not fit"),
        ),
        emphasis=[
            i for i, o in enumerate(o for t in result.tasks for o in t.advice.decision.outcomes) if o.matched
        ],
        source="bespoke/facts/tables/stages.csv",
    )  # fmt: skip


def _input_words(task: TaskAdvice, name: str) -> str:
    return f"{name.replace('_', ' ')} is {task.advice.decision.inputs[name]}"
