"""Prices for the advice: any configuration of one task, from the same draws as the cost chapter."""

from __future__ import annotations

from functools import cached_property

from bespoke.advice.candidates import Configuration
from bespoke.advice.plan import MoneyRange, Price
from bespoke.chapters.cost_model import lifetime_cost, pricing
from bespoke.chapters.cost_model.billing_mode import total
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.levers import BATCH, CACHING
from bespoke.chapters.cost_model.request import NotPriced, TaskRequest, consultant_day, in_usd
from bespoke.chapters.cost_model.request_load import day_profile
from bespoke.chapters.cost_model.result import Band
from bespoke.clients.schema import Client, Task

ROWS_OF_A_CLEANING = 500  # that the days of the table stand for
MEASURED_BY = {"cases": 0.5, "failures": 0.5}  # of the work of measuring


def measuring_share(cases: int, failures: int, wanted: float) -> float:
    """The share of measuring that is left: cases still to write of those wanted, failures still to read."""
    return MEASURED_BY["cases"] * min(1.0, cases / wanted) + MEASURED_BY["failures"] * bool(failures)


def cleaning_share(rows: int) -> float:
    """The share of a de-identification that so many rows are: a tenth at least, to find the rules and check them."""
    return min(1.0, max(0.1, rows / ROWS_OF_A_CLEANING))


class TaskPrices:
    """Everything the plan of one task asks the price of; each configuration is priced once."""

    def __init__(self, client: Client, task: Task, inputs: Inputs, today: Configuration) -> None:
        self.client, self.task, self.inputs, self.as_it_runs = client, task, inputs, today
        self.profile = day_profile(task.peak_to_mean)
        self._priced: dict[Configuration, Price | None] = {}
        self._drawn: dict[Configuration, pricing.PricedDraws] = {}

    def draws(self, configuration: Configuration) -> pricing.PricedDraws:
        """Raises NotPriced with the reason where the tables have no price."""
        return pricing.price(configuration, self.client, self.task, self.inputs.scope(), self.profile)

    def price(self, configuration: Configuration) -> Price | None:
        if configuration not in self._priced:
            try:
                self._drawn[configuration] = self.draws(configuration)
                self._priced[configuration] = self._price(self._drawn[configuration])
            except NotPriced:
                self._priced[configuration] = None
        return self._priced[configuration]

    def at_volume(self, factor: float) -> TaskPrices | VolumePrices:
        """The same prices at a multiple of today's volume, every configuration with the levers it has today."""
        return self if factor == 1 else VolumePrices(self, factor)

    def monthly_at(self, configuration: Configuration, factor: float) -> Array:
        """USD a month at a multiple of today's volume."""
        draws = self._drawn.get(configuration) or self.draws(configuration)
        return total(draws.priced.plan.monthly(draws.request.volume * factor))

    def today(self) -> MoneyRange:
        return self._today

    def levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        """With every lever that pays beyond what is on today; no lever where nothing more does."""
        return self._levered

    @cached_property
    def _today(self) -> MoneyRange:
        return self.amount(self.draws_today.monthly)

    @cached_property
    def _levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        on = set(self.draws_today.configuration.levers)
        more = tuple(lever for lever in self.draws_levered.configuration.levers if lever not in on)
        return self.amount(self.draws_levered.monthly), more

    def preparing(self, route: str, *, cases: int, failures: int, rows: int) -> tuple[MoneyRange, float]:
        """Days of a consultant, in proportion to what is missing, and the annotators' time for the missing cases."""
        r = TaskRequest.of(self.client, self.task, self.inputs.scope(), self.profile)
        days = r.inputs[f"cost.test.{route}.days"]
        if route == "measure":
            wanted = r.inputs.facts.threshold("min_test_cases")
            days = days * measuring_share(cases, failures, wanted)
        if route == "deidentify":
            days = days * cleaning_share(rows)
        usd = days * consultant_day(self.client, r.inputs) + cases * lifetime_cost.usd_per_example(r)
        return self.amount(usd), round(float(days.mean()), 1)

    @cached_property
    def draws_today(self) -> pricing.PricedDraws:
        return self.draws(self.as_it_runs)

    @cached_property
    def draws_levered(self) -> pricing.PricedDraws:
        """Today's model and prompt with every lever that pays."""
        return self.draws(self.as_it_runs.model_copy(update={"route": CACHING}))

    @cached_property
    def reference(self) -> pricing.Reference:
        return pricing.Reference(today=self.draws_today.monthly, levered=self.draws_levered.monthly)

    def _price(self, draws: pricing.PricedDraws) -> Price:
        r = draws.request
        tested, live = lifetime_cost.work_days(draws.configuration, r)
        zero = {"": 0.0 * r.ones}
        return Price(
            configuration=draws.configuration,
            monthly=self.amount(draws.monthly),
            added_monthly=self.amount(draws.monthly - self.reference.levered).expected,
            test=self.amount(total({**zero, **draws.once.test})),
            rollout=self.amount(total({**zero, **draws.once.rollout})),
            test_days=round(float(tested.mean()), 1), rollout_days=round(float(live.mean()), 1),
        )  # fmt: skip

    def amount(self, usd: Array) -> MoneyRange:
        """USD draws in the engagement's currency."""
        band = Band.of(usd / in_usd(self.client, self.inputs))
        return MoneyRange(expected=band.mean, p10=band.p10, p90=band.p90)


class VolumePrices:
    """Prices at another volume: for the search of what would change a plan."""

    def __init__(self, base: TaskPrices, factor: float) -> None:
        self.base, self.factor = base, factor
        self._priced: dict[Configuration, Price | None] = {}

    def price(self, configuration: Configuration) -> Price | None:
        if configuration not in self._priced:
            self._priced[configuration] = self._price(configuration)
        return self._priced[configuration]

    def _price(self, configuration: Configuration) -> Price | None:
        found = self.base.price(configuration)
        if found is None:
            return None
        monthly = self.base.monthly_at(configuration, self.factor)
        added = self.base.amount(monthly - self._levered_draws).expected
        return found.model_copy(update={"monthly": self.base.amount(monthly), "added_monthly": added})

    def today(self) -> MoneyRange:
        return self._today

    def levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        return self._levered

    @cached_property
    def _today(self) -> MoneyRange:
        return self.base.amount(self.base.monthly_at(self.base.as_it_runs, self.factor))

    @cached_property
    def _levered_draws(self) -> Array:
        return self.base.monthly_at(self.base.as_it_runs.model_copy(update={"route": CACHING}), self.factor)

    @cached_property
    def _levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        return self.base.amount(self._levered_draws), self.base.levered()[1]

    def preparing(self, route: str, *, cases: int, failures: int, rows: int) -> tuple[MoneyRange, float]:
        return self.base.preparing(route, cases=cases, failures=failures, rows=rows)


__all__ = ["BATCH", "CACHING", "TaskPrices"]
