"""The routes and remedies of the fact tables, as of a date."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal

from bespoke.clients.schema import Family
from bespoke.facts.reader import Sourced, all_in_force, rows_of

State = Literal["open", "closed_to_new", "ended", "not_offered", "unverified"]
Group = Literal[
    "keep", "prepare", "prompt", "inference", "model", "retrieval", "lever",
    "encoder", "tuning", "hosting", "contract",
]  # fmt: skip
TUNED: tuple[Group, ...] = ("tuning", "hosting")
BUILDS: tuple[Group, ...] = ("encoder", *TUNED, "contract")  # dear or final: never before the cheap tests


class Route(Sourced):
    """One way of customising, in the state it has from `since` on."""

    route: str
    name: str
    group: Group
    state: State
    does: str
    says: str = ""  # the reason, where the state is not open
    family_fit: tuple[str, ...] = ()  # failure families it is the first remedy for
    regions: tuple[str, ...] | None = ()  # () runs where the model runs today, None is unpublished
    model: str = ""
    rank: int = 0  # order among tuned routes when several are open


class Remedy(Sourced):
    """One failure family: what it is, how to recognise it, what is tried first and next."""

    family: Family
    name: str
    definition: str
    asks: tuple[str, ...]
    near_miss: str
    first: str
    then: str
    hints: tuple[str, ...]  # words in a client's open code that point to the family


@lru_cache(maxsize=32)  # a search for what would change a plan asks thousands of times
def routes(as_of: date) -> tuple[Route, ...]:
    """Every route known on the day, in table order, each in the state it has then."""
    return all_in_force(rows_of(Route, "routes"), lambda row: row.route, as_of)


def remedies() -> tuple[Remedy, ...]:
    return rows_of(Remedy, "remedies")


def remedy(family: str | None) -> Remedy | None:
    """The remedy of a family; None for unmapped or unknown failures."""
    return next((row for row in remedies() if row.family == family), None)
