"""What a run leaves behind about itself: versions, parameters, hashes and seconds, in manifest.json.

Plain data without pydantic: a run that finds nothing to do has read this file before others have imported it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bespoke.saving import write_atomically

PACKAGES = (
    "bespoke", "papermill", "nbconvert", "pandas", "matplotlib", "numpy", "scipy", "pydantic",
    "typst", "genai-prices", "holidays", "babel", "font-source-sans-pro", "font-source-serif-pro",
)  # fmt: skip


@dataclass
class NotebookRun:
    """How one notebook stands: the key it was run under and the seconds that took."""

    key: str
    parameters: dict[str, Any] = field(default_factory=dict)
    made_by: str = ""  # hash of the package's code and the versions beside it
    outputs: dict[str, str] = field(default_factory=dict)  # file in the client's report folder -> SHA-256
    seconds: dict[str, float] = field(default_factory=dict)  # kernel, imports, cells, save
    source: str = ""  # SHA-256 of the notebook that was run; of a client's own, of its cells


@dataclass
class Manifest:
    """Everything a later run compares itself with."""

    client: str
    as_of: str
    as_of_given: bool = False  # on the command line, so that it is not the engagement's own
    code: str = ""  # digest of the package
    versions: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)  # file of the client folder -> SHA-256
    facts: dict[str, str] = field(default_factory=dict)  # fact table -> SHA-256
    warnings: list[str] = field(default_factory=list)  # of these inputs
    notebooks: dict[str, NotebookRun] = field(default_factory=dict)
    own: dict[str, NotebookRun] = field(default_factory=dict)  # of the client, after the chapters
    report: dict[str, str] = field(default_factory=dict)  # report.pdf, report.html -> SHA-256
    report_key: str = ""
    render_seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0  # of the last run that had something to do
    advice: str = ""  # the finding of the last chapter
    holds_until: str = ""  # the day the first fact the report rests on expires
    stale: list[str] = field(default_factory=list)  # facts that had expired on the day of the report

    @property
    def made_by(self) -> str:
        """Code and versions as one hash: what has the same one draws the same figure from the same data."""
        return hashlib.sha256(repr((self.code, sorted(self.versions.items()))).encode()).hexdigest()

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)
        write_atomically(folder / "manifest.json", text + "\n")


def read(folder: Path) -> Manifest | None:
    """The manifest of an earlier run; None when there is none or it cannot be used."""
    try:
        raw = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        notebooks = {stem: NotebookRun(**run) for stem, run in raw.pop("notebooks").items()}
        own = {stem: NotebookRun(**run) for stem, run in raw.pop("own", {}).items()}
        found = Manifest(**raw, notebooks=notebooks, own=own)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None
    runs = (*notebooks.values(), *own.values())
    return found if _well_typed(found) and all(map(_well_typed, runs)) else None


def _well_typed(record: Manifest | NotebookRun) -> bool:
    """Every field has the type of its default; the first ones have none and are text."""
    defaults = {"str": str, "bool": bool, "float": (int, float)}
    for one in fields(record):
        kind = str(one.type)
        wanted = defaults.get(kind, list if kind.startswith("list") else dict)
        if not isinstance(getattr(record, one.name), wanted):  # type: ignore[arg-type]
            return False
    return True


def versions() -> dict[str, str]:
    """The versions that a report can depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
