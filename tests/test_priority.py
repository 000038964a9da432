"""Work that can wait lets others go first, where the system knows of such a thing."""

from __future__ import annotations

import os

import pytest

from bespoke.priority import lower_priority


def test_what_can_wait_has_a_third_of_the_weight_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux gives a niceness of 0 the weight 1024 and one of 5 the weight 335 (kernel/sched/core.c)."""
    set_to: list[tuple[int, ...]] = []
    monkeypatch.setattr(os, "setpriority", lambda *given: set_to.append(given), raising=False)
    monkeypatch.setattr(os, "PRIO_PROCESS", 0, raising=False)
    lower_priority(42)
    assert set_to == [(0, 42, 5)]


def test_a_system_that_knows_none_or_refuses_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuse, raising=False)
    lower_priority(42)
    monkeypatch.delattr(os, "setpriority")
    lower_priority(42)
