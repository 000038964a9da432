"""What each printed quantity is: one definition, one key, one value wherever it stands.

The column of a table, or the value of a sentence, that prints a quantity carries its key as its name:
`Column(key="today_monthly", ...)`, `show.text("... {today_monthly} ...", today_monthly=money(...))`. What it is about
stands beside it under `task` and, for a route alone, under `route`; a sentence without them speaks of all tasks.
tests/test_one_number.py reads whole reports by these keys and fails where one of them has two values.
"""

from __future__ import annotations

from collections.abc import Mapping

TODAY = "today_monthly"
TODAY_YEARLY = "today_yearly"
SAME_ANSWERS = "same_answers_monthly"
QUALITY = "quality_today"
ROUTE_MONTHLY = "route_monthly"
ROUTE_TEST = "route_test"
ROUTE_ROLL_OUT = "route_roll_out"
ROUTE_ONE_OFF = "route_one_off"
ROUTE_YEAR = "route_12_months"
ROUTE_THREE_YEARS = "route_36_months"
PLAN_MONTHLY = "plan_monthly"
PLAN_ONE_OFF = "plan_one_off"
PLAN_FIRST_YEAR = "plan_first_year"

QUANTITIES: Mapping[str, str] = {
    TODAY: "a month as the task runs today: its model where it runs, with the caching that is on today, requests that "
    "are sent twice paid twice",
    TODAY_YEARLY: "twelve such months",
    SAME_ANSWERS: "a month with the same model and prompt, and caching and batches wherever they pay",
    QUALITY: "quality as measured here; where nothing was measured, as the client states it",
    ROUTE_MONTHLY: "a month of one route alone, with caching and batches wherever they pay",
    ROUTE_TEST: "paid once for one route alone until it is measured on the client's own cases",
    ROUTE_ROLL_OUT: "what is then left to pay once for it to go live",
    ROUTE_ONE_OFF: "both: the test, then the roll-out",
    ROUTE_YEAR: "paid once, twelve months of one route alone, and the work that models retired within them force",
    ROUTE_THREE_YEARS: "the same over three years",
    PLAN_MONTHLY: "a month at the likely end of the task's plan",
    PLAN_ONE_OFF: "paid once on the way to the likely end: every step up to it, and the roll-out of what is kept",
    PLAN_FIRST_YEAR: "what is paid once for the plan, and twelve months at its likely end",
}
