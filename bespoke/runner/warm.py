"""What every notebook imports and reads from the package, done once before any kernel is forked.

Only what is the same for every client is kept: modules, fact tables, fonts. Nothing here reads a client folder.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.runner.lean import without

KERNEL = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.interactiveshell",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect", "IPython.core.logger",
    "IPython.extensions.storemagic", "IPython.utils.wildcard", "matplotlib_inline.backend_inline", "sqlite3", "pdb",
    "tornado.platform.asyncio", "tornado.queues", "encodings.idna",
)  # fmt: skip
LIBRARIES = (
    "numpy", "scipy.special", "scipy.optimize", "matplotlib.figure", "matplotlib.backends.backend_svg", "mistune",
    "babel.numbers", "babel.dates", "holidays", "genai_prices.data", "pydantic",
)  # fmt: skip
LEARNING = (
    "scipy.sparse",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "sklearn.model_selection",
)
DEBUGGER = ("debugpy",)  # a kernel without a reader needs none, and it takes longer to import than to run one
OFTEN = 50_000  # objects between two looks for rubbish: a kernel lives for a second


def extras_for(clients: Sequence[Path]) -> list[str]:
    """What is worth having in advance for these client folders: what only one kernel needs, it gets itself."""
    coded = [client for client in clients if (client / "evaluation" / "notes.jsonl").is_file()]
    labelled = [client for client in clients if (client / "failures.csv").is_file()]
    return [*(["codes"] if len(coded) > 1 else []), *(["learning"] if len(labelled) > 1 else [])]


def warm_up(extras: Iterable[str] = ()) -> None:
    """Import what the notebooks use. `extras` may name `codes`, for the ICD-10 table, and `learning`, for the
    classifier of failures."""
    with without(*DEBUGGER):
        for name in (*KERNEL, *LIBRARIES):
            _import(name)
    _import_the_house()
    _read_the_tables()
    _draw_once()
    if "learning" in extras:
        for name in LEARNING:
            _import(name)
    if "codes" in extras:
        from bespoke.facts.icd10 import code_set

        code_set().codes  # noqa: B018
    gc.set_threshold(OFTEN, 20, 20)


def _import(name: str) -> None:
    """A module that is not there is the notebook's business, not ours."""
    with suppress(ImportError):
        import_module(name)


def _import_the_house() -> None:
    from bespoke.chapters.registry import CHAPTERS

    _import("bespoke.workbook")
    for chapter in CHAPTERS.values():
        _import(f"bespoke.chapters.{chapter.module}")
        _import(f"bespoke.exhibits.{chapter.stem[3:]}")


def _read_the_tables() -> None:
    from bespoke.facts.price_book import known_models
    from bespoke.facts.reader import value_rows
    from bespoke.keys import package_digest

    value_rows()
    known_models()
    package_digest()


def _draw_once() -> None:
    """Finding the fonts takes as long as drawing: their places are remembered in the children."""
    from bespoke import show
    from bespoke.show.style import svg

    with suppress(BespokeError):  # a figure of the report will say so with its place
        figure, axes = show.new_figure(1.0)
        for weight in ("normal", "semibold", "bold"):
            axes.text(0, 0, "fonts", fontweight=weight)
        svg(figure)
