"""What a run is doing, while it does it: one line that moves on a terminal, one a minute in a pipe."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from bespoke.claude.budget.pico_usd import usd
from bespoke.claude.sending.sender import Sender

_TERMINAL_S, _PIPE_S, _TROUBLE_S = 0.5, 60.0, 2.0


@dataclass
class Live:
    """`total` requests are expected of the whole run; answers from the journal come at once and count."""

    sender: Sender
    total: int
    say: Callable[[str], None]
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    started: float = field(default_factory=time.monotonic)
    _told: str = ""

    async def watch(self) -> None:
        """Until it is cancelled. The first trouble, and every new kind of it, is told within seconds."""
        terminal, last = self.stream.isatty(), time.monotonic()
        while True:
            await asyncio.sleep(_TERMINAL_S if terminal else _TROUBLE_S)
            if self.sender.trouble and self.sender.trouble != self._told:
                self._told = self.sender.trouble
                self._clear(terminal)
                self.say(f"trouble: {self._told}; asking again, {self.sender.retries} times so far")
            if terminal:
                self.stream.write(f"\r\x1b[2K{self.line()}")
                self.stream.flush()
            elif time.monotonic() - last >= _PIPE_S:
                last = time.monotonic()
                self.say(self.line())

    def line(self) -> str:
        done, seconds = self.sender.done, time.monotonic() - self.started
        rate = done / seconds if seconds else 0.0
        left = f", {max(0, self.total - done) / rate / 60:.0f} min left" if rate and done < self.total else ""
        return (
            f"{done} of {self.total} answered, {rate:.1f} a second{left}; {usd(self.sender.journal.held()):.2f} "
            f"USD held,"
            f" {self.sender.retries} asked again, {self.sender.lost} lost"
        )

    def end(self) -> None:
        self._clear(self.stream.isatty())

    def _clear(self, terminal: bool) -> None:
        if terminal:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
