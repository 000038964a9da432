"""What a command needs of the world beside the client's folder: AWS, the clock, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from bespoke.tuning.jobs.aws import Connect, connect


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Outside:
    """Tests put their own in here; everyone else takes it as it is."""

    connect: Connect = connect
    now: Callable[[], datetime] = _now
    pause: Callable[[float], None] = time.sleep  # seconds

    @property
    def today(self) -> date:
        return self.now().date()
