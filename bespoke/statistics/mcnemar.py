"""Two systems judged right or wrong on the same notes."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.special import bdtr

from bespoke.results import Part


class McNemar(Part):
    """`first_only` and `second_only` count the notes that one system alone got right."""

    n: int
    first_only: int
    second_only: int
    p: float

    @property
    def discordant(self) -> float:
        """The share of notes on which just one of the two was right; 0 without notes."""
        return (self.first_only + self.second_only) / self.n if self.n else 0.0


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """McNemar's exact test (1947, binomial form): two-sided p that both are right equally often.

    Only the notes decide on which the systems differ; without such notes p is 1. Treats notes as independent:
    for clustered notes give one value per cluster or rely on the cluster bootstrap.
    Raises ValueError when the two lists differ in length.
    """
    if len(first) != len(second):
        raise ValueError(f"both systems must be judged on the same notes: {len(first)} against {len(second)}")
    first_only = sum(a and not b for a, b in zip(first, second, strict=True))
    second_only = sum(b and not a for a, b in zip(first, second, strict=True))
    tail = float(bdtr(min(first_only, second_only), first_only + second_only, 0.5))
    return McNemar(n=len(first), first_only=first_only, second_only=second_only, p=min(1.0, 2 * tail))
