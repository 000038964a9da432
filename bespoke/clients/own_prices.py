"""prices.yaml: the client's own prices, each under the key of the published price it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bespoke.clients import known
from bespoke.clients.field_rules import plain
from bespoke.clients.files import ClientFile
from bespoke.clients.records import MISFIT, Leaf, fit_record
from bespoke.clients.schema import NegotiatedPrice
from bespoke.clients.wording import quote
from bespoke.clients.yaml_tree import Tree, read_yaml

FAR_OFF = 100  # times the published price, either way: more likely a slip of the unit than a discount


def read_prices(source: ClientFile, as_of: date | None) -> dict[str, dict[str, Any]] | None:
    """Price key -> typed fields that fit; None when the file cannot be read at all.

    `as_of` picks the published price to compare with; without it the comparison is left out.
    """
    tree = read_yaml(source)
    if tree is None:
        return None
    if not isinstance(tree.value, Mapping):
        nothing = tree.value is None or (isinstance(tree.value, Leaf) and tree.value.null)
        message = (
            "holds no price; fill it in or delete the file" if nothing else "must be a mapping of price keys"
        )
        source.say(message, tree.line(()))
        return None
    prices = {}
    keys = known.price_keys()
    for name, value in tree.value.items():
        fitted = fit_record(value, NegotiatedPrice, (name,), tree.say)
        typed: dict[str, Any] = {} if fitted is MISFIT else dict(fitted)
        if name not in keys:
            near = source.near(name, keys) or "; write MODEL.input, such as claude-sonnet-4-6.input"
            tree.say((name,), f"unknown price{near}")
        elif as_of is not None:
            _compare(tree, name, typed, as_of)
        prices[name] = typed
    return prices


def _compare(tree: Tree, name: str, typed: dict[str, Any], as_of: date) -> None:
    published = known.published_price(name, as_of)
    if published is None:
        return
    low, high, unit = published
    if "unit" in typed and typed["unit"].casefold() != unit.casefold():
        message = f"{quote(typed['unit'])} is not the unit of this price; state it in {unit}"
        tree.say((name, "unit"), message)
        return
    value = typed.get("value")
    if value is None or (low <= value * FAR_OFF and value <= high * FAR_OFF):
        return
    shown = plain(low) if low == high else f"{plain(low)} to {plain(high)}"
    message = f"{plain(value)} is more than {FAR_OFF} times off the published {shown} {unit}; check the unit"
    tree.say((name, "value"), message, warning=True)
