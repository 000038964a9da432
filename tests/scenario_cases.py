"""Reads tests/scenarios/*.yaml: one task each, with the answer experts agree on, and runs the advice on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from bespoke.advice import AdvicePlan, decide, feasibility
from bespoke.advice.situation import Situation
from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.situations import situation
from bespoke.clients.schema import Access, Annotation, Client, DatasetNote, Engagement, Rates, Task
from bespoke.evaluation.result import MeasuredSystem, MeasuredTask
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

FOLDER = Path(__file__).with_name("scenarios")
DRAWS = 500  # means of costs move by less than the orders of magnitude that are asked for
SONNET_46 = date(2026, 2, 17)
ACCESS = {
    "anthropic_api": True, "aws_bedrock": True, "google_vertex": False, "microsoft_foundry": False,
    "gpu_hosting": False, "openai_fine_tuning": False, "anthropic_enterprise": False,
    "private_haiku_arrangement": False, "distillation_authorised": False,
}  # fmt: skip
TASK = {
    "task_id": "task", "name": "The task", "kind": "extraction", "requests_per_day": 2000, "peak_to_mean": 2,
    "system_tokens": 1500, "input_tokens": 600, "output_tokens": 200, "metric": "accuracy", "current_quality": 0.70,
    "target_quality": 0.90, "test_cases": 100, "labelled_examples": 300, "knowledge_changes": "never",
    "prompt_engineering_done": True, "rag_done": False, "contains_phi": False,
}  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One file on one day, with what is expected then."""

    name: str
    day: date
    given: dict[str, Any]
    expect: dict[str, Any]

    def client(self) -> Client:
        stated = self.given.get("engagement") or {}
        dataset = self.given.get("dataset") or {}
        monday = self.day + timedelta(days=(7 - self.day.weekday()) % 7)
        rates = {"consultant_day": 1500, "annotator_hour": 60} | (stated.get("rates") or {})
        engagement = Engagement(
            client="Client", prepared_by="Practice", as_of=self.day, start=monday,
            currency=stated.get("currency", "USD"), country=stated.get("country", "US"),
            residency=tuple(stated.get("residency", ())), access=Access(**(ACCESS | (stated.get("access") or {}))),
            agreements=tuple(stated["agreements"]) if stated.get("agreements") is not None else None,
            rates=Rates(**{name: Decimal(str(value)) for name, value in rates.items()}),
            annotation=Annotation(examples_per_hour=10, annotators=4, review_rounds=2),
            dataset=DatasetNote(sample=bool(dataset.get("sample"))),
        )  # fmt: skip
        return Client(name="client", folder=FOLDER, engagement=engagement, tasks=(self.task(),))

    def task(self) -> Task:
        model = "claude-sonnet-4-6" if self.day >= SONNET_46 else "claude-sonnet-4-5"
        stated = {"model": model} | TASK | (self.given.get("task") or {})
        if isinstance(stated.get("waits"), int):  # seconds
            stated["waits"] = "a day" if stated["waits"] >= 86_400 else "no"
        return Task(**stated)

    def situation(self, client: Client, facts: Facts) -> Situation:
        found = situation(
            client,
            client.tasks[0],
            facts,
            families=self.given.get("failures") or {},
            measured=self.measured(client.tasks[0]),
        )
        return with_dataset(found, client.tasks[0], self.given.get("dataset") or {})

    def measured(self, task: Task) -> MeasuredTask | None:
        stated = self.given.get("measured")
        if not stated:
            return None
        in_use = stated.get("in_use") or {}
        cases = int(in_use.get("cases") or task.test_cases)
        systems = [
            _system(
                "in_use",
                task,
                in_use.get("quality", task.current_quality),
                cases,
                p95=in_use.get("p95_ms"),
                in_use=True,
            )
        ]
        systems += [
            _system(route, task, q, cases, strategy=route)
            for route, q in (stated.get("tested") or {}).items()
        ]
        ceiling = stated.get("ceiling")
        return MeasuredTask(
            task_id=task.task_id, metric=task.metric, cases=cases, systems=tuple(s for s in systems if s is not None),
            ceiling=None if ceiling is None else _interval(ceiling, cases),
        )  # fmt: skip

    def plan(self) -> tuple[AdvicePlan, Situation]:
        client, facts = self.client(), Facts(self.day)
        found = self.situation(client, facts)
        prices = TaskPrices(
            client, client.tasks[0], inputs_of(client, facts, draws=DRAWS), feasibility.as_it_runs(found)
        )
        return decide(found, facts, prices), found


def with_dataset(found: Situation, task: Task, stated: dict[str, Any]) -> Situation:
    """What chapter 3 would have counted in dataset/, put in by the rules of bespoke.chapters.situations."""
    from bespoke.chapters.contradictions import data_apart

    if not stated:
        return found
    counted = None if stated.get("sample") else stated.get("usable")
    identifiers = stated.get("identifiers")
    said = (*found.evidence.contradictions, *data_apart(task, counted, identifiers))
    evidence = found.evidence.model_copy(update={"contradictions": said})
    return found.at(
        examples=found.examples if counted is None else counted, identifiers=identifiers, evidence=evidence
    )


def _system(
    name: str,
    task: Task,
    quality: float | None,
    cases: int,
    *,
    p95: float | None = None,
    strategy: str | None = None,
    in_use: bool = False,
) -> MeasuredSystem | None:
    if quality is None:
        return None
    return MeasuredSystem(
        task_id=task.task_id, system=name, in_use=in_use, strategy=strategy, model=task.model, metric=task.metric,
        quality=_interval(quality, cases), cases=cases, groups=cases, p95_ms=p95,
    )  # fmt: skip


def _interval(share: float, n: int) -> Interval:
    found = wilson(round(share * n), n)
    return Interval(estimate=share, low=min(found.low, share), high=max(found.high, share))


def scenarios() -> list[Scenario]:
    """Every file on every one of its days."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        expect = given["expect"]
        for day in given["dates"]:
            found.append(Scenario(path.stem, day, given, expect.get(day, expect)))
    return found


def differences(one: Scenario, plan: AdvicePlan, found: Situation) -> list[str]:
    """What the plan says otherwise than the file expects."""
    expect, wrong = one.expect, []
    first, end = plan.first.route, plan.end_route
    names = [step.route for step in plan.steps]
    if first not in expect["first"]:
        wrong.append(f"first {first}, not {'|'.join(expect['first'])}")
    if end not in expect["end"]:
        wrong.append(f"end {end}, not {'|'.join(expect['end'])}")
    wrong += [f"{r} must never be first or end" for r in expect.get("never", ()) if r in (first, end)]
    wrong += [f"{r} must not be in the plan" for r in expect.get("not_in_plan", ()) if r in names]
    for early, late in expect.get("before", ()):
        if early in names and late in names and names.index(early) > names.index(late):
            wrong.append(f"{early} must come before {late}")
    if "place" in expect:
        wrong += [
            f"{step.route} runs at {step.configuration.place}, not {'|'.join(expect['place'])}"
            for step in (plan.first, plan.likely_end) if step.configuration.place not in expect["place"]
        ]  # fmt: skip
    low, high = expect.get("first_cost", (0, float("inf")))
    if not low <= plan.first.cost.expected + plan.first.rollout.expected and first not in ("as_is",):
        wrong.append(
            f"first costs {plan.first.cost.expected + plan.first.rollout.expected:.0f}, not {low} to {high}"
        )
    if plan.first.cost.expected > high:
        wrong.append(f"first costs {plan.first.cost.expected:.0f}, not {low} to {high}")
    low, high = expect.get("monthly", (0, float("inf")))
    if not low <= plan.monthly.expected <= high:
        wrong.append(f"a month costs {plan.monthly.expected:.2f}, not {low} to {high}")
    asked = " ".join(plan.questions).casefold()
    wrong += [
        f"asks nothing of {word!r}" for word in expect.get("asks", ()) if str(word).casefold() not in asked
    ]
    told = " ".join(
        [c.says for c in found.evidence.contradictions]
        + [o.found + " " + o.needs for o in plan.today_conditions]
        + [step.why for step in plan.steps]
        + [o.found + " " + o.needs + " " + o.gate for c in plan.closed for o in c.outcomes]
    ).casefold()
    wrong += [
        f"warns of nothing like {word!r}"
        for word in expect.get("warns", ())
        if str(word).casefold() not in told
    ]
    return wrong


def main() -> None:
    """`make scenarios`: one line per file and day."""
    every, failed = scenarios(), 0
    for one in every:
        plan, found = one.plan()
        wrong = differences(one, plan, found)
        failed += bool(wrong)
        reached = "  ?" if plan.probability is None else f"{plan.probability:4.0%}"
        said = "NOT" if wrong else "ok "
        amounts = f"{plan.first.cost.expected:>9,.0f} {plan.monthly.expected:>13,.0f}"
        place, first, end = plan.likely_end.configuration.place, plan.first.route, plan.end_route
        print(f"{said} {one.name:<42} {one.day} {first:<22} {end:<22} {place:<17} {reached} {amounts}")
        for line in wrong:
            print(f"      {line}")
    print(f"{len(every) - failed} of {len(every)} as expected")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
