"""The day of an endpoint's last request is remembered, once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bespoke.tuning.jobs.evaluate_tuned import used
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.state import Endpoint, TuningRun

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OUTSIDE = Outside(now=lambda: NOW)


class Kept:
    """A store that remembers what it was given."""

    def __init__(self) -> None:
        self.runs: list[TuningRun] = []

    def keep(self, run: TuningRun) -> TuningRun:
        self.runs.append(run)
        return run


def run(used_at: datetime | None, *, endpoint: bool = True) -> TuningRun:
    served = Endpoint(name="e", token="t", intended_at=NOW, kind="on_demand", number=1, used_at=used_at)
    return TuningRun.model_construct(name="r", endpoint=served if endpoint else None)


@pytest.mark.parametrize("before", [None, NOW - timedelta(days=1), NOW + timedelta(days=1)])
def test_the_first_request_of_a_day_is_written_down(before: datetime | None) -> None:
    store: Any = Kept()
    found = used(store, run(before), OUTSIDE)
    assert store.runs == [found]
    assert found.endpoint is not None
    assert found.endpoint.used_at == NOW


@pytest.mark.parametrize(
    "given", [run(NOW.replace(hour=0)), run(NOW.replace(hour=23)), run(None, endpoint=False)]
)
def test_a_later_one_and_one_of_no_endpoint_change_nothing(given: TuningRun) -> None:
    store: Any = Kept()
    assert used(store, given, OUTSIDE) is given
    assert store.runs == []
