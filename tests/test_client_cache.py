"""A client that a run has read reaches its kernels, and is taken only while its folder is what was read."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from bespoke import client_cache, clients
from bespoke.client_cache import hand_over, received
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError

NAME = "harbour_legal"


@pytest.fixture
def client(client_data: Path) -> Client:
    return clients.load(client_data, NAME)


@pytest.fixture
def handed(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that was handed over, named to this process as it would be to a kernel."""
    environment = hand_over(client, tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ, **environment})
    (path,) = environment.values()
    return Path(path)


def test_what_was_read_is_received_as_it_was(client: Client, handed: Path) -> None:
    assert handed.stat().st_mode & 0o777 == 0o600
    assert received(client.folder) == client


def test_nothing_is_received_where_nothing_was_handed_over(client: Client, tmp_path: Path) -> None:
    assert received(client.folder) is None


def test_a_folder_that_changed_is_read_again(client: Client, handed: Path) -> None:
    tasks = client.folder / "tasks.csv"
    tasks.write_text(tasks.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert received(client.folder) is None


def test_another_client_is_not_taken_for_this_one(client: Client, handed: Path, client_data: Path) -> None:
    assert received(client_data / "meridian_health") is None
    folder = client.folder.rename(client_data / "moved")  # the same files under another name
    assert received(folder) is None


def test_a_file_that_is_gone_or_damaged_is_no_client(client: Client, handed: Path) -> None:
    for damaged in (pickle.dumps((1, 2))[:-1], b""):
        handed.write_bytes(damaged)
        assert received(client.folder) is None
    handed.unlink()
    assert received(client.folder) is None


def test_without_room_for_it_every_kernel_reads_for_itself(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise BespokeError("no space left on device")

    monkeypatch.setattr(client_cache, "write_atomically", full)
    assert hand_over(client, tmp_path) == {}
