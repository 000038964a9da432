"""Estimators for inputs nobody counts, worked out by hand."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.intake.counting import count
from bespoke.intake.input_estimates import counted, day_load, estimated

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)


def test_tokens_from_characters_with_the_estimators_error() -> None:
    # 350, 700 and 1,050 characters at 3.5 a token (2.5 to 4): 100, 200 and 300 tokens; mean 700 characters.
    found = estimated(["x" * 350, "x" * 700, "x" * 1050], Facts(date(2026, 11, 20)))
    assert (found.samples, found.mean, found.p95) == (3, 200, 300)
    assert (found.low, found.high) == (175, 280)  # 700 / 4 and 700 / 2.5
    assert not found.counted


def test_the_ninety_fifth_of_a_hundred() -> None:
    assert counted(list(range(1, 101))).p95 == 95
    with pytest.raises(BespokeError, match="no sample"):
        counted([])


def test_a_working_days_requests_over_the_whole_year() -> None:
    # The Netherlands from 2026-01-01: 261 weekdays, less New Year, Good Friday, Easter Monday, King's Day, Ascension,
    # Whit Monday and Christmas (the 25th is a Friday, the 26th a Saturday): 254 worked days.
    found = day_load(900, 10, date(2026, 1, 1), "NL", busiest=1.5)
    assert found.working_days == 254
    assert found.requests_per_day == pytest.approx(900 * 254 / 365)
    # The busiest hour has 900 / 10 * 1.5 = 135; the mean hour 626.3 / 24 = 26.1.
    assert found.peak_to_mean == pytest.approx(135 / (900 * 254 / 365 / 24))


def test_a_country_without_a_calendar() -> None:
    with pytest.raises(BespokeError, match="no public holidays known for XX"):
        day_load(900, 10, date(2026, 1, 1), "XX")


def test_the_commands() -> None:
    def bespoke(*command: str, pasted: str = "") -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "bespoke", "intake", *command]
        return subprocess.run(line, input=pasted, capture_output=True, text=True, timeout=60, check=False)

    done = bespoke("tokens", "-", "--between", "---", pasted="x" * 350 + "\n---\n" + "x" * 700)
    assert done.stdout.startswith(
        "2 samples: 150 tokens, 95 in 100 within 200; estimated at 3.5 characters a token"
    )
    assert bespoke("load", "900", "--hours", "10", "--country", "NL").stdout.startswith("requests_per_day 6")
    sent = bespoke("tokens", "-", "--count", "claude-haiku-4-5", pasted="Mail jane.doe@example.org")
    assert sent.returncode == 1
    assert "sample 1: not sent, identifier_email" in sent.stderr


def test_the_vendors_counter_counts_each_text(serve: Serve) -> None:
    server = serve()
    short, long = count(["one two three", "one two three " * 50], "claude-haiku-4-5")
    assert 0 < short < long
    assert server.url.startswith("http://127.0.0.1")
