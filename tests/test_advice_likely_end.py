"""Where a plan probably ends: at even odds, at the build, or at the last step that costs little."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice import likely_end as module
from bespoke.advice.likely_end import likely_end


def step(
    kind: str, reached: float | None = None, *, tested: bool = False, dear: bool = False,
    needs_worth: float | None = None,
) -> Any:  # fmt: skip
    """`dear`: it would multiply the bill."""
    return SimpleNamespace(
        kind=kind, reached=reached, configuration=SimpleNamespace(tested=tested), needs_worth=needs_worth,
        monthly=SimpleNamespace(expected=9.0 if dear else 1.0),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _bill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "multiplies", lambda expected, ground: expected > 5)


def end(*steps: Any, worth: float | None = None, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module.worth, "gain_of_right", lambda situation: worth)
    ground: Any = SimpleNamespace(situation=None)
    return likely_end(steps, ground)


@pytest.mark.parametrize(
    ("steps", "index"),
    [
        ([step("test", 0.3), step("test", 0.5), step("test", 0.9)], 1),  # the first at even odds
        ([step("test", 0.9, dear=True), step("test", 0.6)], 1),  # not one that multiplies the bill
        ([step("test", 0.3), step("build", 0.6)], 1),
        # a build that pays only at a worth nobody stated, while a remedy is left to test
        ([step("test", 0.3), step("build", 0.6, needs_worth=2.0)], 0),
        ([step("test", 0.3, tested=True), step("build", 0.6, needs_worth=2.0)], 1),  # nothing else is left
        ([step("test", 0.1, tested=True), step("build", 0.2)], 1),  # everything before it has been measured
        ([step("test", 0.1), step("build", 0.2)], 0),
        # the last that builds nothing and does not multiply the bill
        ([step("test", 0.1), step("lever"), step("measure")], 1),
        ([step("test", 0.1), step("keep"), step("test", 0.2, dear=True)], 1),
        ([step("keep"), step("test", 0.1), step("test", 0.2, dear=True)], 1),
        ([step("measure", 0.9)], 0),
        ([step("measure")], 0),
    ],
)
def test_the_likely_end(monkeypatch: pytest.MonkeyPatch, steps: list[Any], index: int) -> None:
    assert end(*steps, monkeypatch=monkeypatch) == index


def test_a_stated_worth_lets_a_build_be_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [step("test", 0.3), step("build", 0.6, needs_worth=2.0)]
    assert end(*steps, worth=3.0, monkeypatch=monkeypatch) == 1
