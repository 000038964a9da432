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
from functools import cached_property, wraps
from importlib import import_module
from inspect import isfunction, signature
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bespoke import client_cache, clients, show
from bespoke.chapters.registry import CHAPTERS, chapter, compute
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.keys import input_digests, key_of
from bespoke.paths import CHECKOUT, REPORT_FOLDER, nearest
from bespoke.results import Result, write_atomically
from bespoke.show import numbers
from bespoke.show.language import LANGUAGE
from bespoke.show.shown import recorded, together

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Workbook", "open"]


class Exhibits:
    """The exhibits of a chapter with its result put in; silent where the chapter had nothing to compute.

    Each shows its table, figure or sentence and gives it back: `exhibits.load().frame` is the table as a data frame.
    `exhibits.load?` says what it shows.
    """

    def __init__(self, module: ModuleType, result: Result | None) -> None:
        self._module, self._result = module, result

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._module, name, None)
        if function is None or name.startswith("_") or not callable(function):
            known = ", ".join(self._names())
            raise AttributeError(f"no exhibit {name!r}; there are {known}")
        return _with_result(function, self._result)

    def __dir__(self) -> list[str]:
        return self._names()

    def __repr__(self) -> str:
        return f"<exhibits of {self._module.__name__.rpartition('.')[2]}: {', '.join(self._names())}>"

    def _names(self) -> list[str]:
        own = self._module.__name__
        functions = {n: f for n, f in vars(self._module).items() if not n.startswith("_") and isfunction(f)}
        return sorted(name for name, function in functions.items() if function.__module__.startswith(own))


def _with_result(function: Callable[..., Any], result: Result | None) -> Callable[..., Any]:
    """The exhibit with its first argument put in: it has the same name and words, and gives back what it showed."""

    @wraps(function)
    def exhibit(*args: Any, **kwargs: Any) -> Any:
        if result is None:
            return None
        with recorded() as record:
            returned = function(result, *args, **kwargs)
        return together(record) if returned is None else returned

    kept = list(signature(function).parameters.values())[1:]
    exhibit.__signature__ = signature(function).replace(parameters=kept)  # type: ignore[attr-defined]
    return exhibit


@dataclass(repr=False)
class Workbook:
    """One chapter of one client on one date; without a chapter, all that a notebook of the client's own starts with."""

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
            show.display(show.LeftOut(markdown=entry.without, silent=entry.of_one_field))
        else:
            self.result.write(self._path(self.stem), self._key(self.stem))
            for name, content in self.result.also_writes().items():
                write_atomically(self.folder / name, content)
        return self.result

    def saved(self, stem: str) -> Result | None:
        """A chapter's result as its file has it; None where there is none, or not of the folder as it is."""
        path = self._path(stem)
        return chapter(stem).result_type().read(path, self._key(stem)) if path.is_file() else None

    def earlier(self, stem: str) -> Result | None:
        """Another chapter's result: from its file when that is current, else computed now and kept."""
        found = self.saved(stem)
        if found is None:
            facts = Facts(self.facts.as_of, self.facts.overrides)
            found = compute(stem, self.client, facts, self.earlier, {})
            if found is not None:
                found.write(self._path(stem), self._key(stem))
        return found

    def __repr__(self) -> str:
        about = f"{self.stem or 'own notebook'} of {self.client.name} as of {self.facts.as_of.isoformat()}"
        return f"<Workbook: {about}; compute(), exhibits(), frames(), earlier(stem), explore()>"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table of every chapter's result, as `cost_model.tasks.routes`; a chapter without input has none."""
        found: dict[str, pd.DataFrame] = {}
        for stem in CHAPTERS:
            result = self.result if stem == self.stem and self.result else self.earlier(stem)
            if result is not None:
                found |= {f"{chapter(stem).name}.{name}": table for name, table in result.frames().items()}
        return found

    def exhibits(self, stem: str = "") -> Exhibits:
        """The functions of bespoke.exhibits.<chapter>, with the result put in as first argument.

        `stem` names another chapter than this workbook's own, which is computed where it has not run.
        """
        if stem and stem != self.stem:
            return Exhibits(import_module(chapter(stem).modules()[1]), self.earlier(stem))
        return Exhibits(import_module(chapter(self.stem).modules()[1]), self.result)

    def explore(self) -> None:
        """Controls on this chapter for an analyst in JupyterLab; shows nothing anywhere else."""
        from bespoke.explore import explore

        explore(self)

    def of_client(self, name: str) -> Workbook:
        """The same chapter of another client, in the same folders and on the same day."""
        folders = {"client_data": str(self.client.folder.parent), "reports": str(self.folder.parent)}
        return open(self.stem, client=name, as_of=self.facts.as_of.isoformat(), **folders)

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


def open(
    stem: str = "", *, client: str, client_data: str = "", reports: str = "", as_of: str = ""
) -> Workbook:
    """The workbook of one chapter, or without a stem that of a client's own notebook.

    Folders default to the nearest `client_data` and `reports` here or above; `as_of` (ISO date) defaults to the
    engagement's own date. From here on the process writes money in the engagement's currency. Raises BespokeError for
    bad input.
    """
    warnings.formatwarning = _warning
    folder = _client_data(client_data or os.environ.get("BESPOKE_CLIENT_DATA", ""))
    for module in chapter(stem).modules() if stem else ():
        import_module(module)  # here, so that a report's seconds tell imports from computing
    found = client_cache.received(folder / client) or clients.load(folder, client)
    numbers.speak(LANGUAGE, found.engagement.currency)
    day = parse_day(as_of) if as_of else found.engagement.as_of
    out = _reports(reports or os.environ.get("BESPOKE_REPORTS", ""), folder)
    return Workbook(stem, found, Facts(day, dict(found.engagement.thresholds)), _own_folder(out / client))


def _own_folder(folder: Path) -> Path:
    """The client's report folder; in a run as of another day the one that the run writes, which lies below."""
    given = os.environ.get(REPORT_FOLDER, "")
    return Path(given) if given and Path(given).is_relative_to(folder.resolve()) else folder


def _client_data(given: str) -> Path:
    """The folder given, else the nearest here or above, else that of the checkout the code lies in."""
    if given:
        return Path(given)
    for folder in (nearest("client_data"), CHECKOUT / "client_data"):
        if folder.is_dir():
            return folder
    raise BespokeError(
        f"no folder client_data in {Path.cwd()} or above it: name it with the notebook's parameter client_data"
        " (papermill -p client_data DIR) or in BESPOKE_CLIENT_DATA"
    )


def _reports(given: str, client_data: Path) -> Path:
    """The folder given, else the nearest here or above, else the one beside the client folders."""
    if given:
        return Path(given)
    found = nearest("reports")
    return found if found.is_dir() else client_data.parent / "reports"


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
