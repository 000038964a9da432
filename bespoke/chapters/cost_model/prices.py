"""Prices for the advice: any configuration of one task, from the same draws as the cost chapter."""

from __future__ import annotations

from functools import cached_property

from bespoke.advice.candidates import Configuration
from bespoke.advice.plan import Amount, Price
from bespoke.chapters.cost_model import life, pricing
from bespoke.chapters.cost_model.inputs import Array, Inputs
from bespoke.chapters.cost_model.levers import BATCH, CACHING
from bespoke.chapters.cost_model.load import day_profile
from bespoke.chapters.cost_model.plan import total
from bespoke.chapters.cost_model.request import NotPriced, Request, consultant_day, in_usd
from bespoke.chapters.cost_model.result import Band
from bespoke.clients.schema import Client, Task

MEASURED_BY = {"cases": 0.5, "failures": 0.5}  # of the work of measuring


class TaskPrices:
    """Everything the plan of one task asks the price of; each configuration is priced once."""

    def __init__(self, client: Client, task: Task, inputs: Inputs, today: Configuration) -> None:
        self.client, self.task, self.inputs, self.as_it_runs = client, task, inputs, today
        self.profile = day_profile(task.peak_to_mean)
        self._priced: dict[Configuration, Price | None] = {}

    def draws(self, configuration: Configuration) -> pricing.Draws:
        """Raises NotPriced with the reason where the tables have no price."""
        return pricing.price(configuration, self.client, self.task, self.inputs.scope(), self.profile)

    def price(self, configuration: Configuration) -> Price | None:
        if configuration not in self._priced:
            try:
                self._priced[configuration] = self._price(self.draws(configuration))
            except NotPriced:
                self._priced[configuration] = None
        return self._priced[configuration]

    def today(self) -> Amount:
        return self._amount(self.draws_today.monthly)

    def levered(self) -> tuple[Amount, tuple[str, ...]]:
        """With every lever that pays beyond what is on today; no lever where nothing more does."""
        on = set(self.draws_today.configuration.levers)
        more = tuple(lever for lever in self.draws_levered.configuration.levers if lever not in on)
        return self._amount(self.draws_levered.monthly), more

    def preparing(self, route: str, *, cases: int, failures: int, rows: int) -> tuple[Amount, float]:
        """Days of a consultant, in proportion to what is missing, and the annotators' time for the missing cases."""
        r = Request.of(self.client, self.task, self.inputs.scope(), self.profile)
        days = r.inputs[f"cost.test.{route}.days"]
        if route == "measure":
            wanted = r.inputs.constant("cost.evaluation.cases")
            days = days * (
                (MEASURED_BY["cases"] * min(1.0, cases / wanted)) + MEASURED_BY["failures"] * bool(failures)
            )
        usd = days * consultant_day(self.client, r.inputs) + cases * life.usd_per_example(r)
        return self._amount(usd), round(float(days.mean()), 1)

    @cached_property
    def draws_today(self) -> pricing.Draws:
        return self.draws(self.as_it_runs)

    @cached_property
    def draws_levered(self) -> pricing.Draws:
        """Today's model and prompt with every lever that pays."""
        return self.draws(self.as_it_runs.model_copy(update={"route": CACHING}))

    @cached_property
    def reference(self) -> pricing.Reference:
        return pricing.Reference(today=self.draws_today.monthly, levered=self.draws_levered.monthly)

    def _price(self, draws: pricing.Draws) -> Price:
        r = draws.request
        tested, live = life.work_days(draws.configuration, r)
        zero = {"": 0.0 * r.ones}
        return Price(
            configuration=draws.configuration,
            monthly=self._amount(draws.monthly),
            added_monthly=self._amount(draws.monthly - self.reference.levered).expected,
            test=self._amount(total({**zero, **draws.once.test})),
            rollout=self._amount(total({**zero, **draws.once.rollout})),
            test_days=round(float(tested.mean()), 1), rollout_days=round(float(live.mean()), 1),
        )  # fmt: skip

    def _amount(self, usd: Array) -> Amount:
        """USD draws in the engagement's currency."""
        band = Band.of(usd / in_usd(self.client, self.inputs))
        return Amount(expected=band.mean, p10=band.p10, p90=band.p90)


__all__ = ["BATCH", "CACHING", "TaskPrices"]
