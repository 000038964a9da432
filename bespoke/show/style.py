"""One look for every figure: colours that survive colour blindness and grey print, quiet axes, one face."""

from __future__ import annotations

import io
import logging
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from bespoke import paths
from bespoke.errors import BespokeError

INK = "#1C2430"
MUTED = "#5F6977"
RULE = "#C9D0D9"
BAND = "#EEF1F5"

# Okabe and Ito (2008), darkened until words in them are legible on white, and white words on them: contrast 4.5.
BLUE, ORANGE, GREEN, RED, PURPLE, YELLOW, GREY = (
    "#0072B2",
    "#B35F00",
    "#00795C",
    "#C2410C",
    "#8B4A8B",
    "#7D6C00",
    "#6B7280",
)
CYCLE = (BLUE, ORANGE, GREEN, PURPLE, RED, YELLOW, GREY)
EMPHASIS, QUIET = BLUE, "#808997"  # what a figure is about, and all beside it: marks, contrast 3

ROUTE = {  # a route has the same colour wherever it is drawn
    "as_is": GREY,
    "prompt_caching": BLUE,
    "batch": PURPLE,
    "smaller_model": GREEN,
    "custom_model_import": RED,
    "open_weight_lora": ORANGE,
    "bedrock_haiku3_sft": YELLOW,
}
FAMILY_NAME = {
    "format": "Format",
    "tone": "Tone",
    "vocabulary": "Vocabulary",
    "edge_case": "Edge cases",
    "facts": "Facts",
    "reasoning": "Reasoning",
    "behaviour": "Behaviour",
    "unmapped": "Unmapped",
}

_LEADING = re.compile(r"^ +")  # which SVG would drop: it parts the words from their mark
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

WIDTH = 6.3  # inches: the text width of the report, so that figure text prints at its nominal size
TEXT_SIZE = 8.5  # points


def font_files() -> tuple[Path, ...]:
    """The text and data faces (SIL OFL 1.1), which lie with the templates."""
    folder = paths.templates() / "report" / "fonts"
    found = tuple(sorted(folder.glob("*.otf")))
    if not found:
        raise BespokeError("the fonts are missing; install bespoke again", path=folder.name)
    return found


@lru_cache(maxsize=1)
def _prepare() -> None:
    """Once per process: know the fonts, and give every artist the house style, also those added later."""
    import matplotlib
    from matplotlib import font_manager

    # That the fall-back face has no semibold would stand in the output of one kernel and not of another.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    for path in font_files():
        if "SourceSansPro" in path.name:
            font_manager.fontManager.addfont(path)
    matplotlib.rcParams.update(settings())


def settings() -> dict[Any, Any]:
    """matplotlib settings of the house."""
    return {
        "font.family": ["Source Sans Pro", "DejaVu Sans"],
        "font.size": TEXT_SIZE,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": RULE,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "x",
        "grid.color": "#E6E9EE",
        "grid.linewidth": 0.6,
        "axes.titlesize": TEXT_SIZE + 1,
        "axes.titleweight": "semibold",
        "axes.titlelocation": "left",
        "axes.labelsize": TEXT_SIZE,
        "xtick.labelsize": TEXT_SIZE,
        "ytick.labelsize": TEXT_SIZE,
        "xtick.color": MUTED,
        "ytick.color": INK,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "lines.solid_capstyle": "round",
        "figure.figsize": (WIDTH, 3.0),
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",  # words stay words: they can be selected, found and read aloud
        "svg.hashsalt": "bespoke",
    }


def new_figure(
    height: float = 3.0, *, width: float = WIDTH, rows: int = 1, columns: int = 1, **grid: Any
) -> Any:
    """A figure and its axes in the house style, height and width in inches.

    Built without pyplot: nothing to close, no figure left behind.
    """
    _prepare()
    figure = _figure_class()(figsize=(width, height))
    return figure, figure.subplots(rows, columns, **grid)


@lru_cache(maxsize=1)
def _figure_class() -> type[Any]:
    """A figure that is drawn once. Saving one with a layout engine draws it twice, first without a trace, for
    the layout alone; here the first time stops after the layout. Both times measure with the same letters."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    class House(Figure):
        _drawing: Any = None

        def draw(self, renderer: Any) -> None:
            getattr(renderer, "_renderer", renderer)._text2path = _letters()
            engine = self.get_layout_engine()
            if engine is None or isinstance(engine, PlaceHolderLayoutEngine):  # the second time
                super().draw(renderer)
                return
            self._drawing = renderer
            engine.execute(self)
            self._drawing = None

        def _get_renderer(self) -> Any:
            """What the layout measures with: matplotlib would make another one for it."""
            return self._drawing or super()._get_renderer()  # type: ignore[misc]

    return House


@lru_cache(maxsize=1)
def _letters() -> Any:
    """The size of each text is found out once: in a figure it is asked for a dozen times. Sizes only, no fonts:
    those are open files, which kernels forked from one process must not share."""
    from matplotlib.textpath import TextToPath

    class Letters(TextToPath):
        def __init__(self) -> None:
            super().__init__()
            self._sizes: dict[tuple[Any, ...], Any] = {}

        def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> Any:
            key = s, prop.copy(), ismath  # a copy that nobody changes
            if key not in self._sizes:
                self._sizes[key] = super().get_text_width_height_descent(s, prop, ismath)
            return self._sizes[key]

    return Letters()


def svg(figure: Any) -> str:
    """The figure as SVG text; the same figure gives the same text on every run."""
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context(settings()):
        _house_type(figure)
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches=None)
    drawn = _NOT_IN_XML.sub(
        "\N{REPLACEMENT CHARACTER}", buffer.getvalue()
    )  # matplotlib repeats texts in comments
    if "\\mathdefault" in drawn:
        raise ValueError("a log axis needs its own tick formatter: show.numbers.compact")
    return drawn


def _house_type(figure: Any) -> None:
    """Give text added after `new_figure` the house face and size: matplotlib fixed its own defaults on it."""
    import matplotlib
    from matplotlib.text import Text
    from matplotlib.ticker import ScalarFormatter

    plain = matplotlib.rcParamsDefault
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # a client's `$` is a dollar, not the start of a formula
        text.set_text(_LEADING.sub(lambda blanks: "\u00a0" * len(blanks[0]), text.get_text()))
        if text.get_fontfamily() == list(plain["font.family"]):
            text.set_fontfamily(settings()["font.family"])
        if text.get_fontsize() == plain["font.size"]:
            text.set_fontsize(TEXT_SIZE)
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:  # unless told otherwise
                axis.set_major_formatter(_house_ticks()())


@lru_cache(maxsize=1)
def _house_ticks() -> type[Any]:
    """As many digits as the ticks need, in the report's own way of writing numbers."""
    from matplotlib.ticker import ScalarFormatter

    from bespoke.show.numbers import decimal

    class House(ScalarFormatter):
        def format_ticks(self, values: Any) -> list[str]:
            needed = (d for d in range(6) if all(abs(round(at, d) - at) < 1e-9 for at in values))
            digits = next(needed, 6)
            return [decimal(round(float(at), 9) + 0.0, digits) for at in values]  # never a negative zero

    return House
