"""What to try first for each family, and how to recognise one."""

from __future__ import annotations

from bespoke import show
from bespoke.advice.routes import remedies
from bespoke.chapters.failure_modes import FailureModes
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal
from bespoke.show.style import FAMILY_NAME

ROUTE_WORDS = {
    "structured_output": "structured output", "few_shot": "few-shot examples", "glossary": "glossary",
    "prompt_engineering": "explicit rules in the prompt", "rag": "retrieval (RAG)",
    "extended_thinking": "extended thinking", "generator_critic": "generator and critic",
    "operator_configuration": "operator configuration",
}  # fmt: skip


def plan(result: FailureModes) -> None:
    """Remedies by the most they could gain."""
    show.table(
        [
            (
                result.task_names[step.task_id], FAMILY_NAME[step.family],
                f"{decimal(step.failures)} of {decimal(step.of)}",
                None if step.gain is None else step.gain * 100,
                ROUTE_WORDS[step.remedy], ROUTE_WORDS[step.then] if step.then != step.remedy else None,
            )
            for step in result.plan[:12]
        ],
        label="tbl-failures-plan",
        caption="What to try first for each family, by the most quality it could return",
        columns=(
            *columns(task="Task", family="Family", n="Failures"),
            Column(key="gain", title="At most", unit="points of quality", format="decimal", digits=1),
            *columns(first="Try first", then="Then"),
        ),
        source="upper bound: the task's missing quality times the family's share of its failures",
    )  # fmt: skip


def families(result: FailureModes) -> None:
    """Definitions and check questions of the families that occur."""
    present = {row.family for row in result.families}
    show.table(
        [
            (row.name, row.definition, " ".join(row.asks), row.near_miss)
            for row in remedies()
            if row.family in present
        ],
        label="tbl-failures-families",
        caption="The families that occur here, and the questions that recognise them",
        columns=(
            *columns(name="Family", definition="What it is", asks="Check questions"),
            Column(key="near", title="Not to be confused"),
        ),
        source="after Husain and Shankar",
    )
