"""`scenario keep` shows the difference, and writes it only where it is asked to and there is one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from bespoke.clients.changes import Address, Changes
from bespoke.errors import BespokeError, Problem
from bespoke.explore import proposal
from bespoke.explore.memory import Memory
from bespoke.explore.proposal import Edit, Proposal
from bespoke.scenarios import saving, scenario_commands

LOAD: Address = ("tasks.csv", "t", "requests_per_day")
GPU: Address = ("engagement.yaml", "access", "gpu_hosting")
DIFFERENCE = ["--- acme/tasks.csv", "+++ acme/tasks.csv", "@@ -1 +1 @@", "-t,1", "+t,2"]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A client with the scenario `more` of two values, one of which the folder has already."""
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "tasks.csv").write_text("t,1\n", encoding="utf-8")
    client = SimpleNamespace(folder=folder, tasks=[SimpleNamespace(task_id="t")])
    scenario = SimpleNamespace(changes={LOAD: 2.0, GPU: True})

    def proposed(folder: Path, changes: Changes) -> Proposal:
        edits = (Edit("tasks.csv", "t,1\n", "t,2\n"),) if LOAD in changes else ()
        return Proposal(folder, edits, ())

    monkeypatch.setattr(scenario_commands, "_client", lambda name, client_data: client)
    monkeypatch.setattr(saving, "named", lambda client, name: scenario)
    monkeypatch.setattr(proposal, "propose", proposed)
    memory = Memory(folder, tmp_path / "explored.yaml", tmp_path / "kept.json")
    monkeypatch.setattr(Memory, "of", lambda folder: memory)
    return folder


def kept(*options: str) -> Result:
    return CliRunner().invoke(scenario_commands.keep, ["acme", "more", *options], catch_exceptions=False)


def test_without_yes_the_difference_is_all(folder: Path) -> None:
    assert kept().output.splitlines() == [
        *DIFFERENCE, "nothing was written: this is the difference; --yes writes it"
    ]  # fmt: skip
    assert (folder / "tasks.csv").read_text(encoding="utf-8") == "t,1\n"


def test_with_yes_it_is_written_and_can_be_undone(folder: Path) -> None:
    assert kept("--yes").output.splitlines() == [*DIFFERENCE, "acme: kept in tasks.csv"]
    assert (folder / "tasks.csv").read_text(encoding="utf-8") == "t,2\n"
    assert Memory.of(folder).undo() == ["tasks.csv"]
    assert (folder / "tasks.csv").read_text(encoding="utf-8") == "t,1\n"


@pytest.mark.parametrize("options", [[], ["--yes"]])
def test_what_the_folder_says_already_is_not_written_again(folder: Path, options: list[str]) -> None:
    done = kept("--only", "access.gpu_hosting", *options)
    assert done.output == "nothing to write: the folder says so already\n"
    assert Memory.of(folder).kept() == []


def test_only_a_place_of_the_scenario_can_be_kept_alone(folder: Path) -> None:
    assert kept("--only", "t.requests_per_day").output.splitlines()[:5] == DIFFERENCE
    refused = kept("--only", "start")
    assert refused.exit_code == 2
    assert "start is not in the scenario; there are t.requests_per_day, access.gpu_hosting" in refused.output


def test_what_the_check_refuses_is_not_kept(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    wrong = Problem("acme/tasks.csv", 2, None, "is wrong")
    edit = Edit("tasks.csv", "t,1\n", "t,2\n")
    monkeypatch.setattr(proposal, "propose", lambda folder, changes: Proposal(folder, (edit,), (wrong,)))
    with pytest.raises(BespokeError, match="is wrong"):
        kept("--yes")
    assert (folder / "tasks.csv").read_text(encoding="utf-8") == "t,1\n"
