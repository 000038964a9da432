"""Where the house's own folders lie: in a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def templates() -> Path:
    """The report's and the client folder's templates, from the package or its checkout and nowhere else."""
    return _own("templates")


def notebooks() -> Path:
    """The seven source notebooks."""
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
