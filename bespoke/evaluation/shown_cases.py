"""Single cases as a result keeps them: identifiers masked, texts cut, for a reader who looks for himself."""

from __future__ import annotations

from bespoke.results import Part


class ShownRun(Part):
    run: int
    text: str
    tokens_in: int | None
    tokens_out: int | None
    usd: float | None


class ShownAnswer(Part):
    """What one system answered; `right` is as a whole, `score` by the main metric, where one case has a score."""

    right: bool | None
    score: float | None
    runs: tuple[ShownRun, ...]


class ShownCase(Part):
    id: str
    group: str
    tags: tuple[str, ...]
    documents: tuple[str, ...]
    input: str
    expected: str
    answers: tuple[ShownAnswer, ...]  # in the order of the systems
    differ: tuple[tuple[int, int], ...]  # pairs of systems that say something else


class CaseByCase(Part):
    """`left` and `right`: the systems that stand side by side at first."""

    systems: tuple[str, ...]
    left: int
    right: int
    prompt: str
    total: int
    cases: tuple[ShownCase, ...]  # in their own order
