"""How well every input is known, and what does not fit together."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.task_audit import Audit, TaskAudit
from bespoke.exhibits.display_names import input_name, place_name, task_columns
from bespoke.show import columns
from bespoke.show.numbers import percent, significant, yes_no


def evidence(audit: Audit) -> None:
    """The grade of every input of every task."""
    names = dict.fromkeys(name for task in audit.tasks for name in task.evidence.inputs)
    show.table(
        [(input_name(name), *(_graded(task, name) for task in audit.tasks)) for name in names],
        label="tbl-audit-evidence",
        caption="How well each input is known: measured here, counted in the files, declared by the client, or unknown",
        columns=task_columns("input", "Input", {t.task_id: t.name for t in audit.tasks}),
        source="the better grade is used everywhere in this report",
    )


def contradictions(audit: Audit) -> None:
    """What in the inputs does not fit together, and which of the two is used."""
    apart = [(t.name, input_name(c.input), c.says) for t in audit.tasks for c in t.evidence.contradictions]
    if apart:
        show.table(
            apart,
            label="tbl-audit-contradictions",
            caption="What does not fit together, and which of the two is used",
            columns=columns(task="Task", input="Input", says="What was found"),
        )


def _graded(task: TaskAudit, name: str) -> str:
    """The value and its grade; the grade alone where nobody knows the value."""
    found = task.evidence.inputs.get(name)
    if found is None or found.grade == "unknown":
        return "unknown"
    value = found.value
    if name == "worth":
        return found.grade  # which of its three columns holds it is said where it is used
    if name in ("quality", "target", "ceiling") and isinstance(value, float):
        return f"{percent(value)}, {found.grade}"
    if name == "residency":
        return f"{str(value).upper() if value != 'anywhere' else value}, {found.grade}"
    if name == "place":
        return f"{place_name(str(value))}, {found.grade}"
    if isinstance(value, bool):
        return f"{yes_no(value)}, {found.grade}"
    return f"{significant(value) if isinstance(value, int | float) else value}, {found.grade}"
