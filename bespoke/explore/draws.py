"""The draws of the uncertain inputs, made once for all moves of a control that leave facts and prices as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from bespoke.chapters.cost_model.compute import inputs_of
from bespoke.chapters.cost_model.inputs import Inputs
from bespoke.clients.schema import NegotiatedPrice
from bespoke.explore.explored_state import ExploredState
from bespoke.facts.reader import Facts
from bespoke.statistics.seed import SEED

Prices = tuple[tuple[str, NegotiatedPrice], ...]


def drawn(scene: ExploredState, draws: int) -> Inputs:
    """The same inputs as the cost chapter's, with these draws. Raises BespokeError for a currency without a rate."""
    own: Mapping[str, NegotiatedPrice] = scene.client.prices or {}
    prices, overrides = tuple(sorted(own.items())), tuple(sorted(scene.facts.overrides.items()))
    inputs_of(scene.client, scene.facts, draws)  # the currency is one with a rate
    return _drawn(scene.facts.as_of, overrides, prices, draws)


@lru_cache(maxsize=8)
def _drawn(as_of: date, overrides: tuple[tuple[str, float], ...], prices: Prices, draws: int) -> Inputs:
    return Inputs(Facts(as_of, dict(overrides)), dict(prices), draws, SEED)
