"""The models that can be customised and the hyperparameters of their jobs, from the fact tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Literal

from bespoke.errors import BespokeError
from bespoke.facts.reader import Sourced, all_in_force, in_force, rows_of

Provider = Literal["bedrock", "openai", "self_hosted"]
Deployment = Literal["provisioned", "on_demand", "vendor", "self_hosted"]
EPOCHS = "epochCount"


class Profile(Sourced):
    """One model that can be customised, from `since` on. Price keys are keys of the fact tables."""

    profile: str
    name: str
    provider: Provider
    route: str
    regions: tuple[str, ...] = ()
    base_model: str = ""
    invoke_model: str = ""
    format: str
    deployment: Deployment
    validation: bool = True  # a job takes a validation file
    price_model: str = ""
    lifecycle: str = ""
    training_price: str = ""
    run_price: str = ""
    hourly_price: str = ""
    token_price_factor: str = ""
    reinforcement: bool = False  # REINFORCEMENT_FINE_TUNING is offered beside FINE_TUNING

    def region(self, wanted: str) -> str:
        """The region to work in: the wanted one if the model is customised there, else an error."""
        if not wanted and self.regions:
            return self.regions[0]
        if wanted not in self.regions:
            raise BespokeError(
                f"{self.name} is customised in {', '.join(self.regions)} only, not in {wanted!r}"
            )
        return wanted


class Hyperparameter(Sourced):
    """One setting of a job: its API name, default and range."""

    profiles: tuple[str, ...]
    name: str
    type: Literal["integer", "decimal"]
    default: Decimal
    low: Decimal
    high: Decimal
    needs_validation: bool = False

    def spell(self, given: str) -> str:
        """The value as the API takes it; an error names the range."""
        try:
            value = Decimal(given)
        except InvalidOperation:
            value = Decimal("NaN")
        whole = self.type == "decimal" or (value.is_finite() and value == value.to_integral_value())
        if not (value.is_finite() and whole and self.low <= value <= self.high):
            kind = "a whole number" if self.type == "integer" else "a number"
            raise BespokeError(
                f"{self.name} is {given!r}; must be {kind} from {plain(self.low)} to {plain(self.high)}"
            )
        return plain(value)


def profile(name: str, as_of: date) -> Profile:
    """The profile in force on a day; an unknown one is an error naming the nearest."""
    rows = rows_of(Profile, "profiles")
    found = in_force([row for row in rows if row.profile == name], as_of)
    if found is None:
        known = sorted({row.profile for row in rows if row.since <= as_of})
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BespokeError(f"no model profile {name!r}{hint} Known are {', '.join(known)}")
    return found


def in_force_on(day: date) -> tuple[Profile, ...]:
    """Every profile as it stood on a day."""
    return all_in_force(rows_of(Profile, "profiles"), lambda row: row.profile, day)


def hyperparameters(name: str, as_of: date) -> dict[str, Hyperparameter]:
    """The settings a profile's job takes on a day, by API name."""
    rows = [row for row in rows_of(Hyperparameter, "hyperparameters") if name in row.profiles]
    current = {
        key: in_force([r for r in rows if r.name == key], as_of)
        for key in dict.fromkeys(r.name for r in rows)
    }
    return {key: row for key, row in current.items() if row is not None}


def chosen(name: str, given: Mapping[str, str], as_of: date, *, validation: bool) -> dict[str, str]:
    """The hyperparameters of a job: what was given, checked, over the published defaults.

    A default nobody publishes for this very model is left to the service, but for the number of epochs, which
    decides the bill. Settings that need a validation file are left out without one.
    """
    known = hyperparameters(name, as_of)
    for key in given:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BespokeError(f"{name} has no hyperparameter {key!r}{hint} Known are {', '.join(known)}")
        if known[key].needs_validation and not validation:
            raise BespokeError(f"{key} needs a validation file, and the dataset has none")
    found = {}
    for key, row in known.items():
        if key in given:
            found[key] = row.spell(given[key])
        elif key == EPOCHS or (row.kind == "published" and (validation or not row.needs_validation)):
            found[key] = plain(row.default)
    return found


def plain(value: Decimal) -> str:
    """A number without exponent or trailing zeros: 0.00001, 2, 0.1."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
