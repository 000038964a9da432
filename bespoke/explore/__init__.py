"""What an analyst moves in JupyterLab: controls on a chapter's own functions, and the way back to the folder.

Every chapter has an explorer: its controls (`dials`) and what they change on the page (`look`). A control that
stands for something in the client folder has an address there; what is explored can be kept, as a change of
exactly that place. Importing this package costs nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bespoke.workbook import Workbook

__all__ = ["explore", "interactive"]

# in a notebook as it was saved
ASLEEP = "No controls above? They need a kernel: choose Run, then Run All Cells."
REPORT_RUN = ("BESPOKE_REPORT_RUN", "BESPOKE_REPORTS")  # set by the runner in every kernel it starts
NOTEBOOK_SERVER = "JPY_SESSION_NAME"  # set by Jupyter Server in the kernels of its notebooks


def interactive() -> bool:
    """Whether somebody can move a control: the kernel belongs to a notebook in JupyterLab and no run drives it."""
    return NOTEBOOK_SERVER in os.environ and not any(name in os.environ for name in REPORT_RUN)


def explore(book: Workbook) -> None:
    """Show the client picker and the controls of the book's chapter; nothing outside JupyterLab."""
    if interactive():
        from IPython.display import display

        from bespoke.explore.picker import Picker

        display(Picker(book).box)
        display({"text/html": f"<p><small>{ASLEEP}</small></p>", "text/plain": ASLEEP}, raw=True)
