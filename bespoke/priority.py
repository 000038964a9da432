"""Who goes first where more wants to run than there are cores."""

from __future__ import annotations

import os
from contextlib import suppress

GENTLE = 5  # niceness: a third of the weight of another


def lower_priority(number: int) -> None:
    """Let others go before this process or, on Linux, this thread; without effect where the system knows no such thing.

    It counts within one session of processes, and cannot be taken back.
    """
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, number, GENTLE)
