"""A client folder that opens its own gates: budgets, declarations, waivers, authorisations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bespoke import clients, confirmations, machine
from bespoke.errors import BespokeError
from bespoke.own.trust_command import trust as command
from tests.attacks.conftest import CLIENT


def put(client: Path, old: str, new: str) -> None:
    path = client / "engagement.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def require(client: Path, *, budget_given: bool = False) -> list[str]:
    said: list[str] = []
    confirmations.require(clients.load(client.parent, client.name), said.append, budget_given=budget_given)
    return said


def trust(client: Path, *options: str) -> str:
    """What the command says."""
    done = CliRunner().invoke(command, [client.name, *options, "--client-data", str(client.parent)])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_is_permitted_is_told_before_the_first_sending(client: Path) -> None:
    """A folder permits much, and nobody reads it before the first `--yes`."""
    (line,) = require(client)
    assert "evaluation.budget_usd = 60; evaluation.deidentified = true" in line
    assert require(client) == []  # once on a machine


def test_waivers_are_told_by_their_number() -> None:
    """A folder waives hundreds of identifiers, and the line that tells of it drowns what else it permits."""
    budget = {"evaluation.budget_usd": "60"}
    waivers = {f"waiver of identifier_ssn in M-{n} (waivers.csv)": "it is fine" for n in range(2)}
    assert confirmations.told(budget) == "evaluation.budget_usd = 60"
    assert confirmations.told(waivers | budget) == "evaluation.budget_usd = 60; identifiers waived: 2"


def test_a_raised_budget_is_refused(client: Path) -> None:
    """The next edition of the folder has a larger budget."""
    require(client)
    put(client, "budget_usd: 60", "budget_usd: 6000")
    with pytest.raises(
        BespokeError, match=r"bespoke trust harbour_legal.*budget_usd = 6000 \(confirmed: 60\)"
    ):
        require(client)
    assert require(client, budget_given=True) == []  # the user's own figure counts


def test_a_lowered_budget_is_no_wider(client: Path) -> None:
    """Not an attack: a smaller budget needs no confirmation."""
    require(client)
    put(client, "budget_usd: 60", "budget_usd: 6")
    assert require(client) == []


def test_a_waiver_that_appears_later_is_refused(client: Path) -> None:
    """The next edition of the folder waives an identifier."""
    require(client)
    (client / "evaluation" / "waivers.csv").write_text("id,rule,reason\nM-1,identifier_ssn,it is fine\n")
    with pytest.raises(BespokeError, match=r"waiver of identifier_ssn in M-1 \(waivers.csv\)"):
        require(client)


def test_texts_declared_clean_later_are_refused(client: Path) -> None:
    """The next edition of the folder declares its texts de-identified."""
    put(client, "deidentified: true", "deidentified: false")
    require(client)
    put(client, "deidentified: false", "deidentified: true")
    with pytest.raises(BespokeError, match=r"evaluation\.deidentified"):
        require(client)


@pytest.mark.parametrize("said", [{"deidentified": True}, {"personal_data": False}])
def test_a_task_whose_texts_are_declared_clean_later_is_refused(client: Path, said: dict[str, bool]) -> None:
    """The next edition of tasks.csv says in one of two ways that a task's texts identify nobody."""
    folder = clients.load(client.parent, CLIENT)
    open_ended = {"deidentified": None, "contains_phi": None, "personal_data": None}
    before, after = (
        replace(folder, tasks=tuple(t.model_copy(update=open_ended | new) for t in folder.tasks[:1]))
        for new in ({}, said)
    )
    confirmations.require(before, print)
    confirmations.require(before, print)
    with pytest.raises(
        BespokeError, match=rf"New: tasks\.csv: texts of {folder.tasks[0].task_id} identify nobody$"
    ):
        confirmations.require(after, print)


def test_an_authorisation_that_appears_later_is_refused(client: Path) -> None:
    """The next edition of the folder authorises training on a model's outputs."""
    require(client)
    put(client, "distillation_authorised: false", "distillation_authorised: true")
    with pytest.raises(BespokeError, match=r"access\.distillation_authorised"):
        require(client)


def test_trust_confirms_what_was_read(client: Path) -> None:
    """Not an attack: the consultant read the new edition and confirms it."""
    require(client)
    put(client, "budget_usd: 60", "budget_usd: 600")
    assert trust(client).startswith("harbour_legal: confirmed: evaluation.budget_usd = 600; ")
    assert require(client) == []


def test_a_look_at_what_is_trusted_confirms_nothing(client: Path) -> None:
    """The list of what is trusted is asked for after the folder has widened its gates."""
    require(client)
    put(client, "budget_usd: 60", "budget_usd: 600")
    assert trust(client, "--list").startswith("harbour_legal: not confirmed: evaluation.budget_usd = 600; ")
    with pytest.raises(BespokeError, match="permits more"):
        require(client)


def test_a_folder_that_cannot_be_read_is_not_confirmed(client: Path) -> None:
    """A folder with faults in it, more than one, is put before the consultant for trust."""
    put(client, "budget_usd: 60", "budget_usd: 600")
    put(client, "start: ", "start: soon # ")
    put(client, "distillation_authorised: false", "distillation_authorised: perhaps")
    (line,) = trust(client).splitlines()
    assert line.startswith("harbour_legal/engagement.yaml:")
    assert line.endswith("; nothing is confirmed")
    assert not any(machine.of_client(client).glob(confirmations.FILE))


def test_a_confirmation_in_the_folder_counts_for_nothing(client: Path) -> None:
    """The folder brings the file in which confirmations are kept."""
    require(client)
    put(client, "budget_usd: 60", "budget_usd: 6000")
    (client / confirmations.FILE).write_text('{"evaluation.budget_usd": "6000"}')
    with pytest.raises(BespokeError, match="permits more"):
        require(client)


def test_another_folder_of_the_name_has_its_own_confirmations(client: Path, tmp_path: Path) -> None:
    """A folder of the same name elsewhere inherits nothing that was confirmed for the first."""
    require(client)
    client.rename(tmp_path / "first")
    (tmp_path / "elsewhere").mkdir()
    moved = tmp_path / "elsewhere" / CLIENT
    (tmp_path / "first").rename(moved)
    assert require(moved) != []
