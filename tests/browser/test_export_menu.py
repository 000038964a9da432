"""JupyterLab's export menu asks the server for a notebook in a format: ours are there, and work."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import nbformat
import pytest
from nbformat import v4

pytestmark = pytest.mark.browser


def test_the_menu_lists_the_exporters_and_they_work(lab: Any) -> None:
    cells = [v4.new_markdown_cell("# A study\n\n$x_1$")]
    nbformat.write(v4.new_notebook(cells=cells), lab.site / "study.ipynb")

    def asked(path: str) -> bytes:
        request = urllib.request.Request(
            f"{lab.address}/{path}", headers={"Authorization": f"token {lab.token}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            content: bytes = answer.read()
        return content

    formats = json.loads(asked("api/nbconvert"))
    assert {"BespokePDF", "BespokeHTML", "BespokeTypst"} <= set(formats)
    assert "bespoke-pdf" not in formats  # its address would be refused
    assert asked("nbconvert/BespokePDF/study.ipynb?download=true").startswith(b"%PDF")
    assert b"<title>A study</title>" in asked("nbconvert/BespokeHTML/study.ipynb?download=true")
