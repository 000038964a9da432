"""When a run starts a job of its own: where there is none, and only while its model takes new ones."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.tuning.jobs import commands
from tests.tuning_bench import BUCKET, HAIKU_OPEN, ROLE, bench, error_of

OPENED: dict[str, Any] = {
    "model": "claude-3-haiku", "role_arn": ROLE, "bucket": f"{BUCKET}-west", "yes": True,
    "budget_usd": Decimal(50),
}  # fmt: skip


@pytest.mark.parametrize("days", [0, 9])
def test_a_run_that_has_no_job_starts_one_only_while_the_model_is_open(days: int, tmp_path: Path) -> None:
    """All is uploaded and the job is not there: 2026-03-10 is the last day for a new one, 9 days on is too late."""
    with bench(tmp_path, rows=40, day=HAIKU_OPEN) as b:
        b.run(commands.submit, **OPENED)
        b.fake.jobs.clear()
        b.later(days=days)
        if days:
            text = error_of(lambda: b.run(commands.submit, model="claude-3-haiku"))
            assert "lifecycle: needs the route is open" in text
        else:
            b.run(commands.submit, model="claude-3-haiku")
        assert len(b.fake.jobs) == (0 if days else 1)
