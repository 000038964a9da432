"""Numbers of the Explore sections do what they show; unknown is a choice; a keep can be undone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import clients, workbook
from bespoke.errors import BespokeError
from bespoke.explore import input_fields
from bespoke.explore.advice_explorer import ACCESS, RecommendationExplorer
from bespoke.explore.controls import Control, widget_of
from bespoke.explore.panel import Panel
from bespoke.explore.picker import Picker, explorer_of
from bespoke.facts.reader import Facts


def test_a_typed_volume_stands_as_it_was_typed() -> None:
    field = input_fields.volume(9200.0, 0.0, 7.0, "Requests a day")
    field.typed.value = 12_500
    assert field.value == 12_500
    assert field.typed.value == 12_500
    assert field.slider.value == pytest.approx(12_500, rel=0.03)  # as near as its steps go
    dial = Control("requests_per_day", "Requests a day", "volume", 9200.0)
    assert dial.read(field.value) == 12_500.0


def test_a_slid_volume_has_two_significant_digits_and_the_field_says_the_same() -> None:
    field = input_fields.volume(9200.0, 0.0, 7.0, "")
    field.slider.value = 12_589.25
    assert field.value == field.typed.value == 13_000


def test_the_browser_putting_the_slider_on_its_nearest_step_changes_nothing() -> None:
    field = input_fields.volume(9200.0, 0.0, 7.0, "")
    field.typed.value = 12_500
    field.slider.value = 10**4.10  # 12,589: the step next to log10(12,500) = 4.097
    assert field.value == 12_500
    field.slider.value = 10**4.14
    assert field.value == 14_000


def test_a_number_is_slid_in_steps_and_typed_as_it_is() -> None:
    field = input_fields.number(0.5, 0.0, 1.0, 0.01, "")
    field.slider.value = 0.30000000000000004
    assert field.value == 0.3
    field.typed.value = 0.9125
    assert field.value == 0.9125
    field.value = 0.25
    assert (field.slider.value, field.typed.value) == (0.25, 0.25)


def test_unknown_is_a_choice_and_leaves_no_number() -> None:
    seen: list[Any] = []
    control = widget_of(Control("q", "Quality today", "number", 0.8, optional=True))
    control.observe(lambda change: seen.append(change["new"]), "value")
    assert control.switch.description == "unknown"
    control.switch.value = True
    assert control.value is None
    assert control.control.typed.disabled
    control.switch.value = False
    assert control.value == 0.8
    control.control.typed.value = 0.9
    assert seen == [None, 0.8, 0.9]
    empty = widget_of(Control("q", "Quality today", "number", None, optional=True))
    assert empty.value is None
    assert empty.switch.value


def panel_of(client_data: Path, tmp_path: Path) -> Panel:
    stem = next(stem for stem in workbook.CHAPTERS if stem.endswith("task_audit"))
    book = workbook.open(
        stem, client="harbour_legal", client_data=str(client_data), reports=str(tmp_path / "reports")
    )
    return Panel(explorer_of(book))


def control(panel: Panel, name: str) -> Any:
    place = [dial.name for dial in panel.shown].index(name)
    return panel.dials.children[place].children[1]


def test_a_typed_volume_is_written_as_typed_and_the_keep_can_be_undone(
    client_data: Path, tmp_path: Path
) -> None:
    panel = panel_of(client_data, tmp_path)
    tasks = client_data / "harbour_legal" / "tasks.csv"
    before = tasks.read_bytes()
    control(panel, "requests_per_day").typed.value = 12_500
    panel.keep.show()
    panel.keep.keep()
    assert "12500" in tasks.read_text(encoding="utf-8")
    assert panel.keep.undo.layout.display == ""
    panel.keep.bring_back()
    assert tasks.read_bytes() == before
    assert "the folder is as it was before" in panel.keep.said.value
    assert panel.keep.undo.layout.display == "none"


def test_what_changed_since_it_was_kept_is_not_undone(client_data: Path, tmp_path: Path) -> None:
    panel = panel_of(client_data, tmp_path)
    tasks = client_data / "harbour_legal" / "tasks.csv"
    control(panel, "requests_per_day").typed.value = 12_500
    panel.keep.show()
    panel.keep.keep()
    tasks.write_text(tasks.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(BespokeError, match="has changed since it was kept; nothing was undone"):
        panel.keep.kept[-1].undo()
    panel.keep.bring_back()
    assert "has changed since it was kept" in panel.keep.said.value
    assert "12500" in tasks.read_text(encoding="utf-8")


def test_quality_may_be_said_to_be_unknown(client_data: Path, tmp_path: Path) -> None:
    panel = panel_of(client_data, tmp_path)
    field = control(panel, "current_quality")
    field.switch.value = not field.switch.value
    assert "alert" not in panel.status.value
    assert len(panel.changes) == 1


def test_another_client_is_looked_at_as_of_the_same_day(examples: Path, tmp_path: Path) -> None:
    stem = next(stem for stem in workbook.CHAPTERS if stem.endswith("task_audit"))
    book = workbook.open(
        stem, client="harbour_legal", client_data=str(examples), reports=str(tmp_path), as_of="2026-06-01"
    )
    picker = Picker(book)
    picker.choose.value = "meridian_health"
    assert picker.panel is not None
    assert picker.panel.explorer.book.facts.as_of == date(2026, 6, 1)


def test_the_difference_marks_the_cells_that_changed_and_escapes_all() -> None:
    from bespoke.explore.keep_changes import coloured

    diff = "--- a/tasks.csv\n+++ a/tasks.csv\n@@ -1 +1 @@\n id,n\n-x<b>,9200,u\n+x<b>,12500,u\n"
    shown = coloured(diff)
    assert '-x&lt;b&gt;,<b style="text-decoration:underline">9200</b>,u' in shown
    assert '+x&lt;b&gt;,<b style="text-decoration:underline">12500</b>,u' in shown
    assert "pre-wrap" in shown  # nothing is cut off


def test_unknown_is_a_choice_that_shows(client_data: Path, tmp_path: Path) -> None:
    """None is no choice to a widget: nothing would look chosen, and "unknown" could not be told from a slip."""
    panel = panel_of(client_data, tmp_path)
    rag = control(panel, "rag_done")
    folder = clients.load(client_data, "harbour_legal").tasks[0].rag_done
    for label, value in (("unknown", None), ("yes", True), ("no", False)):
        rag.label = label
        assert rag.index is not None
        assert panel.scene().client.tasks[0].rag_done is value
    rag.label = {None: "unknown", True: "yes", False: "no"}[folder]
    assert panel.changes == {}


def test_only_what_a_client_may_not_know_can_be_left_unknown(examples: Path) -> None:
    """The worth of a right output and the cost of a wrong one; a threshold and an access always have a value."""
    client = clients.load(examples, "harbour_legal")
    scene = SimpleNamespace(client=client, facts=Facts(date(2026, 11, 20)))
    explorer = object.__new__(RecommendationExplorer)
    dials = explorer.dials(client.tasks[0].task_id, scene)  # type: ignore[arg-type]
    assert {dial.name for dial in dials if dial.optional} == {"value_of_right", "cost_of_wrong"}
    assert {*ACCESS, "min_test_cases", "minutes_by_hand"} <= {dial.name for dial in dials}
