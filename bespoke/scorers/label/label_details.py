"""Label by label: where a system errs, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import EvaluationTask
from bespoke.evaluation.details import Detail, Grid, Head, Matrix
from bespoke.statistics.proportion import wilson

Value = frozenset[str]
_LARGEST = 16  # labels of a matrix that a page can hold
_PAIRS = 8


def details(task: EvaluationTask, shown: SystemRun) -> list[Detail]:
    """Per label and confusion of the system shown, its most frequent and its dearest mistakes."""
    gold = golds(task)
    answers = shown.runs[0]
    found: list[Detail] = [_per_label(task, gold, shown.title, answers)]
    if not task.setup.many:
        found += _confusion(task, gold, shown.title, answers)
    return found


def _per_label(
    task: EvaluationTask, gold: Sequence[frozenset[str]], title: str, answers: Sequence[Answer]
) -> Grid:
    rows = []
    for label in task.setup.labels:
        cases = sum(label in g for g in gold)
        said = sum(label in (a.value or ()) for a in answers)
        hits = sum(label in g and label in (a.value or ()) for g, a in zip(gold, answers, strict=True))
        rows.append(
            (
                label, cases, said, wilson(hits, cases) if cases else None,
                hits / said if said else None, 2 * hits / (cases + said) if cases else None,
            )
        )  # fmt: skip
    scored = [(row[5], row[0]) for row in rows if row[5] is not None]
    worst = min(scored)[1] if scored else ""
    return Grid(
        label="labels",
        caption=f"{title}: the label it finds worst is {worst}" if worst else f"{title}: label by label",
        columns=(
            Head(title="Label"), Head(title="Cases", form="integer"), Head(title="Answered", form="integer"),
            Head(title="Found", form="interval"), Head(title="Right when answered", form="percent"),
            Head(title="F1", form="decimal"),
        ),
        rows=tuple(rows),
        source="first run; shares found with Wilson's interval; a label without cases has no score",
    )  # fmt: skip


def _confusion(
    task: EvaluationTask, gold: Sequence[frozenset[str]], title: str, answers: Sequence[Answer]
) -> list[Detail]:
    pairs = Counter(
        (min(g), min(a.value) if a.value else "no answer")
        for g, a in zip(gold, answers, strict=True)
        if a.measured
    )
    labels = [label for label in task.setup.labels if any(label in pair for pair in pairs)]
    others = sorted({answered for _, answered in pairs} - set(labels))
    found: list[Detail] = []
    if len(labels) + len(others) <= _LARGEST:
        right = sum(n for (g, a), n in pairs.items() if g == a)
        found.append(
            Matrix(
                label="confusion",
                caption=f"{title}: {right} of {sum(pairs.values())} cases on the diagonal",
                rows=tuple(labels),
                columns=(*labels, *others),
                counts=tuple(tuple(pairs[g, a] for a in (*labels, *others)) for g in labels),
            )
        )
    wrong = [
        (n, g, a, cost_of(task, frozenset((g,)), frozenset((a,)))) for (g, a), n in pairs.items() if g != a
    ]
    wrong.sort(key=lambda row: (-(row[0] * row[3]), -row[0], row[1], row[2]))
    if wrong:
        costs = bool(task.setup.error_costs)
        found.append(
            Grid(
                label="mistakes",
                caption=f"{title}: most {'costly' if costs else 'often'} {wrong[0][1]} answered as {wrong[0][2]}",
                columns=(
                    Head(title="Expected"), Head(title="Answered"), Head(title="Cases", form="integer"),
                    *((Head(title="Cost each", form="decimal"), Head(title="Cost", form="decimal")) if costs else ()),
                ),
                rows=tuple(
                    (g, a, n, *((c, n * c) if costs else ())) for n, g, a, c in wrong[:_PAIRS]
                ),
                source="task.yaml, error_costs" if costs else "",
            )
        )  # fmt: skip
    return found


def golds(task: EvaluationTask) -> list[Value]:
    return [
        frozenset(case.expected if isinstance(case.expected, list) else (case.expected,))
        for case in task.cases
    ]


def cost_of(task: EvaluationTask, gold: Value, said: Value) -> float:
    """What one answer costs: the dearest entry of the table for a wrong label; nothing where it is right."""
    if gold == said:
        return 0.0
    table = task.setup.error_costs
    found = [
        row.get(answered, row.get("*", 0.0))
        for expected in gold
        for row in [table.get(expected, table.get("*", {}))]
        for answered in (said or {"*"})
    ]
    return max(found, default=0.0)
