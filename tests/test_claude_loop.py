"""A model can be asked from a notebook's cell, where an event loop runs already, and interrupted there."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.event_loop import run_to_end
from bespoke.claude.sending.sender import work_through
from bespoke.errors import BespokeError
from tests.claude_clients import ask, clinic

if TYPE_CHECKING:
    from pathlib import Path

    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)


async def in_a_cell(work: object) -> object:
    """As ipykernel runs a cell: plain code called on the thread of a running loop."""
    await asyncio.sleep(0)
    return work() if callable(work) else work


def test_a_cell_asks_about_every_note(serve: Serve, tmp_path: Path) -> None:
    serve()
    summary = asyncio.run(in_a_cell(lambda: ask(clinic(tmp_path, 5))))
    (found,) = summary.strategies  # type: ignore[attr-defined]
    assert found.outcomes == {"answered": 5}


def test_an_error_in_the_work_is_raised_in_the_cell() -> None:
    async def fails() -> None:
        raise ValueError("three")

    with pytest.raises(ValueError, match="three"):
        asyncio.run(in_a_cell(lambda: run_to_end(fails())))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupted_cell_lets_the_work_end_gently() -> None:
    seen: list[str] = []
    started = threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)  # answers on their way are taken in
            seen.append("taken in")
            raise

    def cell() -> None:
        def press() -> None:
            started.wait()
            time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=press).start()
        run_to_end(work())

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    loop = asyncio.new_event_loop()
    try:
        with pytest.raises((asyncio.CancelledError, KeyboardInterrupt)):
            loop.run_until_complete(in_a_cell(cell))
    finally:
        loop.close()
        signal.signal(signal.SIGINT, before)
    assert seen == ["taken in"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_polite_request_to_end_lets_answers_on_their_way_come_home() -> None:
    """The request reaches who waits for the work, not the work: an answer that was asked for is paid for."""
    told: list[str] = []
    nobody = SimpleNamespace(beat=lambda: None, give_up=told.append)

    async def closed() -> None:
        told.append("closed")

    sender: Any = SimpleNamespace(
        patience=RetryPolicy(drain_s=5.0),
        journal=nobody,
        backend=SimpleNamespace(close=closed),
        stop=told.append,
    )

    async def work() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0.1)
        told.append("answered")

    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with pytest.raises(BespokeError, match="interrupted; what was answered is kept"):
            work_through(work(), sender)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert told == ["interrupted", "answered", "closed"]
