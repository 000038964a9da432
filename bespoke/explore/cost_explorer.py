"""The cost chapter: one task on every route, at other volumes, tokens, models, places and prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isclose
from typing import Any

from bespoke.advice import serving
from bespoke.advice.routes import routes
from bespoke.chapters.cost_model.accepted_share import accepted_share
from bespoke.chapters.cost_model.over_volume import OverVolume, caching_pays_from
from bespoke.chapters.cost_model.priced_task import PricedTask
from bespoke.chapters.cost_model.pricing import PricedDraws, verdict
from bespoke.chapters.cost_model.request import NotPriced
from bespoke.chapters.cost_model.result import Band, BreakEven
from bespoke.chapters.cost_model.route_calls import SAME_MODEL_SAME_PROMPT
from bespoke.chapters.measured_inputs import measured_tasks
from bespoke.clients.changes import Changes
from bespoke.clients.schema import Task
from bespoke.exhibits.cost_model.cost_wording import LEVERS, between
from bespoke.exhibits.display_names import place_name
from bespoke.explore.audit_explorer import Earlier, load_dials, quality_dials
from bespoke.explore.bill import ALL, bills, total_table
from bespoke.explore.controls import YES_NO, Control
from bespoke.explore.curves import crossing
from bespoke.explore.draws import drawn
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, Shown
from bespoke.explore.ranges import Range, drawing
from bespoke.explore.sweep import SWEPT, sweep
from bespoke.facts.price_book import canonical, is_known, known_models, tariff
from bespoke.show.blocks import Column, Table, columns
from bespoke.show.elements import escape
from bespoke.show.numbers import currency, decimal, money, significant
from bespoke.workbook import Workbook

DRAWS, REPORT_DRAWS, VOLUME_DRAWS = 400, 4000, 40
SHOWN = 9  # routes
EVERY = ""  # the subject that is all tasks together
TOKEN_PRICES = (("input", "Input price"), ("output", "Output price"))
WAITING = (("not stated", None), ("nobody waits: a day", "a day"), ("somebody waits", "no"))


@dataclass(frozen=True)
class Line:
    """One route of the panel: amounts in the engagement's currency, a month with every lever that pays."""

    name: str
    model: str
    before: float | None
    monthly: Band
    once: Band
    payback_months: float | None
    levers: str
    verdict: str
    pays_from: BreakEven | None  # against today's model and prompt with every lever that pays; None for those
    per_request: float
    accepted: float | None


class CostModelExplorer(Explorer):
    """Only the chosen task is priced, on every route, with fewer draws; no plan and no drivers."""

    note = (
        f"{DRAWS} draws while exploring, {REPORT_DRAWS:,} in the report; both columns use the same ones. A month is "
        "what is expected with caching and batches wherever they pay; today's has those that are on. "
        "“Pays from” is the volume from which a route's month costs no more than today's with these levers."
    )

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.earlier = Earlier.of(book)
        self.before = lru_cache(maxsize=None)(lambda subject: self._price(subject, self.base))
        self.bill = lru_cache(maxsize=1)(lambda: bills(self.base, self.earlier.situations(self.base), DRAWS))

    def subjects(self) -> Sequence[tuple[str, str]]:
        return [*super().subjects(), (ALL, EVERY)]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        if subject == EVERY:
            return [
                dial
                for task in scene.client.tasks
                for dial in load_dials(task.task_id, scene, self.base, f"{task.name}: requests a day")[:1]
            ]
        task, at = scene.client.task(subject), ("tasks.csv", subject)
        places = _places(scene, task.model, task.place)
        return (
            *load_dials(subject, scene, self.base),
            Control("model", "Model", "choice", task.model, (*at, "model"), options=_models(scene, task.model)),
            Control("place", "Runs on", "choice", task.place, (*at, "place"), options=places),
            Control("prompt_caching", "Prompt cached today", "buttons", task.prompt_caching, (*at, "prompt_caching"),
                 options=YES_NO),
            Control("waits", "Answers may wait", "choice", task.waits, (*at, "waits"), options=WAITING),
            *quality_dials(subject, scene, self.before(subject).situation.evidence),
            *(
                Control(f"{kind}_price", f"{label}, USD/million", "price", _price(scene, task.model, kind),
                     ("prices.yaml", _key(scene, task.model, kind), "value"), 0, 10**6,
                     help=f"of {canonical(task.model)}")
                for kind, label in TOKEN_PRICES
            ),
            Control("price_source", "Where that price is written", "words", scene.choices.get("price_source", ""),
                 help="the contract or order form"),
            *self._sweep_dials(subject, scene),
        )  # fmt: skip

    def _sweep_dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        """Which input moves by itself, and, once one does, the route it is held against."""
        swept = scene.choices.get("sweep", "")
        options = (("none", ""), *((title, column) for column, title in SWEPT.items()))
        first = Control("sweep", "Break-even over", "choice", swept, options=options)
        if not swept:
            return (first,)
        priced = self.before(subject).priced
        routes_ = tuple((_name(scene, draws), key) for key, draws in priced.items() if key != "as_is")
        rival = self._rival(scene, self.before(subject))
        return first, Control("rival", "Against today's month", "choice", rival, options=routes_)

    def _rival(self, scene: ExploredState, priced: PricedTask) -> str:
        """The chosen route; else the cheapest."""
        chosen = str(scene.choices.get("rival", ""))
        others = [key for key in priced.priced if key != "as_is"]
        if chosen in others:
            return chosen
        return min(others, key=lambda key: float(priced.priced[key].monthly.mean()))

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        if subject == EVERY:
            return (total_table(scene, self.bill(), bills(scene, self.earlier.situations(scene), DRAWS)),)
        before, now = self.before(subject), self._price(subject, scene)
        over = OverVolume(now.prices, VOLUME_DRAWS)
        cheapest = sorted(now.priced, key=lambda key: float(now.priced[key].monthly.mean()))[:SHOWN]
        if "as_is" not in cheapest:
            cheapest = [*cheapest[:-1], "as_is"]
        lines = [_line(key, before, now, over, scene, subject) for key in cheapest]
        alt = "; ".join(f"{x.name} {money(x.monthly.mean)}" for x in lines)
        ranges = [Range(x.name, x.monthly.p10, x.monthly.mean, x.monthly.p90, x.before) for x in lines]
        return (
            drawing(ranges, alt=f"{currency()} a month by route: {alt}", words=money, logarithmic=True),
            _table(lines, scene, subject),
            _caching(now),
            self._swept(subject, scene, now),
        )

    def _swept(self, subject: str, scene: ExploredState, now: PricedTask) -> str:
        column = str(scene.choices.get("sweep", ""))
        if not column:
            return ""
        key = self._rival(scene, now)
        rival = now.priced[key]
        try:
            found = sweep(scene, subject, column, now.prices.as_it_runs, rival.configuration)
        except NotPriced as reason:
            return f"<p>No break-even: {escape(str(reason))}.</p>"
        at = ", ".join(_rounded(value) for value in found.crossings)
        title, name = SWEPT[column], _name(scene, rival)
        less = "less" if found.rival[0] < found.today[0] else "more"
        said = f"costs as much as today at {at}" if at else f"costs {less} than today over the whole range"
        words = f"{title}: {name} {said}."
        drawing = crossing(
            found.values, (("Today", found.today), (name, found.rival)), found.crossings, found.here,
            axis=f"{title}, logarithmic; dotted: explored", alt=f"{currency()} a month over {words}", words=_rounded,
        )  # fmt: skip
        return f'<p id="explore-sweep">{escape(words)}</p>{drawing}'

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

    def _price(self, subject: str, scene: ExploredState) -> PricedTask:
        client, measured = scene.client, measured_tasks(self.earlier.evaluation)
        situation = self.earlier.situations(scene)[subject]
        return PricedTask(client, client.task(subject), drawn(scene, DRAWS), situation, measured)


def _line(
    key: str, before: PricedTask, now: PricedTask, over: OverVolume, scene: ExploredState, subject: str
) -> Line:
    draws, was = now.priced[key], before.priced.get(key)
    reference, route = now.prices.reference, draws.configuration.route
    same = route in SAME_MODEL_SAME_PROMPT
    once = draws.own(sum(draws.once.parts.values(), 0.0 * draws.request.ones))
    saving = float(draws.own((reference.today if same else reference.levered) - draws.monthly).mean())
    rival = now.prices.draws_levered
    return Line(
        name=_name(scene, draws), model=draws.configuration.model,
        before=float(was.own(was.monthly).mean()) if was else None,
        monthly=Band.of(draws.own(draws.monthly)), once=Band.of(once),
        payback_months=float(once.mean()) / saving if saving > 0 and once.any() else None,
        levers=" and ".join(LEVERS[lever] for lever in draws.configuration.levers),
        verdict=verdict(draws.monthly - reference.today),
        pays_from=None if same else over.break_even(key, draws, "levered", rival),
        per_request=float(draws.own(draws.per_request).mean()),
        accepted=_accepted(scene.client.task(subject), before.task, draws, now),
    )  # fmt: skip


def _accepted(task: Task, stated: Task, draws: PricedDraws, now: PricedTask) -> float | None:
    """The share that is accepted. What the folder says without naming a model, it says of the folder's own."""
    if canonical(task.model) == canonical(stated.model):
        return accepted_share(task, draws.configuration, now.quality)[0]
    known = {
        task_id: one.model_copy(
            update={
                "systems": tuple(s.model_copy(update={"model": s.model or stated.model}) for s in one.systems)
            }
        )
        for task_id, one in now.quality.items()
    }
    return accepted_share(task.model_copy(update={"current_quality": None}), draws.configuration, known)[0]


def _table(lines: Sequence[Line], scene: ExploredState, subject: str) -> Table:
    target = scene.client.task(subject).target_quality
    rows = [
        (
            line.name, line.model, line.before, line.monthly.mean, between(line.monthly), line.levers or None,
            {"same": "today's", "cannot separate": "cannot be told apart"}.get(line.verdict, line.verdict),
            line.once.mean or None, line.payback_months, _volume(line.pays_from),
            1000 * line.per_request / line.accepted if line.accepted else None,
            1000 * line.per_request / target if target else None,
        )
        for line in lines
    ]  # fmt: skip
    return Table(
        label="tbl-explore-cost", caption=f"{scene.client.task(subject).name}: cost by route, cheapest first",
        columns=(
            *columns(route="Route", model="Model"),
            *columns("money", unit=f"{currency()} a month", before="In the folder", now="Explored"),
            *columns(range="P10 to P90", levers="With", verdict="Against as is"),
            Column(key="once", title="Once", unit=currency(), format="money"),
            Column(key="payback", title="Pays back", unit="months", format="decimal", digits=1),
            Column(key="pays_from", title="Pays from", unit="requests a day"),
            Column(key="accepted", title="Per 1,000 accepted", unit=f"{currency()}, measured quality", format="money",
                   digits=3),
            Column(key="target", title="Per 1,000 accepted", unit=f"{currency()}, if it met the target", format="money",
                   digits=3),
        ),
        rows=tuple(rows),
        emphasis=tuple(n for n, row in enumerate(rows) if row[2] is None or not isclose(row[2], row[3], rel_tol=1e-6)),
        source="the cost chapter's own functions",
    )  # fmt: skip


def _volume(found: BreakEven | None) -> str | None:
    """The volume of a break-even in words: routes that are cheaper from the first request, or at no volume."""
    if found is None:
        return None
    if found.requests_per_day is None:
        return "no volume"
    return "any volume" if found.requests_per_day.p50 <= 1 else decimal(found.requests_per_day.p50)


def _rounded(value: float) -> str:
    return significant(value, digits=3)


def _caching(now: PricedTask) -> str:
    """From which volume each lifetime of the cache pays, or why there is none."""
    pays = caching_pays_from(now.prices.draws_today.request, now.prices.as_it_runs)
    if not pays:
        reason = next((u.reason for u in now.unpriced if u.route == "prompt_caching"), "not offered")
        return f"<p>Prompt caching: {escape(reason)}.</p>"
    said = (
        f"kept {minutes} minutes it pays from {'no volume' if volume is None else f'{decimal(volume)} requests a day'}"
        for minutes, volume in sorted(pays.items())
    )
    return f"<p>Prompt caching: {'; '.join(said)}.</p>"


def _places(scene: ExploredState, model: str, own: str | None) -> tuple[tuple[str, str | None], ...]:
    """Where the model is sold on the day, and the task's own place."""
    sold = [place.place for place in serving.offered(model, scene.facts)]
    names = dict.fromkeys([*([own] if own else []), *sold])
    return (("not stated", None), *((place_name(name), name) for name in names))


def _models(scene: ExploredState, own: str) -> tuple[tuple[str, str], ...]:
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


def _key(scene: ExploredState, model: str, kind: str) -> str:
    """The key of the client's own price where there is one, else the model's."""
    for key in scene.client.prices or {}:
        name, _, own = key.rpartition(".")
        if own == kind and is_known(name) and canonical(name) == canonical(model):
            return key
    return f"{canonical(model)}.{kind}"


def _price(scene: ExploredState, model: str, kind: str) -> Decimal:
    rates = tariff(model, scene.facts.as_of, negotiated=scene.client.prices, facts=scene.facts).base
    found: Decimal = getattr(rates, kind)
    return found


def _name(scene: ExploredState, draws: PricedDraws) -> str:
    """A route as the reader knows it."""
    known = {route.route: route.name for route in routes(scene.facts.as_of)}
    return known.get(draws.configuration.route, draws.configuration.route)
