"""Which notebooks a client has of its own, where each stands in the report, and what of it would run."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.keys import digest

FOLDER = "notebooks"  # in the client folder, and for what was run of it in its report's folder
AFTER = "after:"  # a cell's tag that names the chapter the notebook follows, as `after:06_cost_model`
_STEM = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_. -]*$")


@dataclass(frozen=True)
class OwnNotebook:
    """One notebook of a client folder."""

    path: Path
    after: str  # stem of the chapter it follows
    digest: str  # of all that would run: its cells, and the modules beside it

    @property
    def stem(self) -> str:
        return self.path.stem

    def executed(self, folder: Path) -> Path:
        """Where it lies once it ran, in the client's report folder."""
        return folder / FOLDER / "own" / f"{self.stem}.ipynb"


def own_notebooks(client: Path) -> list[OwnNotebook]:
    """The notebooks of a client folder in the order of the report: by chapter they follow, then by name.

    Raises BespokeError where one cannot be read, or follows a chapter that does not exist.
    """
    folder = client / FOLDER
    if not folder.is_dir():
        return []
    modules = _modules(folder)
    found = [_notebook(path, client.name, modules) for path in sorted(folder.glob("*.ipynb"))]
    order = list(CHAPTERS)
    return sorted(found, key=lambda one: (order.index(one.after), one.path.name))


def _notebook(path: Path, client: str, modules: list[str]) -> OwnNotebook:
    shown = f"{client}/{FOLDER}/{path.name}"
    if not _STEM.match(path.stem):
        raise BespokeError("a notebook's name holds letters, digits, spaces, dots, - and _ only", path=shown)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        cells, kernel = content["cells"], content.get("metadata", {}).get("kernelspec", {})
        language = str(kernel.get("language") or "python")
        tags = [tag for cell in cells for tag in cell.get("metadata", {}).get("tags", ())]
        run = [[cell["cell_type"], _source(cell), cell.get("metadata", {}).get("tags", [])] for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BespokeError("not a notebook that can be read", path=shown) from error
    if language.lower() != "python":
        raise BespokeError(f"written in {language}; notebooks in Python are run", path=shown)
    digest = hashlib.sha256(json.dumps([run, modules]).encode()).hexdigest()
    return OwnNotebook(path, _after(tags, shown), digest)


def _after(tags: list[Any], shown: str) -> str:
    named = [str(tag).removeprefix(AFTER).strip() for tag in tags if str(tag).startswith(AFTER)]
    for stem in named:
        if stem not in CHAPTERS:
            known = ", ".join(CHAPTERS)
            raise BespokeError(f"tag {AFTER}{stem}: no such chapter; there are {known}", path=shown)
    return named[0] if named else list(CHAPTERS)[-1]


def _source(cell: Any) -> str:
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)


def _modules(folder: Path) -> list[str]:
    """Name and hash of the modules that the notebooks can import from their folder."""
    files = sorted(path for path in folder.rglob("*.py") if path.is_file())
    return [f"{path.relative_to(folder).as_posix()}={digest(path)}" for path in files]
