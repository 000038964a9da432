"""An estimate with the interval that belongs to it."""

from __future__ import annotations

from bespoke.results import Part


class Interval(Part):
    """A point estimate between its confidence limits, all on the scale of the estimate."""

    estimate: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies strictly outside; an interval that touches zero does not separate two systems."""
        return self.low > 0 or self.high < 0

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high
