"""State that lies in a client folder because whoever sent the folder put it there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke import foreign_state, machine
from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.cli import bespoke
from bespoke.errors import BespokeError
from bespoke.tuning.jobs import aws_names, commands
from bespoke.tuning.jobs.state import Store
from tests.attacks.conftest import CANARY, CLIENT

pytest.importorskip("moto")
from tests.tuning_bench import BUCKET, ROLE, Bench, bench, error_of

NOVA: dict[str, Any] = {
    "model": "nova-lite", "role_arn": ROLE, "bucket": BUCKET, "yes": True, "budget_usd": Decimal(50),
}  # fmt: skip


@pytest.fixture
def b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A client with a model that is served, in an account of its own."""
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda *_, **__: 0.0, raising=False)
    with bench(tmp_path) as made:
        made.run(commands.submit, **NOVA)
        made.run(commands.status, follow=True)
        made.run(commands.deploy, yes=True)
        made.run(commands.status)
        yield made


def plant(b: Bench, **changes: Any) -> None:
    """The state as somebody without the key would write it."""
    state = b.state()
    state["runs"]["nova-lite"] |= changes
    (b.folder / "tuning" / "state.json").write_text(json.dumps(state))


def plant_sealed(b: Bench, **changes: Any) -> None:
    """The same by somebody who could seal it."""
    state = b.state()
    state["runs"]["nova-lite"] |= changes
    b.rewrite(state)


def test_a_planted_state_deletes_nothing(b: Bench) -> None:
    """A client sends a state whose run names another client's objects; the consultant retires it."""
    burning = b.fake.burning()
    plant(b, bucket="another-clients-bucket")
    said = error_of(lambda: b.run(commands.retire, yes=True))
    assert "was not written on this machine, or changed since: nothing is done on its word" in said
    assert b.fake.burning() == burning


@pytest.mark.parametrize("command", ["status", "deploy", "invoke", "evaluate", "submit", "retire"])
def test_no_command_acts_on_it(b: Bench, command: str) -> None:
    """The same, with every command that goes by the state."""
    plant(b, region="us-west-2")
    calls = len(b.wire.calls)
    more: dict[str, dict[str, Any]] = {
        "submit": NOVA, "deploy": {"yes": True}, "invoke": {"text": "x"}, "retire": {"yes": True},
    }  # fmt: skip
    assert "nothing is done on its word" in error_of(
        lambda: b.run(getattr(commands, command), **more.get(command, {}))
    )
    assert len(b.wire.calls) == calls  # AWS was not even asked


@pytest.mark.parametrize("what", ["job", "model", "endpoint"])
def test_names_are_computed_and_never_read(b: Bench, what: str) -> None:
    """A state that is sealed, but names a thing of another client."""
    thing = {**b.state()["runs"]["nova-lite"][what], "name": aws_names.prefix("other") + "nova-lite-00000000"}
    plant_sealed(b, **{what: thing})
    burning = b.fake.burning()
    assert "which would be 'bespoke-clinic" in error_of(lambda: b.run(commands.retire, yes=True))
    assert b.fake.burning() == burning


def test_a_folder_of_another_client_in_the_bucket_is_not_emptied(b: Bench) -> None:
    """A state that is sealed, but whose uploads lie in another client's folder of the bucket."""
    uploads = [{**upload, "key": f"bespoke/other-client/{number}"} for number, upload in
               enumerate(b.state()["runs"]["nova-lite"]["uploads"])]  # fmt: skip
    plant_sealed(b, uploads=uploads)
    assert "nothing is done" in error_of(lambda: b.run(commands.retire, yes=True))


def test_an_arn_that_was_written_down_is_not_used(b: Bench) -> None:
    """A state that is sealed, with the ARN of another client's endpoint under this client's name."""
    endpoint = {
        **b.state()["runs"]["nova-lite"]["endpoint"],
        "arn": f"arn:aws:bedrock:us-east-1:1:x/{CANARY}",
    }
    plant_sealed(b, endpoint=endpoint)
    b.wire.calls.clear()
    b.run(commands.retire, yes=True)
    assert not any(CANARY in call for call in b.wire.calls)
    assert b.fake.burning() == set()


def test_what_will_be_deleted_is_listed_first(b: Bench) -> None:
    """A consultant is hurried into retiring something without having seen what goes."""
    b.said.clear()
    assert "confirm with --yes" in error_of(lambda: b.run(commands.retire))
    listed = [line for line in b.said if line.startswith("to be deleted: ")]
    assert [line.split()[3] for line in listed[:2]] == ["the", "the"]
    assert any(line.startswith(f"to be deleted: s3://{BUCKET}/bespoke/clinic-") for line in listed)
    assert b.fake.burning() != set()


@pytest.mark.parametrize("which", ["tuning", "tuning/state.json"])
def test_a_link_is_not_followed(b: Bench, tmp_path: Path, which: str) -> None:
    """The tuning folder, or the state in it, is a link out of the client folder."""
    (b.folder / which).rename(tmp_path / "elsewhere")
    (b.folder / which).symlink_to(tmp_path / "elsewhere")
    for command, more in ((commands.status, {}), (commands.submit, NOVA)):
        assert "is a link; state is never read or written through one" in error_of(
            lambda c=command, m=more: b.run(c, **m)
        )


def test_another_machine_does_nothing_on_it(
    b: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sealed state travels to a machine with another key."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "other"))
    with pytest.raises(BespokeError, match="nothing is done on its word"):
        Store.of(b.folder)


def test_what_is_taken_over_is_told_and_then_ours(b: Bench) -> None:
    """Not an attack: state of an earlier version is told and taken over by a word of its own."""
    plant(b)
    state = b.state()
    del state["seal"]
    (b.folder / "tuning" / "state.json").write_text(json.dumps(state))
    (line,) = foreign_state.take_over(b.folder)
    assert "run nova-lite in account" in line
    assert Store.of(b.folder).run("nova-lite") is not None


def test_check_names_foreign_state(client: Path) -> None:
    """The client folder comes with a tuning state and with journals."""
    (client / "tuning").mkdir()
    (client / "tuning" / "state.json").write_text(f'{{"version": 1, "runs": {{"{CANARY}": {{}}}}}}')
    for name in foreign_state.JOURNALS:
        (client / name).write_bytes(b"x")
    done = CliRunner().invoke(bespoke, ["check", CLIENT, "--client-data", str(client.parent)])
    lines = done.output.splitlines()
    for name in (foreign_state.STATE, *foreign_state.JOURNALS):
        assert [
            line for line in lines if line.startswith(f"{CLIENT}/{name}: ") and line.endswith("(warning)")
        ], name


# --- journals ----------------------------------------------------------------------------------------


def planted_journal(path: Path, *, paid: int, trigger: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    journal = Journal(path)
    journal.close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO requests (key, note, strategy, pass, model, state, paid) VALUES (?, 'n', 's', 'p', 'm', 'answered', ?)",
            ("k", paid),
        )
        if trigger:
            db.execute(
                "CREATE TRIGGER evil AFTER INSERT ON requests BEGIN UPDATE ledger SET held = -1000; END"
            )


def test_a_planted_journal_is_not_read(client: Path) -> None:
    """A journal with forged answers and money to spare lies in the client folder."""
    planted_journal(client / "evaluation" / "journal.sqlite", paid=-(10**15))
    journal = Journal(journal_of(client, "journal.sqlite"))
    assert (journal.held(), journal.entry("k")) == (0, None)
    journal.close()


def test_a_link_as_journal_writes_nowhere(client: Path, tmp_path: Path) -> None:
    """The journal's name in the client folder is a link to a file of the consultant's."""
    target = tmp_path / "precious"
    target.write_text(CANARY)
    (client / "evaluation").mkdir(exist_ok=True)
    (client / "evaluation" / "journal.sqlite").symlink_to(target)
    Journal(journal_of(client, "journal.sqlite")).close()
    assert target.read_text() == CANARY
    with pytest.raises(BespokeError, match="is a link"):
        list(foreign_state.take_over(client))


def test_a_journal_taken_over_brings_no_triggers(client: Path) -> None:
    """The journal that is taken over holds a trigger that changes the sum of what was spent."""
    planted_journal(client / "evaluation" / "journal.sqlite", paid=7 * 10**12, trigger=True)
    (line,) = foreign_state.take_over(client)
    assert "1 answers, 7.00 USD held" in line
    with sqlite3.connect(journal_of(client, "journal.sqlite")) as db:
        names = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names == {"ledger_insert", "ledger_update"}


def test_a_journal_that_owes_money_is_not_taken_over(client: Path) -> None:
    """The journal that is taken over holds a request that cost less than nothing."""
    planted_journal(client / "evaluation" / "journal.sqlite", paid=-5)
    with pytest.raises(BespokeError, match="costs less than nothing"):
        list(foreign_state.take_over(client))
    assert not journal_of(client, "journal.sqlite").exists()  # nothing of it is left to be spent from


def test_the_sum_is_counted_again(client: Path) -> None:
    """Somebody lowers the sum of what was spent in the journal itself."""
    path = journal_of(client, "journal.sqlite")
    planted_journal(path, paid=3 * 10**12)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE ledger SET held = 0")
    journal = Journal(path)
    assert journal.held() == 3 * 10**12
    journal.close()


def test_a_folder_of_the_same_name_has_another_journal(client: Path, tmp_path: Path) -> None:
    """A client sends a folder with the name of another client's."""
    other = tmp_path / "elsewhere" / CLIENT
    other.mkdir(parents=True)
    assert journal_of(client, "journal.sqlite") != journal_of(other, "journal.sqlite")
