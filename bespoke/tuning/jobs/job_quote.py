"""What a customisation costs: always a range, and always with the inputs that nobody publishes named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bespoke.clients.schema import Client, NegotiatedPrice
from bespoke.facts.price_book import MILLION, RequestTokens, request_cost
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs.prepare import Dataset
from bespoke.tuning.jobs.profiles import EPOCHS, Profile

HOURS_PER_DAY = 24


@dataclass(frozen=True)
class Cost:
    """A range of USD per `unit`. `asked` names the inputs that the client has to be asked for."""

    what: str
    low: Decimal
    high: Decimal
    unit: str
    asked: tuple[str, ...] = ()

    def __str__(self) -> str:
        amount = usd(self.low) if self.low == self.high else f"{usd(self.low)} to {usd(self.high)}"
        unpublished = f"; nobody publishes {', '.join(self.asked)}: ask for a quotation" if self.asked else ""
        return f"{self.what}: {amount} {self.unit}{unpublished}"


def training_cost(
    client: Client, profile: Profile, dataset: Dataset, epochs: tuple[int, int], facts: Facts
) -> Cost:
    """The training tokens (estimated from bytes) times epochs times price; or the price of one whole run."""
    if profile.run_price:
        return priced("training, one run", profile.run_price, Decimal(1), Decimal(1), "USD", client, facts)
    low = Decimal(dataset.training.tokens_low) * epochs[0] / MILLION
    high = Decimal(dataset.training.tokens_high) * epochs[1] / MILLION
    return priced("training, one run", profile.training_price, low, high, "USD", client, facts)


def storage_cost(client: Client, facts: Facts) -> Cost:
    """Keeping one custom model."""
    key = "price.custom_model.usd_per_month"
    return priced("storage of the tuned model", key, Decimal(1), Decimal(1), "USD a month", client, facts)


def hourly_cost(client: Client, profile: Profile, units: int, facts: Facts) -> Cost | None:
    """Provisioned Throughput, all units together; None for a model paid by the token."""
    if not profile.hourly_price:
        return None
    times = Decimal(units)
    what = f"Provisioned Throughput, {units} model unit{'s' if units > 1 else ''}"
    return priced(what, profile.hourly_price, times, times, "USD an hour, day and night", client, facts)


def request_range(profile: Profile, tokens: RequestTokens, facts: Facts, client: Client) -> Cost | None:
    """One request to the tuned model where it is paid by the token; None where it is paid by the hour."""
    if profile.deployment not in ("on_demand", "vendor"):
        return None
    each = request_cost(profile.price_model, tokens, facts.as_of, negotiated=client.prices)
    if not profile.token_price_factor:
        return Cost("one request", each, each, "USD")
    return priced("one request", profile.token_price_factor, each, each, "USD", client, facts)


def epochs_of(hyperparameters: Mapping[str, str], facts: Facts) -> tuple[int, int]:
    """The passes that are paid for; where the vendor decides them, the table's range."""
    if EPOCHS in hyperparameters:
        epochs = int(hyperparameters[EPOCHS])
        return epochs, epochs
    low, high = facts.fact("cost.tuning.epochs").range
    return int(low), int(high)


def priced(
    what: str, key: str, low_times: Decimal, high_times: Decimal, unit: str, client: Client, facts: Facts
) -> Cost:
    """A price of the tables, or the client's own of the same key, times a range of quantities."""
    own: NegotiatedPrice | None = (client.prices or {}).get(key)
    if own is not None:
        return Cost(what, own.value * low_times, own.value * high_times, unit)
    fact = facts.fact(key)
    low, high = fact.range
    asked = (key,) if fact.kind == "unpublished" else ()
    return Cost(what, low * low_times, high * high_times, unit, asked)


def usd(amount: Decimal) -> str:
    """Cents from ten cents up, three significant figures below: 1,234.50, 0.000123."""
    if amount == 0 or abs(amount) >= Decimal("0.1"):
        return f"{amount:,.2f}"
    return f"{amount:.3g}" if abs(amount) >= Decimal("0.0001") else f"{amount:.2e}"
