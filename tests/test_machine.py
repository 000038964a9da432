"""This machine's folder, its key, and what the seals made with it prove."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bespoke import machine
from bespoke.errors import BespokeError

posix = pytest.mark.skipif(os.name != "posix", reason="modes")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home" / "of" / "ours"
    monkeypatch.setenv(machine.HOME, str(place))
    monkeypatch.delenv(machine.LENT, raising=False)
    return place


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@posix
def test_the_folder_is_made_with_those_above_it_and_is_this_users_alone(home: Path) -> None:
    assert machine.folder() == home
    assert mode(home) == 0o700
    assert machine.folder() == home, "what is there stays"


def test_without_a_folder_of_its_own_it_is_where_the_system_keeps_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(machine.HOME)
    monkeypatch.setattr(
        "platformdirs.user_data_path", lambda name, appauthor: tmp_path / name / str(appauthor)
    )
    assert machine.folder() == tmp_path / "bespoke" / "False"


def test_a_folder_that_cannot_be_made_is_one_line(home: Path) -> None:
    home.parent.parent.write_text("a file in the way")
    with pytest.raises(BespokeError, match=r"ours: cannot be made: Not a directory; set BESPOKE_HOME"):
        machine.folder()


def test_what_is_known_of_a_client_goes_by_its_place_and_its_name(tmp_path: Path, home: Path) -> None:
    first, second = machine.of_client(tmp_path / "a" / "acme"), machine.of_client(tmp_path / "b" / "acme")
    assert first.parent == second.parent == home / "clients"
    assert first != second
    assert (first.name[:5], len(first.name)) == ("acme-", 17)
    (tmp_path / "a" / "acme").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a" / "acme")
    assert machine.of_client(tmp_path / "link") == first


def test_a_seal_holds_for_its_bytes_and_its_purpose_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seal = machine.seal("report acme", b"bytes")
    assert len(seal) == 64
    assert machine.holds("report acme", b"bytes", seal)
    for purpose, content, there in (
        ("report other", b"bytes", seal), ("report acme", b"other", seal), ("report acme", b"bytes", seal[:-1]),
        ("report acme", b"bytes", None), ("report acme", b"bytes", "ü" * 64), ("report acme", b"bytes", ""),
    ):  # fmt: skip
        assert not machine.holds(purpose, content, there)
    monkeypatch.setenv(machine.HOME, str(tmp_path / "another machine"))
    assert not machine.holds("report acme", b"bytes", seal)


def test_an_object_carries_its_seal_in_whatever_order_it_is_read() -> None:
    made = machine.sealed("state", {"b": 1, "a": [2], "seal": "of an earlier one"})
    assert list(made) == ["b", "a", "seal"]
    assert machine.is_sealed("state", dict(reversed(made.items())))
    assert not machine.is_sealed("state", {**made, "b": 2})
    assert not machine.is_sealed("state", {"b": 1, "a": [2]})
    assert not machine.is_sealed("another", made)
    assert machine.spelled({"b": 1, "a": "ü"}) == b'{"a":"\\u00fc","b":1}'


def test_a_lent_key_seals_this_clients_report_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    purpose = machine.report_of("acme")
    assert purpose == "report acme"
    seal, state, lent = machine.seal(purpose, b"x"), machine.seal("state", b"x"), machine.lent("acme")
    monkeypatch.setenv(machine.HOME, str(tmp_path / "away"))
    assert not machine.holds(purpose, b"x", seal)
    monkeypatch.setenv(machine.LENT, lent[machine.LENT])
    assert machine.holds(purpose, b"x", seal)
    assert not machine.holds("state", b"x", state)
    monkeypatch.setenv(machine.LENT, "no digits")
    assert not machine.holds(purpose, b"x", seal)


@posix
def test_the_key_is_made_once_for_this_user_alone(home: Path) -> None:
    machine.seal("x", b"")
    key = (home / "key").read_bytes()
    assert (len(key), mode(home / "key")) == (32, 0o600)
    machine.seal("x", b"")
    assert (home / "key").read_bytes() == key
    assert [path.name for path in home.iterdir()] == ["key"], "nothing half-made stays"


@posix
@pytest.mark.parametrize(
    ("bits", "refused"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o610, True)]
)
def test_a_key_that_others_can_read_is_refused(home: Path, bits: int, refused: bool) -> None:
    machine.seal("x", b"")
    (home / "key").chmod(bits)
    if not refused:
        machine.seal("x", b"")
        return
    with pytest.raises(BespokeError, match=r"key: is not this user's alone; if you made it: chmod 600"):
        machine.seal("x", b"")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_what_is_no_key_is_refused(home: Path, length: int) -> None:
    machine.folder()
    (home / "key").write_bytes(b"k" * length)
    (home / "key").chmod(0o600)
    with pytest.raises(BespokeError, match=r"key: is no key of bespoke; delete it to have a new one made"):
        machine.seal("x", b"")


@posix
def test_a_key_that_is_a_link_is_not_followed(home: Path, tmp_path: Path) -> None:
    machine.folder()
    (tmp_path / "elsewhere").write_bytes(b"k" * 32)
    (tmp_path / "elsewhere").chmod(0o600)
    (home / "key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BespokeError, match=r"key: cannot be read: Too many levels of symbolic links"):
        machine.seal("x", b"")


def test_of_two_that_begin_at_once_the_first_ones_key_stays(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.folder()
    made, key = home / "made", home / "key"
    made.write_bytes(b"second")
    key.write_bytes(b"first")
    machine._put(made, key)
    assert key.read_bytes() == b"first"

    def no_links(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    machine._put(made, key)
    assert key.read_bytes() == b"first"
    key.unlink()
    assert machine.holds("x", b"", machine.seal("x", b"")), "a file system without links"
    key.unlink()
    machine._put(made, key)
    assert (key.read_bytes(), made.exists()) == (b"second", False)


def test_where_no_key_can_be_written_one_line_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine, "_put", full)
    with pytest.raises(
        BespokeError, match=r"key: cannot be written: No space left on device; set BESPOKE_HOME"
    ):
        machine.seal("x", b"")
    assert list(home.iterdir()) == []
