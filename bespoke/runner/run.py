"""One client from folder to report: which notebooks have to run, running them, rendering, the manifest."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bespoke import clients, places
from bespoke.chapters.registry import CHAPTERS, chapter
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import TABLES
from bespoke.keys import input_digests, key_of, package_digest
from bespoke.runner import manifest as manifests
from bespoke.runner.execute import Seconds, execute
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.manifest import Manifest, NotebookRun
from bespoke.workbook import parse_day

Say = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a run was asked to do."""

    client_data: Path
    reports: Path
    as_of: str = ""
    only: str = ""
    force: bool = False
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # stem -> name -> value


def run_client(name: str, options: Options, say: Say) -> None:
    """Run what has to run for one client, then render the report; `say` gets one line per step.

    Raises BespokeError for bad input or a failing cell; the previous report then stays as it was.
    """
    folder = options.reports / name
    problems = clients.check(options.client_data, name)
    for problem in problems:
        if problem.warning:
            say(str(problem))
    client = clients.load(options.client_data, name)
    day = parse_day(options.as_of) if options.as_of else client.engagement.as_of
    with one_at_a_time(folder, lambda: say(f"{name}: another run of this client is at work; waiting")):
        _Run(client, day, folder, options, say).go()


@dataclass
class _Run:
    client: Client
    day: date
    folder: Path
    options: Options
    say: Say

    def go(self) -> None:
        self.before = manifests.read(self.folder)
        self.now = Manifest(
            client=self.client.name,
            as_of=self.day.isoformat(),
            versions=manifests.versions(),
            inputs=input_digests(self.client.folder, (".", "../engagement_log.csv")),
            facts={path.name: _digest(path) for path in sorted(TABLES.iterdir()) if path.is_file()},
            notebooks=dict(self.before.notebooks) if self.before else {},
            report=dict(self.before.report) if self.before else {},
            report_key=self.before.report_key if self.before else "",
            render_seconds=dict(self.before.render_seconds) if self.before else {},
        )
        for stem in self._wanted():
            self._notebook(stem)
        if not self.options.only:
            self._report()
        self.now.write(self.folder)

    def _wanted(self) -> list[str]:
        if not self.options.only:
            return list(CHAPTERS)
        return [*upstream(self.options.only), self.options.only]

    def _notebook(self, stem: str) -> None:
        run, reason = self._planned(stem), self._reason(stem)
        if reason is None:
            self.say(f"{self.client.name}: {stem}: unchanged")
            return
        environment = {
            "BESPOKE_CLIENT_DATA": str(self.options.client_data.resolve()),
            "BESPOKE_REPORTS": str(self.options.reports.resolve()),
        }
        try:
            seconds = execute(
                places.notebooks() / f"{stem}.ipynb",
                self.folder / "notebooks" / f"{stem}.ipynb",
                {"client": self.client.name, "as_of": self.day.isoformat(), **run.parameters},
                environment,
            )
        except BespokeError:
            self.now.notebooks.pop(stem, None)
            self.now.write(self.folder)
            raise
        self.now.notebooks[stem] = run.model_copy(
            update={"outputs": self._outputs(stem), "seconds": _rounded(seconds)}
        )
        self.now.write(self.folder)  # a killed run continues after the last notebook it finished
        self.say(f"{self.client.name}: {stem}: ran in {seconds.total:.1f} s ({reason})")

    def _planned(self, stem: str) -> NotebookRun:
        parameters = dict(self.options.parameters.get(stem, {}))
        upstream = {needed: self._result_digest(needed) for needed in chapter(stem).needs.values()}
        source = places.notebooks() / f"{stem}.ipynb"
        parts = [
            key_of(stem, self.client.folder, self.day.isoformat()),
            _digest(source),
            repr(sorted(parameters.items())),
            repr(sorted(self.now.versions.items())),
            repr(upstream),
            *(self._outputs_of_all() if stem == "07_recommendation" else ()),
        ]
        return NotebookRun(key=hashlib.sha256("\n".join(parts).encode()).hexdigest(), parameters=parameters)

    def _outputs_of_all(self) -> list[str]:
        """The last notebook lists the facts of every chapter, so it depends on all results."""
        return [self._result_digest(stem) for stem in CHAPTERS if stem != "07_recommendation"]

    def _reason(self, stem: str) -> str | None:
        """Why the notebook has to run, in a few words; None when nothing it depends on has changed."""
        earlier = self.before.notebooks.get(stem) if self.before else None
        if self.options.force:
            return "forced"
        if earlier is None:
            return "first run"
        if self._outputs(stem) != earlier.outputs:
            return "its output is missing or was edited"
        if self._planned(stem).key == earlier.key:
            return None
        return self._what_changed(stem, earlier)

    def _what_changed(self, stem: str, earlier: NotebookRun) -> str:
        assert self.before is not None
        if dict(self.options.parameters.get(stem, {})) != earlier.parameters:
            return "parameters changed"
        if self.before.as_of != self.now.as_of:
            return "the date changed"
        reads = {name for s in [stem, *upstream(stem)] for name in chapter(s).reads}
        changed = [
            name
            for name in sorted(self.now.inputs.keys() | self.before.inputs.keys())
            if self.now.inputs.get(name) != self.before.inputs.get(name)
            and any(name == read or name.startswith(f"{read}/") for read in reads)
        ]
        if changed:
            return f"{changed[0]} changed"
        if self.before.facts != self.now.facts:
            return "fact tables changed"
        if self.before.versions != self.now.versions:
            return "package versions changed"
        return "an earlier result or the code changed"

    def _outputs(self, stem: str) -> dict[str, str]:
        names = (f"notebooks/{stem}.ipynb", f"results/{stem}.json")
        return {name: _digest(self.folder / name) for name in names if (self.folder / name).is_file()}

    def _result_digest(self, stem: str) -> str:
        path = self.folder / "results" / f"{stem}.json"
        return _digest(path) if path.is_file() else ""

    def _report(self) -> None:
        key, rendered = _report_key(self.folder), {n: _digest_or_none(self.folder / n) for n in REPORTS}
        key = hashlib.sha256(f"{key}\n{self.now.inputs.get('engagement.yaml')}".encode()).hexdigest()
        if not self.options.force and self.now.report_key == key and rendered == self.now.report:
            self.say(f"{self.client.name}: report: unchanged")
            return
        started = time.perf_counter()
        self.now.render_seconds = render_report(self.client, self.day, self.folder)
        self.now.report = {name: _digest(self.folder / name) for name in REPORTS}
        self.now.report_key = key
        self.say(f"{self.client.name}: report: rendered in {time.perf_counter() - started:.1f} s")


REPORTS = ("report.pdf", "report.html")


def render_report(client: Client, day: date, folder: Path) -> dict[str, float]:
    """Render the executed notebooks of a client; seconds per step. A missing one is an error naming it."""
    from bespoke.report import render
    from bespoke.runner.cover import cover_of

    notebooks = [folder / "notebooks" / f"{stem}.ipynb" for stem in CHAPTERS]
    for path in notebooks:
        if not path.is_file():
            raise BespokeError("not there; run `bespoke run` first", path=f"{client.name}/notebooks/{path.name}")
    return render(notebooks, cover_of(client, day), folder)


def report_only(name: str, options: Options) -> None:
    """`bespoke report`: render again from the executed notebooks, dated as they are."""
    client = clients.load(options.client_data, name)
    folder = options.reports / name
    found = manifests.read(folder)
    day = parse_day(found.as_of) if found else client.engagement.as_of
    with one_at_a_time(folder, lambda: None):
        render_report(client, day, folder)


def upstream(stem: str) -> list[str]:
    """Every chapter the notebook needs, directly or not, in order."""
    direct = set(chapter(stem).needs.values())
    every = direct | {name for needed in direct for name in upstream(needed)}
    return [name for name in CHAPTERS if name in every]


def _report_key(folder: Path) -> str:
    notebooks = [_digest_or_none(folder / "notebooks" / f"{stem}.ipynb") or "" for stem in CHAPTERS]
    templates = [_digest(path) for path in sorted((places.templates() / "report").rglob("*")) if path.is_file()]
    return "\n".join([*notebooks, *templates, package_digest()])


def _rounded(seconds: Seconds) -> dict[str, float]:
    return {"kernel": round(seconds.kernel, 3), "cells": round(seconds.cells, 3), "save": round(seconds.save, 3)}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_or_none(path: Path) -> str | None:
    with suppress(FileNotFoundError):
        return _digest(path)
    return None
