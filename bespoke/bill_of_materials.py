"""What is installed beside bespoke, as CycloneDX and as a list of licences: `make sbom`.

    python -m bespoke.bill_of_materials build/

Read from the metadata of the installed packages; nobody is asked. Format: CycloneDX 1.6 (ECMA-424).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from bespoke import __version__
from bespoke.saving import write_atomically

FILES = ("sbom.cdx.json", "licences.csv")


def components() -> list[dict[str, Any]]:
    """Every installed package by name: version, package URL, licence, where it lives."""
    found = {str(one.metadata["Name"]).lower(): one for one in distributions() if one.metadata["Name"]}
    return [_component(found[name]) for name in sorted(found) if name != "bespoke-workbook"]


def document() -> dict[str, Any]:
    """The bill of materials. The same packages give the same document: it holds no time and no random number."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "bespoke-workbook", "version": __version__}
        },
        "components": components(),
    }


def licences(found: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Package, version and licence; `not stated` where the metadata say nothing."""
    for one in found:
        yield one["name"], one["version"], _shown(one)


def write(folder: Path) -> None:
    """Both files."""
    from bespoke.clients.spreadsheet import write_csv

    made = document()
    write_atomically(folder / FILES[0], json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    write_csv(folder / FILES[1], ("package", "version", "licence"), licences(made["components"]))


def _component(one: Distribution) -> dict[str, Any]:
    name, version = str(one.metadata["Name"]), one.version
    url = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
    licence = _licence(one)
    found: dict[str, Any] = {"type": "library", "bom-ref": url, "name": name, "version": version, "purl": url}
    return {**found, "licenses": [licence]} if licence else found


def _licence(one: Distribution) -> dict[str, Any] | None:
    """The SPDX expression, else the classifier's or the field's words."""
    said = one.metadata.json
    if said.get("license_expression"):
        return {"expression": str(said["license_expression"])}
    classifiers = [str(c) for c in said.get("classifier") or () if str(c).startswith("License ::")]
    words = classifiers[-1].rpartition(" :: ")[2] if classifiers else str(said.get("license") or "")
    first = words.strip().partition("\n")[0][:120]
    return {"license": {"name": first}} if first else None


def _shown(component: dict[str, Any]) -> str:
    for one in component.get("licenses", ()):
        return str(one.get("expression") or one["license"]["name"])
    return "not stated"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
