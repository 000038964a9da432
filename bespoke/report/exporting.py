"""`bespoke export`: nbconvert with our exporters, their flags and the help of their traits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from nbconvert.nbconvertapp import NbConvertApp
from traitlets import default

from bespoke.report import exporters


class ExportApp(NbConvertApp):  # type: ignore[misc]
    """Everything `jupyter nbconvert` takes, and `--strict`."""

    name = "bespoke export"
    description = (
        "One PDF, page or Typst file from any notebook: --to bespoke-pdf, bespoke-html or bespoke-typst."
    )
    examples = "bespoke export study.ipynb\nbespoke export study.ipynb --to bespoke-html --execute --strict"
    flags = NbConvertApp.flags | {
        "strict": (
            {"ReportExporter": {"strict": True}},
            "Stop at images that are missing or have no alt text, all of them named.",
        ),
        "allow-errors": (
            {"ReportExporter": {"allow_errors": True}, "ExecutePreprocessor": {"allow_errors": True}},
            "Print the errors of cells instead of stopping at the first.",
        ),
    }

    @default("classes")  # type: ignore[untyped-decorator]
    def _all_classes(self) -> list[Any]:
        ours = [exporters.PDFExporter, exporters.HTMLExporter, exporters.TypstExporter]
        return [*ours, *super()._classes_default()]

    @default("export_format")  # type: ignore[untyped-decorator]
    def _pdf(self) -> str:
        return "bespoke-pdf"

    def convert_notebooks(self) -> None:
        if not self.notebooks and not self.from_stdin:
            raise SystemExit("no such notebook; name one or more, as in: bespoke export study.ipynb")
        super().convert_notebooks()


def export(arguments: Sequence[str]) -> None:
    """Convert as the arguments say; SystemExit with 1 and one line for each thing that cannot be printed."""
    try:
        ExportApp.launch_instance(list(arguments))
    except SystemExit as stop:
        if isinstance(stop.code, str):
            sys.stderr.write(f"{stop.code}\n")
        raise SystemExit(1 if stop.code else 0) from None
