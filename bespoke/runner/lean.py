"""Imports without the parts a batch run never uses, where those take longer than all the rest."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.Lock()
OFTEN = 50_000  # objects between two looks for rubbish: a run lives for seconds
FORMATS = (  # of JSON schema, which notebooks do not use
    "rfc3987_syntax", "rfc3986_validator", "rfc3339_validator", "webcolors", "isoduration", "fqdn", "uri_template",
    "jsonpointer",
)  # fmt: skip


def collect_seldom() -> None:
    """Most objects of a short process are modules, which never are rubbish."""
    gc.set_threshold(OFTEN, 20, 20)


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
    """papermill and nbclient, without the grammars of strings in schemas and the S3 client."""
    with _ONE_AT_A_TIME:
        if "bespoke.runner.kernels" not in sys.modules:
            with without(*FORMATS, "boto3"):
                import bespoke.runner.kernels  # noqa: F401
