"""What the outside world knows: models, price keys, thresholds, holiday calendars, drawable characters.

Importing the packages that know them takes longer than reading a whole client folder, so the common names
come from `known_names.json`; a name that is not there is looked up in the package itself before anybody is
told off. `python -m bespoke.clients.known` writes the file anew; a test says when that is due.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("known_names.json")
OTHER_VENDORS = ("openai", "aws")
TOKEN_CLASSES = {  # class of tokens in a price key -> its field in the price book
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write_5m": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
}
PER_MILLION = "USD per million tokens"


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    return dict(json.loads(TABLE.read_text(encoding="utf-8")))


def is_model(name: str) -> bool:
    """Whether the price book can price the model for us."""
    return name in _table()["models"] or name in models()


@lru_cache(maxsize=1)
def models() -> tuple[str, ...]:
    """Anthropic's models in the price book, then other vendors' that the fact tables know."""
    stated = {key.rpartition(".")[0] for key in _stated("model.")}
    anthropic = [model.id for model in _provider("anthropic").models]
    others = {model.id for provider in OTHER_VENDORS for model in _provider(provider).models}
    return (*anthropic, *sorted((stated & others).difference(anthropic)))


def context_window(name: str) -> int | None:
    """Tokens one request to the model may have, from the price book; None where it does not say."""
    found: int | None = _table()["contexts"].get(name)
    return found


def assumed(key: str, as_of: date) -> Decimal:
    """A number of the fact table `assumed`, which is read alone: all tables take a tenth of a second."""
    from bespoke.facts.reader import Fact, in_force, rows_of

    fact = in_force([row for row in rows_of(Fact, "assumed") if row.key == f"assumed.{key}"], as_of)
    if fact is None:
        raise KeyError(key)
    return fact.number


def dollars_per(currency: str, as_of: date) -> Decimal | None:
    """US dollars for one unit of a currency; None for a currency the fact tables do not know."""
    if currency == "USD":
        return Decimal(1)
    rate = published_price(f"price.usd_per_{currency.lower()}", as_of)
    return None if rate is None else (rate[0] + rate[1]) / 2


def threshold_names() -> tuple[str, ...]:
    """What `thresholds:` in engagement.yaml may override."""
    return tuple(_stated("threshold."))


def price_keys() -> tuple[str, ...]:
    """Keys that prices.yaml may hold: `<model>.<token class>` and the fact tables' `price.` rows."""
    tokens = [f"{model}.{kind}" for model in models() for kind in TOKEN_CLASSES]
    return (*tokens, *(f"price.{name}" for name in _stated("price.")))


def published_price(key: str, as_of: date) -> tuple[Decimal, Decimal, str] | None:
    """Low, high and unit of the published price a key stands for; None where none is published."""
    from bespoke.facts.reader import Facts, value_rows

    if key in value_rows():
        if all(row.since > as_of for row in value_rows()[key]):
            return None
        fact = Facts(as_of).fact(key)
        numeric = isinstance(fact.value, Decimal) or fact.low is not None
        return (*fact.range, fact.unit) if numeric else None
    name, _, kind = key.rpartition(".")
    vendors = ("anthropic", *OTHER_VENDORS)
    model = next((m for vendor in vendors for m in _provider(vendor).models if m.id == name), None)
    if model is None or kind not in TOKEN_CLASSES:
        return None
    prices = model.get_prices(datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC))
    price = getattr(prices, TOKEN_CLASSES[kind], None)
    base = getattr(price, "base", price)  # a price by prompt length starts at its base
    return (base, base, PER_MILLION) if isinstance(base, Decimal) else None


def subdivisions(country: str) -> tuple[str, ...] | None:
    """The country's states or provinces with a calendar of their own; None for an unknown country."""
    calendars = _table()["calendars"]
    found = calendars.get(country)
    if found is None:
        found = _calendars().get(country)
    return None if found is None else tuple(found)


def is_subdivision(country: str, subdivision: str) -> bool:
    if subdivision in (subdivisions(country) or ()):
        return True
    import holidays

    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


def countries() -> tuple[str, ...]:
    return tuple(_table()["calendars"])


def currencies() -> tuple[str, ...]:
    """Currencies that can be turned into the dollars prices are in: `price.usd_per_…` of the fact tables."""
    return tuple(dict.fromkeys(["USD", *map(str.upper, _stated("price.usd_per_"))]))


def _stated(prefix: str) -> list[str]:
    """What the fact tables have under keys that begin so: the rest of each key."""
    from bespoke.facts.reader import value_rows

    return [key.removeprefix(prefix) for key in value_rows() if key.startswith(prefix)]


def drawn_edges() -> tuple[int, ...]:
    """Where runs of code points that the bundled fonts draw begin, end, begin, end...; sorted."""
    return tuple(_table()["drawn_edges"])


def _provider(name: str) -> Any:
    from genai_prices.data import providers

    return next(provider for provider in providers if provider.id == name)


@lru_cache(maxsize=1)
def _calendars() -> dict[str, list[str]]:
    import holidays

    return {k: sorted(v) for k, v in holidays.list_supported_countries(include_aliases=False).items()}


def _contexts() -> dict[str, int]:
    known_models = set(models())
    found = (model for vendor in ("anthropic", *OTHER_VENDORS) for model in _provider(vendor).models)
    return {
        model.id: model.context_window for model in found if model.id in known_models and model.context_window
    }


def current_table() -> dict[str, Any]:
    """What `known_names.json` should hold, from the installed packages."""
    from bespoke.show.fonts import code_points

    drawn = code_points()
    edges = [code for code in range(0x110001) if (code in drawn) != (code - 1 in drawn)]
    return {
        "models": list(models()),
        "contexts": _contexts(),
        "calendars": dict(sorted(_calendars().items())),
        "drawn_edges": edges,
    }


if __name__ == "__main__":
    from bespoke.results import write_atomically

    write_atomically(TABLE, json.dumps(current_table(), separators=(",", ":")) + "\n")
