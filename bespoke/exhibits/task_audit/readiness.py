"""The five questions, and which models of its own are open to a task."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke import show
from bespoke.advice.gates import GateOutcome
from bespoke.chapters.task_audit import Audit, RouteFit
from bespoke.exhibits.display_names import grouped, task_columns
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal


def questions(audit: Audit) -> None:
    """The five questions of readiness, per task."""
    order = [q.question for q in audit.tasks[0].questions]
    show.table(
        [
            (t.name, *(q.verdict.replace("unknown", "not known") for q in t.questions), t.ready)
            for t in audit.tasks
        ],
        label="tbl-audit-questions",
        caption="Five questions before any customisation: what is answered today",
        columns=(
            Column(key="task", title="Task"),
            *(Column(key=name, title=name.capitalize()) for name in order),
            Column(key="ready", title="Ready", unit="of 5", format="integer"),
        ),
        source="questions after Microsoft's fine-tuning questionnaire; answers from the client's files",
    )
    gaps = [
        (t.name, q.question, q.evidence) for t in audit.tasks for q in t.questions if q.verdict != "ready"
    ]
    if gaps:
        show.table(
            gaps,
            label="tbl-audit-open",
            caption=f"{len(gaps)} answers are still open or speak against customising now",
            columns=columns(task="Task", question="Question", evidence="What was found"),
        )


def applicability(audit: Audit) -> None:
    """Models of its own against each task, then every condition in the way."""
    routes = audit.tasks[0].fits
    if not routes:
        return
    show.table(
        [(fit.name, *(_fit_words(task.fits[i]) for task in audit.tasks)) for i, fit in enumerate(routes)],
        label="tbl-audit-fit",
        caption="Models of its own: open, or how many conditions stand in the way",
        columns=task_columns("route", "Route", {t.task_id: t.name for t in audit.tasks}),
        source="bespoke/facts/tables/gates.yaml and routes.yaml as of the report's date",
    )
    rows = _conditions(audit)
    if rows:
        show.table(
            rows,
            label="tbl-audit-conditions",
            caption="Every unmet and unknown condition, with the routes and tasks it concerns",
            columns=columns(needs="Condition", found="What was found", routes="Routes", tasks="Tasks"),
            source="bespoke/facts/tables/gates.yaml and routes.yaml as of the report's date",
        )


def _fit_words(fit: RouteFit) -> str:
    if fit.unmet:
        return f"closed: {len(fit.unmet)} unmet"
    if fit.first:
        return f"open after {len(fit.first)} {'step' if len(fit.first) == 1 else 'steps'}"
    return f"open, {len(fit.unknown)} to confirm" if fit.unknown else "open"


def _conditions(audit: Audit) -> list[tuple[str, str, str, str]]:
    """Each unmet or unknown condition once, with what was found, and every route and task it concerns."""
    concerned = [
        ((outcome.needs, _outcome_words(outcome)), fit.name, task.name)
        for task in audit.tasks
        for fit in task.fits
        for outcome in (*fit.unmet, *fit.first, *fit.unknown)
    ]
    tasks = grouped((condition, task) for condition, _, task in concerned)
    routes = grouped((condition, route) for condition, route, _ in concerned)
    return [
        (*condition, _all_or(names, len(audit.tasks[0].fits)), _all_or(tasks[condition], len(audit.tasks)))
        for condition, names in routes.items()
    ]


def _outcome_words(outcome: GateOutcome) -> str:
    if outcome.verdict == "unknown":
        return f"unknown: {outcome.found}"
    return outcome.found if outcome.closes else f"{outcome.found}; a step of the plan meets it"


def _all_or(names: Sequence[str], every: int) -> str:
    return "all" if len(names) == every else "; ".join(names)


def applicability_text(audit: Audit) -> None:
    """How many routes are open to any task."""
    open_pairs = [(t.name, f.name) for t in audit.tasks for f in t.fits if f.fits]
    total = len(audit.tasks) * len(audit.tasks[0].fits)
    if not open_pairs:
        show.text(
            "No model of its own is open to any task today; [every reason](#tbl-audit-conditions) is listed."
        )
        return
    show.text(
        "Of {total} pairs of a task and a model of its own, {n} have no condition that rules them out "
        "([overview](#tbl-audit-fit), [all conditions](#tbl-audit-conditions)). "
        "Open does not mean advisable: the recommendation says which, if any, comes first.",
        total=decimal(total),
        n=decimal(len(open_pairs)),
    )
