"""What the dataset chapter says of training data as a whole, and of each target that would take it or not."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, TargetReadiness
from bespoke.exhibits.dataset_readiness import dataset_verdict


def target(status: Any, usable: int, minimum: int | None) -> TargetReadiness:
    return TargetReadiness(
        route="nova", status=status, format="bedrock", usable=usable, minimum=minimum, maximum=None,
        blocked_by=(), mended_by_conversion=(),
    )  # fmt: skip


READY, CLOSED = target("ready", 100, 32), target("not_ready", 100, 32)


def data(*targets: TargetReadiness, usable: int = 100, needed: tuple[int, int] = (0, 0)) -> DatasetReadiness:
    return DatasetReadiness.model_construct(
        targets=targets, rows=120, usable=usable, examples_needed_low=needed[0], examples_needed=needed[1]
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    return blocks


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (data(READY, usable=0), "None of the 120 training rows can be trained on as they stand"),
        (data(CLOSED, READY), "100 of 120 training rows are usable: enough for a narrow task"),
        (
            data(CLOSED, READY, needed=(50, 300)),
            "100 of 120 training rows are usable; 50 to 300 more examples are needed",
        ),
        (
            data(CLOSED, needed=(300, 300)),
            "100 of 120 training rows are usable; no tuning route takes the files yet,"
            " and 300 more examples are needed",
        ),
        (
            data(CLOSED),
            "100 of 120 training rows are usable, but no tuning route takes the files as they are",
        ),
    ],
)
def test_the_finding_says_what_is_usable_and_what_is_needed(
    found: DatasetReadiness, says: str, shown: list[Any]
) -> None:
    dataset_verdict.finding(found)
    assert [block.text for block in shown] == [says]


def test_targets_that_refuse_for_too_few_rows_are_told_from_those_that_mind_faulty_ones(
    shown: list[Any],
) -> None:
    """32 are enough where 32 are the least, 31 are not; where no least is known faulty rows alone stand in the way."""
    few, enough, any_number = (target("not_ready", *one) for one in ((31, 32), (32, 32), (1, None)))

    def said(*targets: TargetReadiness) -> list[str]:
        shown.clear()
        dataset_verdict.targets_text(data(*targets))
        *before, last = (block.markdown for block in shown)
        assert last.startswith("This says whether the data fit a target")
        return before

    refuse = "would still refuse: fewer usable rows than the minimum."
    take = "would take the data once the faulty rows are mended or left out: the usable rows alone are enough for"
    assert said(READY) == []
    assert said(READY, few) == [f"1 of the 2 targets {refuse}"]
    assert said(few, few) == [f"All 2 targets {refuse}"]
    assert said(few, enough, READY) == [
        f"1 of the 3 targets {take} its minimum.",
        f"1 of the 3 targets {refuse}",
    ]
    assert said(any_number, enough, READY) == [f"2 of the 3 targets {take} their minimum."]
