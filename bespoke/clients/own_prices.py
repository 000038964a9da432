"""prices.yaml: the client's own prices, each under the key of the published price it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bespoke.clients import known
from bespoke.clients.field_rules import plain
from bespoke.clients.files import LARGEST_YAML, ClientFile, read_text
from bespoke.clients.records import MISFIT, Key, Leaf, dotted, fit_record
from bespoke.clients.schema import NegotiatedPrice
from bespoke.clients.wording import quote
from bespoke.clients.yaml_tree import Tree, read_tree

FAR_OFF = 100  # times the published price, either way: more likely a slip of the unit than a discount


def read_prices(source: ClientFile, as_of: date | None) -> dict[str, dict[str, Any]] | None:
    """Price key -> typed fields that fit; None when the file cannot be read at all.

    `as_of` picks the published price to compare with; without it the comparison is left out.
    """
    text = read_text(source, largest=LARGEST_YAML)
    tree = read_tree(source, text) if text is not None else None
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
        typed = _price(source, tree, name, value)
        if name not in keys:
            near = source.near(name, keys) or "; write MODEL.input, such as claude-sonnet-4-6.input"
            source.say(f"unknown price{near}", tree.line((name,)), name)
        elif as_of is not None:
            _compare(source, tree, name, typed, as_of)
        prices[name] = typed
    return prices


def _price(source: ClientFile, tree: Tree, name: str, value: object) -> dict[str, Any]:
    def say(key: Key, message: str) -> None:
        source.say(message, tree.line(key), dotted(key))

    typed = fit_record(value, NegotiatedPrice, (name,), say)
    return {} if typed is MISFIT else dict(typed)


def _compare(source: ClientFile, tree: Tree, name: str, typed: dict[str, Any], as_of: date) -> None:
    published = known.published_price(name, as_of)
    if published is None:
        return
    low, high, unit = published
    if "unit" in typed and typed["unit"].casefold() != unit.casefold():
        message = f"{quote(typed['unit'])} is not the unit of this price; state it in {unit}"
        source.say(message, tree.line((name, "unit")), f"{name}.unit")
        return
    value = typed.get("value")
    if value is None or (low <= value * FAR_OFF and value <= high * FAR_OFF):
        return
    shown = plain(low) if low == high else f"{plain(low)} to {plain(high)}"
    message = f"{plain(value)} is more than {FAR_OFF} times off the published {shown} {unit}; check the unit"
    source.say(message, tree.line((name, "value")), f"{name}.value", warning=True)
