"""Whether a report folder is as this machine's last run left it: every file that the sealed manifest names, by hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bespoke.clients import client_names
from bespoke.errors import BespokeError, Problem
from bespoke.keys import digest
from bespoke.runner import issued
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.manifest import Manifest
from bespoke.runner.outcome import PROBLEMS

BESIDE = (".failed.ipynb", ".edited")  # in names of what a run leaves that is no part of the report
# Reports of other days, each with a manifest of its own, and the versions handed over.
APART = (f"{manifests.AS_OF}/", f"{issued.FOLDER}/")


def reported(reports: Path) -> list[str]:
    """The clients that have a report here. Raises BespokeError where there is none."""
    found = sorted(path.parent.name for path in reports.glob(f"*/{manifests.FILE}"))
    if not found:
        raise BespokeError("there is no report to verify", path=str(reports))
    return found


def lines(reports: Path, names: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """For each report a line, or one per problem, and whether it is proven."""
    for name in names:
        client_names.check_name(name)
        try:
            found = verify(reports / name)
        except BespokeError as error:
            yield str(error), False
            continue
        for problem in found:
            yield str(problem), problem.warning
        if all(problem.warning for problem in found):
            count = len(manifests.proven(reports / name).files)
            yield f"{name}: {count} files are as the run of this machine wrote them", True


def verify(folder: Path) -> list[Problem]:
    """What of a report folder is not as it was written, and as warnings the files that nobody vouches for.

    Raises BespokeError where the manifest itself, or the record of an issued version, is not this machine's.
    """
    found = manifests.proven(folder)
    issued.issues(folder)
    return [*changed(folder, found.files), *_strangers(folder, found)]


def require(folder: Path, found: Manifest) -> None:
    """Raises BespokeError unless notebooks and results are as the run left them; reports are made of them anyway, and
    what somebody edited in Word is kept."""
    made = {name: value for name, value in found.files.items() if name not in {*found.report, *found.office}}
    problems = list(changed(folder, made))
    if problems:
        hint = f"`bespoke run {folder.name}` makes it again and keeps an edited notebook beside it"
        raise BespokeError([*problems, Problem(folder.name, None, None, f"nothing was rendered; {hint}")])


def changed(folder: Path, files: dict[str, str]) -> Iterator[Problem]:
    """The files that are missing, links, or other than their hash."""
    for name, then in sorted(files.items()):
        path = folder / name
        if path.is_symlink() or not path.is_file():
            yield Problem(f"{folder.name}/{name}", None, None, "is missing or no ordinary file")
        elif digest(path) != then:
            yield Problem(f"{folder.name}/{name}", None, None, "was changed since the run that made it")


def _strangers(folder: Path, found: Manifest) -> Iterator[Problem]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        quiet = name in (manifests.FILE, PROBLEMS) or any(mark in path.name for mark in BESIDE)
        quiet = quiet or name.startswith(APART)
        if not quiet and name not in found.files and not path.name.startswith(".") and not path.is_dir():
            message = "was not made by the run: nobody vouches for it"
            yield Problem(f"{folder.name}/{name}", None, None, message, warning=True)
