"""What a step must be worth, whether it multiplies the bill, and which comes first, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice import options
from bespoke.advice.situation import Worth
from bespoke.advice.worth import outputs
from tests.advice_cases import FACTS, situation

PLAIN = situation({"tone": 30}).at(worth=Worth(person_hour=60.0, consultant_day=1500.0))


def ground(today: float = 1000.0, *, stated: bool = False, asked: bool = True) -> Any:
    """A quality of 0.6 with 0.8 asked for, over a year; an output is worth 10 USD at most where nothing is stated."""
    worth = Worth(person_hour=60.0, consultant_day=1500.0, right=2.0 if stated else None)
    return SimpleNamespace(
        situation=PLAIN.at(worth=worth), facts=FACTS, months=12.0, aim=0.8, likely=0.6,
        prices=SimpleNamespace(today=lambda: SimpleNamespace(expected=today)), speaks_to=lambda _: asked,
    )  # fmt: skip


def price(test: float = 3000.0, rollout: float = 1500.0, monthly: float = 1100.0) -> Any:
    return SimpleNamespace(
        test=SimpleNamespace(expected=test), rollout=SimpleNamespace(expected=rollout),
        monthly=SimpleNamespace(expected=monthly),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("today", "monthly", "much"),
    [
        (1000, 3000, False),  # three times today's bill, and no more
        (1000, 3001, True),
        (100, 1600, False),  # sixteen times, but no more than one day of a consultant is added
        (100, 1601, True),
        (20_000, 50_000, False),  # twenty days are added, and no more
        (20_000, 50_001, True),
    ],
)
def test_a_bill_is_multiplied_by_more_than_three_with_a_day_or_by_twenty_days(
    today: float, monthly: float, much: bool
) -> None:
    assert options.multiplies(monthly, ground(today)) is much
    assert options.multiplies(monthly, ground(today, stated=True)) is False  # what an output is worth decides


@pytest.mark.parametrize(("likely", "gain"), [(0.7, 0.1), (0.8, 0.2), (0.9, 0.2)])
def test_a_step_needs_its_cost_over_the_outputs_that_it_puts_right(likely: float, gain: float) -> None:
    """Test, roll-out and twelve months of 100 more are 5,700; what exceeds the target of 0.8 is not asked for."""
    after: Any = SimpleNamespace(likely=likely)
    needs = 5700 / (outputs(PLAIN, FACTS) * gain)
    assert options._needs(price(), after, 100.0, ground()) == pytest.approx(needs)


@pytest.mark.parametrize("likely", [0.6, 0.5])
def test_a_step_that_puts_nothing_right_could_be_worth_nothing(likely: float) -> None:
    after: Any = SimpleNamespace(likely=likely)
    assert options._needs(price(), after, 100.0, ground()) == float("inf")
    assert options._needed(price(), after, 100.0, ground()) is None


@pytest.mark.parametrize(("added", "needed"), [(-375.0, None), (-374.0, 12.0)])
def test_what_pays_by_itself_needs_no_worth(added: float, needed: float | None) -> None:
    """3,000 + 1,500 are paid back by 375 a month over the year; else 12 remain, over the outputs put right."""
    found = options._needed(price(), SimpleNamespace(likely=0.8), added, ground())  # type: ignore[arg-type]
    assert found == (None if needed is None else pytest.approx(needed / (outputs(PLAIN, FACTS) * 0.2)))


@pytest.mark.parametrize(("needs", "worth_it"), [(9.99, True), (10.0, True), (10.01, False)])
def test_a_step_may_need_what_an_annotator_takes_and_no_more(
    monkeypatch: pytest.MonkeyPatch, needs: float, worth_it: bool
) -> None:
    monkeypatch.setattr(options, "_needs", lambda *_: needs)
    one: Any = SimpleNamespace(remedies=("few_shot",))
    index, needed, good = options._by_price(one, price(), SimpleNamespace(), 0.25, 100.0, ground())  # type: ignore[arg-type]
    assert (needed, good) == (needs, worth_it)
    # 3,000 / .25 + 1,500 + 12 x 100 = 12,000 + 1,500 + 1,200.
    assert index == (0.0, pytest.approx(14_700))


@pytest.mark.parametrize(
    ("chance", "remedies", "added", "asked", "index"),
    [
        (0.1, (), 100.0, False, (0.0, 3000 / 0.1 + 1500 + 1200)),  # a real chance: by the price of the target
        (0.09, ("few_shot",), 100.0, True, (1.0, 0.0, 7.0)),  # none: what the failures ask for first
        (None, ("few_shot",), 100.0, True, (1.0, 0.0, 7.0)),
        (0.09, ("few_shot",), 100.0, False, (1.0, 1.0, 7.0)),  # they do not ask for it
        (0.09, (), 100.0, True, (1.0, 1.0, 7.0)),  # another model that does not pay for itself
        (0.09, (), -375.0, True, (1.0, 0.0, 7.0)),  # 4,500 are saved over twelve months, and so it does
        (0.09, (), -374.95, True, (1.0, 1.0, 7.0)),
    ],
)  # fmt: skip
def test_the_price_of_the_target_comes_first_then_what_the_failures_ask_for(
    monkeypatch: pytest.MonkeyPatch, chance: float | None, remedies: tuple[str, ...], added: float,
    asked: bool, index: tuple[float, ...],
) -> None:  # fmt: skip
    monkeypatch.setattr(options, "_needs", lambda *_: 7.0)
    one, after = SimpleNamespace(remedies=remedies), SimpleNamespace()
    found, _, _ = options._by_price(one, price(), after, chance, added, ground(asked=asked))  # type: ignore[arg-type]
    assert found == pytest.approx(index)


def option(
    group: str = "prompt", likely: float | None = 0.7, chance: float | None = None, **given: Any
) -> Any:
    """Something that would cost 12,000 and save 500 a month of today's bill of 1,000, unless given otherwise."""
    outlook = (
        None if likely is None else SimpleNamespace(likely=likely, reaches=lambda _: given.get("keeps", 0.75))
    )
    return SimpleNamespace(
        intervention=SimpleNamespace(group=group, is_build=group == "tuning"), outlook=outlook, chance=chance,
        once=given.get("once", 6000.0), price=SimpleNamespace(added_monthly=given.get("added", -500.0)),
    )  # fmt: skip


def of_a_bill(month: float = 1000.0, *, stated: bool = False) -> Any:
    found = ground(stated=stated)
    found.prices.levered = lambda: (SimpleNamespace(expected=month), ())
    return found


LEAST, LEAST_OF_A_BUILD = (FACTS.threshold(name) for name in ("least_chance", "least_chance_of_a_build"))


@pytest.mark.parametrize(
    ("given", "worth_trying"),
    [
        (option(chance=LEAST, likely=0.0), True),  # a chance of the target is enough
        (option(chance=LEAST - 0.001, likely=0.6), False),
        (option(chance=None, likely=0.603), True),  # it removes errors: more than the 0.002 that are noise
        (option(chance=0.0, likely=0.602), False),
        (option(likely=None), True),  # nobody has read what goes wrong: the prompt
        (option("retrieval", likely=None), True),
        (option("model", likely=None), False),
        (option("tuning", chance=LEAST_OF_A_BUILD, added=0.0), True),
        (option("tuning", chance=LEAST_OF_A_BUILD - 0.001, added=0.0), False),
        (option("tuning"), True),  # halves the bill, and is paid back by 500 a month within the year
        (option("tuning", added=-499.0), False),
        (option("tuning", once=6000.1), False),
        (option("tuning", keeps=0.749), False),  # and today's quality is kept with a chance of 0.75 at least
        (option("tuning", likely=None), False),
    ],
)
def test_what_stands_a_chance_is_tried(given: Any, worth_trying: bool) -> None:
    assert options.helps(given, of_a_bill(), tested=False) is worth_trying


def test_a_prompt_that_was_tried_is_not_tried_again_unread() -> None:
    assert options.helps(option(likely=None), of_a_bill(), tested=True) is False
    assert options.helps(option("retrieval", likely=None), of_a_bill(), tested=True) is True


def test_where_the_target_is_met_nothing_more_is_removed() -> None:
    met = of_a_bill()
    met.likely, met.aim = 0.8, 0.8
    assert options.helps(option(likely=0.9), met, tested=False) is False
    met.aim = None  # without a target there is always more to remove
    assert options.helps(option(likely=0.9), met, tested=False) is True


@pytest.mark.parametrize(
    ("likely", "stated", "helps"), [(0.75, True, True), (0.749, True, False), (0.75, False, False)]
)
def test_a_build_that_saves_nothing_has_to_close_half_the_gap_of_an_output_that_is_worth_something(
    likely: float, stated: bool, helps: bool
) -> None:
    """From 0.5 to the 1.0 asked for: half the gap is 0.25."""
    build = option("tuning", likely=likely, added=0.0)
    given = of_a_bill(stated=stated)
    given.likely, given.aim = 0.5, 1.0
    assert options.helps(build, given, tested=False) is helps


def test_conditions_of_law_or_access_that_nobody_has_confirmed_are_counted() -> None:
    inputs = ("residency", "access.aws_bedrock", "examples", "access.gpu_hosting")
    unknown = tuple(SimpleNamespace(input=name) for name in inputs)
    given: Any = SimpleNamespace(placed=SimpleNamespace(unknown=unknown))
    assert options.unsure(given) == 3
