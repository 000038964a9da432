"""The cost chapter's controls: the total bill, the break-even over one input, and what a measurement holds for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import clients, workbook
from bespoke.chapters.cost_model.result import Band
from bespoke.explore.audit_explorer import Earlier
from bespoke.explore.cost_explorer import EVERY, CostModelExplorer, Line, _table
from bespoke.explore.panel import Panel
from bespoke.explore.picker import explorer_of
from tests.test_explore_panel import EXPLORED, FOLDER, amount, cells, widget

AS_IS = "As it runs today"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture
def panel(examples: Path, reports: Path) -> Callable[..., Panel]:
    def make(client: str, stem: str = "06_cost_model") -> Panel:
        folders = {"client_data": str(examples), "reports": str(reports)}
        return Panel(explorer_of(workbook.open(stem, client=client, **folders)))

    return make


def test_all_tasks_have_one_bill_and_a_control_each(panel: Callable[..., Panel]) -> None:
    made = panel("harbour_legal")
    made.subject.value = EVERY
    assert len(made.shown) == len(made.explorer.base.client.tasks) == 4
    assert "risk" in made.shown[0].label.lower()
    *tasks, total = filter(None, cells(made.view.value))
    assert total[0] == "All tasks"
    for column in (1, 2, 3, 4):  # rounded to whole units, row by row
        assert amount(total[column]) == pytest.approx(sum(amount(row[column]) for row in tasks), abs=2)
    assert total[1] == total[2]
    first = made.dials.children[0].children[1]
    first.value = first.value * 10
    *after, now = filter(None, cells(made.view.value))
    assert amount(after[0][2]) == pytest.approx(10 * amount(tasks[0][2]), rel=0.05)
    assert [row[2] for row in after[1:]] == [row[2] for row in tasks[1:]]
    assert now[1] == total[1]
    made.back()
    made.subject.value = "risk_memo"
    assert "requests_per_day" in [dial.name for dial in made.shown]


def test_at_the_break_even_both_months_cost_the_same(panel: Callable[..., Panel]) -> None:
    """Put on the control, the marked value makes both routes equal, within what fewer draws leave open."""
    made = panel("atlas_payments")
    widget(made, "sweep").value = "requests_per_day"
    found = {}
    for title, key in widget(made, "rival").options:
        widget(made, "rival").value = key
        said = re.search(r'explore-sweep">(.*?)</p>', made.view.value)
        assert said is not None
        at = re.search(r"costs as much as today at ([0-9,.]+[0-9])", said.group(1))
        if at:
            found[title] = amount(at.group(1))
            assert f">break-even {at.group(1)}</text>" in made.view.value
    assert found
    title, volume = next(iter(found.items()))
    widget(made, "requests_per_day").value = volume
    months = {row[0]: amount(row[EXPLORED]) for row in cells(made.view.value) if len(row) > EXPLORED}
    if title in months:
        today = next(value for name, value in months.items() if name == AS_IS)
        assert months[title] == pytest.approx(today, rel=0.1)


def test_a_route_that_never_costs_the_same_says_on_which_side_it_stays(panel: Callable[..., Panel]) -> None:
    made = panel("atlas_payments")
    widget(made, "sweep").value = "output_tokens"
    assert "costs less than today over the whole range" in made.view.value


def test_a_control_that_a_measurement_overrides_says_so_and_moves_nothing(
    panel: Callable[..., Panel],
) -> None:
    made = panel("meridian_health", "01_task_audit")
    overruled = {dial.name: dial.overruled for dial in made.shown if dial.overruled}
    assert overruled["current_quality"] == "measured 70%, the evaluation"
    assert overruled["labelled_examples"] == "counted, counted in the client's files"
    label = made.dials.children[[dial.name for dial in made.shown].index("current_quality")].children[0]
    assert "overridden: measured 70%, the evaluation" in label.children[1].value
    before = made.view.value
    widget(made, "current_quality").value = 0.99
    assert made.view.value == before
    assert not {"requests_per_day", "target_quality"} & overruled.keys()


def test_a_measurement_is_never_applied_to_another_model(panel: Callable[..., Panel]) -> None:
    """note_structuring is measured on today's model: on another one nothing is known per accepted output."""
    made = panel("meridian_health")
    per_accepted = 10
    assert isinstance(made.explorer, CostModelExplorer)
    measured = Earlier.of(made.explorer.book).evaluation
    assert measured is not None
    rows = {row[0]: row for row in cells(made.view.value) if len(row) > per_accepted}
    assert rows[AS_IS][per_accepted] != "–"
    widget(made, "model").value = "claude-opus-4-8"
    rows = {row[0]: row for row in cells(made.view.value) if len(row) > per_accepted}
    assert rows[AS_IS][per_accepted] == "–"
    assert rows[AS_IS][FOLDER] != rows[AS_IS][EXPLORED]


def test_a_row_of_the_table_shows_what_is_paid_once_and_what_a_thousand_right_outputs_cost(
    examples: Path,
) -> None:
    client = clients.load(examples, "harbour_legal")
    task = client.tasks[0]
    month = Band(p10=90.0, p50=100.0, p90=120.0, mean=102.0)
    nothing = Band(p10=0.0, p50=0.0, p90=0.0, mean=0.0)
    line = Line("As it runs today", "m", 102.0, month, nothing, None, "", "same", None, 0.02, 0.8)
    dear = replace(
        line, name="Tuned", before=100.0, once=Band(p10=1.0, p50=2.0, p90=3.0, mean=2.5), accepted=None
    )
    scene: Any = SimpleNamespace(client=client)
    table = _table([line, dear], scene, task.task_id)
    first, second = (
        dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows
    )
    assert (first["once"], second["once"]) == (None, 2.5)  # nothing to pay is a dash, not an amount
    assert first["accepted"] == pytest.approx(25.0)  # 1,000 x 0.02 / 0.8
    assert second["accepted"] is None
    assert first["target"] == (pytest.approx(20.0 / task.target_quality) if task.target_quality else None)
    assert (first["verdict"], first["levers"], first["pays_from"]) == ("today's", None, None)
    assert table.emphasis == (1,)  # the row that is not what the folder says
