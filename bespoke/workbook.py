"""What a notebook starts with: the client, the facts as of the date, the earlier results, and its own.

book = workbook.open("06_cost_model", client=client, client_data=client_data, reports=reports, as_of=as_of)
result = book.compute(draws=draws, seed=seed)
exhibits = book.exhibits()
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from bespoke import clients, handover, show
from bespoke.chapters.registry import CHAPTERS, chapter, compute
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.keys import input_digests, key_of
from bespoke.places import nearest
from bespoke.results import Result, write_atomically
from bespoke.show import numbers

__all__ = ["Workbook", "open"]


class Exhibits:
    """The exhibits of a chapter with its result put in; silent where the chapter had nothing to compute."""

    def __init__(self, module: ModuleType, result: Result | None) -> None:
        self._module, self._result = module, result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._module, name)
        if self._result is None:
            return lambda *args, **kwargs: None
        return partial(function, self._result)


@dataclass
class Workbook:
    """One chapter of one client on one date."""

    stem: str
    client: Client
    facts: Facts
    folder: Path  # reports/<client>
    result: Result | None = None

    def compute(self, **parameters: Any) -> Result | None:
        """Compute this chapter, save its result, and say so where its input is missing."""
        self.result = compute(self.stem, self.client, self.facts, self.earlier, parameters)
        if self.result is None:
            self._path(self.stem).unlink(missing_ok=True)
            entry = chapter(self.stem)
            show.display(show.LeftOut(markdown=entry.without, quiet=entry.quiet))
        else:
            self.result.write(self._path(self.stem), self._key(self.stem))
            for name, content in self.result.also_writes().items():
                write_atomically(self.folder / name, content)
        return self.result

    def earlier(self, stem: str) -> Result | None:
        """Another chapter's result: from its file when that is current, else computed now and kept."""
        kind = chapter(stem).result_type()
        found = kind.read(self._path(stem), self._key(stem)) if self._path(stem).is_file() else None
        if found is None:
            facts = Facts(self.facts.as_of, self.facts.overrides)
            found = compute(stem, self.client, facts, self.earlier, {})
            if found is not None:
                found.write(self._path(stem), self._key(stem))
        return found

    def exhibits(self) -> Exhibits:
        """The functions of bespoke.exhibits.<chapter>, with the result put in as first argument."""
        return Exhibits(import_module(f"bespoke.exhibits.{self.stem[3:]}"), self.result)

    def explore(self) -> None:
        """Controls on this chapter for an analyst in JupyterLab; shows nothing anywhere else."""
        from bespoke.explore import explore

        explore(self)

    def facts_used(self) -> tuple[str, ...]:
        """Keys of every fact that any chapter of this client used."""
        used = set(self.facts.used)
        for stem in CHAPTERS:
            found = self.result if stem == self.stem else chapter(stem).result_type().read(self._path(stem))
            used |= set(found.facts_used) if found else set()
        return tuple(sorted(used))

    def inputs(self) -> dict[str, str]:
        """Every file of the client folder -> SHA-256."""
        return dict(self._inputs)

    def _path(self, stem: str) -> Path:
        return self.folder / "results" / f"{stem}.json"

    def _key(self, stem: str) -> str:
        return key_of(stem, self._inputs, self.facts.as_of.isoformat())

    @cached_property
    def _inputs(self) -> dict[str, str]:
        return input_digests(self.client.folder)


def open(stem: str, *, client: str, client_data: str = "", reports: str = "", as_of: str = "") -> Workbook:
    """The workbook of one chapter. Folders default to the nearest `client_data` and `reports` here or above;
    `as_of` (ISO date) defaults to the engagement's own date. From here on the process writes numbers and dates in
    the engagement's language, and money in its currency. Raises BespokeError for bad input."""
    warnings.formatwarning = _warning
    folder = Path(client_data or os.environ.get("BESPOKE_CLIENT_DATA", "") or nearest("client_data"))
    for room, module in (("chapters", chapter(stem).module), ("exhibits", stem[3:])):
        import_module(
            f"bespoke.{room}.{module}"
        )  # here, so that a report's seconds tell imports from computing
    found = handover.received(folder / client) or clients.load(folder, client)
    numbers.speak(found.engagement.language, found.engagement.currency)
    day = parse_day(as_of) if as_of else found.engagement.as_of
    out = Path(reports or os.environ.get("BESPOKE_REPORTS", "") or nearest("reports"))
    return Workbook(stem, found, Facts(day, dict(found.engagement.thresholds)), out / client)


def parse_day(text: str) -> date:
    """An ISO date from a parameter or the command line."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    raise BespokeError(f"as_of: {text!r} is not a date; write it as 2026-11-20")


def _warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """What a notebook keeps of a warning: not the place in some library, which is a path of this machine."""
    return f"{category.__name__}: {message}\n"
