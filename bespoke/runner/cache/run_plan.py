"""Which notebooks of a client have to run, and why: keys now against keys of the last run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bespoke import paths
from bespoke.chapters.registry import CHAPTERS, chapter
from bespoke.errors import printable
from bespoke.keys import digest, key_of, package_digest, reads
from bespoke.runner.cache.manifest import AS_OF, Manifest, NotebookRun, read

LAST = "08_recommendation"  # lists the facts of every chapter, so it depends on all results
REPORTS = ("report.pdf", "evidence.pdf", "report.html")
TABLES = "tables"  # the folder with every table of the report as a file


@dataclass(frozen=True)
class RunOptions:
    """What a run was asked to do."""

    client_data: Path
    reports: Path
    as_of: str = ""
    only: str = ""
    force: bool = False
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # stem -> name -> value
    width: int = 2  # notebooks at the same time
    bounded: bool = False  # in a process of its own, which may end where typesetting takes too much memory

    def folder(self, name: str) -> Path:
        """Where the client's report lies. One as of another day stands beside the present report, not in its place."""
        own = self.reports / name
        present = read(own) if self.as_of else None
        if present is None or not present.report or present.as_of_given or present.as_of == self.as_of:
            return own
        return own / AS_OF / self.as_of

    @property
    def wanted(self) -> list[str]:
        """Stems of the notebooks asked for, in order."""
        return [*upstream(self.only), self.only] if self.only else list(CHAPTERS)

    @property
    def wants_report(self) -> bool:
        return not self.only

    def flags(self) -> tuple[str, ...]:
        """The options of `bespoke run` that ask for the same, folders left out."""
        given = {name: value for values in self.parameters.values() for name, value in values.items()}
        found = [f"--only={self.only}"] if self.only else []
        found += [f"--as-of={self.as_of}"] if self.as_of else []
        found += ["--force"] if self.force else []
        return (*found, *(f"-p{name}={value}" for name, value in given.items()))


@dataclass
class RunPlan:
    """One client: its state on disk, what the last run noted, and what this one knows."""

    folder: Path  # reports/<client>
    now: Manifest
    before: Manifest | None
    options: RunOptions

    def notebook(self, stem: str) -> Path:
        """The executed notebook."""
        return self.folder / "notebooks" / f"{stem}.ipynb"

    def run(self, stem: str) -> NotebookRun:
        """The notebook as it would be run now: its key and its parameters."""
        parameters = dict(self.options.parameters.get(stem, {}))
        parts = [
            key_of(stem, self.now.inputs, self.now.as_of),
            digest(chapter(stem).notebook()),
            repr(sorted(parameters.items())),
            repr(sorted(self.now.versions.items())),
            *(self._result(needed) for needed in predecessors(stem)),
        ]
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return NotebookRun(
            key,
            parameters,
            self.now.made_by,
            source=parts[1],
            as_of=self.now.as_of,
            inputs=self._inputs(stem),
            results={needed: self._result(needed) for needed in predecessors(stem)},
        )

    def _inputs(self, stem: str) -> str:
        """Hash of the client's files that a chapter, or one that it needs, reads."""
        chain = [stem, *upstream(stem)]
        read = [
            f"{name}={value}"
            for name, value in sorted(self.now.inputs.items())
            if any(reads(one, name) for one in chain)
        ]
        return hashlib.sha256("\n".join(read).encode()).hexdigest()

    def older(self) -> dict[str, str]:
        """The chapters whose notebook as it lies there is older than what it is made from, and why, in words."""
        found = {stem: self._older(stem) for stem in CHAPTERS if self.notebook(stem).is_file()}
        mixed = len({run.made_by for run in self.now.notebooks.values()}) > 1
        for stem, run in self.now.notebooks.items():
            if mixed and run.made_by != self.now.made_by and not found.get(stem):
                found[stem] = "made by another version of the program than other chapters"
        return {stem: why for stem, why in found.items() if why}

    def _older(self, stem: str) -> str:
        earlier = self.now.notebooks.get(stem)
        if earlier is None:
            return "its last run did not come to its end"
        if earlier.as_of != self.now.as_of:
            return f"as of {earlier.as_of or 'another day'}, the report as of {self.now.as_of}"
        if earlier.inputs != self._inputs(stem):
            return "older than the client's files that it reads"
        changed = [one for one, result in earlier.results.items() if result != self._result(one)]
        return f"older than {' and '.join(changed)}, which it reads" if changed else ""

    def reason(self, stem: str) -> str:
        """Why the notebook has to run, in a few words; empty when nothing it depends on has changed."""
        earlier = self.before.notebooks.get(stem) if self.before else None
        if self.options.force:
            return "forced"
        if earlier is None:
            return "first run"
        if not self.is_untouched(stem):
            return "its output is missing or was edited"
        if self.run(stem).key == earlier.key:
            return ""
        return self._what_changed(stem, earlier)

    def will_run(self) -> list[str]:
        """The notebooks that have to run, and those that may have to once these have: they read a result of one."""
        found: list[str] = []
        for stem in self.options.wanted:
            if set(found) & set(predecessors(stem)) or self.reason(stem):
                found.append(stem)
        return found

    def _what_changed(self, stem: str, earlier: NotebookRun) -> str:
        assert self.before is not None
        if dict(self.options.parameters.get(stem, {})) != earlier.parameters:
            return "parameters changed"
        if self.before.as_of != self.now.as_of:
            return "the date changed"
        chain = [stem, *upstream(stem)]
        changed = [
            name
            for name in sorted(self.now.inputs.keys() | self.before.inputs.keys())
            if self.now.inputs.get(name) != self.before.inputs.get(name)
            and any(reads(s, name) for s in chain)
        ]
        if changed:
            return printable(f"{changed[0]} changed") + (
                f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            )
        if earlier.source and earlier.source != digest(chapter(stem).notebook()):
            return "its own cells changed"
        if self.before.facts != self.now.facts:
            return "fact tables changed"
        if self.before.versions != self.now.versions:
            return "package versions changed"
        if self.before.code != self.now.code:
            return "the code changed"
        return "an earlier result changed"

    def repeats(self) -> bool:
        """Whether the last run had the same code, libraries and date: most figures and pages will be the same."""
        before, now = self.before, self.now
        same = before is not None and (before.made_by, before.as_of) == (now.made_by, now.as_of)
        return same and not self.options.force

    def keeps_figures(self, stem: str) -> bool:
        """Whether a figure in the notebook as it lies there would be the same now, its data being the same."""
        earlier = self.before.notebooks.get(stem) if self.before and not self.options.force else None
        return earlier is not None and earlier.made_by == self.now.made_by and self.is_untouched(stem)

    def is_untouched(self, stem: str) -> bool:
        """Whether a notebook lies there as the last run left it."""
        earlier = self.before.notebooks.get(stem) if self.before else None
        return earlier is not None and self.outputs(stem) == earlier.outputs

    def outputs(self, stem: str) -> dict[str, str]:
        """The notebook's files that are there -> SHA-256."""
        names = (f"notebooks/{stem}.ipynb", f"results/{stem}.json", *chapter(stem).leaves)
        return {name: digest(self.folder / name) for name in names if (self.folder / name).is_file()}

    def report_key(self) -> str:
        """What the rendered report depends on: its content, and what was handed over before."""
        issued = sorted((self.folder / "issued").rglob("*.json"))
        parts = [self.content_key(), *(f"{path.name}={digest(path)}" for path in issued)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def content_key(self) -> str:
        """Hash of notebooks, templates, code, names and pictures of the client, and the consultant's words."""
        templates = sorted(path for path in (paths.templates() / "report").rglob("*") if path.is_file())
        others = {k: v for k, v in self.now.inputs.items() if not any(reads(stem, k) for stem in CHAPTERS)}
        parts = [
            *(f"{stem}={self.outputs(stem).get(f'notebooks/{stem}.ipynb', '')}" for stem in CHAPTERS),
            repr([(stem, run.outputs) for stem, run in sorted(self.now.own.items())]),
            *map(digest, templates),
            package_digest(),
            self.now.as_of,
            self.now.inputs.get("engagement.yaml", ""),
            repr(sorted(others.items())),  # a logo or a font among them
            repr(sorted(self.now.versions.items())),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def report_is_current(self) -> bool:
        if self.options.force or self.report_key() != self.now.report_key:
            return False
        return report_files(self.folder) == self.now.report

    def nothing_to_do(self) -> bool:
        """Whether the last run's notebooks and report still stand."""
        notebooks = not any(self.reason(stem) for stem in self.options.wanted)
        return notebooks and (not self.options.wants_report or self.report_is_current())

    def _result(self, stem: str) -> str:
        path = self.folder / "results" / f"{stem}.json"
        return f"{stem}={digest(path) if path.is_file() else ''}"


def report_files(folder: Path) -> dict[str, str]:
    """The files of the report that are there, its tables among them -> SHA-256."""
    files = [*map(folder.joinpath, REPORTS), *sorted((folder / TABLES).glob("*"))]
    return {path.relative_to(folder).as_posix(): digest(path) for path in files if path.is_file()}


def predecessors(stem: str) -> list[str]:
    """The chapters whose results a notebook reads."""
    if stem == LAST:
        return [name for name in CHAPTERS if name != LAST and LAST not in upstream(name)]
    return [name for name in CHAPTERS if name in chapter(stem).needs.values()]


def upstream(stem: str) -> list[str]:
    """Every chapter the notebook needs, directly or not, in order."""
    direct = set(chapter(stem).needs.values())
    every = direct | {name for needed in direct for name in upstream(needed)}
    return [name for name in CHAPTERS if name in every]
