"""The example folders come from a workbook and their exports: ten minutes of a person, and nothing left to say."""

from __future__ import annotations

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bespoke.clients import check, load
from bespoke.intake import attribution
from bespoke.intake.usage_import import read_usage_files, write_usage
from bespoke.intake.workbook import exchange
from tests.conftest import EXAMPLES

MEASURED = ("requests_per_day", "peak_to_mean", "input_tokens", "output_tokens", "model")


def emptied(client_data: Path, name: str) -> None:
    """The tasks as a client fills them in who knows no figure of its logs."""
    path = client_data / name / "tasks.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | dict.fromkeys(MEASURED, "") for row in rows)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_built_from_its_workbook_and_its_exports(
    client_data: Path, examples: Path, tmp_path: Path, name: str
) -> None:
    exports = sorted(p for p in (client_data / name / "exports").iterdir() if not p.name.startswith("README"))
    emptied(client_data, name)
    sent = exchange.new(client_data, name, "en", tmp_path / f"{name}_intake.xlsx")
    clients = tmp_path / "clients"
    exchange.read(clients, sent, "", lambda line: None, lambda client: True)

    client = load(clients, name)
    ids = [task.task_id for task in client.tasks]
    rules = attribution.parse([f"{task}=workspace:wrkspc_{task}" for task in ids], ids)
    read = read_usage_files(exports, client, rules=rules, zone=ZoneInfo("UTC"), zone_name="UTC")
    assert not read.strangers
    figures = read.figures()
    write_usage(client, figures)

    # The cases sheet holds no scorer: that is chosen by whoever measures.
    assert {problem.path for problem in check(clients, name)} <= {
        f"{name}/evaluation/{task}/task.yaml" for task in ids
    }
    built, given = load(clients, name), load(examples, name)
    for task in given.tasks:
        found = built.task(task.task_id)
        assert found.measured == set(MEASURED)
        assert (found.requests_per_day, found.model) == (task.requests_per_day, task.model)
        assert (found.system_tokens, found.input_tokens) == (task.system_tokens, task.input_tokens)
        assert found.output_tokens == task.output_tokens
        # A busiest hour is a whole number of calls: with 45 a day, one more or less is 7%.
        assert found.peak_to_mean == pytest.approx(task.peak_to_mean, rel=0.07)
        assert figures[task.task_id].reconciled == "within 2% of list prices"
        assert figures[task.task_id].cached_share
