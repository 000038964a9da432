"""The bill on the page: what a month costs and is made of, every priced route, and from which volume one pays."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.advice.candidates import Configuration
from bespoke.chapters.cost_model.result import (
    Band,
    BreakEven,
    Component,
    CostModel,
    RouteCost,
    TaskCost,
    rounded,
)
from bespoke.exhibits.cost_model import bill_exhibits, cost_wording, option_exhibits, volume
from bespoke.exhibits.cost_model.bill_exhibits import _CostBar, _draw_build_up
from bespoke.show.style import BLUE, MUTED, ORANGE
from tests.shown_blocks import layout, shown, words

DAY = date(2026, 11, 27)


def band(value: float, half: float = 0.1) -> Band:
    return Band(p10=value * (1 - half), p50=value, p90=value * (1 + half), mean=value)


def route(name: str = "as_is", month: float = 600.0, **given: Any) -> RouteCost:
    place = {"model": "opus", "place": "bedrock_us", "remedies": (), "levers": ()}
    configuration = Configuration(route=name, **{key: given.pop(key, value) for key, value in place.items()})
    found = {
        "key": name, "configuration": configuration, "monthly": band(month), "test": band(0.0), "rollout": band(0.0),
        "life_12": band(12 * month), "per_request": band(0.01), "per_accepted": None, "accepted_basis": "",
        "versus_levered": "same", "payback_months": None, "needs_worth": None, "build_up": (), "unpublished": (),
    }  # fmt: skip
    return RouteCost.model_construct(**{**found, **given})


SAME = route("batch", 450.0, levers=("batch",))
CHEAP = route("smaller_model", 100.0, model="haiku")


def task(*routes: RouteCost, name: str = "Mail", **given: Any) -> TaskCost:
    routes = routes or (route(), SAME, CHEAP)
    found = {
        "task_id": name.lower(), "name": name, "model": "opus", "must_move": False, "requests_per_day": 2000.0,
        "requests_per_month": 60_800.0, "routes": routes, "cheapest_same_answers": routes[min(1, len(routes) - 1)].key,
        "cheapest_monthly": routes[-1].key, "cheapest_life_12": routes[-1].key, "not_separable": (), "break_evens": (),
        "caching_pays_from": {},
    }  # fmt: skip
    return TaskCost.model_construct(**{**found, **given})


def cost(*tasks: TaskCost, **given: Any) -> CostModel:
    found = {
        "tasks": tasks or (task(),), "as_of": DAY, "currency": "USD", "usd_per_unit": Band(p10=1.0, p50=1.1, p90=1.2,
        mean=1.1), "draws": 2000,
        "rate_read_on": DAY, "rate_source": "ECB", "today_monthly": band(600.0), "today_monthly_usd": band(660.0),
        "same_answers_monthly": band(450.0), "own_prices": (),
    }  # fmt: skip
    return CostModel.model_construct(**{**found, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "$600 a month today falls to $450 with the same models and prompts, by batches"),
        (
            {"same_answers_monthly": band(550.0)},
            "$600 a month today may fall to $550 with the same models and prompts, by batches",
        ),
        (
            {"same_answers_monthly": band(600.0)},
            "$600 a month is already the cheapest way to today's answers",
        ),
    ],
)
def test_the_finding_says_what_goes_away_without_touching_an_answer(given: dict[str, Any], said: str) -> None:
    (block,) = shown(bill_exhibits.finding, cost(**given))
    assert block.text == said
    (block,) = shown(bill_exhibits.finding, cost(task(must_move=True)))
    assert block.text.endswith("by batches, if it could stay where it runs")


def test_how_to_read_the_numbers_and_the_rate_of_another_currency() -> None:
    (block,) = shown(bill_exhibits.overview_text, cost())
    assert "each is drawn 2,000 times" in words(block)
    assert "cost $600 a month as they run today ($540 to $660)" in words(block)
    _, rate = shown(bill_exhibits.overview_text, cost(currency="EUR"))
    assert words(rate).startswith(
        "Amounts are in EUR. Models are bought in US dollars: today's month is $660 ($594 to $726)"
    )
    assert words(rate).endswith("at 1.1 USD per EUR, between 1 and 1.2 (ECB; read on 27 Nov 2026).")


def test_a_task_has_its_month_today_with_the_same_answers_and_at_the_cheapest() -> None:
    alone = task(route(), name="Notes")
    (block,) = shown(bill_exhibits.tasks_table, cost(task(), alone))
    (mail, notes) = block.rows
    assert mail[:7] == ("Mail", 60_800.0, 600.0, 540.0, pytest.approx(660.0), "batches", 450.0)
    assert str(mail[7]).endswith(": haiku")
    assert mail[8] == 100.0
    assert notes[5:] == ("as today", 600.0, "As today", 600.0)
    assert [column[1] for column in layout(block)] == [
        "text", "integer", "money", "money", "money", "text", "money", "text", "money",
    ]  # fmt: skip


def test_what_the_cheapest_price_does_not_say_is_said() -> None:
    moving = task(name="Notes", must_move=True)
    first, second = shown(bill_exhibits.tasks_text, cost(task(), moving))
    assert words(first).startswith("Where Notes runs today breaks a condition.")
    assert "for 2 of 2 tasks it belongs to another model" in words(second)
    first = shown(bill_exhibits.tasks_text, cost(moving, moving))[0]
    assert words(first).startswith("Where Notes and Notes run today breaks")
    assert shown(bill_exhibits.tasks_text, cost(task(route()))) == []


@pytest.mark.parametrize(("each", "many", "amount"), [(0.0005, "1,000", 0.5), (0.00049, "1,000,000", 490.0)])
def test_an_accepted_output_is_priced_by_the_thousand_or_by_the_million(
    each: float, many: str, amount: float
) -> None:
    priced = route(per_request=band(each), per_accepted=band(2 * each), accepted_basis="tasks.csv")
    (block,) = shown(bill_exhibits.accepted_table, cost(task(priced, SAME)))
    assert block.rows == (
        ("Mail", "As today", pytest.approx(amount), pytest.approx(2 * amount), "tasks.csv"),
    )
    assert [column[0] for column in layout(block)][2:4] == [f"{many} requests", f"{many} accepted outputs"]
    assert "retries paid" not in block.source
    measured = route(per_request=band(each), per_accepted=band(each), accepted_basis="evaluation/mail")
    assert (
        "retries paid: the evaluation prices"
        in shown(bill_exhibits.accepted_table, cost(task(measured)))[0].source
    )
    assert shown(bill_exhibits.accepted_table, cost()) == []


def test_a_bar_shows_the_parts_of_a_month_by_their_share() -> None:
    bars = [
        _CostBar("Mail\nas today", 1000.0, (("input", 600.0), ("output", 397.0), ("storage", 3.0))),
        _CostBar("Notes", 100.0, (("input", 50.0), ("hosting", 45.0), ("unheard of", 5.0))),
    ]
    figure = _draw_build_up(bars)
    (axes,) = figure.axes
    found = [
        (round(float(bar.get_x()), 3), round(float(bar.get_width()), 3), bar.get_y() + 0.31)
        for bar in axes.patches
    ]
    assert found == [
        (0, 0.5, 0), (0.5, 0.45, 0), (0.95, 0.05, 0), (0, 0.6, 1), (0.6, 0.397, 1), (0.997, 0.003, 1),
    ]  # fmt: skip
    assert [bar.get_facecolor() for bar in axes.patches][2:5] == [to_rgba(c) for c in (MUTED, BLUE, ORANGE)]
    assert [(text.get_text(), round(float(text.get_position()[0]), 4)) for text in axes.texts] == [
        ("50%", 0.25), ("45%", 0.725), ("$100", 1.01), ("60%", 0.3), ("40%", 0.7985), ("$1,000", 1.01),
    ]  # fmt: skip
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["input", "output", "hosting"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Notes", "Mail\nas today"]
    assert axes.get_xlim() == (0, 1.16)
    assert list(axes.get_xticks()) == [0, 0.25, 0.5, 0.75, 1]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0%", "25%", "50%", "75%", "100%"]
    assert figure.get_size_inches()[1] == pytest.approx(1.6)


def test_a_month_is_drawn_today_and_with_the_same_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(bill_exhibits.show, "figure", lambda draw, bars, **said: drawn.append((bars, said)))
    parts = tuple(
        Component(name=name, monthly=value, one_off=0) for name, value in (("input", 400.0), ("storage", 0.0))
    )
    given = cost(
        task(route(build_up=parts), route("batch", 450.0, levers=("batch",), build_up=parts)),
        task(route(), name="Notes"),
    )
    bill_exhibits.build_up_figure(given)
    ((bars, said),) = drawn
    assert bars == [
        _CostBar("Mail\nas today", 600.0, (("input", 400.0),)), _CostBar("Mail\nwith batches", 450.0, (("input",
        400.0),)),
        _CostBar("Notes\nas today", 600.0, ()),
    ]  # fmt: skip
    assert said["alt"].endswith(
        "Mail, as today: input $400; Mail, with batches: input $400; Notes, as today: ."
    )


def test_the_clients_own_prices_are_named() -> None:
    (block,) = shown(bill_exhibits.own_prices_callout, cost(own_prices=("a", "b")))
    assert words(block) == "The client's own prices were used for a, b."
    assert shown(bill_exhibits.own_prices_callout, cost()) == []


# --- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (route(), "As today"),
        (route("few_shot", remedies=("few_shot",)), "Few-shot examples"),
        (
            route("few_shot", remedies=("few_shot", "glossary")),
            "Few-shot examples, with glossary in the prompt",
        ),
        (route("few_shot", remedies=("few_shot",), model="haiku"), "Few-shot examples on haiku"),
    ],
)
def test_a_route_is_called_by_its_name_its_model_and_what_it_stands_on(given: RouteCost, said: str) -> None:
    assert cost_wording.called(cost(), task(), given) == said


def test_another_model_is_named_and_an_abbreviation_keeps_its_capitals() -> None:
    assert cost_wording.called(cost(), task(), route("model_change", model="haiku")).endswith(": haiku")
    assert [cost_wording._small(name) for name in ("RAG", "Glossary")] == ["RAG", "glossary"]
    assert cost_wording.levers(route(levers=("prompt_caching", "batch"))) == "caching and batches"


def test_ranges_have_the_digits_of_their_mean() -> None:
    assert cost_wording.between(band(10.0)) == "9 to 11"
    assert cost_wording.between(Band(p10=8.9, p50=9.9, p90=10.9, mean=9.99)) == "8.90 to 10.90"
    assert cost_wording.ends(band(10.0)) == (9.0, 11.0)
    assert cost_wording.source_of(cost()).endswith("the mean over 2,000 draws, ranges are P10 to P90")
    column = cost_wording.amounts("k", "K", [(5.0,), (700.0,)], 0, every="a month")
    assert (column.format, column.digits, column.unit) == ("money", 1, "USD a month")
    assert [rounded(value) for value in (1234567.0, 0.12345678)] == [1234570.0, 0.123457]


def test_the_task_that_is_asked_for_else_the_dearest() -> None:
    given = cost(task(route(month=1.0), name="Notes"), task(name="Mail"))
    assert [cost_wording.task_of(given, name).name for name in (None, "notes")] == ["Mail", "Notes"]


# --- routes and volumes -------------------------------------------------------------------------------------------


def test_every_priced_route_stands_by_what_it_costs_over_a_year() -> None:
    planned = route(
        "few_shot", 700.0, remedies=("few_shot",), step=2, test=band(1000.0), rollout=band(500.0),
        versus_levered="dearer",
        needs_worth=0.25, payback_months=None, unpublished=("x",), closed=True,
    )  # fmt: skip
    text_only = cost(task(planned, route(), SAME, cheapest_same_answers="batch"))
    (block,) = shown(option_exhibits.route_tables, text_only)
    assert [row[0] for row in block.rows][1:] == ["As today", "Step 2: Few-shot examples (closed) *"]
    assert block.rows[2][1:] == (
        "opus, Bedrock, US", None, 700.0, 630.0, pytest.approx(770.0), 1000.0, 500.0, None, 8400.0, "dearer", 0.25,
    )  # fmt: skip
    assert block.rows[1][6:] == (None, None, None, 7200.0, "–", None)
    assert block.rows[0][2] == "batches"
    assert block.emphasis == (1, 2)
    assert block.source.endswith("; * rests on a price that nobody publishes")
    assert layout(block)[8][:3] == ("Pays back", "decimal", 1)
    (block,) = shown(option_exhibits.route_tables, cost())
    assert "nobody publishes" not in block.source
    assert "over 12 months for the step" in words(shown(option_exhibits.route_text, cost())[0])


def test_routes_that_the_numbers_cannot_tell_apart_are_named() -> None:
    (block,) = shown(option_exhibits.separation_text, cost(task(not_separable=("as_is", "batch"))))
    assert words(block).startswith("**Mail**: over 12 months ")
    assert "costs least, but we cannot separate it from As today, " in words(block)
    assert shown(option_exhibits.separation_text, cost()) == []


def break_even(at: float | None, name: str = "batch", against: str = "as_is") -> BreakEven:
    reached = None if at is None else band(at)
    return BreakEven(
        route=name, against=against, requests_per_day=reached, share_crossing=0.5, reached_share=0.25
    )


def test_a_route_pays_from_a_volume_or_not_in_most_draws() -> None:
    given = cost(task(break_evens=(break_even(3000.0), break_even(None, "smaller_model"))))
    (block,) = shown(volume.break_even_table, given)
    first, second = block.rows
    assert first[2:] == ("As today", 3000.0, 2700.0, pytest.approx(3300.0), 0.25)
    assert second[3:] == (None, None, None, 0.25)
    assert [column[1] for column in layout(block)][3:] == ["integer", "integer", "integer", "percent"]
    known = cost_wording.names(given)
    assert volume._crossing_words(break_even(3000.0), known).endswith(
        " falls below As today from 3,000 requests a day."
    )
    assert volume._crossing_words(break_even(None), known).endswith(
        "below As today in fewer than half of the draws."
    )
    assert volume._name("model_change:haiku:x", known).endswith(": haiku")


def test_the_caption_tells_the_nearest_volume_against_the_same_answers() -> None:
    known = cost_wording.names(cost())
    met = [
        break_even(9000.0, "smaller_model", "batch"),
        break_even(3000.0, "few_shot", "batch"),
        break_even(10.0),
    ]
    said = volume._break_even_caption(task(), met, 2000.0, known)
    assert said.startswith("Mail: Few-shot examples beats ")
    assert said.endswith("from about 3,000 requests a day; today there are 2,000")
    never = volume._break_even_caption(task(), [break_even(None, "few_shot", "batch")], 2000.0, known)
    assert never.startswith("Mail: in most draws no capacity route beats ")


@pytest.mark.parametrize(
    ("at", "verdict"), [(None, "at no volume"), (2000.0, "pays"), (2000.1, "does not pay"), (1.0, "pays")]
)
def test_a_cache_pays_from_its_volume_on(at: float | None, verdict: str) -> None:
    (block,) = shown(volume.caching_table, cost(task(caching_pays_from={60: at, 5: 1.0})))
    assert block.rows == (("Mail", 2000.0, 5, 1.0, "pays"), ("Mail", 2000.0, 60, at, verdict))
    assert shown(volume.caching_table, cost()) == []


def test_names_of_lines_stand_apart_and_inside() -> None:
    def curve(last: float) -> Any:
        return SimpleNamespace(route=str(last), monthly=(None, SimpleNamespace(mean=last)))

    axes = SimpleNamespace(get_ylim=lambda: (10.0, 1000.0))
    found = volume._spread([curve(1000.0), curve(1000.0), curve(100.0), curve(1.0)], axes)
    assert [(one.route, round(height, 3)) for one, height in found] == [
        ("1.0", -0.055), ("100.0", 0.445), ("1000.0", 0.945), ("1000.0", 1.0),
    ]  # fmt: skip
