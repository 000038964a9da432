"""What lowers the bill whatever the route."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.recommendation.words import money_range
from bespoke.show import Column


def levers(result: Recommendation) -> None:
    """Caching, batches and smaller models beside the advised route."""
    rows = [
        (
            t.name,
            result.route_names[lever.route],
            money_range(lever.monthly),
            lever.saves.p50,
            lever.versus_today,
        )
        for t in result.tasks
        for lever in t.levers
    ]
    if not rows:
        return
    show.table(
        rows,
        label="tbl-advice-levers",
        caption="Cost levers that can be pulled whatever the route, against today's bill",
        columns=(
            Column(key="task", title="Task"),
            Column(key="lever", title="Lever"),
            Column(key="cost", title="Cost a month", unit="USD, P10 to P90"),
            Column(key="saves", title="Saves a month", unit="USD, median", format="money"),
            Column(key="verdict", title="Verdict"),
        ),
        source="the cost model; a smaller model has to reach the target on the client's own test cases first",
    )
