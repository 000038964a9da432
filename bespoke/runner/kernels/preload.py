"""What every notebook imports and reads from the package, done once before kernels are forked.

Only what is the same for every client is kept: modules, fact tables, fonts. Nothing here reads a client folder.
It comes in steps, because the first notebooks need not wait for the last of it: a kernel that is forked early
imports for itself what is missing, beside the others. What only some notebooks need is left out where they will
not run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.runner.kernels.lazy_imports import put_off, without

KERNEL = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.interactiveshell",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect", "IPython.core.logger",
    "IPython.extensions.storemagic", "IPython.utils.wildcard", "sqlite3", "pdb", "tornado.platform.asyncio",
    "tornado.queues", "encodings.idna",
)  # fmt: skip
DEBUGGER = ("debugpy",)  # a kernel without a reader needs none, and it takes longer to import than to run one
FIRST = ("pydantic", "numpy", "babel.numbers", "babel.dates", "bespoke.workbook")
NUMERIC = ("scipy.special", "scipy.sparse")
BESIDE = ("numpy.f2py", "numpy.testing")  # what scipy imports by the way takes longer than scipy
DRAWING = (  # in steps: who wants a kernel at once waits for one of them at most
    "pyparsing", "matplotlib", "matplotlib.text", "matplotlib.image", "matplotlib.axis", "matplotlib.axes",
    "matplotlib.projections", "matplotlib.figure", "matplotlib.backends.backend_svg",
)  # fmt: skip


def extras_for(clients: Sequence[Path]) -> list[str]:
    """What is worth having in advance for these client folders: what only one kernel needs, it gets itself."""
    coded = [client for client in clients if (client / "evaluation").is_dir()]
    return ["drawing", "codes"] if len(coded) > 1 else ["drawing"]


def prepare() -> None:
    """Without this no kernel is forked."""
    with without(*DEBUGGER):
        for name in KERNEL:
            _import(name)
    for name in FIRST:
        _import(name)
    with put_off(*BESIDE):
        for name in NUMERIC:
            _import(name)
    _read_the_tables()


def steps(stems: Iterable[str], extras: Iterable[str] = ()) -> Iterator[bool]:
    """The rest, a little at a time, for these notebooks. `extras` may name `drawing`, for many figures, and `codes`,
    for the ICD-10 table."""
    modules = [name for stem in stems for name in _of_the_house(stem)]
    chores: list[Callable[[], None]] = [_read_the_prices]
    chores += [partial(_import, name) for name in ("mistune", *modules)]
    chores += [_read_the_advice]
    if "drawing" in extras:
        chores += [*(partial(_import, name) for name in DRAWING), _draw_once]
    if "codes" in extras:
        chores += [_read_the_codes]
    for chore in chores:
        chore()
        yield True


def _import(name: str) -> None:
    """A module that is not there is the notebook's business, not ours."""
    with suppress(ImportError):
        import_module(name)


def _of_the_house(stem: str) -> tuple[str, str]:
    from bespoke.chapters.registry import chapter

    return chapter(stem).modules()


def _read_the_tables() -> None:
    from bespoke.facts.reader import value_rows
    from bespoke.keys import package_digest

    value_rows()
    package_digest()


def _read_the_prices() -> None:
    with put_off("httpx2"):  # for fetching newer prices, which nobody here does
        from bespoke.facts.price_book import known_models

    known_models()


def _read_the_advice() -> None:
    from bespoke.advice.gates import gates
    from bespoke.advice.routes import remedies, routes
    from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
    from bespoke.facts.effects import effects
    from bespoke.facts.places import places

    (gates(), remedies(), routes(date.max), effects(date.max), places(date.max), rules_as_of(date.max))


def _read_the_codes() -> None:
    from bespoke.facts.icd10 import code_set

    code_set().codes  # noqa: B018


def _draw_once() -> None:
    """Finding the fonts takes as long as drawing: their places are remembered in the children."""
    from bespoke import show
    from bespoke.show.style import svg

    with suppress(BespokeError):  # a figure of the report will say so with its place
        figure, axes = show.new_figure(1.0)
        for weight in ("normal", "semibold", "bold"):
            axes.text(0, 0, "fonts", fontweight=weight)
        svg(figure)
