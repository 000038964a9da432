"""How this chapter writes counts, ranges and names of routes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bespoke.advice.routes import routes
from bespoke.chapters.dataset_readiness.result import DatasetReadiness
from bespoke.show.numbers import decimal, exact


def route_names(data: DatasetReadiness) -> Mapping[str, str]:
    """Route ids as the reader knows them."""
    return {route.route: route.name for route in routes(date.fromisoformat(data.as_of))}


def still_needed(data: DatasetReadiness) -> str:
    return span(data.examples_needed_low, data.examples_needed)


def at_most(data: DatasetReadiness) -> str:
    """The same in a table's one cell; the text beside it has both ends."""
    most = decimal(data.examples_needed)
    return most if data.examples_needed_low == data.examples_needed else f"up to {most}"


def span(low: int, high: int) -> str:
    return decimal(high) if low == high else f"{decimal(low)} to {decimal(high)}"


def are(count: int) -> str:
    return "is" if count == 1 else "are"


def count_of(count: int, total: int) -> str:
    return f"All {total} targets" if count == total else f"{count} of the {total} targets"


def faulty_rows(data: DatasetReadiness) -> int:
    """Rows of all files that no target may train on as they stand."""
    return sum(f.rows - f.valid for f in data.files)


def token_source(data: DatasetReadiness) -> str:
    return (
        f"tokens estimated at {exact(data.bytes_per_token)} bytes of UTF-8 each "
        f"({exact(data.bytes_per_token_low)} to {exact(data.bytes_per_token_high)})"
    )
