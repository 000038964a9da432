"""How the usable examples would be divided, groups kept whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from bespoke.chapters.dataset_readiness.result import Split
from bespoke.show.numbers import decimal

SHARE = 0.1  # of the usable examples, for validation and for a test
MOST_VALIDATION = 1_000  # records; the smallest maximum of the targets


def suggest(groups: Sequence[int], *, evaluation_notes: int | None, seed: int) -> Split:
    """Sizes of training, validation and test. `groups` holds the group of each usable example.

    Groups are drawn in random order (seeded) into validation, then into a test where the client has no
    evaluation notes, until each holds a tenth; the rest is for training. Deduplicate first: examples here
    are distinct, but several may come from one patient or document.
    """
    sizes = Counter(groups)
    order = sorted(sizes)
    np.random.default_rng(seed).shuffle(order)
    wanted = min(round(SHARE * len(groups)), MOST_VALIDATION)
    validation = test = 0
    for group in order:
        if validation < wanted:
            validation += sizes[group]
        elif evaluation_notes is None and test < wanted:
            test += sizes[group]
    why = (
        "a tenth, as there are no evaluation notes"
        if evaluation_notes is None
        else f"the {decimal(evaluation_notes)} evaluation notes are the test"
    )
    return Split(
        groups=len(sizes),
        training=len(groups) - validation - test,
        validation=validation,
        test=test,
        test_why=why,
    )
