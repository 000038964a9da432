"""From executed notebooks to one report: Typst, PDF, HTML.

    from bespoke.report import Cover, render

    render([folder / "notebooks" / "01_task_audit.ipynb", ...], Cover(client="…", as_of=day), folder)

Importing this package is cheap; the typesetter and the notebook reader are imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bespoke.report.colour import Accent, accessible
    from bespoke.report.report_cover import Cover
    from bespoke.report.report_files import render

__all__ = ["Accent", "Cover", "accessible", "render"]

_HOMES = {"Accent": "colour", "Cover": "report_cover", "accessible": "colour", "render": "report_files"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
