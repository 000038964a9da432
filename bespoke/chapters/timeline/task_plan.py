"""The phases of one task: those its plan takes up to the likely end, so that what is priced is scheduled.

Steps follow each other as the plan has them. Lead times (contract, review, quota) start on the first day and join where
they are needed: a contract before data go to a place nobody has confirmed, the review before training, before a test in
live traffic, which sends what people wrote to another model or prompt, and before the roll-out. Annotation is dear: it
waits until the cheaper tests are measured.
"""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice import feasibility, preparation
from bespoke.advice.candidates import named
from bespoke.advice.plan import MoneyRange, Step
from bespoke.chapters.cost_model.task_prices import cleaning_share, measuring_share
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline.estimates import (
    TEST,
    PhaseEstimate,
    dataset,
    from_table,
    is_known,
    key_of,
    order_of,
)
from bespoke.chapters.timeline.points import NOTHING, Points, WorkDays, total
from bespoke.chapters.timeline.result import Basis
from bespoke.chapters.timeline.titles import title
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

Keys = tuple[str, ...]
MODEL_STEPS = {"model_change", "smaller_model", "cascade"}  # work that another model is rolled out by


def of_plan(
    advised: Advised, client: Client, facts: Facts, *, missing: int | None = None
) -> tuple[PhaseEstimate, ...]:
    """The network of a task's plan; () where it keeps things as they are. `missing` are examples still to annotate."""
    taken = [step for step in advised.plan.taken if step.kind != "keep"]
    if not taken and advised.plan.meanwhile is None:
        return ()
    return _Phases(advised, client, facts, missing).network(taken)


def of_table(
    task_id: str, phases: Sequence[str], client: Client, facts: Facts, *, missing: int | None = None
) -> tuple[PhaseEstimate, ...]:
    """The network of named phases in the order of the table, for a task without a plan. A phase left out hands its own
    predecessors on."""
    found = []
    for phase in phases:
        counted = phase == "dataset" and missing is not None
        days = dataset(client, facts, missing or 0) if counted else from_table(phase, client, facts)
        after = tuple(key_of(name, task_id) for name in _before(phase, phases, facts))
        found.append(
            PhaseEstimate(
                key_of(phase, task_id), *days, after=after, basis="examples" if counted else "table", kind=phase,
                task_id="" if key_of(phase, task_id) == phase else task_id, title=title(phase, facts),
            )
        )  # fmt: skip
    return tuple(found)


def _before(phase: str, phases: Sequence[str], facts: Facts) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in order_of(phase, facts):
        if not is_known(name, facts):
            raise BespokeError(f"{phase} waits for {name!r}, which is no phase")
        found |= dict.fromkeys((name,) if name in phases else _before(name, phases, facts))
    return tuple(found)


class _Phases:
    """The network while it is made."""

    def __init__(self, advised: Advised, client: Client, facts: Facts, missing: int | None) -> None:
        self.situation, self.plan = advised.situation, advised.plan
        self.client, self.facts, self.missing = client, facts, missing
        self.days, self.found = WorkDays(client, facts), dict[str, PhaseEstimate]()
        self.last: Keys = ()  # what the next step waits for
        self.joined = set[str]()  # lead times that a step waited for: what follows it waits with it

    def network(self, taken: Sequence[Step]) -> tuple[PhaseEstimate, ...]:
        self.last = self._lead("audit")
        if self.plan.meanwhile is not None:
            self._beside(self.plan.meanwhile)
        for step in taken:
            contract = self._lead("contract_access") if needs_contract(step) else ()
            if step.kind == "prepare":
                self._then(step.route, self._preparing(step.route), cost=step.cost)
            elif step.kind == "build":
                self._build(step, contract)
            elif (days := self.days.tested(step.configuration)) != NOTHING:
                work = step.configuration.work
                self._then(TEST + step.route, days, contract, cost=step.cost, work=work)
        self._go_live(taken)
        return tuple(self.found.values())

    def _beside(self, step: Step) -> None:
        """A lever that is switched on at once, and that nothing waits for: tested and rolled out in one go."""
        work, before = step.configuration.work, self.last
        cost = step.cost + step.rollout
        self._then(TEST + step.route, self.days.people(work), cost=cost, work=work, verb="Switch on")
        self.last = before

    def _build(self, step: Step, contract: Keys) -> None:
        leads = (*contract, *self._review(), *self._quota(step, contract))
        annotated = bool(self.missing)
        if self.missing is not None:
            days, cost = dataset(self.client, self.facts, self.missing), step.cost if annotated else None
            self._then("dataset", days, cost=cost, basis="examples")
        days, work = self.days.tested(step.configuration), step.configuration.work
        self._then("training", days, leads, cost=None if annotated else step.cost, work=work, verb="Training")

    def _go_live(self, taken: Sequence[Step]) -> None:
        """The test in live traffic, where answers change, and the roll-out of what is kept: a model of its own takes
        the place of the prompt work before it."""
        built = self.plan.likely_end.kind == "build"
        kept = [s for s in taken if s.kind in ("lever", "build") or (s.kind == "test" and not built)]
        if any(step.kind in ("test", "build") for step in taken):
            live = from_table("evaluation_ab", self.client, self.facts)
            self._then("evaluation_ab", live, self._review(), basis="table")
        days = total(self.days.left(step.configuration) for step in kept)
        if not built:
            days = days.plus(self._adopted(taken))
        if days != NOTHING:
            cost = MoneyRange.nothing()
            for step in kept:
                cost = cost + step.rollout
            contract = tuple(k for k in self.found if k == "contract_access")
            self._then("integration", days, (*self._review(), *contract), cost=cost)

    def _adopted(self, taken: Sequence[Step]) -> Points:
        """The roll-out of what was measured before the plan began, and on which its steps stand."""
        done = {work for step in taken for work in step.configuration.work}
        end = next((s.configuration for s in reversed(taken) if s.kind == "test"), None)
        if end is None:
            return NOTHING
        adopted = [remedy for remedy in end.remedies if remedy not in done]
        moved = end.model != named(self.situation.model) and not done & MODEL_STEPS
        return self.days.people([*adopted, *(["model_change"] if moved else [])])

    def _preparing(self, route: str) -> Points:
        """In proportion to what is missing, as it is priced."""
        days = self.days.of(f"cost.test.{route}.days")
        gap = self.situation.gap(self.facts)
        work = next(w for w in preparation.needed(self.situation, gap, self.facts) if w.route == route)
        if route == "deidentify":
            return days.times(cleaning_share(work.rows))
        wanted = self.facts.threshold("min_test_cases")
        return days.times(measuring_share(work.cases, work.failures, wanted))

    def _review(self) -> Keys:
        sensitive = self.situation.sensitive
        return () if sensitive is False else self._lead("data_protection_review", if_needed=sensitive is None)

    def _quota(self, step: Step, contract: Keys) -> Keys:
        """Asked for where a vendor serves the model: on demand or on provisioned throughput."""
        if step.configuration.place == feasibility.OWN or step.group == "contract":
            return ()
        return self._lead("quota", after=contract)

    def _lead(self, kind: str, *, after: Keys = (), if_needed: bool = False) -> Keys:
        """A phase that all tasks share, which nothing before it delays."""
        points, name = from_table(kind, self.client, self.facts), title(kind, self.facts)
        lead = PhaseEstimate(kind, *points, after=after, kind=kind, if_needed=if_needed, title=name)
        self.found.setdefault(kind, lead)
        return (kind,)

    def _then(
        self, kind: str, days: Points, also: Keys = (), *, cost: MoneyRange | None = None, work: Sequence[str] = (),
        basis: Basis = "priced", verb: str = "Test",
    ) -> None:  # fmt: skip
        """The next phase of the task's own; the same kind a second time has a key of its own."""
        leads = [key for key in dict.fromkeys(also) if key not in self.joined]
        self.joined |= set(leads)
        task_id = self.plan.task_id
        before = sum(e.kind == kind for e in self.found.values())
        key = key_of(f"{kind}_{before + 1}" if before else kind, task_id)
        self.found[key] = PhaseEstimate(
            key, *days, after=(*self.last, *leads), basis=basis, kind=kind, task_id=task_id,
            title=title(kind, self.facts, work, verb), cost=cost,
        )  # fmt: skip
        self.last = (key,)


def needs_contract(step: Step) -> bool:
    """Whether somebody has to agree first: access or an agreement nobody has confirmed, or the contract programme."""
    open_ = any(o.input.startswith("access") or o.gate == "agreement" for o in step.conditions)
    return open_ or step.group == "contract"
