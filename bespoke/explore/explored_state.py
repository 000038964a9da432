"""A client and the facts under some set of explored values: what a chapter's functions are called with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bespoke.clients.schema import Client
from bespoke.explore.changes import Changes, applied
from bespoke.facts.reader import Fact, Facts


@dataclass(frozen=True)
class ExploredFacts(Facts):
    """Facts in which some single values are tried out; their rows, sources and dates stay what they are."""

    explored: Mapping[str, Decimal] = field(default_factory=dict)

    def fact(self, key: str) -> Fact:
        found = super().fact(key)
        return found.model_copy(update={"value": self.explored[key]}) if key in self.explored else found


@dataclass(frozen=True)
class ExploredState:
    """`choices` holds the controls that stand nowhere in the client folder, by name."""

    client: Client
    facts: Facts
    choices: Mapping[str, Any] = field(default_factory=dict)

    def with_changes(self, changes: Changes, choices: Mapping[str, Any]) -> ExploredState:
        """The scene under explored values. Raises BespokeError for a value the schema does not allow."""
        client = applied(self.client, changes)
        facts = Facts(self.facts.as_of, dict(client.engagement.thresholds))
        return replace(self, client=client, facts=facts, choices=dict(choices))

    def with_fact(self, key: str, value: float) -> ExploredState:
        """The same with one fact tried out at another value."""
        facts = ExploredFacts(self.facts.as_of, self.facts.overrides, explored={key: Decimal(str(value))})
        return replace(self, facts=facts)
