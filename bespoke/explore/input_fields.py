"""Controls of two parts with one value: a slider beside a typed number, and a number that may be unknown."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import Any

import ipywidgets as w
from traitlets import Any as AnyTrait


class SlidingField(w.HBox):  # type: ignore[misc]
    """A slider and a typed number that agree: what is typed stands as it is, what is slid is rounded first.

    `value` is what both show. The slider goes as near to a typed number as its own steps allow.
    """

    value = AnyTrait()

    def __init__(self, slider: Any, typed: Any, rounded: Callable[[float], float], tooltip: str = "") -> None:
        self.slider, self.typed, self._rounded, self._busy = slider, typed, rounded, False
        super().__init__([slider, typed], layout=w.Layout(width="16em", flex="0 0 auto"))
        self.value = typed.value
        slider.tooltip = typed.tooltip = tooltip
        slider.observe(self._slid, "value")
        typed.observe(self._was_given, "value")
        self.observe(self._was_given, "value")

    def _slid(self, change: Any) -> None:
        """A slide; the browser's own word that it put the slider on the nearest step is none."""
        if not self._busy and _steps(self.slider, change["new"], self.value) >= 1:
            self._show(self._rounded(change["new"]), slide=False)

    def _was_given(self, change: Any) -> None:
        if not self._busy:
            self._show(change["new"], slide=True)

    def _show(self, value: float, *, slide: bool) -> None:
        self._busy = True
        try:
            self.typed.value = value
            if slide:
                self.slider.value = min(
                    max(value, _at(self.slider, self.slider.min)), _at(self.slider, self.slider.max)
                )
        finally:
            self._busy = False
        self.value = self.typed.value


class KnownField(w.HBox):  # type: ignore[misc]
    """A control beside a switch that says its value is not known; `value` is then None."""

    value = AnyTrait(allow_none=True)

    def __init__(self, control: Any, *, known: bool, unknown: str) -> None:
        self.control = control
        control.layout.width, control.layout.flex = "13em", "0 0 auto"
        layout = w.Layout(width="9.5em", flex="0 0 auto")
        self.switch = w.ToggleButton(not known, description=unknown, layout=layout)
        super().__init__([control, self.switch])
        self._busy = False
        self._take()
        control.observe(lambda _: self._take(), "value")
        self.switch.observe(lambda _: self._take(), "value")
        self.observe(self._was_set, "value")

    def _take(self) -> None:
        if self._busy:
            return
        for part in getattr(self.control, "children", ()) or (self.control,):
            part.disabled = self.switch.value
        self._busy = True
        try:
            self.value = None if self.switch.value else self.control.value
        finally:
            self._busy = False

    def _was_set(self, change: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            self.switch.value = change["new"] is None
            if change["new"] is not None:
                self.control.value = change["new"]
        finally:
            self._busy = False
        self._take()


def volume(value: float, low: float, high: float, tooltip: str) -> SlidingField:
    """A number over orders of magnitude; `low` and `high` are powers of ten. Slid, it has two significant digits."""
    slider = w.FloatLogSlider(
        value, min=low, max=high, step=0.02, readout=False, layout=w.Layout(width="8.5em")
    )
    typed = w.BoundedFloatText(value, min=0.0, max=10.0 ** (high + 3), layout=w.Layout(width="7em"))
    return SlidingField(slider, typed, lambda slid: float(f"{slid:.2g}"), tooltip)


def number(value: float, low: float, high: float, step: float, tooltip: str) -> SlidingField:
    """A number between two others. Slid, it is a whole number of steps."""
    slider = w.FloatSlider(value, min=low, max=high, step=step, readout=False, layout=w.Layout(width="8.5em"))
    typed = w.BoundedFloatText(value, min=low, max=high, step=step, layout=w.Layout(width="7em"))
    return SlidingField(slider, typed, lambda slid: round(round(slid / step) * step, 10), tooltip)


def _steps(slider: Any, value: float, other: float) -> float:
    """How many of its steps lie between two values of a slider."""
    if hasattr(slider, "base"):
        value, other = (log(max(one, 1e-300), slider.base) for one in (value, other))
    return float(abs(value - other) / slider.step) + 1e-6


def _at(slider: Any, place: float) -> float:
    """The value at a place of its scale, which may be a power."""
    return float(slider.base**place if hasattr(slider, "base") else place)
