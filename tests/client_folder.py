"""The template's client folder, filled in: nothing is wrong in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from bespoke.paths import templates

FILLED_IN = ("engagement.yaml", "tasks.csv", "failures.csv")


def filled_in(parent: Path) -> Path:
    """`acme` below `parent`, without the marks of an example."""
    folder = parent / "acme"
    shutil.copytree(templates() / "client", folder)
    for name in FILLED_IN:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("EXAMPLE: ", ""), encoding="utf-8")
    return folder


def tasks_alone(parent: Path) -> Path:
    """The same without failures, so that any task may stand in it."""
    folder = filled_in(parent)
    (folder / "failures.csv").unlink()
    (folder / "codes.csv").unlink()
    return folder
