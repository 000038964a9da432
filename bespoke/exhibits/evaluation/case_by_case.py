"""Single cases for a reader of the web page: what was asked, expected and answered, and what each answer took."""

from __future__ import annotations

from bespoke import show
from bespoke.evaluation.result import TaskEvaluation
from bespoke.evaluation.shown_cases import ShownAnswer, ShownRun
from bespoke.exhibits.display_names import slug
from bespoke.show.blocks import CaseAnswer, ShownCase
from bespoke.show.numbers import decimal, money


def cases(task: TaskEvaluation) -> None:
    """The cases that say most, two systems side by side; nothing where texts may not be quoted."""
    found = task.cases_shown
    if found is None:
        return
    some = f"{decimal(len(found.cases))} of {decimal(found.total)}"
    chosen = "" if len(found.cases) == found.total else ": first those where the systems differ or are wrong"
    show.cases(
        label=f"cases-{slug(task.task_id)}",
        caption=f"{task.name}: {some} cases{chosen}",
        systems=found.systems,
        left=found.left,
        right=found.right,
        prompt=found.prompt,
        cases=tuple(
            ShownCase(
                name=case.id,
                about=", ".join(filter(None, (case.group, *case.tags, *case.documents))),
                input=case.input,
                expected=case.expected,
                answers=tuple(map(_answer, case.answers)),
                differ=case.differ,
            )
            for case in found.cases
        ),
    )


def _answer(answer: ShownAnswer) -> CaseAnswer:
    verdict = {True: "right", False: "wrong", None: ""}[answer.right]
    if answer.score is not None and answer.score not in (0.0, 1.0):
        verdict = ", ".join(filter(None, (verdict, decimal(answer.score, 2))))
    return CaseAnswer(
        verdict=verdict,
        wrong=answer.right is False,
        runs=tuple(run.text for run in answer.runs),
        took="; ".join(dict.fromkeys(filter(None, map(_took, answer.runs)))),
    )


def _took(run: ShownRun) -> str:
    known = run.tokens_in is not None and run.tokens_out is not None
    parts = [f"{decimal(run.tokens_in or 0)} tokens in, {decimal(run.tokens_out or 0)} out"] if known else []
    return ", ".join([*parts, *([money(run.usd, "USD", 5)] if run.usd is not None else [])])
