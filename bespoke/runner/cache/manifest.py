"""What a run leaves behind about itself: versions, parameters, hashes and seconds, in manifest.json.

The file carries this machine's seal, and with it every file that it names by hash: a manifest that somebody else wrote
or changed is none. Plain data without pydantic: a run that finds nothing to do has read it before others have imported
that.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bespoke import machine
from bespoke.errors import BespokeError
from bespoke.saving import json_object, write_atomically

FILE = "manifest.json"
AS_OF = "as_of"  # the folder with reports of other days
PACKAGES = (
    "bespoke", "papermill", "nbconvert", "pandas", "matplotlib", "numpy", "scipy", "pydantic",
    "typst", "genai-prices", "holidays", "babel",
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
    as_of: str = ""
    inputs: str = ""  # hash of the client's files it was made from, near and far
    results: dict[str, str] = field(default_factory=dict)  # chapter whose result it read -> SHA-256


@dataclass
class Manifest:
    """Everything a later run compares itself with."""

    client: str
    as_of: str
    as_of_given: bool = False  # on the command line, and another day than the engagement's own
    code: str = ""  # digest of the package
    versions: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)  # file of the client folder -> SHA-256
    facts: dict[str, str] = field(default_factory=dict)  # fact table -> SHA-256
    warnings: list[str] = field(default_factory=list)  # of these inputs
    notebooks: dict[str, NotebookRun] = field(default_factory=dict)
    own: dict[str, NotebookRun] = field(default_factory=dict)  # of the client, after the chapters
    report: dict[str, str] = field(default_factory=dict)  # its files and tables -> SHA-256
    report_key: str = ""
    render_seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0  # of the last run that had something to do
    advice: str = ""  # the finding of the last chapter
    holds_until: str = ""  # the day the first fact the report rests on expires
    stale: list[str] = field(default_factory=list)  # facts that had expired on the day of the report
    facts_used: int = 0
    office: dict[str, str] = field(default_factory=dict)  # report.docx, report.pptx as written -> SHA-256

    @property
    def made_by(self) -> str:
        """Code and versions as one hash: what has the same one draws the same figure from the same data."""
        return hashlib.sha256(repr((self.code, sorted(self.versions.items()))).encode()).hexdigest()

    @property
    def files(self) -> dict[str, str]:
        """Every file of the report folder that the runs vouch for -> SHA-256."""
        runs = (*self.notebooks.values(), *self.own.values())
        outputs = (*(run.outputs for run in runs), self.report, self.office)
        return {name: value for each in outputs for name, value in each.items()}

    def write(self, folder: Path) -> None:
        """Sealed; without a seal where this machine can keep no key, and then nobody takes it for an earlier run."""
        content = asdict(self)
        with suppress(BespokeError):
            content = machine.sealed(machine.report_of(self.client), content)
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
        write_atomically(folder / FILE, text + "\n")


def read(folder: Path, client: str = "") -> Manifest | None:
    """The manifest of an earlier run on this machine; None when there is none, or none that can be used or is ours.

    The client's name is that of the folder, unless it is given: of a copy that was put elsewhere.
    """
    raw = json_object(folder / FILE)
    client = client or client_of(folder)
    ours = raw.get("client") == client and machine.is_sealed(machine.report_of(client), raw)
    return _typed(raw) if ours else None


def client_of(folder: Path) -> str:
    """Whose report lies here: a report as of another day stands below the present one."""
    return folder.parent.parent.name if folder.parent.name == AS_OF else folder.name


def unproven(folder: Path) -> Manifest | None:
    """What lies there as a manifest, whoever wrote it: for what does no harm where it is wrong."""
    return _typed(json_object(folder / FILE))


def refuse_foreign(folder: Path, client: str = "") -> None:
    """Raises BespokeError where the manifest has a seal that is not this machine's for what it says."""
    if machine.SEAL in json_object(folder / FILE) and read(folder, client) is None:
        raise BespokeError(
            "was sealed on another machine, or changed since: nothing in its folder is taken for ours;"
            f" `bespoke run {folder.name} --force` makes the report again",
            path=f"{folder.name}/{FILE}",
        )


def proven(folder: Path, client: str = "") -> Manifest:
    """The manifest of this machine's last run. Raises BespokeError where there is none."""
    found = read(folder, client)
    if found is None:
        refuse_foreign(folder, client)
        what = "has no seal of this machine" if (folder / FILE).is_file() else "is not there"
        raise BespokeError(
            f"{what}; `bespoke run {folder.name}` makes the report", path=f"{folder.name}/{FILE}"
        )
    return found


def _typed(raw: dict[str, Any]) -> Manifest | None:
    try:
        raw = {key: value for key, value in raw.items() if key != machine.SEAL}
        notebooks = {stem: NotebookRun(**run) for stem, run in raw.pop("notebooks").items()}
        own = {stem: NotebookRun(**run) for stem, run in raw.pop("own", {}).items()}
        found = Manifest(**raw, notebooks=notebooks, own=own)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None
    runs = (*notebooks.values(), *own.values())
    return found if _well_typed(found) and all(map(_well_typed, runs)) else None


def _well_typed(record: Manifest | NotebookRun) -> bool:
    """Every field has the type of its default; the first ones have none and are text."""
    defaults = {"str": str, "bool": bool, "int": int, "float": (int, float)}
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
