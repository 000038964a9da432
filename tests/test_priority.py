"""Work that can wait lets others go first, where the system knows of such a thing."""

from __future__ import annotations

import os
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from bespoke.priority import lower_priority
from bespoke.report import speculative_render
from bespoke.report.report_cover import Cover
from bespoke.report.speculative_render import SpeculativeRender


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


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux alone")
def test_what_is_done_ahead_of_a_report_lets_the_kernels_go_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Both threads: the one that takes notebooks apart and the one that typesets the last report."""
    gave_way: list[int] = []
    monkeypatch.setattr(speculative_render, "lower_priority", gave_way.append)
    monkeypatch.setattr(speculative_render, "get_ready", lambda: None)
    ahead = SpeculativeRender("en")
    ahead.rehearse([tmp_path / "not_there.ipynb"], Cover("acme", date(2026, 11, 20)))
    ahead.take(tmp_path / "not_there.ipynb")
    ahead.end_rehearsal()
    assert (len(set(gave_way)), threading.get_native_id() in gave_way) == (2, False)
