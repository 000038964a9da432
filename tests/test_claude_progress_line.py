"""What a run says of itself while it runs, on a terminal and in a pipe."""

from __future__ import annotations

import asyncio
import io
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.claude.sending import progress_line
from bespoke.claude.sending.progress_line import Live

CLEARED = "\r\x1b[2K"
BEGAN = 1_000.0  # of a clock that began before the run


def live(
    done: int, total: int, *, terminal: bool = False, **more: Any
) -> tuple[Live, list[str], io.StringIO]:
    """A run, what it says, and its stream."""
    sender = SimpleNamespace(
        done=done, retries=2, lost=1, trouble="", journal=SimpleNamespace(held=lambda: 2_350 * 10**9)
    )
    for name, value in more.items():
        setattr(sender, name, value)
    stream, said = io.StringIO(), list[str]()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    return Live(sender, total, said.append, stream, started=BEGAN), said, stream  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "total", "at", "begins"),
    [
        (120, 600, 60.0, "120 of 600 answered, 2.0 a second, 4 min left; "),  # 480 at 2 a second
        (600, 600, 60.0, "600 of 600 answered, 10.0 a second; "),
        (0, 600, 60.0, "0 of 600 answered, 0.0 a second; "),
        (5, 600, 0.0, "5 of 600 answered, 0.0 a second; "),  # from the journal, at once
    ],
)
def test_the_line_counts_what_is_done_and_what_is_left(
    done: int, total: int, at: float, begins: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, *_ = live(done, total)
    monkeypatch.setattr(progress_line, "time", SimpleNamespace(monotonic=lambda: BEGAN + at))
    assert one.line() == f"{begins}2.35 USD held, 2 asked again, 1 lost"


def watched(one: Live, rounds: int, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Watches so many rounds, in which the clock goes on as told; how long each was."""
    now, slept = [BEGAN], list[float]()

    async def sleep(seconds: float) -> None:
        if len(slept) == rounds:
            raise asyncio.CancelledError
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(progress_line, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(progress_line.asyncio, "sleep", sleep)
    with suppress(asyncio.CancelledError):
        asyncio.run(one.watch())
    return slept


def test_on_a_terminal_one_line_is_written_over_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    one, said, stream = live(1, 4, terminal=True)
    assert watched(one, 2, monkeypatch) == [0.5, 0.5]
    before, first, second = stream.getvalue().split(CLEARED)
    assert (before, said) == ("", [])
    assert first.startswith("1 of 4 answered, 2.0 a second")
    assert second.startswith("1 of 4 answered, 1.0 a second")
    one.end()
    assert stream.getvalue().endswith(CLEARED)  # nothing of it is left


def test_in_a_pipe_a_line_is_said_every_minute_and_nothing_is_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, said, stream = live(60, 600)
    assert watched(one, 60, monkeypatch) == [2.0] * 60
    one.end()
    assert [line.partition(",")[0] for line in said] == ["60 of 600 answered"] * 2
    assert stream.getvalue() == ""


def test_trouble_is_told_once_until_it_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    one, said, stream = live(1, 4, terminal=True, trouble="529 overloaded")
    watched(one, 3, monkeypatch)
    assert stream.getvalue().startswith(CLEARED * 2)  # the line makes room for it
    assert said == ["trouble: 529 overloaded; asking again, 2 times so far"]
    one.sender.trouble = "no connection"
    watched(one, 3, monkeypatch)
    assert said[1:] == ["trouble: no connection; asking again, 2 times so far"]
