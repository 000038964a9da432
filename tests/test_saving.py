"""How files are written: whole or not at all, and nothing half-written stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bespoke import saving
from bespoke.errors import BespokeError
from bespoke.saving import (
    json_object,
    keep_out_of_git,
    remove_unfinished,
    share,
    write_atomically,
    write_together,
)


def test_what_a_killed_run_began_to_write_is_cleared_away(tmp_path: Path) -> None:
    for name in (".report.pdf.a1b2c3d4", ".lock", ".ipynb_checkpoints.txt", "report.pdf"):
        (tmp_path / name).touch()
    (tmp_path / ".a.folder_x").mkdir()
    remove_unfinished(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".a.folder_x",
        ".ipynb_checkpoints.txt",
        ".lock",
        "report.pdf",
    ]


def test_what_cannot_be_written_leaves_what_was_there_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "report.pdf").mkdir()  # a file cannot take its place
    with pytest.raises(BespokeError, match=r"report\.pdf: cannot write: "):
        write_atomically(tmp_path / "report.pdf", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_what_is_written_is_for_this_user_alone_unless_somebody_asks_for_more(tmp_path: Path) -> None:
    write_atomically(tmp_path / "new" / "own.json", "a")
    write_atomically(tmp_path / "page.html", b"b", mode=0o644)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("new", "new/own.json", "page.html")]
    assert modes == [0o700, 0o600, 0o644]


def test_files_that_belong_together_are_all_written_or_none(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()  # a file cannot take its place
    write_together({tmp_path / "a": "one", tmp_path / "c": b"two"})
    assert [(tmp_path / name).read_text() for name in "ac"] == ["one", "two"]
    (tmp_path / "in the way").write_text("x")
    with pytest.raises(BespokeError, match=r"in the way/d: cannot write: "):
        write_together({tmp_path / "a": "changed", tmp_path / "in the way" / "d": "never"})
    assert (tmp_path / "a").read_text() == "one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "in the way"]


def test_what_the_user_keeps_out_of_git_stays_as_it_is(tmp_path: Path) -> None:
    keep_out_of_git(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n"
    (tmp_path / ".gitignore").write_text("notes\n", encoding="utf-8")
    keep_out_of_git(tmp_path)
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "notes\n"


@pytest.mark.parametrize("content", ["", "{", '{"a": 1', "[1, 2]", "7", "null"])
def test_what_holds_no_json_object_is_read_as_an_empty_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "kept.json").write_text(content, encoding="utf-8")
    assert json_object(tmp_path / "kept.json") == {}


def test_a_json_object_is_read_as_it_is_and_one_that_is_not_there_as_empty(tmp_path: Path) -> None:
    (tmp_path / "kept.json").write_text('{"a": [1, null]}', encoding="utf-8")
    assert json_object(tmp_path / "kept.json") == {"a": [1, None]}
    assert json_object(tmp_path / "none.json") == {}
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe9"}')
    assert json_object(tmp_path / "latin.json") == {}


@pytest.mark.skipif(os.name != "posix", reason="modes")
@pytest.mark.parametrize(
    ("mask", "folder", "file"), [(0o022, 0o755, 0o644), (0o027, 0o750, 0o640), (0, 0o755, 0o644)]
)
def test_what_is_shared_others_may_read_as_far_as_the_umask_allows_and_never_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mask: int, folder: int, file: int
) -> None:
    monkeypatch.setattr(saving, "_users_mask", mask)
    for name in ("report.pdf", "notes.csv"):
        write_atomically(tmp_path / name, "text")
    share(tmp_path, ["report.pdf", "absent.html"])
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("", "report.pdf", "notes.csv")]
    assert modes == [folder, file, 0o600]  # what is not named stays for this user alone


def test_a_folder_that_another_process_makes_in_between_is_taken_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    there, asked = Path.is_dir, list[Path]()

    def was_there(path: Path) -> bool:
        """The first time that one asks for `a` it is not there yet."""
        asked.append(path)
        return there(path) and (path != tmp_path / "a" or asked.count(path) > 1)

    monkeypatch.setattr(Path, "is_dir", was_there)
    saving.private_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o755
