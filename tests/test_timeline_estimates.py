"""Which estimate a phase gets, and what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.timeline import DEFAULT_PHASES, compute
from bespoke.chapters.timeline.ab_test import ab_test, sample_size
from bespoke.chapters.timeline.estimates import PhaseEstimate, learnt, long_enough
from bespoke.chapters.timeline.own_phases import with_own
from bespoke.chapters.timeline.points import Points
from bespoke.chapters.timeline.task_plan import of_table
from bespoke.clients.schema import Annotation, Client, Engagement, Phase, Rates, Task
from bespoke.errors import BespokeError
from bespoke.exhibits.timeline import examples_text
from bespoke.facts.reader import Facts

FACTS = Facts(as_of=date(2026, 11, 20))
PROMPT = ("audit", "measure", "evaluation_ab", "integration")


def task(
    task_id: str = "notes", per_day: float = 10_000, current: float | None = 0.71, target: float | None = 0.9
) -> Task:
    return Task(
        task_id=task_id, name=task_id, kind="extraction", requests_per_day=per_day, peak_to_mean=2,
        system_tokens=10, input_tokens=10, output_tokens=10, model="claude-sonnet-5", metric="F1",
        current_quality=current, target_quality=target,
    )  # fmt: skip


def client(*tasks: Task, phases: tuple[Phase, ...] | None = None) -> Client:
    engagement = Engagement(
        client="Test", prepared_by="Test", as_of=date(2026, 11, 20), start=date(2026, 11, 23), country="GB",
        subdivision="ENG", rates=Rates(consultant_day=Decimal(1), annotator_hour=Decimal(1)),
        annotation=Annotation(examples_per_hour=9, annotators=3, review_rounds=2),
    )  # fmt: skip
    return Client("test", Path(), engagement, tasks or (task(),), phases=phases)


def needs(task_id: str, missing: int) -> ExamplesNeed:
    return ExamplesNeed(
        task_id=task_id,
        name=task_id,
        wanted=missing,
        there=0,
        there_from="tasks",
        claimed=0,
        ground="rule",
        why="none",
    )


def network(
    c: Client, names: tuple[str, ...], *, examples: int | None = None, ab_days: int = 7
) -> dict[str, PhaseEstimate]:
    found = with_own(long_enough(of_table("notes", names, c, FACTS, missing=examples), ab_days), c, FACTS)
    return {estimate.kind: estimate for estimate in found}


def test_a_prompt_route_has_no_dataset_and_no_training() -> None:
    assert list(network(client(), PROMPT)) == list(PROMPT)


def test_a_phase_of_a_task_is_its_own_and_a_lead_time_is_everybodys() -> None:
    found = network(client(), ("audit", "measure"))
    assert [e.phase for e in found.values()] == ["audit", "notes:measure"]


def test_predecessors_of_phases_left_out_are_handed_on() -> None:
    # training is left out: the A/B test waits for what training would have waited for
    found = network(client(), ("audit", "dataset", "evaluation_ab"))
    assert found["evaluation_ab"].after == ("notes:dataset", "audit")


def test_dataset_days_follow_from_examples_and_throughput() -> None:
    # 9 an hour x 3 annotators / 2 rounds = 13.5 an hour; 1,350 examples = 100 hours: 100 / 5 + 3 = 23 likely,
    # 100 / 6.5 + 1 = 16.38 at best, 100 / 3 + 6 = 39.33 at worst
    found = network(client(), DEFAULT_PHASES, examples=1_350)["dataset"]
    assert [found.low, found.likely, found.high] == pytest.approx([16.385, 23.0, 39.333], abs=1e-3)
    assert found.basis == "examples"


def test_nothing_to_annotate_takes_no_time() -> None:
    found = network(client(), DEFAULT_PHASES, examples=0)["dataset"]
    assert (found.low, found.high) == (0, 0)


def test_the_ab_phase_is_as_long_as_its_test() -> None:
    found = network(client(), PROMPT, ab_days=21)["evaluation_ab"]
    assert found.likely == pytest.approx(15)  # 21 days are 15 working days


def test_the_clients_own_phase_comes_first() -> None:
    own = Phase(phase="training", low_days=1, likely_days=2, high_days=3)
    found = network(client(phases=(own,)), DEFAULT_PHASES)["training"]
    assert (found.low, found.high, found.basis) == (1, 3, "client")
    assert "notes:dataset" in found.after  # the order stays the table's


def test_a_phase_of_the_clients_own_joins_every_plan() -> None:
    own = Phase(phase="works_council", low_days=10, likely_days=20, high_days=40, after=("audit",))
    assert "works_council" in network(client(phases=(own,)), PROMPT)


def test_the_log_replaces_the_table() -> None:
    # likely 2.333 days, times what such phases took of what was planned
    table = of_table("notes", PROMPT, client(), FACTS)
    found = learnt(table, {"audit": Points(0.5, 2.0, 3.0)})
    assert found[0].points == pytest.approx((1.1665, 4.666, 6.999))
    assert found[0].basis == "log"
    assert found[1:] == table[1:]


def test_days_that_follow_from_counted_examples_are_not_learnt() -> None:
    table = of_table("notes", ("dataset",), client(), FACTS, missing=270)
    assert learnt(table, {"dataset": Points(0.5, 2.0, 3.0)}) == table


def test_a_phase_nobody_has_estimated_is_one_clear_line() -> None:
    with pytest.raises(BespokeError, match="no estimate for phase 'party'"):
        of_table("notes", ("party",), client(), FACTS)


def test_a_circle_is_one_clear_line() -> None:
    rows = tuple(
        Phase(phase=a, low_days=1, likely_days=1, high_days=1, after=(b,))
        for a, b in (("x", "y"), ("y", "x"))
    )
    with pytest.raises(BespokeError, match="phases wait for each other: x, y"):
        network(client(phases=rows), PROMPT)


def test_an_unknown_predecessor_is_one_clear_line() -> None:
    row = Phase(phase="audit", low_days=1, likely_days=1, high_days=1, after=("audti",))
    with pytest.raises(BespokeError, match="audit waits for 'audti', which is no phase"):
        network(client(phases=(row,)), PROMPT)


def test_days_that_do_not_rise_are_one_clear_line() -> None:
    row = Phase(phase="audit", low_days=5, likely_days=3, high_days=8)
    with pytest.raises(BespokeError, match="audit: 5, 3, 8 days do not rise"):
        network(client(phases=(row,)), PROMPT)


def test_sample_size_of_two_proportions() -> None:
    # 0.86 against 0.92: (1.95996 sqrt(2 x .89 x .11) + .84162 sqrt(.1204 + .0736))^2 / .0036
    # = (0.86727 + 0.37069)^2 / 0.0036 = 425.7
    assert sample_size(0.86, 0.92, power=0.8, significance=0.05) == 426


def test_the_test_lasts_a_week_or_as_long_as_the_traffic_needs() -> None:
    busy = ab_test(task(), client(), FACTS)
    quiet = ab_test(task(per_day=2), client(), FACTS)
    assert (busy.calendar_days, quiet.calendar_days) == (7, 68)  # 68 an arm: 136 outputs at 2 a day
    assert quiet.grading_hours == 15.1  # 136 / 9 an hour


def test_a_test_without_a_target_says_what_is_missing() -> None:
    found = ab_test(task(target=None), client(), FACTS)
    assert (found.per_arm, found.missing) == (None, "current and target quality")


def test_one_plan_per_task_and_one_for_everything() -> None:
    c = client(task("a"), task("b"), task("c"))
    timeline = compute(c, FACTS, phases=DEFAULT_PHASES, needs=[needs("c", 400)], draws=2_000)
    assert [plan.task_ids for plan in timeline.plans] == [("a",), ("b",), ("c",)]
    assert timeline.portfolio.task_ids == ("a", "b", "c")
    assert (
        timeline.plan_of("c").finish.p80 < timeline.portfolio.finish.p80
    )  # a and b have the table's dataset


def test_the_whole_engagement_annotates_only_for_plans_that_do() -> None:
    c = client(task("a"), task("b"))
    timeline = compute(c, FACTS, phases=PROMPT, needs=[needs("a", 5_000), needs("b", 270)], draws=500)
    assert timeline.portfolio.examples_needed is None
    timeline = compute(c, FACTS, needs=[needs("a", 0), needs("b", 270)], draws=500)
    # 270 examples at 13.5 an hour are 20 hours, 4 days of five and 3 to set up; nothing to annotate takes no time
    days = {p.key: p.likely_days for p in timeline.portfolio.phases if p.phase == "dataset"}
    assert (timeline.portfolio.examples_needed, days) == (270, {"a:dataset": 0, "b:dataset": 7})


def test_the_result_is_ordered_flagged_and_repeatable() -> None:
    first, second = (compute(client(), FACTS, draws=2_000) for _ in range(2))
    plan = first.portfolio
    assert first.model_dump_json() == second.model_dump_json()
    assert plan.finish.p10 <= plan.finish.p50 <= plan.finish.p80 <= plan.finish.p90
    assert [p.phase for p in plan.phases if p.zero_variance] == ["evaluation_ab"]
    assert sum(p.variance_share for p in plan.phases) == pytest.approx(1, abs=1e-3)
    assert plan.merge_bias_days > 0  # parallel lead times join before training
    assert [w.weeks for w in plan.within] == [6, 7, 8, 9, 10, 11, 12]
    assert not first.phases_chosen


def test_a_serial_chain_is_critical_throughout() -> None:
    chain = ("audit", "dataset", "training", "evaluation_ab", "integration")
    plan = compute(client(), FACTS, phases=chain, draws=2_000).portfolio
    assert {p.criticality for p in plan.phases} == {1.0}
    assert abs(plan.merge_bias_days) < 0.3
    assert plan.drivers[0].phase == "dataset"


def test_more_annotators_finish_sooner() -> None:
    c = client()
    six = Annotation(examples_per_hour=9, annotators=6, review_rounds=2)
    more = replace(c, engagement=c.engagement.model_copy(update={"annotation": six}))
    needed = [needs("notes", 3_000)]
    slow, fast = (compute(who, FACTS, needs=needed, draws=2_000).portfolio for who in (c, more))
    assert fast.p50_days < slow.p50_days


def test_the_page_says_whose_count_and_which_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks: list[Any] = []
    monkeypatch.setattr("bespoke.show.display", blocks.append)
    counted = needs("notes", 400).model_copy(
        update={"wanted": 500, "there": 100, "there_from": "dataset", "claimed": 1_200, "why": "no curve"}
    )
    examples_text(compute(client(), FACTS, needs=[counted], draws=200))
    assert [block.markdown.replace("\\", "") for block in blocks] == [
        "**notes**: 400 examples are still to be annotated, 500 wanted less 100 usable in the dataset (the task list "
        "speaks of 1,200). The rule of thumb decides: no curve."
    ]
