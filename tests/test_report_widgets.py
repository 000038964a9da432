"""Widgets as their saved state says they looked."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.report.widgets import STATE, shown, states


def model(name: str, **state: Any) -> dict[str, Any]:
    return {"model_name": f"{name}Model", "state": state}


@pytest.mark.parametrize(
    ("widget", "line"),
    [
        (model("IntSlider", description="Draws", value=500), "Draws: 500"),
        (model("FloatText", value=0), "0"),
        (model("Checkbox", description="<b>Cached</b> &amp; paid", value=False), "Cached & paid: False"),
        (model("Text", description="Name", value="Ada"), "Name: Ada"),
        (model("TagsInput", description="Tags", value=["a", "b"]), "Tags: ['a', 'b']"),
        (model("HTML", value="<p>One <i>word</i></p>"), "One word"),
        (model("Label", description="Note", value="seen"), "Note: seen"),
        (model("IntProgress", description="Done", value=3), "Done: 3 of 100"),
        (model("FloatProgress", value=1.5, max=2), "1.5 of 2"),
        (model("Dropdown", description="Plan", _options_labels=["a", "b"], index=1), "Plan: b"),
        (model("SelectMultiple", _options_labels=["a", "b", "c"], index=[0, 2, 3, -1, "x"]), "a, c"),
        (model("Dropdown", description="Plan", _options_labels=["a"], index=None), "Plan: "),
        (model("Button", description="Run"), "[Run]"),
    ],
)
def test_a_control_is_its_description_and_its_value(widget: dict[str, Any], line: str) -> None:
    assert shown("w", {"w": widget}) == [line]


@pytest.mark.parametrize(
    "widget",
    [model("Button"), model("Image", value={"b": 1}), model("Layout"), model("HTML", value=" "), None, "x"],
)
def test_what_says_nothing_stands_for_nothing(widget: Any) -> None:
    assert shown("w", {"w": widget}) is None
    assert shown("another", {"w": widget}) is None


def test_boxes_hold_their_children_a_row_in_one_line() -> None:
    models = {
        "a": model("Label", value="one"), "b": model("Label", value="two"),
        "output": model("Output", outputs=[{"output_type": "stream"}, "no output"]),
        "row": model("HBox", children=["IPY_MODEL_a", "IPY_MODEL_b"]),
        "mixed": model("HBox", children=["IPY_MODEL_a", "IPY_MODEL_output"]),
        "column": model("VBox", children=["IPY_MODEL_row", "IPY_MODEL_b", "IPY_MODEL_column", "IPY_MODEL_none"]),
        "empty": model("HBox", children=[]),
    }  # fmt: skip
    assert shown("row", models) == ["one two"]
    assert shown("mixed", models) == ["one", {"output_type": "stream"}]
    assert shown("column", models) == ["one two", "two"], "a box in itself is not gone into"
    assert shown("empty", models) is None


def test_the_state_is_read_where_jupyterlab_saved_it() -> None:
    found = {"w": model("Label", value="one")}
    assert states({"widgets": {STATE: {"state": found}}}) == found
    for other in ({}, {"widgets": None}, {"widgets": {STATE: None}}, {"widgets": {STATE: []}},
                  {"widgets": {STATE: {"state": []}}}):  # fmt: skip
        assert states(other) == {}
