"""Imports without the parts a batch run never uses, where those take longer than all the rest."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_ONE_AT_A_TIME = threading.Lock()
FORMATS = (  # of JSON schema, which notebooks do not use
    "rfc3987_syntax", "rfc3986_validator", "rfc3339_validator", "webcolors", "isoduration", "fqdn", "uri_template",
    "jsonpointer",
)  # fmt: skip


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
    """papermill and nbclient, without the grammars of strings in schemas, the S3 client and, until it is used, HTTP."""
    with _ONE_AT_A_TIME:
        if "bespoke.runner.kernels.engine" not in sys.modules:
            with without(*FORMATS, "boto3"), put_off("requests"):
                import bespoke.runner.kernels.engine  # noqa: F401


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """Inside, an import of such a module gives something that imports it when it is first looked into."""
    later = [_Later(name) for name in names if name not in sys.modules]
    for one in later:
        one.cover()
    try:
        yield
    finally:
        for one in later:
            one.uncover()


class _Later(ModuleType):
    def cover(self) -> None:
        sys.modules[self.__name__] = self
        if (package := self._package()) is not None:
            setattr(package, self._own_name(), self)

    def uncover(self) -> None:
        """Whoever imports the module from here on gets the module itself."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        if (package := self._package()) is not None and vars(package).get(self._own_name()) is self:
            delattr(package, self._own_name())

    def _package(self) -> ModuleType | None:
        return sys.modules.get(self.__name__.rpartition(".")[0])

    def _own_name(self) -> str:
        return self.__name__.rpartition(".")[2]

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        self.uncover()
        return getattr(import_module(self.__name__), attribute)
