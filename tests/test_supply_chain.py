"""What is installed is what was pinned: every file by its hash, every declared package by its version."""

from __future__ import annotations

import hashlib
import json
import re
import runpy
import tomllib
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import bill_of_materials, errors
from bespoke.bill_of_materials import document, licences
from bespoke.retrieval.dense import refuse_other_weights
from tests.conftest import ROOT

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def pins(name: str) -> dict[str, str]:
    """Package -> what stands behind it, continuation lines included."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {re.split(r"[=\[ ;]", line, maxsplit=1)[0].lower(): line for line in lines}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_has_its_hashes(name: str) -> None:
    found = pins(name)
    assert len(found) > 50
    assert [package for package, line in found.items() if "==" not in line or not HASH.search(line)] == []


def test_every_declared_package_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found = pins("requirements.txt")
    declared = [
        re.split(r"[=<>\[ ;~]", one, maxsplit=1)[0].lower() for one in project["project"]["dependencies"]
    ]
    assert [name for name in declared if name not in found] == []
    more = {**pins("requirements-dev.txt"), **found}
    wanted = [
        re.split(r"[=<>\[ ;~]", one, maxsplit=1)[0].lower() for one in project["dependency-groups"]["dev"]
    ]
    assert [name for name in wanted if name not in more] == []


def test_the_bill_of_materials_names_each_package_once_with_its_licence() -> None:
    made = document()
    found = {one["name"].lower().replace("_", "-"): one for one in made["components"]}
    assert (made["bomFormat"], made["specVersion"], len(found)) == (
        "CycloneDX",
        "1.6",
        len(made["components"]),
    )
    assert found["pydantic"]["purl"] == f"pkg:pypi/pydantic@{version('pydantic')}"
    assert found["pydantic"]["licenses"] == [{"expression": "MIT"}]
    assert made["version"] == 1  # of the document itself, which is made once: CycloneDX counts from 1
    assert document() == made  # it holds no time and no random number
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [
        re.split(r"[=<>\[ ;~]", one, maxsplit=1)[0].lower() for one in project["project"]["dependencies"]
    ]
    assert [name for name in declared if name not in found] == []


def test_both_files_are_written_for_people_and_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        {"name": "a", "version": "1.0", "licenses": [{"license": {"name": "Lizenz für alle"}}]},
        {"name": "b", "version": "2.1"},
    ]
    monkeypatch.setattr(bill_of_materials, "components", lambda: found)
    bill_of_materials.write(tmp_path)
    listed = (tmp_path / "licences.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed == ["package,version,licence", "a,1.0,Lizenz für alle", "b,2.1,not stated"]
    text = (tmp_path / "sbom.cdx.json").read_text(encoding="utf-8")
    assert json.loads(text) == document()
    assert '"name": "Lizenz für alle"' in text  # as it is written, for somebody who reads it


def test_a_licence_that_is_not_stated_is_said() -> None:
    assert [*licences([{"name": "x", "version": "1"}])] == [("x", "1", "not stated")]


def test_another_model_under_the_packages_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    refuse_other_weights(tmp_path / "model.safetensors", hashlib.sha256(b"weights").hexdigest())
    for place in (tmp_path / "model.safetensors", tmp_path / "missing"):
        with pytest.raises(errors.BespokeError, match="is not the model that was measured"):
            refuse_other_weights(place, hashlib.sha256(b"others").hexdigest())


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ({"license_expression": "MIT", "license": "other"}, {"expression": "MIT"}),
        (
            {"classifier": ["Topic :: X", "License :: OSI Approved :: BSD License"]},
            {"license": {"name": "BSD License"}},
        ),
        ({"license": "  Apache 2.0\n\nand its whole text"}, {"license": {"name": "Apache 2.0"}}),
        ({"license": "x" * 200}, {"license": {"name": "x" * 120}}),
        ({}, None),
    ],
)
def test_a_licence_is_the_expression_else_the_classifier_else_the_first_line(said: Any, licence: Any) -> None:
    assert bill_of_materials._licence(SimpleNamespace(metadata=SimpleNamespace(json=said))) == licence  # type: ignore[arg-type]


def test_the_folder_for_the_bill_of_materials_is_the_commands_only_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.metadata.distributions", lambda: [])
    monkeypatch.setattr("sys.argv", ["bill_of_materials", str(tmp_path)])
    runpy.run_path(bill_of_materials.__file__, run_name="__main__")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["licences.csv", "sbom.cdx.json"]
