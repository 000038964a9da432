"""How often something truly happens when an imperfect judge counted it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bespoke.results import Part
from bespoke.statistics.bootstrap import RESAMPLES
from bespoke.statistics.interval import Interval


class CorrectedShare(Part):
    """`apparent` is the share the judge reported, `corrected` what remains after its known errors.

    `corrected` is None where judge and human agree no better than chance: then the judge's count says nothing.
    """

    apparent: float
    true_positive_rate: float
    true_negative_rate: float
    corrected: Interval | None

    @property
    def poorer_rate(self) -> float:
        """The lower of how often the judge finds a true case and leaves out a false one."""
        return min(self.true_positive_rate, self.true_negative_rate)


def rogan_gladen(
    judged: Sequence[bool],
    human: Sequence[bool],
    judge_on_human: Sequence[bool],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> CorrectedShare:
    """The share of true cases among `judged` (Rogan and Gladen 1978): (apparent + TNR - 1) / (TPR + TNR - 1).

    TPR and TNR come from a held-out set that both humans and the judge labelled. The interval is a percentile
    bootstrap over all three counts, so it carries the judge's own uncertainty; estimates are cut to [0, 1].
    Each bootstrap rate is drawn with half a case added to either side, so that a judge without a single error
    in a few dozen labels is not taken for a perfect one.
    Raises ValueError without judged items or when the human labels lack one of the two classes.
    """
    if len(human) != len(judge_on_human):
        raise ValueError(f"{len(human)} human labels against {len(judge_on_human)} of the judge")
    positives, negatives = sum(human), len(human) - sum(human)
    if not judged or not positives or not negatives:
        raise ValueError("needs judged items, and human labels of both classes")
    hits = sum(h and j for h, j in zip(human, judge_on_human, strict=True))
    rejected = sum(not h and not j for h, j in zip(human, judge_on_human, strict=True))
    apparent, tpr, tnr = sum(judged) / len(judged), hits / positives, rejected / negatives
    found = CorrectedShare(apparent=apparent, true_positive_rate=tpr, true_negative_rate=tnr, corrected=None)
    if tpr + tnr <= 1:
        return found
    random = np.random.default_rng(seed)
    p, t, f = (
        random.binomial(n, (k + 0.5) / (n + 1), resamples) / n
        for k, n in ((sum(judged), len(judged)), (hits, positives), (rejected, negatives))
    )
    usable = t + f > 1
    drawn = np.clip((p + f - 1)[usable] / (t + f - 1)[usable], 0, 1)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    estimate = min(1.0, max(0.0, (apparent + tnr - 1) / (tpr + tnr - 1)))
    interval = Interval(estimate=estimate, low=min(float(low), estimate), high=max(float(high), estimate))
    return found.model_copy(update={"corrected": interval})
