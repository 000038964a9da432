"""Asynchronous work from plain code, in a terminal and in a notebook alike."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, also where this thread's event loop is at work already, as in a notebook's cell.

    There `work` has a loop on a thread of its own. An interrupt cancels it, waits until it has seen that through
    and raises what it made of it, as `asyncio.run` does.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    stop: Future[Any] = Future()

    async def stoppable() -> T:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        stop.set_result(lambda: loop.call_soon_threadsafe(task.cancel) if task else None)
        return await work

    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(asyncio.run, stoppable())
        try:
            return asked.result()
        except KeyboardInterrupt:
            stop.result()()
            return asked.result()
