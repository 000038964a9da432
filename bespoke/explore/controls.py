"""A control as a declaration: what it is called, where it stands in the client folder, what it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from bespoke.clients.changes import Address, Value
from bespoke.show.elements import LITERAL, element, escape

Kind = Literal["number", "volume", "whole", "entry", "price", "choice", "buttons", "day", "words"]
# stands for None among the choices of a widget, to which None is no choice at all
NOT_KNOWN: Any = "not known"
YES_NO: tuple[tuple[str, bool | None], ...] = (("yes", True), ("no", False), ("unknown", None))


@dataclass(frozen=True)
class Control:
    """One control. Without an address it is a way of looking, not something the client folder says.

    `number` slides or is typed, `volume` slides over orders of magnitude to two significant digits or is typed,
    `whole` slides over integers; `entry` is a typed number, `price` a typed Decimal. An `optional` number has a switch
    that says it is not known, in the words of `unknown`: its value is then None.
    """

    name: str
    label: str  # own words or the client's; never markup
    kind: Kind
    value: Any
    address: Address | None = None
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    options: tuple[tuple[str, Any], ...] = ()
    optional: bool = False
    unknown: str = "unknown"
    help: str = ""
    overruled: str = ""  # what was measured or counted and stands in its place, in words

    def read(self, shown: Any) -> Value:
        """The value a widget shows as the client folder would hold it."""
        match self.kind:
            case _ if shown is None:
                return None
            case "choice" | "buttons" if shown == NOT_KNOWN:
                return None
            case "volume" | "number":
                return float(shown)
            case "price":
                return Decimal(str(shown))
            case _:
                found: Value = shown
                return found


def widget_of(dial: Control) -> Any:
    """The ipywidget of a dial, at the dial's value, with a switch beside it where that may be unknown."""
    if dial.optional and dial.kind in ("number", "volume", "entry"):
        from bespoke.explore.input_fields import KnownField

        return KnownField(_widget(dial), known=dial.value is not None, unknown=dial.unknown)
    return _widget(dial)


def _widget(dial: Control) -> Any:
    import ipywidgets as w

    from bespoke.explore import input_fields

    shared: dict[str, Any] = {"layout": w.Layout(width="18em"), "tooltip": dial.help or dial.label}
    bounds: dict[str, Any] = {"min": dial.low, "max": dial.high}
    match dial.kind:
        case "number":
            shown = dial.low if dial.value is None else dial.value
            return input_fields.number(shown, dial.low, dial.high, dial.step, shared["tooltip"])
        case "whole":
            return w.IntSlider(dial.value, min=int(dial.low), max=int(dial.high), **shared)
        case "volume":
            return input_fields.volume(dial.value, dial.low, dial.high, shared["tooltip"])
        case "entry":
            kind = w.BoundedIntText if isinstance(dial.step, int) else w.BoundedFloatText
            return kind(dial.value or 0, **bounds, step=dial.step, **shared)
        case "price":
            return w.BoundedFloatText(float(dial.value), **bounds, step=0.05, **shared)
        case "choice":
            return w.Dropdown(options=_choices(dial), value=_choice(dial.value), **shared)
        case "buttons":
            style = {"button_width": "6.4em"}
            return w.ToggleButtons(
                options=_choices(dial), value=_choice(dial.value), style=style, layout=w.Layout(width="22em")
            )
        case "day":
            assert isinstance(dial.value, date)
            return w.DatePicker(value=dial.value, **shared)
        case "words":
            return w.Text(dial.value, continuous_update=False, placeholder=dial.help, **shared)


def _choices(dial: Control) -> list[tuple[str, Any]]:
    return [(label, _choice(value)) for label, value in dial.options]


def _choice(value: object) -> Any:
    return NOT_KNOWN if value is None else value


def row_of(dial: Control, widget: object) -> Any:
    """Label and widget side by side; the label is client text perhaps, so it is escaped and never typeset."""
    import ipywidgets as w

    style = "display:block;line-height:1.2"
    words = element("span", escape(dial.label), class_=LITERAL, dir="auto", style=style, title=dial.help)
    label = w.HTML(words, layout=w.Layout(width="12em"))
    row = w.HBox([label, widget], layout=w.Layout(align_items="center", width="36em"))
    if dial.overruled:
        row.children = (w.VBox([label, w.HTML(_overruled(dial), layout=w.Layout(width="12em"))]), widget)
    row.add_class(f"bespoke-dial-{css_name(dial.name)}")
    return row


def _overruled(dial: Control) -> str:
    """That moving this changes nothing, and why: below the control's name."""
    style = "display:block;line-height:1.2;color:var(--jp-error-color1,#C2410C)"
    return element(
        "small", escape(f"overridden: {dial.overruled}"), class_=f"{LITERAL} bespoke-overruled", style=style
    )


def css_name(name: str) -> str:
    """A class name that a style sheet or a test can ask for."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name).strip("-").lower()
