"""Two standpoints on a task: what differs in the advice, and what alone explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice import compare_advice
from bespoke.advice.compare_advice import Standpoint, compare
from bespoke.advice.routes import routes
from bespoke.advice.situation import Situation
from bespoke.chapters import standpoints
from bespoke.statistics.interval import Interval
from tests.advice_cases import DAY, FlatPrices, situation


def standpoint(s: Situation, *, day: date = DAY, monthly: Mapping[str, float] | None = None) -> Standpoint:
    prices = FlatPrices(monthly)
    return Standpoint(day, s, lambda _: prices, {})


def test_the_same_standpoint_has_no_differences() -> None:
    same = standpoint(situation({"tone": 30}))
    assert compare(same, same).differences == ()


def test_a_route_that_closed_is_put_down_to_the_date() -> None:
    s = situation({"tone": 30}).at(model="claude-sonnet-4-6", residency=("us",))
    found = compare(standpoint(s, day=date(2026, 3, 1)), standpoint(s, day=date(2026, 3, 20)))
    assert any(d.startswith("closed: bedrock_haiku3_sft, which needs") for d in found.differences)


def test_a_new_model_is_named_with_the_date_that_brought_it() -> None:
    s = situation({"reasoning": 30})
    found = compare(standpoint(s, day=date(2026, 6, 1)), standpoint(s, day=DAY))  # Opus 5.5 came between
    assert any("claude-opus-5-5" in difference for difference in found.differences)
    (cause,) = found.causes
    assert cause.startswith("the date, 2026-06-01 -> 2026-11-27")


def test_one_of_two_changed_inputs_is_named_as_the_cause() -> None:
    old = situation({"tone": 30}, tried=False)
    better = Interval(estimate=0.95, low=0.9, high=0.98)
    new = old.at(quality=better, output_tokens=210)
    found = compare(standpoint(old), standpoint(new))
    assert any(d.startswith("first step: few_shot on") for d in found.differences)
    assert len(found.causes) == 1
    assert found.causes[0].startswith("quality, ")


def test_changes_that_only_work_together_are_named_together() -> None:
    # Few outputs far from their target are worth a try, and so are many near it: few and near are not.
    old = standpoint(situation({"tone": 30}, tried=False).at(requests_per_day=200, target=0.9))
    new = replace(old, situation=old.situation.at(requests_per_day=12, target=0.71))
    found = compare(old, new)
    assert found.differences[0].startswith("first step: few_shot on")
    assert found.causes == ()
    assert found.together == ("requests_per_day, 200 -> 12", "target, 0.9 -> 0.71", "prices and costs")
    assert found.because == ("the requests a day", "the target", "the requests a day, and what they cost")


def test_prices_can_be_the_cause_and_amounts_are_told() -> None:
    s = situation({"tone": 30}, quality=0.95)
    found = compare(standpoint(s), standpoint(s, monthly={"smaller_model": 100.0}))
    assert "a month at the likely end: $600 -> $100" in found.differences
    assert found.causes == ("prices and costs",)


def test_the_day_it_is_live_is_told() -> None:
    s = situation({"tone": 30})
    old, new = standpoint(s), standpoint(s)
    moved = Standpoint(new.as_of, new.situation, new.prices, {}, date(2027, 1, 20))
    old = Standpoint(old.as_of, old.situation, old.prices, {}, date(2027, 1, 5))
    assert "live by: 5 Jan 2027 -> 20 Jan 2027" in compare(old, moved).differences


def test_causes_are_told_of_tasks_that_both_have_and_whose_advice_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`gone` is only in the old advice and `fresh` only in the new one; nothing of `calm` moved."""
    s = situation({"tone": 30})
    same, better = standpoint(s), standpoint(s.at(quality=Interval(estimate=0.95, low=0.9, high=0.98)))
    advice = {
        "then": {"gone": same, "calm": same, "notes": same},
        "now": {"calm": same, "notes": better, "fresh": better},
    }
    monkeypatch.setattr(standpoints, "standpoints", lambda client, which: advice[which])
    assert standpoints.causes(None, "then", "now") == {"notes": ("the quality today",)}


def test_every_input_that_decides_something_has_words_for_a_report():
    from bespoke.advice.compare_advice import INPUTS, PLAIN
    from bespoke.advice.situation import Situation

    assert set(INPUTS) == set(Situation.model_fields) - set(PLAIN)


def test_routes_whose_state_moved_are_told_with_the_day_since_which() -> None:
    before, after = date(2026, 3, 1), date(2026, 3, 20)
    said = compare_advice._moved(before, after)
    assert "bedrock_haiku3_sft is " in said
    states = {route.route: route.state for route in routes(before)}
    moved = [route for route in routes(after) if states.get(route.route) != route.state]
    assert [part.split(" ")[0] for part in said.split("; ")] == [route.route for route in moved]
    assert all(f"since {route.since}" in said for route in moved)
    assert compare_advice._moved(after, after) == ""


def test_each_change_is_told_in_our_words_and_in_those_of_a_report() -> None:
    old = standpoint(situation({"tone": 30}))
    assert [change.words for change in compare_advice._changes(old, old)] == ["prices and costs"]
    new = replace(
        standpoint(old.situation.at(target=0.8, name="Another"), day=date(2026, 11, 28)),
        thresholds={"least_chance": 0.4},
    )
    changes = compare_advice._changes(old, new)
    assert [(change.words, change.plain) for change in changes] == [
        ("the date, 2026-11-27 -> 2026-11-28", "the date"), ("target, 0.9 -> 0.8", "the target"),
        ("prices and costs", "prices and costs"), ("thresholds", "the thresholds"),
    ]  # fmt: skip
    day, target, prices, thresholds = (change.applied for change in changes)
    assert (day.as_of, day.situation, day.prices) == (new.as_of, old.situation, new.prices)
    assert (target.situation, target.as_of) == (old.situation.at(target=0.8), old.as_of)
    assert (prices.prices, prices.thresholds) == (new.prices, old.thresholds)
    assert (thresholds.thresholds, thresholds.prices) == (new.thresholds, old.prices)


def closing(*routes: str) -> Any:
    """A plan with these routes closed."""
    outcome = SimpleNamespace(needs="more", found="less")
    return SimpleNamespace(
        closed=tuple(SimpleNamespace(route=name, outcomes=(outcome, outcome)) for name in routes)
    )


def test_what_closed_and_what_opened_again_is_told_by_name() -> None:
    assert compare_advice._closed(closing("b", "a"), closing("b", "d", "c")) == [
        "closed: c, which needs more (less); more (less)", "closed: d, which needs more (less); more (less)",
        "open again: a",
    ]  # fmt: skip


def test_amounts_are_told_where_they_differ_as_printed() -> None:
    def plan(today: float, month: float, once: float) -> Any:
        amounts = {"today": today, "monthly": month, "one_off": once}
        return SimpleNamespace(**{name: SimpleNamespace(expected=value) for name, value in amounts.items()})

    assert compare_advice._money(plan(600, 500, 1000), plan(600.1, 400, 2000)) == [
        "a month at the likely end: $500 -> $400", "once: $1,000 -> $2,000",
    ]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [(None, DAY), (DAY, None), (DAY, DAY), (None, None)])
def test_a_date_is_told_where_both_have_another(old: date | None, new: date | None) -> None:
    sides = [replace(standpoint(situation({"tone": 30})), live_p80=day) for day in (old, new)]
    assert compare_advice._dates(*sides) == []
