"""Chapter 8: the plans under other thresholds, other access and another worth of an output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bespoke.advice import AdvicePlan
from bespoke.advice.flips import Flip
from bespoke.advice.plan import Step
from bespoke.advice.routes import routes
from bespoke.chapters.plans import Advised, advised
from bespoke.chapters.recommendation import Recommendation
from bespoke.explore.audit_explorer import Earlier
from bespoke.explore.controls import YES_NO, Control
from bespoke.explore.draws import drawn
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, Shown
from bespoke.show.blocks import Callout, Column, Table, columns
from bespoke.show.numbers import money, percent, significant
from bespoke.workbook import Workbook

DRAWS = 400
ACCESS = {
    "anthropic_api": "Anthropic API",
    "anthropic_enterprise": "Anthropic enterprise agreement",
    "aws_bedrock": "Amazon Bedrock",
    "google_vertex": "Google Vertex AI",
    "microsoft_foundry": "Microsoft Foundry",
    "openai_fine_tuning": "OpenAI fine-tuning",
    "gpu_hosting": "GPU hosting",
    "distillation_authorised": "Distillation authorised",
}


class RecommendationExplorer(Explorer):
    """Situations, gates, prices and plans again, with fewer draws than the report."""

    subject_label = "Steps and flips of"
    note = f"Plans are made anew with {DRAWS} draws; failure families and evaluations stay as the chapters found them."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.earlier = Earlier.of(book)
        self.names = {route.route: route.name for route in routes(self.base.facts.as_of)}
        self._made: dict[str, tuple[Any, Advised]] = {}
        self.before = self._plans(self.base)
        found = book.result or book.saved(book.stem)
        self.chapter = found if isinstance(found, Recommendation) else None

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        own, task = scene.client.engagement, scene.client.task(subject)
        at = ("engagement.yaml", "thresholds")
        worth = ("tasks.csv", subject)
        return (
            Control("value_of_right", "Worth of a right output", "entry", task.value_of_right,
                 (*worth, "value_of_right"), 0.0, 1e6, 0.01, optional=True, help=f"in {own.currency}; 0 is not stated"),
            Control("cost_of_wrong", "Cost of a wrong one", "entry", task.cost_of_wrong, (*worth, "cost_of_wrong"),
                 0.0, 1e6, 0.01, optional=True, help=f"in {own.currency}; 0 is not stated"),
            Control("min_test_cases", "Least test cases", "entry", int(scene.facts.threshold("min_test_cases")),
                 (*at, "min_test_cases"), 0, 100_000, 10),
            Control("minutes_by_hand", "Minutes by hand", "number", scene.facts.threshold("minutes_by_hand"),
                 (*at, "minutes_by_hand"), 0.0, 60.0, 0.5,
                 help="that one more right output may cost while its worth is not stated"),
            *(
                Control(name, label, "buttons", getattr(own.access, name), ("engagement.yaml", "access", name),
                     options=YES_NO)
                for name, label in ACCESS.items()
            ),
        )  # fmt: skip

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        now = self._plans(scene)
        return (
            self._summary(scene, now),
            self._steps(now[subject].plan),
            self._closed(subject, now),
            self._flips(subject),
        )

    def _plans(self, scene: ExploredState) -> dict[str, Advised]:
        """The plan of every task; of one about which nothing has changed, the one made last."""
        client, facts, inputs = scene.client, scene.facts, drawn(scene, DRAWS)
        found = self.earlier.situations(scene)
        for task in client.tasks:
            rests_on = (task, found[task.task_id], facts.overrides, client.prices, client.engagement)
            made = self._made.get(task.task_id)
            if made is None or made[0] != rests_on:
                plan = advised(client, task, found[task.task_id], facts, inputs)
                self._made[task.task_id] = rests_on, plan
        return {task.task_id: self._made[task.task_id][1] for task in client.tasks}

    def _flips(self, subject: str) -> Shown:
        """Of the folder as it is, as the chapter has found them: they do not follow every control."""
        if self.chapter is None:
            return Callout(markdown="What would change this advice is worked out when the chapter runs.")
        return self._flip_table(self.chapter.task(subject).flips)

    def _summary(self, scene: ExploredState, now: Mapping[str, Advised]) -> Table:
        rows = []
        for task in scene.client.tasks:
            before, after = self.before[task.task_id].plan, now[task.task_id].plan
            rows.append(
                (
                    task.name, self._said(before), self._said(after), money(before.one_off.expected),
                    money(after.one_off.expected), money(after.monthly.expected),
                )
            )  # fmt: skip
        return Table(
            label="tbl-explore-advice", caption="First step and likely end, task by task",
            columns=(
                *columns(task="Task", before="In the folder", now="Explored", once="Once, in the folder"),
                *columns(once_now="Once, explored", month="A month then"),
            ),
            rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2]),
        )  # fmt: skip

    def _steps(self, plan: AdvicePlan) -> Table:
        rows = [
            (
                n, self._name(step), step.configuration.model, step.configuration.place, money(step.cost.expected),
                money(step.monthly.expected) if step.monthly else "",
                "" if step.reached is None else percent(step.reached),
            )
            for n, step in enumerate(plan.steps, start=1)
        ]  # fmt: skip
        return Table(
            label="tbl-explore-steps", caption="The steps in order",
            columns=(
                Column(key="n", title="Step", format="integer"),
                *columns(what="What", model="Model", place="Where", cost="To find out", month="A month then"),
                Column(key="reached", title="Target reached by then"),
            ),
            rows=tuple(rows), emphasis=(plan.end,),
        )  # fmt: skip

    def _flip_table(self, flips: Sequence[Flip]) -> Table:
        rows = [
            (f.input, f.unit, _number(f.today), _number(f.at), self.names[f.first], self.names[f.end])
            for f in flips
        ]
        return Table(
            label="tbl-explore-flips", caption="What would change the advice of the folder",
            columns=(
                Column(key="input", title="Input"), Column(key="unit", title="In"),
                Column(key="today", title="Today"), Column(key="at", title="Changes at"),
                Column(key="first", title="First step then"), Column(key="end", title="Likely end then"),
            ),
            rows=tuple(rows),
        )  # fmt: skip

    def _closed(self, subject: str, now: Mapping[str, Advised]) -> Table:
        """Routes that are closed now and were not in the folder, or the other way round; all closed ones else."""
        was = {c.route for c in self.before[subject].plan.closed}
        closed = {c.route: c for c in now[subject].plan.closed}
        moved = [(self.names[r], "open again", "") for r in sorted(was - closed.keys())]
        moved += [self._row(closed[r].route, now[subject]) for r in sorted(closed.keys() - was)]
        return Table(
            label="tbl-explore-closed", caption="Routes that opened or closed" if moved else "Routes that are closed",
            columns=columns(route="Route", now="Explored", why="What it needs (what was found)"),
            rows=tuple(moved or [self._row(r, now[subject]) for r in closed]),
        )  # fmt: skip

    def _row(self, route: str, one: Advised) -> tuple[str, str, str]:
        found = next(c for c in one.plan.closed if c.route == route)
        return self.names[route], "closed", "; ".join(f"{o.needs} ({o.found})" for o in found.outcomes)

    def _said(self, plan: AdvicePlan) -> str:
        return f"{self._name(plan.first)}; ends at {self.names[plan.end_route].lower()}"

    def _name(self, step: Step) -> str:
        return self.names[step.route] + (f": {step.configuration.model}" if step.group == "model" else "")


def _number(value: float | None) -> str:
    return "" if value is None else significant(float(value))
