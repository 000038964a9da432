"""Where the project's own folders lie: in a checkout, or inside the installed package."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
REPORT_FOLDER = "BESPOKE_REPORT_FOLDER"  # environment variable of a kernel: where the run writes
LAST_RUN = "BESPOKE_LAST_RUN"  # environment variable of a kernel: its notebook as the run before left it


def templates() -> Path:
    """The report's and the client folder's templates, from the package or its checkout and nowhere else."""
    return _own("templates")


def notebooks() -> Path:
    """The source notebooks."""
    return _own("notebooks")


def _own(name: str) -> Path:
    installed = PACKAGE / "_data" / name
    return installed if installed.is_dir() else CHECKOUT / name


def nearest(name: str) -> Path:
    """The folder `name` here or above, so that a notebook run from its own folder finds the clients.

    Falls back to `name` in the current folder when none exists yet.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / name).is_dir():
            return folder / name
    return here / name


def is_url(text: str) -> bool:
    """Whether a place is not on this machine: `s3://bucket/folder`."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", text) is not None


def without_folders(text: str) -> str:
    """The text with the folders of this machine left out of its paths: what goes into a file tells of none."""
    folders = {str(CHECKOUT), sys.prefix, sys.base_prefix, str(Path.cwd()), str(Path.home())}
    for folder in sorted(folders - {os.sep}, key=len, reverse=True):
        text = text.replace(f"{folder}{os.sep}", "")
    return text
