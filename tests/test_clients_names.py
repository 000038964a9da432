"""Client names are plain folder names; folders are found, listed and made by them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.clients import check, create, load, names
from bespoke.clients.client_names import check_name, folder
from bespoke.errors import BespokeError

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.mark.parametrize("name", ["acme", "Acme_2", "3m", "a.b-c", "x" * 64, "_test", "console", "com10"])
def test_plain_folder_names(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "C:\\x", "C:", "~root", ".hidden", "-rf", "a b", "a\n",
     "a\0b", "müller", "x.", "x" * 65, "CON", "con", "nul.txt", "COM1", "lpt9.a.b", "$(id)", "{{x}}", "<b>",
     "\x1b[31m"],
)  # fmt: skip
def test_anything_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BespokeError):
        check_name(name)
    assert [problem.warning for problem in check(tmp_path, name)] == [False]
    with pytest.raises(BespokeError):
        create(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=80))
def test_a_name_that_passes_stays_inside(name: str) -> None:
    try:
        check_name(name)
    except BespokeError:
        return
    here = Path("clients").resolve()
    assert (here / name).resolve().parent == here


def test_a_missing_client_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BespokeError) as none:
        load(tmp_path / "client_data", "acme")
    assert str(none.value) == "acme: no such client in client_data; `bespoke new` makes one"
    for name in ("meridian_health", "harbour_legal"):
        (tmp_path / name).mkdir()
    with pytest.raises(BespokeError) as near:
        load(tmp_path, "meridan_health")
    assert str(near.value) == f"meridan_health: no such client in {tmp_path.name}; nearest: meridian_health"
    with pytest.raises(BespokeError) as far:
        load(tmp_path, "zzz")
    assert (
        str(far.value) == f"zzz: no such client in {tmp_path.name}; there are: harbour_legal, meridian_health"
    )


def test_a_file_is_no_client(tmp_path: Path) -> None:
    (tmp_path / "acme").write_text("x", encoding="utf-8")
    assert [str(p) for p in check(tmp_path, "acme")] == ["acme: is a file; a client is a folder"]


@needs_links
def test_a_link_to_elsewhere_is_no_client(tmp_path: Path) -> None:
    clients, elsewhere = tmp_path / "clients", tmp_path / "elsewhere"
    clients.mkdir()
    elsewhere.mkdir()
    (clients / "acme").symlink_to(elsewhere)
    assert [str(p) for p in check(clients, "acme")] == [
        "acme: is a link that leads out of clients; put the folder itself there"
    ]
    assert names(clients) == []


def test_names_lists_folders_that_may_be_clients(tmp_path: Path) -> None:
    for name in ("b", "a", ".git", "not a client"):
        (tmp_path / name).mkdir()
    (tmp_path / "engagement_log.csv").write_text("x", encoding="utf-8")
    assert names(tmp_path) == ["a", "b"]
    assert names(tmp_path / "nowhere") == []


def test_a_new_client_passes_with_warnings_that_it_is_a_template(tmp_path: Path) -> None:
    made = create(tmp_path / "client_data", "acme")
    assert made == tmp_path / "client_data" / "acme" == folder(tmp_path / "client_data", "acme")
    problems = check(made.parent, "acme")
    assert problems
    assert all(p.warning and "template's example" in p.message for p in problems)
    assert load(made.parent, "acme").task("ticket_routing").requests_per_day == 2000
    assert [path.name for path in made.parent.iterdir()] == ["acme"]


def test_an_existing_client_is_never_overwritten(tmp_path: Path) -> None:
    made = create(tmp_path, "acme")
    (made / "tasks.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(BespokeError, match="is there already"):
        create(tmp_path, "acme")
    assert (made / "tasks.csv").read_text(encoding="utf-8") == "mine"


def test_a_copy_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: str, target: str, **_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(BespokeError, match="acme: cannot be made: "):
        create(tmp_path, "acme")
    assert list(tmp_path.iterdir()) == []
