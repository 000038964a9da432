"""Inputs of tasks.csv that nobody counts: tokens of sample texts, and the load of a day from a working day's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

RATIO = "evidence.tokens.characters_per_token"
BUSIEST = "assumed.busiest_office_hour"


@dataclass(frozen=True)
class TokenEstimate:
    """Tokens per sample; `low` and `high` are the mean at the ends of the estimator's range."""

    samples: int
    mean: float
    p95: int  # nearest rank
    low: float
    high: float
    counted: bool  # by the vendor's own counter, so that low and high are the mean


def estimated(texts: Sequence[str], facts: Facts) -> TokenEstimate:
    """From characters, at the ratio of the fact tables. Raises BespokeError for no texts."""
    ratio = facts.fact(RATIO)
    fewest, most = (float(end) for end in ratio.range)
    characters = [len(text) for text in texts]
    found = counted([round(n / float(ratio.number)) for n in characters])
    mean = sum(characters) / len(characters)
    return TokenEstimate(found.samples, found.mean, found.p95, mean / most, mean / fewest, counted=False)


def counted(tokens: Sequence[int]) -> TokenEstimate:
    """From exact counts. Raises BespokeError for none."""
    if not tokens:
        raise BespokeError("no sample to count")
    mean = sum(tokens) / len(tokens)
    p95 = sorted(tokens)[ceil(0.95 * len(tokens)) - 1]
    return TokenEstimate(len(tokens), mean, p95, mean, mean, counted=True)


@dataclass(frozen=True)
class DayLoad:
    """Requests on a day of the calendar, and the busiest hour over the average one."""

    requests_per_day: float
    peak_to_mean: float
    working_days: int  # in the year that was looked at


def day_load(
    per_working_day: float,
    hours: float,
    begin: date,
    country: str,
    subdivision: str | None = None,
    busiest: float = 1.5,
) -> DayLoad:
    """The load of an average calendar day from that of a working day of `hours` hours, in the year from `begin`.

    `busiest` is the busiest working hour over the average working hour. The peak is that hour against the mean of
    all hours of the year, nights and holidays included. Raises BespokeError for a country without a calendar.
    """
    import holidays

    try:
        free = holidays.country_holidays(country, subdiv=subdivision, years=(begin.year, begin.year + 1))
    except NotImplementedError:
        place = f"{country}-{subdivision}" if subdivision else country
        raise BespokeError(f"no public holidays known for {place}") from None
    year = [begin + timedelta(days=k) for k in range(365)]
    worked = sum(day.weekday() < 5 and day not in free for day in year)
    daily = per_working_day * worked / len(year)
    return DayLoad(daily, per_working_day / hours * busiest / (daily / 24), worked)
