"""What is a place of this machine, and what lies elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bespoke.paths import is_url, nearest, notebooks, templates, without_folders
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("place", "elsewhere"),
    [
        ("s3://bucket/folder", True),
        ("memory://x", True),
        ("S3+https:/x", True),
        ("client_data", False),
        ("/srv/client_data", False),
        ("C:/clients", False),  # a drive, not a scheme of one letter
        ("a folder/s3://x", False),
    ],
)
def test_a_place_with_a_scheme_is_not_on_this_machine(place: str, elsewhere: bool) -> None:
    assert is_url(place) is elsewhere


def test_the_nearest_folder_is_that_of_the_folders_above_and_else_would_be_here(elsewhere: Path) -> None:
    inner = elsewhere / "a" / "b"
    inner.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(inner)
        assert nearest("client_data") == inner / "client_data"
        (elsewhere / "client_data").mkdir()
        assert nearest("client_data") == elsewhere / "client_data"
        (inner / "client_data").mkdir()
        assert nearest("client_data") == inner / "client_data"


def test_templates_and_notebooks_are_those_of_the_project() -> None:
    assert (notebooks() / "06_cost_model.ipynb").is_file()
    assert (templates() / "client" / "engagement.yaml").is_file()


def test_folders_of_this_machine_are_left_out_of_texts() -> None:
    text = f"{ROOT}/bespoke/cli.py:3 {sys.prefix}/lib/x.py {Path.home()}/y and a/b"
    assert without_folders(text) == "bespoke/cli.py:3 lib/x.py y and a/b"


def test_of_folders_in_each_other_the_inmost_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "home" / "clients"
    here.mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.chdir(here)
    assert without_folders(f"{here}/acme/tasks.csv, {tmp_path}/home/x") == "acme/tasks.csv, x"
    monkeypatch.chdir("/")
    assert without_folders("see https://x.org") == "see https://x.org"  # the root is no folder of anybody
