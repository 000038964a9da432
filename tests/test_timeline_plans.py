"""What is priced is scheduled: the phases of a task follow from its plan, and its dates from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.advice import AdvicePlan, Configuration, MoneyRange, Step
from bespoke.advice.gates import GateOutcome
from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.task_prices import TaskPrices
from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.plans import Advised
from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline, compute
from bespoke.chapters.timeline.result import ABTest
from bespoke.clients.schema import Client, LoggedPhase, NegotiatedPrice, Phase
from bespoke.errors import BespokeError
from bespoke.exhibits import timeline as exhibits
from bespoke.exhibits.timeline.risks import _draw_sensitivity
from bespoke.exhibits.timeline.timeline_wording import full_name
from bespoke.facts.reader import Facts
from bespoke.show.style import EMPHASIS
from tests.scenario_cases import Scenario, scenarios

DAY = date(2026, 11, 20)  # a Friday; the engagement starts on Monday the 23rd
FACTS = Facts(DAY)
MODEL = "claude-sonnet-4-6"


def client(*task_ids: str, phases: tuple[Phase, ...] | None = None) -> Client:
    one = Scenario("plan", DAY, {}, {}).client()
    tasks = tuple(one.tasks[0].model_copy(update={"task_id": i, "name": i}) for i in task_ids or ("notes",))
    return replace(one, tasks=tasks, phases=phases)


def amount(expected: float) -> MoneyRange:
    return MoneyRange(expected=expected, p10=expected, p90=expected)


def unknown(gate: str, name: str) -> GateOutcome:
    return GateOutcome(gate=gate, verdict="unknown", needs="", input=name, found="not known")


def step(kind: Any, *work: str, **given: Any) -> Step:
    """A step of a plan; `work` is what is paid for, and the first of it names the step."""
    group = {"prepare": "prepare", "keep": "keep", "lever": "lever", "build": "tuning"}.get(kind, "prompt")
    configuration = Configuration(
        route=work[0], model=given.get("model", MODEL), place=given.get("place", "anthropic_us"),
        remedies=given.get("remedies", work if kind == "test" else ()), work=work if kind != "prepare" else (),
        tested=given.get("tested", False),
    )  # fmt: skip
    return Step(
        kind=kind, route=work[0], group=given.get("group", group), configuration=configuration,
        cost=amount(given.get("cost", 100.0)), rollout=amount(given.get("rollout", 40.0)), monthly=None, days=1.0,
        rollout_days=1.0, outlook=None, chance=None, reached=None, arrives=1.0, needs_worth=None,
        conditions=given.get("conditions", ()),
    )  # fmt: skip


def advised(*steps: Step, task_id: str = "notes", **situation: Any) -> Advised:
    scenario = Scenario("plan", DAY, {}, {})
    found = scenario.situation(scenario.client(), FACTS).at(
        **{"task_id": task_id, "model": MODEL, "personal_data": False} | situation
    )
    return Advised(
        situation=found,
        plan=AdvicePlan(
            task_id=task_id, steps=steps, end=len(steps) - 1, probability=None, today=amount(1.0), today_conditions=(),
            closed=(), unpriced=(), questions=(),
        ),
    )  # fmt: skip


def schedule(*plans: Advised, who: Client | None = None, **given: Any) -> Timeline:
    who = who or client(*(plan.task_id for plan in plans))
    return compute(who, given.pop("facts", FACTS), advised=plans, **({"draws": 400} | given))


def plan(*steps: Step, **situation: Any) -> PlanTimeline:
    return schedule(advised(*steps, **situation)).plans[0]


def points(phase: PhaseTimeline) -> tuple[float, float, float]:
    return phase.low_days, phase.likely_days, phase.high_days


def names(found: PlanTimeline) -> set[str]:
    return {phase.phase for phase in found.phases}


def waits(found: PlanTimeline, phase: str) -> set[str]:
    kinds = {p.key: p.phase for p in found.phases}
    return {kinds[key] for key in found.phase(phase).after}


KEEP, FEW_SHOT, RAG = step("keep", "as_is"), step("test", "few_shot"), step("test", "rag", group="retrieval")
NOVA = step("build", "bedrock_nova_sft", place="bedrock_us")
ENCODER = step("build", "small_encoder", group="encoder", place="own")

# --- from the plan to its phases -------------------------------------------------------------------------------


def test_a_plan_that_keeps_things_as_they_are_has_no_phases_and_its_date_is_the_start() -> None:
    timeline = schedule(advised(KEEP))
    for found in (*timeline.plans, timeline.portfolio):
        assert found.phases == ()
        assert {found.finish.p10, found.finish.p50, found.finish.p80, found.finish.p90} == {
            date(2026, 11, 23)
        }
        assert (found.mean_days, found.contingency_days) == (0, 0)
    assert timeline.next_days == ()


def test_the_ten_to_forty_days_of_retrieval_are_in_its_dates() -> None:
    # cost.test.rag.days 4, 7, 12 and cost.people.rag.days 10, 20, 40: the roll-out is what is left, 6, 13, 28
    found = plan(RAG)
    test, rollout = found.phase("test_rag"), found.phase("integration")
    assert (points(test), points(rollout)) == ((4, 7, 12), (6, 13, 28))
    assert test.title == "Test: retrieval (RAG)"
    assert rollout.title == "Roll-out"
    # PERT means of audit (2, 2.333, 3), test (4, 7, 12), a week of A/B (5) and roll-out (6, 13, 28)
    mean = (2 + 4 * 2.333 + 3) / 6 + (4 + 28 + 12) / 6 + 5 + (6 + 52 + 28) / 6
    assert schedule(advised(RAG), draws=20_000).plans[0].mean_days == pytest.approx(mean, abs=0.15)


def test_the_dates_of_the_worked_example() -> None:
    """docs/advice.md, one task by hand."""
    found = plan(step("test", "prompt_engineering", "few_shot"))
    likely = [round(phase.likely_days, 1) for phase in found.phases]
    assert likely == [2.3, 4.5, 5.0, 3.5]
    assert sum(likely) == pytest.approx(15.3)


def test_a_test_of_two_remedies_takes_the_days_of_both() -> None:
    # few-shot 1, 1.5, 3 and glossary 1, 2, 4
    test = plan(step("test", "few_shot", "glossary")).phase("test_few_shot")
    assert points(test) == (2, 3.5, 7)
    assert test.title == "Test: few-shot examples and 1 more"


def test_measuring_takes_what_is_missing_of_it_as_it_is_priced() -> None:
    # 20 of 50 cases are missing and the failures are read: half of the work times 0.4, of 3, 5, 8 days
    here = {"cases": 30, "families": {"tone": 80}}
    found = plan(step("prepare", "measure"), FEW_SHOT, **here).phase("measure")
    assert points(found) == pytest.approx((0.6, 1.0, 1.6))
    who = client()
    prices = TaskPrices(
        who,
        who.tasks[0],
        inputs_of(who, FACTS),
        Configuration(route="as_is", model=MODEL, place="anthropic_us"),
    )
    _, priced = prices.preparing("measure", cases=20, failures=0, rows=0)
    assert priced == round((0.6 + 4 * 1.0 + 1.6) / 6, 1)


def test_deidentification_comes_first_and_takes_its_days() -> None:
    found = plan(
        step("prepare", "deidentify"), step("prepare", "measure"), FEW_SHOT, cases=0, identifiers=250
    )
    assert points(found.phase("deidentify")) == (
        1.5,
        3.5,
        7.5,
    )  # 250 rows are half of what 3, 7, 15 days stand for
    assert waits(found, "deidentify") == {"audit"}
    assert waits(found, "measure") == {"deidentify"}
    assert waits(found, "test_few_shot") == {"measure"}


def test_steps_follow_each_other_and_only_those_up_to_the_likely_end_count() -> None:
    both = advised(FEW_SHOT, RAG)
    found = schedule(both).plans[0]
    assert waits(found, "test_rag") == {"test_few_shot"}
    assert points(found.phase("integration")) == (6, 14.5, 31)  # few-shot 0, 1.5, 3 and retrieval 6, 13, 28
    first = Advised(situation=both.situation, plan=both.plan.model_copy(update={"end": 0}))
    assert names(schedule(first).plans[0]) == {"audit", "test_few_shot", "evaluation_ab", "integration"}


def test_the_same_kind_of_test_twice_is_two_phases() -> None:
    newer, larger = (step("test", "model_change", group="model", model=m, remedies=()) for m in ("a", "b"))
    found = [p for p in plan(newer, larger).phases if p.phase == "test_model_change"]
    assert len({p.key for p in found}) == 2
    assert found[1].after == (found[0].key,)


def test_a_lever_changes_no_answer_so_there_is_no_ab_test() -> None:
    found = plan(step("lever", "prompt_caching"))
    assert names(found) == {"audit", "test_prompt_caching", "integration"}
    assert points(found.phase("integration")) == pytest.approx((0.2, 0.3, 1.5))


def test_a_lever_beside_the_plan_is_switched_on_at_once_and_nothing_waits_for_it() -> None:
    both = advised(FEW_SHOT)
    beside = step("lever", "prompt_caching", cost=50, rollout=20)
    timeline = schedule(both.model_copy(update={"plan": both.plan.model_copy(update={"meanwhile": beside})}))
    lever = timeline.plans[0].phase("test_prompt_caching")
    assert (points(lever), lever.title) == (
        (0.5, 1, 3),
        "Switch on: prompt caching",
    )  # cost.people: all of it
    assert (lever.cost, lever.after) == (amount(70), ("audit",))
    assert waits(timeline.plans[0], "test_few_shot") == {"audit"}
    assert "test_prompt_caching" not in waits(timeline.plans[0], "integration")
    assert timeline.plans[0].finish == schedule(both).plans[0].finish


def test_what_was_measured_already_is_only_rolled_out() -> None:
    found = plan(step("test", "rag", group="retrieval", tested=True))
    assert "test_rag" not in names(found)
    assert points(found.phase("integration")) == (10, 20, 40)


def test_what_a_step_stands_on_is_rolled_out_with_it() -> None:
    # the glossary was measured before: its 1, 3, 6 days are all still to come, beside few-shot's 0, 1.5, 3
    found = plan(step("test", "few_shot", remedies=("glossary", "few_shot")))
    assert points(found.phase("integration")) == (1, 4.5, 9)


def test_the_clients_own_days_are_scheduled_as_they_are_priced() -> None:
    own = NegotiatedPrice(value=Decimal(30), unit="consultant days", source="client", read_on=DAY)
    who = replace(client(), prices={"cost.people.rag.days": own})
    assert points(schedule(advised(RAG), who=who).plans[0].phase("integration")) == (18, 23, 26)


# --- lead times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "group", "asked"),
    [
        ((unknown("access", "access_google_vertex"),), "prompt", True),
        ((unknown("access_vertex", "access_google_vertex"),), "prompt", True),
        ((unknown("agreement", "agreements"),), "prompt", True),
        ((unknown("latency", "latency"),), "prompt", False),
        ((), "prompt", False),
        ((), "contract", True),
    ],
)
def test_somebody_has_to_agree_only_where_that_is_open(
    conditions: tuple[GateOutcome, ...], group: str, asked: bool
) -> None:
    found = plan(step("test", "few_shot", conditions=conditions, group=group))
    assert ("contract_access" in names(found)) == asked
    if asked:  # no data go to a place before it is confirmed; the asking itself waits for nothing
        assert waits(found, "test_few_shot") == {"audit", "contract_access"}
        assert found.phase("contract_access").after == ()


@pytest.mark.parametrize(
    ("phi", "planned", "if_needed"), [(True, 1, True), (False, 0, False), (None, 1, False)]
)
def test_the_review_is_there_for_personal_data_and_marked_where_nobody_knows(
    phi: bool | None, planned: int, if_needed: bool
) -> None:
    found = plan(FEW_SHOT, contains_phi=phi, personal_data=False if phi is False else None)
    reviews = [p for p in found.phases if p.phase == "data_protection_review"]
    assert len(reviews) == planned
    if reviews:
        assert reviews[0].if_needed == (phi is None)
        # live requests hold what people wrote of themselves, so no test in live traffic begins before the review is
        # done; the test on the client's cases does, and the roll-out waits by way of the live test
        assert waits(found, "evaluation_ab") == {"test_few_shot", "data_protection_review"}
        assert waits(found, "integration") == {"evaluation_ab"}
        assert waits(found, "test_few_shot") == {"audit"}


def test_the_review_joins_before_training_too() -> None:
    assert "data_protection_review" in waits(plan(NOVA, contains_phi=True), "training")


def test_a_lead_time_is_waited_for_once() -> None:
    both = (unknown("agreement", "agreements"),)
    found = plan(step("test", "few_shot", conditions=both), step("test", "glossary", conditions=both))
    assert waits(found, "test_glossary") == {"test_few_shot"}
    only_rolled_out = plan(step("test", "few_shot", tested=True, conditions=both))
    assert "contract_access" in waits(only_rolled_out, "integration")


# --- builds --------------------------------------------------------------------------------------------------------


def need(task_id: str, missing: int) -> ExamplesNeed:
    return ExamplesNeed(
        task_id=task_id, name=task_id, wanted=missing, there=0, there_from="tasks", claimed=0, ground="rule", why="",
    )  # fmt: skip


def test_a_build_annotates_trains_and_goes_live_after_the_cheap_tests() -> None:
    built = advised(step("prepare", "deidentify"), FEW_SHOT, NOVA, identifiers=3)
    found = schedule(built, needs=[need("notes", 400)]).plans[0]
    assert waits(found, "dataset") == {
        "test_few_shot"
    }  # annotation is dear: it waits for what may make it needless
    assert waits(found, "test_few_shot") == {"deidentify"}
    assert waits(found, "training") == {
        "dataset",
        "quota",
        "data_protection_review",
    }  # rows identify somebody
    assert waits(found, "evaluation_ab") == {"training"}
    assert found.examples_needed == 400
    # 70% of 12, 20, 40 days before it is measured, the rest after; the prompt work is not rolled out beside it
    assert points(found.phase("training")) == pytest.approx((8.4, 14, 28))
    assert points(found.phase("integration")) == pytest.approx((3.6, 6, 12))
    assert found.phase("training").title == "Training: Amazon Nova fine-tuning on Bedrock"


def test_an_encoder_on_own_machines_needs_no_quota() -> None:
    found = plan(ENCODER)
    assert "quota" not in names(found)
    assert points(found.phase("training")) == (4, 7, 12)
    assert points(found.phase("integration")) == (6, 11, 23)


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_tasks_date_is_its_own() -> None:
    plans = (
        advised(FEW_SHOT, task_id="a"), advised(FEW_SHOT, RAG, task_id="b"), advised(KEEP, task_id="c"),
        advised(FEW_SHOT, task_id="d"),
    )  # fmt: skip
    timeline = schedule(*plans)
    assert [p.task_ids for p in timeline.plans] == [("a",), ("b",), ("c",), ("d",)]
    a, b, c, d = (p.finish for p in timeline.plans)
    assert c.p80 < a.p80 < b.p80
    assert a == d  # equal plans have equal dates
    assert timeline.portfolio.task_ids == ("a", "b", "c", "d")
    assert b.p80 <= timeline.portfolio.finish.p80 <= b.p80 + timedelta(days=7)
    assert timeline.advised == plans


def test_no_task_is_live_after_the_whole_engagement() -> None:
    plans = [advised(*steps, task_id=i) for i, steps in {"a": (RAG,), "b": (NOVA,), "c": (ENCODER,)}.items()]
    timeline = schedule(*plans, needs=[need("b", 300), need("c", 900)])
    for name in ("p10", "p50", "p80", "p90"):
        assert all(
            getattr(p.finish, name) <= getattr(timeline.portfolio.finish, name) for p in timeline.plans
        )


def test_one_team_annotates_one_dataset_after_the_other() -> None:
    plans = [advised(NOVA, task_id=i) for i in ("a", "b")]
    timeline = schedule(*plans, needs=[need("a", 300), need("b", 500)])
    assert timeline.portfolio.examples_needed == 800
    keys = {p.key: p for p in timeline.portfolio.phases}
    assert set(keys["b:dataset"].after) == {"audit", "a:dataset"}
    assert keys["a:dataset"].after == ("audit",)
    assert [p.phase for p in timeline.portfolio.phases].count("quota") == 1  # asked for once


@pytest.mark.parametrize(
    ("start", "as_of", "report", "first"),
    [
        (date(2026, 11, 23), DAY, DAY, date(2026, 11, 23)),
        (date(2026, 11, 2), date(2026, 11, 12), date(2026, 11, 12), date(2026, 11, 12)),
        (date(2026, 11, 23), DAY, date(2027, 1, 5), date(2027, 1, 5)),
        (date(2026, 12, 24), DAY, DAY, date(2026, 12, 24)),
        (date(2026, 12, 25), DAY, DAY, date(2026, 12, 28)),  # Christmas, then a weekend
    ],
)
def test_no_date_lies_before_the_reports_own(start: date, as_of: date, report: date, first: date) -> None:
    who = client()
    who = replace(who, engagement=who.engagement.model_copy(update={"start": start, "as_of": as_of}))
    found = schedule(advised(FEW_SHOT), who=who, facts=Facts(report))
    assert found.start == first
    dates = [d for p in found.portfolio.phases for d in (p.start_p50, p.finish_p10, p.finish_p50)]
    assert min(dates) == first
    assert found.plans[0].phase("audit").start_p50 == first


# --- phases.csv -------------------------------------------------------------------------------------------------------


def row(phase: str, *days: float, after: tuple[str, ...] = ()) -> Phase:
    low, likely, high = days or (1, 2, 3)
    return Phase(phase=phase, low_days=low, likely_days=likely, high_days=high, after=after)


def with_rows(*rows: Phase, plans: tuple[Advised, ...] | None = None) -> Timeline:
    plans = plans or (advised(FEW_SHOT, task_id="a"), advised(RAG, task_id="b"))
    return schedule(*plans, who=client(*(p.task_id for p in plans), phases=rows))


def test_without_phases_csv_nothing_is_the_clients() -> None:
    bases = {p.basis for plan in with_rows().plans for p in plan.phases}
    assert bases == {"table", "priced"}


def test_a_known_phase_takes_the_clients_days_wherever_it_occurs_and_keeps_its_place() -> None:
    without, found = with_rows(), with_rows(row("integration", 9, 10, 11), row("test_rag", 1, 2, 3))
    for before, after in zip(without.plans, found.plans, strict=True):
        assert points(after.phase("integration")) == (9, 10, 11)
        assert after.phase("integration").basis == "client"
        assert [p.after for p in after.phases] == [p.after for p in before.phases]
    assert points(found.plans[1].phase("test_rag")) == (1, 2, 3)


def test_a_known_phase_that_no_plan_holds_changes_nothing() -> None:
    assert with_rows(row("training"), row("quota", after=("training",))).plans == with_rows().plans


def test_the_order_of_known_phases_stays_the_plans() -> None:
    # an order that contradicts the plan's is no circle
    found = with_rows(row("audit", after=("integration",)), row("integration"))
    assert found.plans[0].phase("audit").after == ()


def test_a_phase_of_the_clients_own_joins_every_plan_in_which_something_is_done() -> None:
    plans = (advised(FEW_SHOT, task_id="a"), advised(RAG, task_id="b"), advised(KEEP, task_id="c"))
    rows = (
        row("works_council", 10, 20, 40, after=("audit",)), row("audit"), row("integration", after=("works_council",)),
    )  # fmt: skip
    found = with_rows(*rows, plans=plans)
    for each in found.plans[:2]:
        assert waits(each, "works_council") == {"audit"}
        assert waits(each, "integration") == {"evaluation_ab", "works_council"}
        assert each.phase("works_council").title == "Works council"
    assert found.plans[2].phases == ()
    assert [p.phase for p in found.portfolio.phases].count("works_council") == 1


def test_a_phase_that_does_not_occur_hands_on_what_it_would_wait_for() -> None:
    # no plan here trains or annotates: in the table training waits for the dataset, and that for the audit
    found = with_rows(row("training"), row("works_council", after=("training",)))
    assert waits(found.plans[0], "works_council") == {"audit"}


def test_a_circle_through_the_clients_own_phases_is_one_clear_line() -> None:
    rows = (row("council", after=("integration",)), row("audit", after=("council",)), row("integration"))
    with pytest.raises(BespokeError, match="phases wait for each other: audit"):
        with_rows(*rows)


def test_the_log_scales_priced_work_as_well() -> None:
    log = tuple(
        LoggedPhase(engagement=f"E{i}", phase="test_rag", planned_days=10, actual_days=10 * ratio)
        for i, ratio in enumerate([1.0] * 5 + [2.0] * 5)
    )
    found = schedule(advised(RAG), who=replace(client(), log=log)).plans[0].phase("test_rag")
    assert (points(found), found.basis) == ((7, 10.5, 14), "log")  # likely 7 days, times 1, 1.5 and 2


# --- the next 30 days ---------------------------------------------------------------------------------


def test_the_next_thirty_days_say_what_it_costs_when_and_who() -> None:
    conditions = (unknown("agreement", "agreements"),)
    first = step("test", "few_shot", cost=900, rollout=300, conditions=conditions)
    timeline = schedule(advised(step("prepare", "measure", cost=700), first, personal_data=None, cases=0))
    found = {action.action: action for action in timeline.next_days}
    assert {name: (a.cost and a.cost.expected, a.role) for name, a in found.items()} == {
        "Audit": (None, "consultant"),
        "Contract and access": (None, "client legal"),
        "Data-protection review (if personal data are in the requests)": (None, "client data owner"),
        "Measuring": (700, "consultant"),
        "Test: few-shot examples": (900, "consultant"),
        "A/B test": (
            None,
            "consultant",
        ),  # begins with the review's end; the roll-out, a week later, is beyond
    }
    starts = [action.start for action in timeline.next_days]
    assert starts == sorted(starts)
    assert found["Audit"].start == found["Contract and access"].start == date(2026, 11, 23)
    assert found["Measuring"].task_id == "notes"
    assert found["Audit"].task_id == ""


def test_what_begins_later_is_left_out_and_the_build_is_paid_where_it_begins() -> None:
    timeline = schedule(advised(NOVA), needs=[need("notes", 400)])
    last = timeline.start + timedelta(days=30)
    early = {p.key for p in timeline.portfolio.phases if p.start_p50 < last}
    assert len(timeline.next_days) == len(early) < len(timeline.portfolio.phases)
    costs = {a.action: a.cost and a.cost.expected for a in timeline.next_days}
    assert costs["Dataset and annotation"] == 100
    assert {a.role for a in timeline.next_days if a.action.startswith("Dataset")} == {"annotator"}
    assert {a.role for a in timeline.next_days if a.action == "Quota"} == {"client IT"}
    assert costs.get("Training: Amazon Nova fine-tuning on Bedrock") is None


def test_a_build_that_has_nothing_to_annotate_is_paid_where_its_training_begins() -> None:
    timeline = schedule(advised(ENCODER), needs=[need("notes", 0)])
    costs = {a.action: a.cost and a.cost.expected for a in timeline.next_days}
    assert costs["Training: small fine-tuned encoder"] == 100
    assert "Dataset and annotation" not in costs


def test_the_cost_of_all_actions_is_what_the_plan_pays_once() -> None:
    both = advised(FEW_SHOT, step("test", "glossary"))
    timeline = schedule(both)
    paid = sum(p.cost.expected for p in timeline.plans[0].phases if p.cost)
    assert paid == both.plan.one_off.expected == 280


SOME = scenarios()[::4]


@pytest.mark.parametrize("scenario", SOME, ids=[f"{one.name} on {one.day}" for one in SOME])
def test_every_step_of_every_plan_is_on_the_calendar(scenario: Scenario) -> None:
    """Whatever the advice is, its phases hold what it pays once, no more and no less, and a single task is live when
    the engagement is."""
    found, situation = scenario.plan()
    one = Advised(situation=situation, plan=found)
    missing = [need("task", 100)] if found.likely_end.kind == "build" else []
    timeline = compute(scenario.client(), Facts(scenario.day), advised=[one], needs=missing, draws=100)
    own = timeline.plans[0]
    assert sum(p.cost.expected for p in own.phases if p.cost) == pytest.approx(found.one_off.expected)
    assert own.finish == timeline.portfolio.finish
    assert own.finish.p10 >= timeline.start >= scenario.day
    tests = {f"test_{s.route}" for s in found.taken if s.kind == "test" and not s.configuration.tested}
    assert tests <= names(own)


# --- on the page --------------------------------------------------------------------------------------------------


def shown(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr("bespoke.show.display", blocks.append)
    for exhibit in (
        "finding", "overview_text", "dates_table", "contingency_text", "next_days_table", "gantt_figure",
        "phases_table", "examples_text", "zero_variance_callout", "s_curve_figure", "sensitivity_figure",
        "driver_text", "calibration_text", "ab_table", "ab_text",
    ):  # fmt: skip
        getattr(exhibits, exhibit)(timeline)
    return blocks


def test_the_page_of_plans_that_change_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = shown(schedule(advised(KEEP)), monkeypatch)
    assert blocks[0].text == "Every task stays as it is: there is nothing to schedule"
    labels = [block.label for block in blocks if hasattr(block, "label")]
    assert labels == ["tbl-timeline-dates", "tbl-timeline-ab"]


def test_the_page_names_tasks_and_phases_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [advised(RAG, task_id="a", personal_data=None), advised(KEEP, task_id="b")]
    blocks = {block.label: block for block in shown(schedule(*plans), monkeypatch) if hasattr(block, "label")}
    assert [row[0] for row in blocks["tbl-timeline-dates"].rows] == [
        "a", "b (nothing changes)", "Whole engagement",
    ]  # fmt: skip
    assert [row[2:] for row in blocks["tbl-timeline-next-days"].rows][:3] == [
        ("Audit", "All tasks", None, "Consultant"),
        (
            "Data-protection review (if personal data are in the requests)",
            "All tasks",
            None,
            "Client data owner",
        ),
        ("Test: retrieval (RAG)", "a", 100.0, "Consultant"),
    ]
    phases = {row[0]: row for row in blocks["tbl-timeline-phases"].rows}
    assert phases["Test: retrieval (RAG)"][1:7] == ("a", 4.0, 7.0, 12.0, "as priced", "Audit")
    assert phases["A/B test"][6] == "Test: retrieval (RAG), Data-protection review"
    assert phases["Roll-out"][6] == "A/B test"


def test_a_plan_too_long_for_the_figure_shows_what_decides_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [advised(FEW_SHOT, RAG, task_id=f"t{n:02}") for n in range(8)]
    blocks = {block.label: block for block in shown(schedule(*many), monkeypatch) if hasattr(block, "label")}
    assert "7 phases that decide it less often stand in the table" in blocks["fig-timeline-gantt"].caption


def test_the_bars_of_the_risk_stand_with_the_greatest_on_top_and_each_says_its_share() -> None:
    [axes] = _draw_sensitivity([("Data", 0.6), ("Evaluation", 0.3), ("Roll-out", 0.1)]).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Roll-out", "Evaluation", "Data"]
    assert [bar.get_width() for bar in axes.patches] == [0.1, 0.3, 0.6]
    assert [(words.get_text(), words.get_position()[1]) for words in axes.texts] == [
        ("10%", 0), ("30%", 1), ("60%", 2),
    ]  # fmt: skip
    assert [bar.get_facecolor() == to_rgba(EMPHASIS) for bar in axes.patches] == [False, False, True]
    assert all(
        words.get_position()[0] > bar.get_width() for words, bar in zip(axes.texts, axes.patches, strict=True)
    )
    assert axes.get_xlim() == pytest.approx((0, 0.72))  # the words need room: a fifth of the longest bar


@pytest.mark.parametrize(
    ("plans", "task", "name"),
    [(2, "notes", "Evaluation, Structuring notes"), (1, "notes", "Evaluation"), (2, "", "Evaluation")],
)
def test_a_phase_is_named_with_its_task_where_there_is_more_than_one(
    plans: int, task: str, name: str
) -> None:
    phase = PhaseTimeline.model_construct(title="Evaluation", if_needed=False, task_id=task)
    test = ABTest.model_construct(task_id="notes", name="Structuring notes")
    plan = PlanTimeline.model_construct(name="notes", phases=(phase,))
    timeline = Timeline.model_construct(plans=(plan,) * plans, ab_tests=(test,))
    assert full_name(phase, timeline) == name
    maybe = phase.model_copy(update={"if_needed": True})
    assert full_name(maybe, timeline) == name.replace("Evaluation", "Evaluation (if needed)")
