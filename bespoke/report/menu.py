"""The exporters as JupyterLab's export menu knows them: its addresses take no hyphen in a format's name."""

from __future__ import annotations

from traitlets import default

from bespoke.report.exporters import HTMLExporter, PDFExporter, TypstExporter, serves


class MenuTypstExporter(TypstExporter):
    """`bespoke-typst`, in a Jupyter server alone."""

    @default("enabled")  # type: ignore[untyped-decorator]
    def _enabled(self) -> bool:
        return serves()


class MenuPDFExporter(PDFExporter):
    """`bespoke-pdf`, in a Jupyter server alone."""

    @default("enabled")  # type: ignore[untyped-decorator]
    def _enabled(self) -> bool:
        return serves()


class MenuHTMLExporter(HTMLExporter):
    """`bespoke-html`, in a Jupyter server alone."""

    @default("enabled")  # type: ignore[untyped-decorator]
    def _enabled(self) -> bool:
        return serves()
