"""Widgets as their saved state says they looked: values and words, without a kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

STATE = "application/vnd.jupyter.widget-state+json"
_TAG = re.compile(r"<[^>]*>")
_BOXES = ("HBoxModel", "VBoxModel", "BoxModel", "GridBoxModel", "AccordionModel", "TabModel", "StackModel")
_WORDS = ("HTMLModel", "HTMLMathModel", "LabelModel")


def states(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The widgets of a notebook by model, as JupyterLab saves them; none where it did not."""
    saved = (metadata.get("widgets") or {}).get(STATE) or {}
    found = saved.get("state") if isinstance(saved, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def shown(model: str, models: Mapping[str, Any]) -> list[str | Mapping[str, Any]] | None:
    """Lines of text and outputs that stand for a widget; None where its state says nothing."""
    pieces = _pieces(model, models, ())
    return pieces or None


def _pieces(model: str, models: Mapping[str, Any], above: tuple[str, ...]) -> list[str | Mapping[str, Any]]:
    about = models.get(model)
    if not isinstance(about, Mapping) or model in above:
        return []
    name, state = str(about.get("model_name", "")), about.get("state") or {}
    if name == "OutputModel":
        return [one for one in state.get("outputs", ()) if isinstance(one, Mapping)]
    if name in _BOXES:
        children = [str(child).removeprefix("IPY_MODEL_") for child in state.get("children", ())]
        inner = [_pieces(child, models, (*above, model)) for child in children]
        flat = [piece for pieces in inner for piece in pieces]
        if name == "HBoxModel" and all(isinstance(piece, str) for piece in flat):
            return [" ".join(str(piece) for piece in flat)] if flat else []
        return flat
    line = _line(name, state)
    return [line] if line else []


def _line(name: str, state: Mapping[str, Any]) -> str:
    """One control in words: its description and its value."""
    label = _text(state.get("description", ""))
    if name in _WORDS:
        value = _text(state.get("value", ""))
    elif "Progress" in name:
        value = f"{state.get('value', 0):g} of {state.get('max', 100):g}"
    elif isinstance(options := state.get("_options_labels"), list):
        chosen = state.get("index")
        many = chosen if isinstance(chosen, list) else [chosen]
        value = ", ".join(_text(options[i]) for i in many if isinstance(i, int) and 0 <= i < len(options))
    elif name == "ButtonModel":
        return f"[{label}]" if label else ""
    elif "value" in state and isinstance(state["value"], str | int | float | bool | list):
        value = str(state["value"])
    else:
        return ""
    return f"{label}: {value}" if label else value


def _text(value: object) -> str:
    return " ".join(unescape(_TAG.sub(" ", str(value))).split())
