"""What labels can be had without a model: the most frequent one, a linear classifier, the nearest neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bespoke.evaluation.answers import SystemRun, offline
from bespoke.evaluation.cases import EvaluationTask
from bespoke.statistics.nearest_texts import nearest
from bespoke.statistics.text_classifier import fit_text_classifier

_NEIGHBOURS = 5
_MOST = 4_000  # training texts of the linear classifier, whose solve grows with their cube


def baselines(task: EvaluationTask, seed: int) -> list[SystemRun]:
    """Trained on train.jsonl; none without it, and none where several labels may be right."""
    train = task.usable_train
    if not train or task.setup.many:
        return []
    given = [str(case.expected) for case in train]
    texts = [case.text for case in train]
    asked = [case.text for case in task.cases]
    common = Counter(given).most_common(1)[0][0]
    most = offline("most_frequent", "Most frequent label", [frozenset((common,))] * len(asked), learns=True)
    near, votes = _nearest(texts, given, asked)
    closest = offline("nearest", "Nearest neighbours", near, learns=True, confidences=votes)
    if len(set(given)) < 2:
        return [most, closest]
    chosen = np.random.default_rng(seed).permutation(len(texts))[:_MOST]
    model = fit_text_classifier([texts[i] for i in chosen], [given[i] for i in chosen])
    said, sure = model.predict_with_confidence(asked)
    linear = offline(
        "linear", "Linear classifier", [frozenset((s,)) for s in said], learns=True, confidences=sure
    )
    return [most, closest, linear]


def _nearest(
    texts: Sequence[str], given: Sequence[str], asked: Sequence[str]
) -> tuple[list[frozenset[str]], list[float]]:
    """The label with most weight among the closest texts, and its share of that weight."""
    answers, votes = [], []
    for neighbours in nearest(asked, texts, _NEIGHBOURS):
        weight: Counter[str] = Counter()
        for i, cosine in neighbours:
            weight[given[i]] += cosine + 1e-9  # type: ignore[assignment]
        label, most = max(weight.items(), key=lambda pair: (pair[1], pair[0]))
        answers.append(frozenset((label,)))
        votes.append(round(most / sum(weight.values()), 4))
    return answers, votes
