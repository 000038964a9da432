"""Runs a client's own notebooks after its chapters, each trusted one whose code or results have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from bespoke.echo import Echo
from bespoke.errors import printable
from bespoke.keys import digest
from bespoke.own.own_notebooks import OwnNotebook, own_notebooks
from bespoke.own.trust import is_trusted
from bespoke.runner.cache.edited_notebooks import keep_edited
from bespoke.runner.cache.manifest import Manifest, NotebookRun


def run_own(
    notebooks: list[OwnNotebook],
    folder: Path,
    now: Manifest,
    environment: Mapping[str, str],
    say: Echo,
    *,
    force: bool = False,
) -> None:
    """Run what has to run.

    `folder` is the client's report folder. One that nobody trusted is not run, and said. Raises BespokeError naming
    notebook and cell where one fails.
    """
    from bespoke.runner.kernels.execute import execute

    environment = {**environment, "PYTHONDONTWRITEBYTECODE": "1"}  # the client folder stays as it is
    before, now.own = now.own, {}
    for one in notebooks:
        name = f"{now.client}: notebooks/{printable(one.path.name)}"
        if not is_trusted(one):
            say(
                f"{name}: not run: nobody has trusted it as it is now; read it, then: bespoke trust {now.client}"
            )
            continue
        target, key = one.executed(folder), key_of(one, folder, now)
        reason = "forced" if force else why(one, folder, key, before.get(one.stem))
        if not reason:
            now.own[one.stem] = before[one.stem]
            say(f"{name}: unchanged")
            continue
        if (earlier := before.get(one.stem)) is not None:
            keep_edited(target, earlier.outputs.get(_name(one), ""), name, say)
        target.parent.mkdir(parents=True, exist_ok=True)
        parameters = {"client": now.client, "as_of": now.as_of}
        seconds = execute(one.path, target, parameters, environment, folder=one.path.parent)
        outputs = {_name(one): digest(target)}
        now.own[one.stem] = NotebookRun(key, {}, now.made_by, outputs, seconds.rounded(), one.digest)
        now.write(folder)
        say(f"{name}: ran in {seconds.total:.1f} s ({reason})")


def own_unchanged(client: Path, folder: Path, now: Manifest) -> bool:
    """Whether every notebook of the client folder is trusted and stands as the last run left it."""
    return all(
        is_trusted(one) and not why(one, folder, key_of(one, folder, now), now.own.get(one.stem))
        for one in own_notebooks(client)
    )


def why(one: OwnNotebook, folder: Path, key: str, earlier: NotebookRun | None) -> str:
    """Why the notebook has to run, in a few words; empty where what it depends on is as it was."""
    if earlier is None:
        return "first run"
    target = one.executed(folder)
    if not target.is_file() or digest(target) != earlier.outputs.get(_name(one)):
        return "its output is missing or was edited"
    if key == earlier.key:
        return ""
    return "its own cells changed" if one.digest != earlier.source else "inputs or results changed"


def key_of(one: OwnNotebook, folder: Path, now: Manifest) -> str:
    """Hash of all that the notebook can see: its code, the client folder, the results, the date, code and versions."""
    inputs = {name: value for name, value in now.inputs.items() if not name.endswith(".ipynb")}
    results = {path.name: digest(path) for path in sorted((folder / "results").glob("*.json"))}
    parts = [one.digest, repr(sorted(inputs.items())), repr(results), now.as_of, now.made_by]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _name(one: OwnNotebook) -> str:
    return f"notebooks/own/{one.stem}.ipynb"
