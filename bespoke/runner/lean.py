"""Imports without the parts a batch run never uses, where those take longer than all the rest."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Inside, modules of these names count as not installed, unless they are imported already."""
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)


def import_papermill() -> None:
    """papermill and nbclient, without the grammar of web addresses and the S3 client."""
    with _ONE_AT_A_TIME:
        if "bespoke.runner.kernels" not in sys.modules:
            with without("rfc3987_syntax", "boto3"):
                import bespoke.runner.kernels  # noqa: F401
