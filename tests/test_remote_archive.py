"""Folders as bytes, and how a report is put in place: at no time does a manifest name a file that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.inspection import client_index
from bespoke.keys import digest
from bespoke.runner.remote import archive, remote_run, s3


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_what_is_packed_comes_out_again(tmp_path: Path) -> None:
    files = {"manifest.json": b"{}", "notebooks/01.ipynb": b"1", "results/01.json": b"2"}
    packed = archive.pack(fill(tmp_path / "there", {**files, ".hidden": b"x"}))
    assert packed == files
    archive.unpack(packed, tmp_path / "here")
    assert archive.pack(tmp_path / "here") == files
    assert sorted(archive.file_names(tmp_path / "here")) == sorted(files)


def test_the_old_manifest_finds_its_files_until_the_new_one_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(tmp_path, {"manifest.json": b"old", "old.pdf": b"1", "both.pdf": b"1"})
    seen = []
    write = archive.write_atomically

    def written(path: Path, content: bytes) -> None:
        seen.append((path.name, (folder / "old.pdf").is_file()))
        write(path, content)

    monkeypatch.setattr(archive, "write_atomically", written)
    archive.unpack({"manifest.json": b"new", "new.pdf": b"2", "both.pdf": b"1"}, folder)
    assert seen == [("new.pdf", True), ("manifest.json", True)]
    assert archive.pack(folder) == {"manifest.json": b"new", "new.pdf": b"2", "both.pdf": b"1"}


def test_a_file_gives_way_to_a_folder_of_its_name(tmp_path: Path) -> None:
    folder = fill(tmp_path, {"tables": b"once a file"})
    archive.unpack({"tables/a.csv": b"1"}, folder)
    assert archive.pack(folder) == {"tables/a.csv": b"1"}


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "c:\\x", "a\0", ""])
def test_a_name_that_leads_out_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    folder = fill(tmp_path, {"kept": b"1"})
    with pytest.raises(BespokeError, match="is no path inside a folder"):
        archive.unpack({"a": b"2", name: b"3"}, folder)
    assert archive.pack(folder) == {"kept": b"1"}


class Bucket:
    """Remembers what is done, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def put_object(self, *, Key: str, Body: Any, **_: Any) -> None:
        self.done.append(("put", f"{Key}={Body.read().decode()}"))

    def delete_object(self, *, Key: str, **_: Any) -> None:
        self.done.append(("delete", Key))


def test_a_report_under_a_url_is_replaced_manifest_last_and_only_then_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket()

    @contextmanager
    def asking(url: str) -> Iterator[tuple[Bucket, str, str]]:
        yield bucket, "bucket", "reports/clinic/"

    monkeypatch.setattr(s3, "_asking", asking)
    monkeypatch.setenv(s3.OWNER, "123456789012")  # else Amazon is asked whose the bucket is
    folder = fill(tmp_path, {"manifest.json": b"new", "report.pdf": b"2", "same.json": b"s"})
    before = {
        "gone.pdf": "0",
        "same.json": digest(folder / "same.json"),
        "report.pdf": "0",
        "manifest.json": "0",
    }
    s3.deliver(folder, "s3://bucket/reports/clinic", before)
    assert bucket.done == [
        ("put", "reports/clinic/report.pdf=2"),
        ("put", "reports/clinic/manifest.json=new"),
        ("delete", "reports/clinic/gone.pdf"),
    ]


def test_of_a_shared_folder_only_files_that_are_not_hidden_are_listed() -> None:
    keys = (
        "acme/",
        "acme/tasks.csv",
        "acme/.hidden",
        "acme/.git/config",
        "acme/a.b/c.csv",
        "acme/sub/",
        "acme/sub/.x",
    )

    class Pages:
        def paginate(self, **asked: str) -> list[dict[str, Any]]:
            assert asked["Prefix"] == "acme/"
            return [{"Contents": [{"Key": key} for key in keys]}, {}]

    class Store:
        def get_paginator(self, name: str) -> Pages:
            return Pages()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(s3.OWNER, "123456789012")
        assert list(s3._listed(Store(), "bucket", "acme/")) == ["tasks.csv", "a.b/c.csv"]


@pytest.mark.parametrize("changed", [True, False])
def test_the_page_of_all_clients_under_a_url_is_made_of_what_it_tells_and_sent_where_it_changed(
    monkeypatch: pytest.MonkeyPatch, changed: bool
) -> None:
    """A folder per client, so that the page has a row of each; of reports only what the page reads, and empty files
    for what it links to."""
    listed = [
        "a/report.pdf",
        "a/report.html",
        "a/results/report.pdf",
        "b/manifest.json",
        "index.html",
        "a/other.txt",
    ]
    seen: list[Any] = []
    sent: list[Any] = []

    def fetch(url: str, folder: Path, wanted: Any) -> dict[str, str]:
        seen.append(
            [
                name
                for name in ("a/manifest.json", "a/problems.txt", "index.html", "a/report.pdf")
                if wanted(name)
            ]
        )
        fill(folder, {"index.html": b"before"})
        return {"index.html": digest(folder / "index.html")}

    def write(reports: Path, client_data: Path) -> None:
        there = [path for path in reports.rglob("*") if path.is_file()]
        seen.append(sorted(path.relative_to(reports).as_posix() for path in there))
        seen.append(sorted(path.name for path in client_data.iterdir()))
        (reports / "index.html").write_bytes(b"after" if changed else b"before")

    monkeypatch.setattr(s3, "names", lambda url: ["a", "b"])
    monkeypatch.setattr(s3, "fetch", fetch)
    monkeypatch.setattr(s3, "listing", lambda url: listed)
    monkeypatch.setattr(s3, "put", lambda *given: sent.append(given))
    monkeypatch.setattr(client_index, "write", write)
    remote_run.list_clients("s3://clients", "s3://reports")
    assert seen == [
        ["a/manifest.json", "a/problems.txt", "index.html"],
        ["a/report.html", "a/report.pdf", "index.html"],
        ["a", "b"],
    ]
    assert sent == ([(b"after", "s3://reports", "index.html")] if changed else [])


def test_where_nothing_was_brought_a_folder_is_made_for_what_the_page_links_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[str] = []

    def write(reports: Path, client_data: Path) -> None:
        seen.extend(path.relative_to(reports).as_posix() for path in reports.rglob("*.pdf"))
        (reports / "index.html").touch()

    monkeypatch.setattr(s3, "fetch", lambda *_: {})
    monkeypatch.setattr(s3, "listing", lambda url: ["a/report.pdf"])
    monkeypatch.setattr(s3, "put", lambda content, url, name: seen.append(name))
    monkeypatch.setattr(client_index, "write", write)
    remote_run.list_clients(tmp_path, "s3://reports")
    assert seen == ["a/report.pdf", "index.html"]


def test_the_page_of_folders_here_is_written_where_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[Any] = []
    monkeypatch.setattr(client_index, "write", lambda *places: written.append(places))
    monkeypatch.setattr(s3, "put", lambda *_: pytest.fail("nothing is sent"))
    remote_run.list_clients(tmp_path / "clients", tmp_path / "reports")
    assert written == [(tmp_path / "reports", tmp_path / "clients")]
