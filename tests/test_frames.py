"""The tables of a result as an analyst finds them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pandas.testing import assert_frame_equal

from bespoke.errors import BespokeError
from bespoke.frames import frames
from bespoke.results import Part, Result


class Band(Part):
    low: float
    high: float


class Route(Part):
    route: str
    monthly: Band
    fee: Decimal
    notes: tuple[str, ...] = ()


class Task(Part):
    task_id: str
    since: date
    routes: tuple[Route, ...]


class Bill(Result):
    currency: str
    tasks: tuple[Task, ...]
    counts: dict[str, int]


def bill() -> Bill:
    routes = tuple(
        Route(route=name, monthly=Band(low=1.0, high=2.0), fee=Decimal("0.5"), notes=("a", "b"))
        for name in ("as_is", "caching")
    )
    tasks = (
        Task(task_id="notes", since=date(2026, 1, 2), routes=routes),
        Task(task_id="mail", since=date(2026, 1, 3), routes=routes[:1]),
    )
    return Bill(currency="USD", tasks=tasks, counts={"open": 3})


def test_every_list_of_parts_is_a_table_and_inner_rows_name_the_outer() -> None:
    found = frames(bill())
    assert list(found) == ["values", "tasks", "tasks.routes", "counts"]
    routes = found["tasks.routes"]
    assert list(routes.columns) == ["task_id", "route", "monthly_low", "monthly_high", "fee", "notes"]
    assert routes[["task_id", "route"]].values.tolist() == [
        ["notes", "as_is"], ["notes", "caching"], ["mail", "as_is"],
    ]  # fmt: skip
    assert routes["fee"].dtype == float
    assert str(found["tasks"]["since"].dtype).startswith("datetime64")
    assert found["counts"].to_dict("records") == [{"key": "open", "value": 3}]
    assert found["values"].set_index("name").loc["currency", "value"] == "USD"


def test_a_table_is_found_by_its_path_or_the_end_of_it() -> None:
    assert len(bill().frame("routes")) == 3
    assert len(bill().frame("tasks.routes")) == 3
    assert bill().frame("tasks")["task_id"].tolist() == ["notes", "mail"]
    with pytest.raises(BespokeError, match="table 'rotes' of Bill is not there; there are values, tasks"):
        bill().frame("rotes")


def test_a_result_says_on_one_line_what_it_holds() -> None:
    assert repr(bill()) == (
        "<Bill: tasks (2), tasks.routes (3), counts (1); .frame(name) gives one as a DataFrame>"
    )


def test_a_result_gives_its_own_tables_all_of_them_or_one_by_name() -> None:
    found = bill().frames()
    assert sorted(found) == sorted(frames(bill()))
    for name, table in found.items():
        assert_frame_equal(table, frames(bill())[name])
        assert_frame_equal(table, bill().frame(name))
