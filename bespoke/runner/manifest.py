"""What a run leaves behind about itself: versions, parameters, hashes and seconds, in manifest.json."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bespoke.results import write_atomically

PACKAGES = (
    "bespoke", "papermill", "nbconvert", "pandas", "matplotlib", "numpy", "scipy", "scikit-learn", "pydantic",
    "typst", "genai-prices", "holidays", "babel", "font-source-sans-pro", "font-source-serif-pro",
)  # fmt: skip


class NotebookRun(BaseModel):
    """How one notebook stands: the key it was run under and the seconds that took."""

    model_config = ConfigDict(extra="forbid")

    key: str
    parameters: dict[str, Any] = {}
    outputs: dict[str, str] = {}  # file in the client's report folder -> SHA-256
    seconds: dict[str, float] = {}  # kernel, cells, save


class Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client: str
    as_of: str
    versions: dict[str, str] = {}
    inputs: dict[str, str] = {}  # file of the client folder -> SHA-256
    facts: dict[str, str] = {}  # fact table -> SHA-256
    notebooks: dict[str, NotebookRun] = {}
    report: dict[str, str] = {}  # report.pdf, report.html -> SHA-256
    report_key: str = ""
    render_seconds: dict[str, float] = {}

    def write(self, folder: Path) -> None:
        text = json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False)
        write_atomically(folder / "manifest.json", text + "\n")


def read(folder: Path) -> Manifest | None:
    """The manifest of an earlier run; None when there is none or it cannot be used."""
    try:
        return Manifest.model_validate_json((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None


def versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
