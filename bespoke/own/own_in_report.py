"""The executed notebooks of a client's report in their order: the chapters, and its own among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bespoke.chapters.registry import CHAPTERS
from bespoke.own.own_notebooks import own_notebooks
from bespoke.report.outputs import STRICT, ReadingOptions
from bespoke.runner.cache.manifest import Manifest


@dataclass(frozen=True)
class Printed:
    """One executed notebook, and how it is read: a client's own may hold figures that nobody described."""

    path: Path
    options: ReadingOptions = STRICT


def printed(client: Path, folder: Path, manifest: Manifest | None) -> list[Printed]:
    """What the report prints. `client` is the client folder, `folder` its report folder, `manifest` of its last run."""
    own = [one for one in own_notebooks(client) if manifest and one.stem in manifest.own]
    found = []
    for stem in CHAPTERS:
        found.append(Printed(folder / "notebooks" / f"{stem}.ipynb"))
        found += [
            Printed(one.executed(folder), ReadingOptions(strict=False, folder=one.path.parent))
            for one in own
            if one.after == stem
        ]
    return found
