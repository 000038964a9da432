"""How many requests at once and how fast: learnt from the rate-limit headers and from refusals.

Two controls. Token buckets mirror the provider's own (requests, input and output tokens a minute, refilled
continuously), so that we seldom run into a 429. A window of requests in flight grows while all goes well and
shrinks when a good part of a round is refused as overload (additive increase, multiplicative decrease).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_CLASSES = {"requests": "requests", "input": "input-tokens", "output": "output-tokens", "all": "tokens"}
_FIRST_WINDOW = 8.0
_STEERED_WINDOW = 32.0  # where headers tell the limits, the buckets hold back and not the window
_STRAINED = 0.2  # of a round refused as overload
_SHRINK = 0.6
_TOLERANCE = 0.1  # of a bucket: headers lag behind, smaller differences are noise


@dataclass
class Bucket:
    """Tokens that may be used now; refilled at `per_s`, never above `capacity`."""

    capacity: float
    per_s: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        self.level = min(self.capacity, self.level + (now - self.at) * self.per_s)
        self.at = now

    def wait_s(self, amount: float) -> float:
        """Seconds until `amount` is there; one request may always use a whole bucket."""
        return max(0.0, (min(amount, self.capacity) - self.level) / self.per_s)


@dataclass
class RequestSlot:
    """One request in flight; whoever holds it tells how it ended."""

    verdict: str = "fine"

    def overloaded(self) -> None:
        self.verdict = "overloaded"

    def unused(self) -> None:
        """Nothing was sent after all."""
        self.verdict = "unused"


@dataclass
class Pacer:
    """Lets requests through one after another, as fast as the provider takes them."""

    most: int = 256
    longest_pause_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    window: float = _FIRST_WINDOW  # never above `most`
    in_flight: int = 0
    buckets: dict[str, Bucket] = field(default_factory=dict)
    _pause_until: float = 0.0
    _completed: int = 0
    _strained: int = 0
    _slow_start: bool = True
    _output: float = 500.0  # running mean of an answer's tokens
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _freed: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def slot(self, input_tokens: int) -> AsyncIterator[RequestSlot]:
        """Waits for its turn, first come first served; holds a place in the window until it is left."""
        async with self._turn:
            amounts = {"requests": 1.0, "input": float(input_tokens), "output": self._output}
            amounts["all"] = amounts["input"] + amounts["output"]
            await self._admitted(amounts)
            self.in_flight += 1
        slot = RequestSlot()
        try:
            yield slot
        finally:
            self.in_flight -= 1
            if slot.verdict == "unused":
                for name, bucket in self.buckets.items():
                    bucket.level += amounts[name]
            else:
                self._count(slot.verdict == "overloaded")
            self._freed.set()

    async def _admitted(self, amounts: Mapping[str, float]) -> None:
        while True:
            now = self.clock()
            if self.in_flight >= int(self.window):
                self._freed.clear()
                await self._freed.wait()
                continue
            wait = max(0.0, self._pause_until - now)
            for name, bucket in self.buckets.items():
                bucket.refill(now)
                wait = max(wait, bucket.wait_s(amounts[name]))
            if wait <= 0:
                break
            await asyncio.sleep(min(wait, 1.0))
        for name, bucket in self.buckets.items():
            bucket.level -= amounts[name]

    def learn(self, headers: Mapping[str, str], output_tokens: int | None = None) -> None:
        """Takes limits and what remains of them from the headers of any response."""
        now = self.clock()
        if output_tokens is not None:
            self._output += 0.1 * (output_tokens - self._output)
        for name, words in _CLASSES.items():
            limit = number(headers.get(f"anthropic-ratelimit-{words}-limit"))
            remaining = number(headers.get(f"anthropic-ratelimit-{words}-remaining"))
            if limit is None or limit <= 0:
                continue
            bucket = self.buckets.get(name)
            if not self.buckets and self._slow_start:
                self.window = min(float(self.most), max(self.window, _STEERED_WINDOW))
            if bucket is None or bucket.per_s != limit / 60:
                level = limit if remaining is None else remaining
                self.buckets[name] = Bucket(max(level, limit / 60), limit / 60, level, now)
                continue
            bucket.refill(now)
            if remaining is None:
                continue
            bucket.capacity = max(bucket.capacity, remaining)  # the provider's burst, as far as seen
            if remaining < bucket.level - _TOLERANCE * bucket.capacity:
                bucket.level = remaining

    def limited(self, retry_after_s: float | None) -> None:
        """A 429: nothing goes out until the provider's own time has passed, within bounds."""
        pause = 1.0 if retry_after_s is None else min(retry_after_s, self.longest_pause_s)
        now = self.clock()
        self._pause_until = max(self._pause_until, now + pause)
        for bucket in self.buckets.values():
            bucket.refill(now)
            bucket.level = min(bucket.level, bucket.per_s)
        if not self.buckets:  # no headers to steer by: the window has to
            self._strained += 1

    def _count(self, overloaded: bool) -> None:
        """After each round of one window, the window for the next."""
        self._completed += 1
        self._strained += overloaded
        if self._completed < self.window:
            return
        if self._strained >= _STRAINED * self._completed:
            self.window = max(1.0, self.window * _SHRINK)
            self._slow_start = False
        else:
            self.window = min(float(self.most), self.window * 2 if self._slow_start else self.window + 1)
        self._completed = self._strained = 0


def number(value: str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None
