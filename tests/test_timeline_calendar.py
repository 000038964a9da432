"""Working days on real calendars: golden dates."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import holidays
import pytest

from bespoke.chapters.timeline.calendar import WorkingCalendar
from bespoke.errors import BespokeError

MONDAY = date(2026, 11, 23)
PLAIN = WorkingCalendar(MONDAY)
ENGLAND = WorkingCalendar.of(MONDAY, "GB", "ENG")
UNITED_STATES = WorkingCalendar.of(MONDAY, "US")


@pytest.mark.parametrize(
    ("days", "plain", "england", "united_states"),
    [
        (27, date(2026, 12, 30), date(2027, 1, 4), date(2027, 1, 4)),
        (40, date(2027, 1, 18), date(2027, 1, 21), date(2027, 1, 22)),
        (58, date(2027, 2, 11), date(2027, 2, 16), date(2027, 2, 18)),
    ],
)
def test_the_day_after_so_many_days(days: int, plain: date, england: date, united_states: date) -> None:
    assert [c.after(days) for c in (PLAIN, ENGLAND, UNITED_STATES)] == [plain, england, united_states]


def test_the_finish_is_the_last_day_worked() -> None:
    assert PLAIN.finish(1) == MONDAY
    assert PLAIN.finish(5) == date(2026, 11, 27)  # Friday
    assert PLAIN.finish(6) == date(2026, 11, 30)  # the weekend is not worked


def test_part_of_a_day_takes_it_whole() -> None:
    assert PLAIN.finish(5.01) == PLAIN.finish(6)
    assert PLAIN.after(5.01) == PLAIN.after(6)
    for noise in (5.0000000001, 5.0000000004):  # of floating point: no day
        assert (PLAIN.finish(noise), PLAIN.after(noise)) == (PLAIN.finish(5), PLAIN.after(5))
    assert PLAIN.after(5.000000001) == PLAIN.after(6)


def test_weeks_lose_their_holidays() -> None:
    # six weeks from 23 November 2026 hold Christmas Day, the Boxing Day substitute and New Year's Day
    assert PLAIN.working_days(6) == 30
    assert ENGLAND.working_days(6) == 27


def test_a_start_on_a_holiday_moves_to_the_next_working_day() -> None:
    assert WorkingCalendar.of(date(2026, 12, 25), "GB", "ENG").finish(1) == date(2026, 12, 29)


def test_an_unknown_place_is_one_clear_line() -> None:
    with pytest.raises(BespokeError, match="no public holidays known for GB-XX"):
        WorkingCalendar.of(MONDAY, "GB", "XX")


ALONE = """
import sys
from datetime import date
from bespoke.chapters.timeline.calendar import WorkingCalendar
found = WorkingCalendar.of(date(2026, 1, 1), "US", "CA")
print("holidays.countries.france" in sys.modules, date(2026, 3, 31) in found.free, date(2026, 12, 25) in found.free)
import holidays
from holidays import countries
print(isinstance(holidays.country_holidays("US"), countries.UnitedStates), countries.France().get("2026-07-14"))
"""


def test_one_country_comes_without_the_others_and_does_not_stand_in_their_way() -> None:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False True True", "True National Day"]


@pytest.mark.parametrize("country", ["US", "DE", "GB", "FR", "JP", "HK", "PR"])
def test_a_country_by_itself_has_the_same_days(country: str) -> None:
    days = holidays.country_holidays(country, years=range(2026, 2032))  # the start's year and five more
    assert WorkingCalendar.of(date(2026, 1, 1), country).free == tuple(sorted(days))
