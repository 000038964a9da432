"""The exporters as JupyterLab's export menu knows them: its addresses take no hyphen in a format's name."""

from __future__ import annotations

from traitlets import default

from bespoke.report.exporters import HTMLExporter, PDFExporter, TypstExporter, serves


class _InServer:
    """In a Jupyter server alone, where the exporters under their own names are not."""

    @default("enabled")  # type: ignore[untyped-decorator]
    def _enabled(self) -> bool:
        return serves()


class MenuTypstExporter(_InServer, TypstExporter):
    """`bespoke-typst`."""


class MenuPDFExporter(_InServer, PDFExporter):
    """`bespoke-pdf`."""


class MenuHTMLExporter(_InServer, HTMLExporter):
    """`bespoke-html`."""
