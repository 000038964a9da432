"""What is explored outlives the kernel; some of it can be kept; a file that changed underneath is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke import clients, workbook
from bespoke.explore.picker import Picker
from tests.test_explore_panel import cells, widget

CLIENT, TASK = "harbour_legal", "risk_memo"


@pytest.fixture
def picker(client_data: Path, tmp_path: Path) -> Picker:
    return again(client_data, tmp_path)


def again(client_data: Path, tmp_path: Path, stem: str = "01_task_audit") -> Picker:
    """As after a restart of the kernel."""
    folders = {"client_data": str(client_data), "reports": str(tmp_path / "reports")}
    made = Picker(workbook.open(stem, client=CLIENT, **folders))
    assert made.panel is not None
    made.panel.subject.value = TASK
    return made


def explore(picker: Picker, **values: object) -> None:
    for name, value in values.items():
        widget(picker.panel, name).value = value


def test_explored_values_outlive_a_restart_and_stand_in_other_chapters(
    picker: Picker, client_data: Path, tmp_path: Path
) -> None:
    explore(picker, requests_per_day=12_500.0, target_quality=0.95)
    for stem in ("01_task_audit", "06_cost_model"):
        panel = again(client_data, tmp_path, stem).panel
        assert widget(panel, "requests_per_day").value == 12_500.0
        assert panel.changes["tasks.csv", TASK, "target_quality"] == 0.95
    panel.back()
    assert again(client_data, tmp_path).panel.changes == {}


def test_moved_back_to_the_folder_a_remembered_value_is_explored_no_more(
    picker: Picker, client_data: Path, tmp_path: Path
) -> None:
    before = clients.load(client_data, CLIENT).task(TASK).requests_per_day
    explore(picker, requests_per_day=12_500.0)
    panel = again(client_data, tmp_path).panel
    widget(panel, "requests_per_day").value = before
    assert panel.changes == {}


def test_what_changed_under_a_remembered_value_is_said(
    picker: Picker, client_data: Path, tmp_path: Path
) -> None:
    before = clients.load(client_data, CLIENT).task(TASK).target_quality
    explore(picker, target_quality=0.95)
    edit(client_data, f",{before:g},", ",0.77,")
    said = again(client_data, tmp_path).panel.underneath.value
    assert f"target_quality: the folder said {before:g} when this was explored, now 0.77" in said


def edit(client_data: Path, old: str, new: str) -> None:
    """Change the row of the task in tasks.csv, as somebody does with an editor."""
    path = client_data / CLIENT / "tasks.csv"
    lines = path.read_text(encoding="utf-8").split("\n")
    changed = [line.replace(old, new, 1) if line.startswith(TASK) else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed), encoding="utf-8")


def test_a_file_that_changes_while_one_explores_is_said_and_can_be_read_again(
    picker: Picker, client_data: Path
) -> None:
    panel = picker.panel
    before = clients.load(client_data, CLIENT).task(TASK).target_quality
    assert panel.again.layout.display == "none"
    edit(client_data, f",{before:g},", ",0.777,")
    explore(picker, requests_per_day=12_500.0)
    assert "tasks.csv has changed underneath since the folder was read" in panel.underneath.value
    panel.again.click()
    assert panel.underneath.value == ""
    assert widget(panel, "target_quality").value == 0.777
    assert panel.changes == {("tasks.csv", TASK, "requests_per_day"): 12_500.0}


def test_of_several_values_some_are_kept_and_the_keep_is_undone_after_a_restart(
    picker: Picker, client_data: Path, tmp_path: Path
) -> None:
    before = (client_data / CLIENT / "tasks.csv").read_bytes()
    explore(picker, requests_per_day=12_500.0, target_quality=0.95)
    keep = picker.panel.keep
    keep.show()
    boxes = {place[-1]: box for place, box in keep.chosen.items()}
    assert list(boxes) == ["requests_per_day", "target_quality"]
    assert boxes["requests_per_day"].description.endswith("becomes 12,500")
    boxes["target_quality"].value = False
    assert "12500" in keep.shown.value
    assert ",0.95," not in keep.shown.value
    keep.keep()
    task = clients.load(client_data, CLIENT).task(TASK)
    assert task.requests_per_day == 12_500.0
    assert task.target_quality != 0.95
    assert picker.panel.changes == {("tasks.csv", TASK, "target_quality"): 0.95}
    later = again(client_data, tmp_path).panel
    assert later.keep.undo.layout.display == ""
    later.keep.undo.click()
    assert (client_data / CLIENT / "tasks.csv").read_bytes() == before
    assert later.keep.undo.layout.display == "none"


def test_a_scenario_is_saved_compared_put_back_on_the_controls_and_removed(
    picker: Picker, client_data: Path
) -> None:
    panel, bar = picker.panel, picker.panel.scenarios
    assert bar.save.disabled
    explore(picker, requests_per_day=12_500.0)
    bar.save.click()
    assert "Name it first" in bar.said.value
    bar.name.value = "Many more"
    bar.save.click()
    [one] = clients.load(client_data, CLIENT).scenarios
    assert (one.title, dict(one.changes)) == (
        "Many more", {("tasks.csv", TASK, "requests_per_day"): 12_500.0},
    )  # fmt: skip
    panel.back()
    bar.compare.click()
    rows = [row for row in cells(bar.view.value) if "A month today" in row]
    assert rows[0][0] == "All tasks"
    assert rows[0][2] != rows[0][3]
    bar.chosen.value = ("many_more",)
    bar.explore.click()
    assert widget(panel, "requests_per_day").value == 12_500.0
    bar.remove.click()
    assert clients.load(client_data, CLIENT).scenarios == ()
    assert bar.listed.layout.display == "none"


def test_a_problem_with_a_scenario_is_one_line(picker: Picker) -> None:
    explore(picker, requests_per_day=12_500.0)
    bar = picker.panel.scenarios
    bar.name.value = "…"
    bar.save.click()
    assert "is no name for a scenario" in bar.said.value
    assert "alert" in bar.said.value


def test_another_chapter_that_is_open_follows_when_it_is_turned_to(
    picker: Picker, client_data: Path, tmp_path: Path
) -> None:
    cost = again(client_data, tmp_path, "06_cost_model")
    explore(picker, requests_per_day=12_500.0, target_quality=0.95)
    cost.refresh()
    assert widget(cost.panel, "requests_per_day").value == 12_500.0
    picker.panel.keep.show()
    picker.panel.keep.keep()
    cost.refresh()
    assert cost.panel.changes == {}
    assert cost.panel.original["tasks.csv", TASK, "target_quality"] == 0.95
