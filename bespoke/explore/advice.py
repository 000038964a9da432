"""Chapter 7: the advice under other thresholds and other access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bespoke.advice import Advice, Flip, decide, flip_points
from bespoke.advice.routes import routes
from bespoke.chapters.recommendation import cases, yearly_cost
from bespoke.explore.dials import YES_NO, Dial
from bespoke.explore.explorer import Explorer, Shown
from bespoke.explore.scene import Scene
from bespoke.show.blocks import Column, Table
from bespoke.show.numbers import significant
from bespoke.workbook import Workbook

ACCESS = {
    "anthropic_api": "Anthropic API",
    "anthropic_enterprise": "Anthropic enterprise agreement",
    "aws_bedrock": "Claude on Amazon Bedrock",
    "openai_fine_tuning": "OpenAI fine-tuning",
    "gpu_hosting": "GPU hosting",
    "private_haiku_arrangement": "Private Haiku arrangement",
    "distillation_authorised": "Distillation authorised",
}


@dataclass(frozen=True)
class Answer:
    """The advice for one task and where it would flip."""

    advice: Advice
    flips: tuple[Flip, ...]


class RecommendationExplorer(Explorer):
    """Gates, decision table and flip points again; costs and break-evens as the cost chapter found them."""

    subject_label = "Trace and flips of"
    note = "Everything is computed anew but cost and failure families, which no control here changes."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.audit: Any = book.earlier("01_task_audit")
        self.failures: Any = book.earlier("02_failure_modes")
        self.cost: Any = book.earlier("06_cost_model")
        self.names = {route.route: route.name for route in routes(self.base.facts.as_of)}
        self.before = self._answers(self.base, flips_of=None)

    def dials(self, subject: str, scene: Scene) -> Sequence[Dial]:
        own, at = scene.client.engagement, ("engagement.yaml", "thresholds")
        return (
            Dial("min_test_cases", "Least test cases", "entry", int(scene.facts.threshold("min_test_cases")),
                 (*at, "min_test_cases"), 0, 100_000, 10),
            Dial("keep_optimising_within", "Keep optimising within", "number",
                 scene.facts.threshold("keep_optimising_within"), (*at, "keep_optimising_within"),
                 help="share of the target by which quality falls short"),
            *(
                Dial(name, label, "buttons", getattr(own.access, name), ("engagement.yaml", "access", name),
                     options=YES_NO)
                for name, label in ACCESS.items()
            ),
        )  # fmt: skip

    def look(self, subject: str, scene: Scene) -> Sequence[Shown]:
        now = self._answers(scene, flips_of=subject)
        own = now[subject]
        return (
            self._summary(scene, now),
            self._rules(subject, own.advice),
            self._flips(own.flips),
            self._gates(subject, own.advice),
        )

    def _answers(self, scene: Scene, *, flips_of: str | None) -> dict[str, Answer]:
        found = {}
        for task_id, case in cases(scene.client, scene.facts, self.audit, self.failures, self.cost).items():
            yearly = yearly_cost(self.cost, task_id)
            advice = decide(case, scene.facts, cost_of=yearly)
            flips = flip_points(case, scene.facts, cost_of=yearly) if task_id == flips_of else ()
            found[task_id] = Answer(advice, flips)
        return found

    def _summary(self, scene: Scene, now: Mapping[str, Answer]) -> Table:
        rows = [
            (
                task.name, self._said(self.before[task.task_id].advice), self._said(now[task.task_id].advice),
                self._name(now[task.task_id].advice.next), len(now[task.task_id].advice.closed),
                len(now[task.task_id].advice.conditions),
            )
            for task in scene.client.tasks
        ]  # fmt: skip
        return Table(
            label="tbl-explore-advice", caption="What to do now, task by task",
            columns=(
                Column(key="task", title="Task"), Column(key="before", title="In the folder"),
                Column(key="now", title="Explored"), Column(key="next", title="Next"),
                Column(key="closed", title="Closed routes", format="integer"),
                Column(key="asked", title="To be confirmed", format="integer"),
            ),
            rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2]),
        )  # fmt: skip

    def _rules(self, subject: str, advice: Advice) -> Table:
        was = {o.rule: o.matched for o in self.before[subject].advice.decision.outcomes}
        rows = [
            (o.rule, o.stage, "matched" if was.get(o.rule) else "", "matched" if o.matched else "",
             advice.decision.because if o.matched else ", ".join(name.replace("_", " ") for name in o.failed_on))
            for o in advice.decision.outcomes
        ]  # fmt: skip
        inputs = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in advice.decision.inputs.items())
        return Table(
            label="tbl-explore-rules", caption=f"Trace: {inputs}",
            columns=(
                Column(key="rule", title="Rule"), Column(key="step", title="Step"),
                Column(key="before", title="In the folder"), Column(key="now", title="Explored"),
                Column(key="why", title="Because, or what did not fit"),
            ),
            rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[3]),
        )  # fmt: skip

    def _flips(self, flips: Sequence[Flip]) -> Table:
        rows = [
            (f.input, f.unit, _number(f.today), _number(f.at),
             "unchanged in range" if f.route is None else f"{f.stage}: {self.names[f.route]}")
            for f in flips
        ]  # fmt: skip
        return Table(
            label="tbl-explore-flips", caption="What would change this advice",
            columns=(
                Column(key="input", title="Input"), Column(key="unit", title="In"),
                Column(key="today", title="Today"), Column(key="at", title="Changes at"),
                Column(key="route", title="Then"),
            ),
            rows=tuple(rows),
        )  # fmt: skip

    def _gates(self, subject: str, advice: Advice) -> Table:
        """Routes of which a gate now says something else than in the folder; all closed ones else."""
        was = {
            (r, o.gate): o.verdict for r, found in self.before[subject].advice.gates.items() for o in found
        }
        every = [
            (self.names[r], o.needs, was.get((r, o.gate), ""), o.verdict, o.found)
            for r, found in advice.gates.items()
            for o in found
        ]
        moved = [row for row in every if row[2] != row[3]]
        return Table(
            label="tbl-explore-gates",
            caption="Conditions that changed" if moved else "Conditions that are not met",
            columns=(
                Column(key="route", title="Route"), Column(key="needs", title="Needs"),
                Column(key="before", title="In the folder"), Column(key="now", title="Explored"),
                Column(key="found", title="Found"),
            ),
            rows=tuple(moved or [row for row in every if row[3] == "unmet"]),
        )  # fmt: skip

    def _said(self, advice: Advice) -> str:
        return f"{advice.stage}: {self._name(advice.now)}"

    def _name(self, route: str | None) -> str:
        return "" if route is None else self.names[route]


def _number(value: float | None) -> str:
    return "" if value is None else significant(float(value))
