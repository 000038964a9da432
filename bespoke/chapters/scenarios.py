"""The client's named scenarios beside the folder as it is: the whole advice again, under other values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from bespoke.advice.evidence import overruling
from bespoke.chapters.recommendation import Recommendation, outcome
from bespoke.chapters.registry import compute as chapter_result
from bespoke.clients.changes import Address, Changes, Value, applied, value_at
from bespoke.clients.known import published_price
from bespoke.clients.schema import Client
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result

if TYPE_CHECKING:
    from bespoke.clients.scenarios import Scenario

MOST = 4  # side by side
TIMELINE, LEARNING = "07_timeline", "05_icd10_evaluation"
LEARNT_FOR = ("kind", "target_quality")  # columns of tasks.csv that the learning curve is asked about
THRESHOLDS = ("engagement.yaml", "thresholds")
Plain = date | float | bool | str | None


class Setting(Part):
    """One value of a scenario: where it stands, what the folder says there, what the scenario says."""

    place: Address
    before: Plain
    now: Plain
    overruled: str = ""  # what was measured or counted, and stands before both


class Side(Part):
    """One column of the comparison; the first one, without a name, is the folder as it is."""

    name: str
    title: str
    settings: tuple[Setting, ...] = ()
    moved: tuple[Setting, ...] = ()  # the folder when the scenario was saved, and now, where it has changed
    advice: Recommendation


class Comparison(Result):
    """Up to four scenarios side by side, and the folder as it is before them."""

    version: ClassVar[int] = 1

    sides: tuple[Side, ...]
    others: tuple[str, ...] = ()  # titles of those for which there was no room

    @property
    def folder(self) -> Side:
        return self.sides[0]


def compute(
    client: Client,
    facts: Facts,
    earlier: Callable[[str], Result | None],
    scenarios: Sequence[Scenario] | None = None,
) -> Comparison | None:
    """The advice under each scenario, or under the first four of those the report is to show; None without any.

    Every chapter that the advice rests on is computed again from the client as the scenario has it, so that the
    figures are those of a report on such a folder. `earlier` gives the results of the folder as it is.
    """
    chosen = [one for one in client.scenarios if one.in_report] if scenarios is None else list(scenarios)
    if not chosen:
        return None
    timeline: Any = earlier(TIMELINE)
    today = Side(
        name="", title="As the folder is", advice=outcome(client, _facts(client, facts.as_of), timeline)
    )
    sides = [_side(client, facts.as_of, one, earlier) for one in chosen[:MOST]]
    return Comparison(sides=(today, *sides), others=tuple(one.title for one in chosen[MOST:]))


def _side(client: Client, as_of: date, scenario: Scenario, earlier: Callable[[str], Result | None]) -> Side:
    other = applied(client, scenario.changes)
    found: dict[str, Result | None] = {}
    if not any(place[-1] in LEARNT_FOR for place in scenario.changes):
        found[LEARNING] = earlier(LEARNING)  # the dearest chapter; of it, plans ask for the curve alone

    def result(stem: str) -> Result | None:
        if stem not in found:
            found[stem] = chapter_result(stem, other, _facts(other, as_of), result, {})
        return found[stem]

    timeline: Any = result(TIMELINE)
    advice = outcome(other, _facts(other, as_of), timeline)
    return Side(
        name=scenario.name,
        title=scenario.title,
        settings=tuple(
            one.model_copy(update={"overruled": _overruled(advice, one.place)})
            for one in settings(client, scenario.changes)
        ),
        moved=moved(client, scenario),
        advice=advice,
    )


def _overruled(advice: Recommendation, place: Address) -> str:
    if place[0] != "tasks.csv":
        return ""
    found = overruling(advice.task(place[1]).situation.evidence, place[-1])
    return found.grade if found is not None else ""


def _facts(client: Client, as_of: date) -> Facts:
    return Facts(as_of, dict(client.engagement.thresholds))


def settings(client: Client, changes: Changes) -> tuple[Setting, ...]:
    """Each value beside the one in force in the folder, in the order of the scenario."""
    return tuple(
        Setting(place=place, before=plain(in_force(client, place)), now=plain(value))
        for place, value in changes.items()
    )


def in_force(client: Client, place: Address) -> Value:
    """What the folder says at a place, else the published threshold or price that holds there."""
    found = value_at(client, place)
    if found is not None:
        return found
    if place[:2] == THRESHOLDS:
        return _facts(client, client.engagement.as_of).threshold(place[2])
    if place[0] == "prices.yaml" and place[2:] == ("value",):
        published = published_price(place[1], client.engagement.as_of)
        return published[0] if published else None
    return None


def moved(client: Client, scenario: Scenario) -> tuple[Setting, ...]:
    """The places whose value in the folder is no longer what it was when the scenario was saved."""
    return tuple(
        Setting(place=place, before=plain(then), now=plain(value_at(client, place)))
        for place, then in scenario.instead_of.items()
        if plain(then) != plain(value_at(client, place))
    )


def plain(value: Value) -> Plain:
    """A value as a number, yes or no, text, or nothing."""
    if value is None or isinstance(value, (bool, str, date)):
        return value
    if isinstance(value, (int, float, Decimal)):
        return float(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
