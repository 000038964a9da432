"""A plain situation for tests of the advice: one task, everything known, nothing special."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bespoke.advice.candidates import Configuration
from bespoke.advice.evidence import TaskEvidence
from bespoke.advice.plan import MoneyRange, Price
from bespoke.advice.routes import BUILDS, routes
from bespoke.advice.situation import Situation, Worth
from bespoke.facts.reader import Facts
from bespoke.statistics.interval import Interval

DAY = date(2026, 11, 27)
FACTS = Facts(DAY)


def situation(families: Mapping[str, int], *, tried: bool = True, quality: float = 0.70) -> Situation:
    """2,000 requests a day on Sonnet 4.6 at 0.70 of 0.90, measured on 100 cases; failures as given."""
    return Situation(
        task_id="task", name="The task", kind="extraction", model="claude-sonnet-4-6", place="anthropic_global",
        place_known=True, requests_per_day=2000, output_tokens=200,
        quality=Interval(estimate=quality, low=quality - 0.09, high=quality + 0.09), target=0.90,
        cases=100, ceiling=None,
        families=dict(families), unmapped=0, examples=300, examples_known=True, p95_required_ms=None,
        p95_today_ms=(1733.3, 6500.0), p95_measured=False, waits=False, knowledge_changes="never",
        prompt_engineering_done=tried, rag_done=False, contains_phi=False, personal_data=False, identifiers=0,
        deidentified=True, access={"anthropic_api": True, "aws_bedrock": True}, agreements=None, residency=(),
        worth=Worth(person_hour=60.0, consultant_day=1500.0), evidence=TaskEvidence(inputs={}),
    )  # fmt: skip


class FlatPrices:
    """Prices one can do in one's head: every test costs 1,000, every build 30,000, a roll-out 500; the bill stays 600 a
    month unless `monthly` says otherwise for a route."""

    def __init__(
        self, monthly: Mapping[str, float] | None = None, test: Mapping[str, float] | None = None
    ) -> None:
        self.by_route, self.tests = dict(monthly or {}), dict(test or {})

    def price(self, configuration: Configuration) -> Price | None:
        month = self.by_route.get(configuration.route, 600.0)
        build = next((r.group in BUILDS for r in routes(DAY) if r.route == configuration.route), False)
        test = self.tests.get(configuration.route, 30_000.0 if build else 1000.0)
        return Price(
            configuration=configuration, monthly=flat(month), added_monthly=month - 600.0,
            test=flat(0.0 if configuration.tested else test), rollout=flat(500.0), test_days=2.0, rollout_days=1.0,
        )  # fmt: skip

    def today(self) -> MoneyRange:
        return flat(600.0)

    def levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        return flat(600.0), ()

    def preparing(self, route: str, *, cases: int, failures: int, rows: int) -> tuple[MoneyRange, float]:
        return flat(2000.0), 3.0


def flat(value: float) -> MoneyRange:
    return MoneyRange(expected=value, p10=value, p90=value)
