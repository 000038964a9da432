"""The client's working calendar: Monday to Friday without public holidays."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType

import holidays
import numpy as np
from holidays.registry import COUNTRIES

from bespoke.errors import BespokeError

YEARS = 6  # beyond the start: longer than any plan here
PACKAGE = "holidays.countries"


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days after a start. Without a country, every weekday is worked."""

    start: date
    free: tuple[date, ...] = ()

    @classmethod
    def of(cls, start: date, country: str, subdivision: str | None = None) -> WorkingCalendar:
        years = range(start.year, start.year + YEARS)
        _import_alone(country)
        try:
            days = holidays.country_holidays(country, subdiv=subdivision, years=years)
        except NotImplementedError as error:
            place = f"{country}-{subdivision}" if subdivision else country
            raise BespokeError(f"no public holidays known for {place}", path="engagement.yaml") from error
        return cls(start, tuple(sorted(days)))

    def after(self, days: float) -> date:
        """The first working day left once this many days are worked; a part of a day takes it whole."""
        moved = np.busday_offset(
            np.datetime64(self.start), int(np.ceil(round(days, 9))), roll="forward", busdaycal=self._worked
        )
        return date.fromisoformat(str(moved))

    def finish(self, days: float) -> date:
        """The last day worked: the inclusive finish, one working day before `after`."""
        return self.after(max(0.0, np.ceil(round(days, 9)) - 1))

    def working_days(self, weeks: int) -> int:
        """Days worked in this many weeks from the start."""
        end = self.start + timedelta(weeks=weeks)
        return int(np.busday_count(np.datetime64(self.start), np.datetime64(end), busdaycal=self._worked))

    @cached_property
    def _worked(self) -> np.busdaycalendar:
        return np.busdaycalendar(holidays=list(self.free))


def _import_alone(country: str) -> None:
    """The module of one country. Its package imports those of all others with it, which takes as long as a plan."""
    found = next((name for name, names in COUNTRIES.items() if country in names), None)
    if found is None or PACKAGE in sys.modules:
        return
    package = ModuleType(PACKAGE)
    package.__path__ = [str(Path(holidays.__file__).parent / "countries")]
    sys.modules[PACKAGE] = package
    try:
        with suppress(ImportError):  # then it comes with the others
            import_module(f"{PACKAGE}.{found}")
    finally:
        del sys.modules[PACKAGE]
