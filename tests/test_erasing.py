"""Nothing of a client is erased while it may still cost money, and every line says what was or would be done."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import erasing, foreign_state, machine
from bespoke.errors import BespokeError
from bespoke.inspection import client_index
from bespoke.own import trust
from bespoke.tuning.jobs.state import Store

LAST = erasing.OUT_OF_REACH


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(machine.HOME, str(tmp_path / "home" / "of" / "ours"))
    made = tmp_path / "clients" / "acme"
    for name in (
        "tasks.csv",
        "tuning/train.jsonl",
        "judge.csv",
        "evaluation/claude_a.json",
        "evaluation/own.jsonl",
    ):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text("x")
    (tmp_path / "reports" / "acme").mkdir(parents=True)
    return made


def erase(client: Path, *, really: bool = False, inputs: bool = False) -> list[str]:
    reports = client.parent.parent / "reports"
    return [*erasing.erase(client.name, client.parent, reports, really=really, inputs=inputs)]


def test_without_yes_all_is_listed_and_nothing_is_deleted(client: Path, tmp_path: Path) -> None:
    made = [client / name for name in ("tuning", "evaluation/claude_a.json", "judge.csv")]
    assert erase(client) == [
        f"would be deleted: {tmp_path / 'reports' / 'acme'}",
        *(f"would be deleted: {path}" for path in made),
        "nothing was deleted: --yes does it",
        f"left: {client}, which the client sent (--inputs takes it too)",
        LAST,
    ]
    assert all(path.exists() for path in made)
    assert erase(client, inputs=True) == [
        f"would be deleted: {tmp_path / 'reports' / 'acme'}",
        f"would be deleted: {client}",
        "nothing was deleted: --yes does it",
        LAST,
    ]


def test_with_yes_it_is_deleted_forgotten_and_gone_from_the_page_of_clients(
    client: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(trust, "forget", done.append)
    monkeypatch.setattr(client_index, "write", lambda *places: done.append(places))
    machine.of_client(client).mkdir(parents=True)
    page = tmp_path / "reports" / client_index.PAGE
    page.write_text("acme")
    said = erase(client, really=True)
    assert said[0] == f"deleted: {tmp_path / 'reports' / 'acme'}"
    assert f"deleted: {machine.of_client(client)}" in said
    assert said[-3:] == [
        f"written anew, without it: {page}", f"left: {client}, which the client sent (--inputs takes it too)", LAST,
    ]  # fmt: skip
    assert done == ["acme", (tmp_path / "reports", tmp_path / "clients")]
    assert sorted(path.name for path in client.rglob("*") if path.is_file()) == ["own.jsonl", "tasks.csv"]
    page.unlink()
    assert erase(client, really=True, inputs=True) == [f"deleted: {client}", LAST]
    assert erase(client, really=True) == ["acme: nothing of it is here", LAST]
    assert erase(client) == ["acme: nothing of it is here", LAST]


@pytest.mark.parametrize("really", [False, True])
def test_what_may_still_cost_money_is_named_and_nothing_is_deleted(
    client: Path, monkeypatch: pytest.MonkeyPatch, really: bool
) -> None:
    runs = {name: SimpleNamespace(name=name, retired=name == "old") for name in ("new", "old", "newer")}
    monkeypatch.setattr(Store, "of", lambda folder: SimpleNamespace(state=SimpleNamespace(runs=runs)))
    assert erase(client)[0].startswith("would be deleted")  # there is no state of ours
    (client / foreign_state.STATE).write_text("{}")
    with pytest.raises(
        BespokeError, match=r"^acme/tuning/state\.json: things on AWS of new, newer may still cost"
    ):
        erase(client, really=really)
    assert (client / "judge.csv").is_file()
    for run in runs.values():
        run.retired = True
    assert erase(client, really=really)[-1] == LAST


@pytest.mark.parametrize("name", ["../acme", "", "acme/tuning", "con"])
def test_a_name_that_is_no_clients_erases_nothing(client: Path, name: str) -> None:
    with pytest.raises(BespokeError):
        list(erasing.erase(name, client.parent, client.parent.parent / "reports", really=True, inputs=True))
    assert (client / "judge.csv").is_file()


def test_a_link_goes_itself_and_a_folder_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / "kept" / "in").mkdir(parents=True)
    link, dead, folder, file = (tmp_path / name for name in ("link", "dead", "folder", "file"))
    link.symlink_to(tmp_path / "kept")
    dead.symlink_to(tmp_path / "nowhere")
    (folder / "deep").mkdir(parents=True)
    file.write_text("x")
    for path in (link, dead, folder, file, tmp_path / "never was"):
        erasing._delete(path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept" / "in").is_dir()


def test_a_folder_that_is_a_link_is_not_searched_for_what_we_made(client: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    client.rename(tmp_path / "elsewhere" / "acme")
    client.symlink_to(tmp_path / "elsewhere" / "acme")
    assert [line for line in erase(client) if line.startswith("would")] == [
        f"would be deleted: {tmp_path / 'reports' / 'acme'}"
    ]
