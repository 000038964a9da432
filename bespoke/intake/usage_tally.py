"""What the records of one task add up to, in memory that does not grow with their number."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import cast

from bespoke.clients.usage import TaskUsage, TokenFigures
from bespoke.intake.sketch import Sketch
from bespoke.intake.token_pricing import PricedTokens
from bespoke.intake.usage_record import Record

KINDS = ("prompt", "uncached_input", "cache_read", "cache_write", "output")
_HOUR = timedelta(hours=1)


@dataclass
class TaskTally:
    """Counts of one task; `zone` is that of its days and hours."""

    zone: tzinfo
    zone_name: str
    priced: PricedTokens
    calls: int = 0  # where the log counts them
    failed: int = 0
    retried: int = 0
    uncounted: bool = False  # some rows have tokens but no number of calls
    hourly: bool = True  # every row says in which hour
    single: bool = True  # every row is one call
    hours: Counter[datetime] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    model_tokens: Counter[str] = field(default_factory=Counter)
    spread: dict[str, Sketch] = field(default_factory=lambda: {kind: Sketch() for kind in KINDS})
    latency: Sketch = field(default_factory=Sketch)
    spent: Decimal = Decimal(0)
    spends: bool = False
    billed: Decimal = Decimal(0)
    bills: bool = False
    first: datetime | None = None  # of the zone's clock
    last: datetime | None = None

    def add(self, record: Record) -> None:
        start = record.start.astimezone(self.zone)
        last = record.last.astimezone(self.zone)
        self.first = min(self.first or start, start)
        self.last = max(self.last or last, last)
        if record.charge:
            self.billed, self.bills = self.billed + (record.usd or 0), True
            return
        if record.usd is not None:
            self.spent, self.spends = self.spent + record.usd, True
        self._count(record, start)
        self._weigh(record)
        self.priced.add(record)

    def _count(self, record: Record, start: datetime) -> None:
        if record.requests is None:
            self.uncounted = True
        else:
            self.calls += record.requests
            self.failed += record.requests if record.failed else 0
            self.retried += record.requests if record.retries else 0
            if not record.failed:
                self.days[start.date()] += record.requests
                self.hours[start.replace(minute=0, second=0, microsecond=0)] += record.requests
                self.models[record.model] += record.requests
        if record.end is not None:
            self.single = False
            self.hourly = self.hourly and record.end - record.start <= _HOUR

    def _weigh(self, record: Record) -> None:
        if record.failed:
            return
        written = record.cache_write_5m + record.cache_write_1h
        tokens = (record.prompt, record.uncached, record.cache_read, written, record.output)
        found = dict(zip(KINDS, tokens, strict=True))
        self.tokens.update(found)
        self.model_tokens[record.model] += record.prompt + record.output
        if record.end is None:
            for kind, count in found.items():
                self.spread[kind].add(count)
            if record.latency_ms is not None:
                self.latency.add(record.latency_ms)

    def figures(self) -> TaskUsage:
        """Raises ValueError when nothing was added."""
        days = self._days()
        counted = self.calls > 0 and not self.uncounted
        answered = self.calls - self.failed
        shares = self.models if counted else self.model_tokens
        total = sum(shares.values())
        spend = self.billed if self.bills else self.spent if self.spends else None
        at_list = self.priced.total() if sum(self.tokens.values()) else None
        return TaskUsage(
            requests=self.calls if counted else None,
            days=days,
            requests_per_day=_figure(answered / days) if counted else None,
            failed_share=_figure(self.failed / self.calls) if counted else None,
            retried_share=_figure(self.retried / self.calls) if counted and self.single else None,
            per_weekday=self._weekdays() if counted else (),
            per_hour=self._clock(days) if counted and self.hourly else (),
            timezone=self.zone_name,
            peak_to_mean=self._peak(days) if counted and self.hourly and answered else None,
            **{kind: self._per_request(kind, answered) if counted and answered else None for kind in KINDS},
            tokens_per_day={} if counted else {kind: _figure(self.tokens[kind] / days) for kind in KINDS},
            cached_share=_figure(self.tokens["cache_read"] / self.tokens["prompt"])
            if self.tokens["prompt"]
            else None,
            latency_p50_ms=_figure(self.latency.quantile(0.5)) if self.latency.n else None,
            latency_p95_ms=_figure(self.latency.quantile(0.95)) if self.latency.n else None,
            models={name: _figure(n / total) for name, n in shares.most_common() if total and name},
            spend_usd=None if spend is None else round(spend, 4),
            list_price_usd=None if at_list is None else round(at_list, 4),
            reconciled=self.priced.compared(spend),
        )

    def _days(self) -> int:
        """Days of the calendar. A log cut at midnight somewhere else begins and ends at one time of the day here."""
        dates = self._dates()
        first, last = cast(datetime, self.first), cast(datetime, self.last)
        apart = timedelta(hours=first.hour - last.hour, minutes=first.minute - last.minute)
        return len(dates) - 1 if len(dates) > 1 and timedelta(0) < apart <= _HOUR else len(dates)

    def _dates(self) -> list[date]:
        """Every date the log touches. Raises ValueError when nothing was added."""
        if self.first is None or self.last is None:
            raise ValueError("no records")
        begin = self.first.date()
        return [begin + timedelta(days=k) for k in range((self.last.date() - begin).days + 1)]

    def _per_request(self, kind: str, answered: int) -> TokenFigures:
        p95 = _figure(self.spread[kind].quantile(0.95)) if self.single else None
        return TokenFigures(mean=_figure(self.tokens[kind] / answered), p95=p95)

    def _weekdays(self) -> tuple[float, ...]:
        seen = Counter(day.weekday() for day in self._dates())
        sums = Counter[int]()
        for day, n in self.days.items():
            sums[day.weekday()] += n
        return tuple(_figure(sums[k] / seen[k]) if seen[k] else 0.0 for k in range(7))

    def _clock(self, days: int) -> tuple[float, ...]:
        sums = Counter[int]()
        for hour, n in self.hours.items():
            sums[hour.hour] += n
        return tuple(_figure(sums[k] / days) for k in range(24))

    def _peak(self, days: int) -> float:
        """The busiest of the week's 168 hours, on the mean over the weeks, against the mean of all hours."""
        seen = Counter(day.weekday() for day in self._dates())
        sums = Counter[tuple[int, int]]()
        for hour, n in self.hours.items():
            sums[hour.weekday(), hour.hour] += n
        busiest = max(n / seen[weekday] for (weekday, _), n in sums.items())
        return max(1.0, _figure(busiest / (sum(self.hours.values()) / (days * 24))))


def _figure(value: float) -> float:
    """Six significant digits: more than any log is worth, and the same file on every machine."""
    return float(f"{value:.6g}")
