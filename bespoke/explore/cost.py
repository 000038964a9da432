"""Chapter 5: one task on every route, at other volumes, tokens, models, cache lifetimes and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from bespoke.advice.routes import routes
from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.chapters.cost_model.plan import total
from bespoke.chapters.cost_model.pricing import Draws, verdict
from bespoke.chapters.cost_model.quality import accepted_share, measured_by
from bespoke.chapters.cost_model.result import Band
from bespoke.chapters.cost_model.task import PricedTask
from bespoke.explore.audit import load_dials, quality_dials
from bespoke.explore.changes import Changes
from bespoke.explore.dials import Dial
from bespoke.explore.explorer import Explorer, Shown
from bespoke.explore.ranges import Range, drawing
from bespoke.explore.scene import Scene
from bespoke.facts.price_book import canonical, is_known, known_models, tariff
from bespoke.show.blocks import Column, Table
from bespoke.show.numbers import money
from bespoke.workbook import Workbook

if TYPE_CHECKING:
    from bespoke.chapters.icd10_evaluation import Icd10Evaluation

DRAWS, REPORT_DRAWS = 400, 4000
SEED = 20261120  # the notebook's own
SHOWN = 9  # routes
LIFETIMES = (("cheaper of the two", 0), ("5 minutes", 5), ("1 hour", 60))
TOKEN_PRICES = (("input", "Input price"), ("output", "Output price"))


class CostModelExplorer(Explorer):
    """Only the chosen task is priced, on every route, with fewer draws; no break-evens and no drivers."""

    note = (
        f"{DRAWS} draws while exploring, {REPORT_DRAWS:,} in the report; both columns use the same ones. "
        "The cache lifetime is a way of looking: the report takes the cheaper."
    )

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.evaluation: Icd10Evaluation | None = book.earlier("05_icd10_evaluation")  # type: ignore[assignment]
        self.before = lru_cache(maxsize=None)(lambda subject: self._price(subject, self.base))

    def dials(self, subject: str, scene: Scene) -> Sequence[Dial]:
        model = scene.client.task(subject).model
        return (
            *load_dials(subject, scene),
            Dial("model", "Model", "choice", model, ("tasks.csv", subject, "model"), options=_models(scene, model)),
            Dial("cache", "Cache lifetime", "choice", scene.choices.get("cache", 0), options=LIFETIMES),
            *quality_dials(subject, scene),
            *(
                Dial(f"{kind}_price", f"{label}, USD/million", "price", _price(scene, model, kind),
                     ("prices.yaml", _key(scene, model, kind), "value"), 0, 10**6, help=f"of {canonical(model)}")
                for kind, label in TOKEN_PRICES
            ),
            Dial("price_source", "Where that price is written", "words", scene.choices.get("price_source", ""),
                 help="the contract or order form"),
        )  # fmt: skip

    def look(self, subject: str, scene: Scene) -> Sequence[Shown]:
        before, now = self.before(subject), self._price(subject, scene)
        lifetime = int(scene.choices.get("cache", 0))
        lines = [self._line(name, before, now, scene, subject, lifetime) for name in now.priced]
        lines = sorted(lines, key=lambda line: line["p50"])[:SHOWN]
        alt = "; ".join(f"{x['name']} {money(x['p50'])}" for x in lines)
        ranges = [Range(x["name"], x["p10"], x["p50"], x["p90"], x["before"]) for x in lines]
        return (
            drawing(ranges, alt=f"USD a month by route: {alt}", words=money, logarithmic=True),
            _table(lines, scene, subject),
            _caching(now, scene, subject),
        )

    def completed(self, changes: Changes, scene_choices: Mapping[str, Any]) -> Changes:
        """A price says its unit, its source and the day it is stated for."""
        found = dict(changes)
        for address in changes:
            if address[0] == "prices.yaml":
                place = address[:-1]
                found[(*place, "unit")] = "USD per million tokens"
                found[(*place, "source")] = scene_choices.get("price_source") or "explored"
                found[(*place, "read_on")] = self.base.facts.as_of
        return found

    def missing(self, changes: Changes, choices: Mapping[str, Any]) -> str:
        priced = any(address[0] == "prices.yaml" for address in changes)
        stated = str(choices.get("price_source", "")).strip()
        return (
            "Say where the price is written (contract or order form) first." if priced and not stated else ""
        )

    def _price(self, subject: str, scene: Scene) -> PricedTask:
        client = scene.client
        inputs = Inputs(scene.facts, client.prices or {}, DRAWS, SEED)
        measured = measured_by(self.evaluation, client)
        return PricedTask(client, client.task(subject), inputs, bool(client.engagement.residency), measured)

    def _line(
        self, name: str, before: PricedTask, now: PricedTask, scene: Scene, subject: str, lifetime: int
    ) -> dict[str, Any]:
        monthly = _monthly(now.priced[name], lifetime)
        own = _monthly(now.priced["as_is"], 0)
        was = before.priced.get(name)
        p10, p50, p90 = (float(v) for v in np.percentile(monthly, [10, 50, 90]))
        return {
            "name": _names(scene).get(name, "As it runs today"), "p10": p10, "p50": p50, "p90": p90,
            "before": float(np.median(_monthly(was, 0))) if was else None,
            "verdict": verdict(monthly - own), "route": name,
            "per_request": float(np.median(_per_request(now.priced[name], monthly))),
            "accepted": accepted_share(scene.client.task(subject), name, now.quality)[0],
        }  # fmt: skip


def _monthly(draws: Draws, lifetime: int) -> Any:
    """USD a month; with a lifetime, what caching costs under it."""
    plan = draws.cached_plan
    if draws.priced.route != "prompt_caching" or plan is None or not lifetime:
        return draws.monthly
    return total(replace(plan, ttl_minutes=lifetime).monthly(draws.request.volume))


def _per_request(draws: Draws, monthly: Any) -> Any:
    return monthly / (draws.request.volume * draws.request.load.days)


def _table(lines: Sequence[Mapping[str, Any]], scene: Scene, subject: str) -> Table:
    target = scene.client.task(subject).target_quality
    rows = [
        (
            line["name"], line["before"], line["p50"], _span(line["p10"], line["p90"]),
            {"same": "today's", "cannot separate": "cannot be told apart"}.get(line["verdict"], line["verdict"]),
            1000 * line["per_request"] / line["accepted"] if line["accepted"] else None,
            1000 * line["per_request"] / target if target else None,
        )
        for line in lines
    ]  # fmt: skip
    return Table(
        label="tbl-explore-cost", caption=f"{scene.client.task(subject).name}: cost by route, cheapest first",
        columns=(
            Column(key="route", title="Route"),
            Column(key="before", title="In the folder", unit="USD a month", format="money"),
            Column(key="now", title="Explored", unit="USD a month", format="money"),
            Column(key="range", title="P10 to P90"),
            Column(key="verdict", title="Against as is"),
            Column(key="accepted", title="Per 1,000 accepted", unit="USD, measured quality", format="money", digits=3),
            Column(key="target", title="Per 1,000 accepted", unit="USD, if it met the target", format="money",
                   digits=3),
        ),
        rows=tuple(rows),
        emphasis=tuple(n for n, row in enumerate(rows) if row[1] is None or _moved(row[1], row[2])),
        source="the cost chapter's own functions",
    )  # fmt: skip


def _span(low: float, high: float) -> str:
    return f"{money(low, symbol=False)} to {money(high, symbol=False)}"


def _moved(before: float, now: float) -> bool:
    return abs(now - before) > 1e-6 * max(abs(before), 1e-12)


def _caching(now: PricedTask, scene: Scene, subject: str) -> str:
    draws = now.priced.get("prompt_caching")
    plan = draws.cached_plan if draws else None
    if draws is None or plan is None:
        reason = next((u.reason for u in now.unpriced if u.route == "prompt_caching"), "not offered")
        from html import escape

        return f"<p>Prompt caching: {escape(reason)}.</p>"
    said = []
    for minutes in (5, 60):
        own = replace(plan, ttl_minutes=minutes)
        cached = own.cached(draws.request.volume)
        assert cached is not None
        hit = Band.of(cached.hit_rate)
        cost = float(np.median(total(own.monthly(draws.request.volume))))
        said.append(f"{minutes} minutes: {hit.p50:.0%} of requests hit, {money(cost)} a month")
    return f"<p>Prompt caching by lifetime. {'; '.join(said)}.</p>"


def _models(scene: Scene, own: str) -> tuple[tuple[str, str], ...]:
    """Models of Anthropic that one could be on, on the day, and the task's own."""
    day = scene.facts.as_of

    def served(name: str) -> bool:
        if not scene.facts.keys(f"model.{name}."):
            return False  # priced in the book, but nothing is known of its life
        released = scene.facts.day(f"model.{name}.released")
        ends = scene.facts.day(f"model.{name}.end_of_life")
        return (released is None or released <= day) and (ends is None or ends > day)

    names = [name for name in known_models() if name.startswith("claude") and served(name)]
    return tuple((name, name) for name in dict.fromkeys([own, *names]))


def _key(scene: Scene, model: str, kind: str) -> str:
    """The key of the client's own price where there is one, else the model's."""
    for key in scene.client.prices or {}:
        name, _, own = key.rpartition(".")
        if own == kind and is_known(name) and canonical(name) == canonical(model):
            return key
    return f"{canonical(model)}.{kind}"


def _price(scene: Scene, model: str, kind: str) -> Decimal:
    rates = tariff(model, scene.facts.as_of, negotiated=scene.client.prices, facts=scene.facts).base
    found: Decimal = getattr(rates, kind)
    return found


def _names(scene: Scene) -> dict[str, str]:
    return {route.route: route.name for route in routes(scene.facts.as_of)}
