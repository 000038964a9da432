"""The gate before which a notebook that was begun early waits."""

from __future__ import annotations

import threading
import time

import pytest

from bespoke.runner.parallel.start_gates import CalledOff, StartGate


def test_an_open_gate_lets_through_and_counts_the_wait() -> None:
    gate = StartGate()
    threading.Timer(0.05, gate.open).start()
    gate.pass_through()
    assert gate.decided
    assert 0.04 <= gate.waited < 5


def test_a_notebook_that_was_called_off_does_not_pass() -> None:
    gate = StartGate()
    threading.Timer(0.01, gate.call_off).start()
    with pytest.raises(CalledOff):
        gate.pass_through()


def test_what_was_opened_stays_open() -> None:
    gate = StartGate()
    gate.open()
    gate.call_off()
    started = time.perf_counter()
    gate.pass_through()
    assert time.perf_counter() - started < 1
