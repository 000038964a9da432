"""What can be wrong with a file before its content is looked at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bespoke.clients import check
from bespoke.clients.client_reader import _record
from bespoke.clients.schema import NegotiatedPrice
from bespoke.errors import BespokeError
from bespoke.paths import templates

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "clients" / "acme"
    shutil.copytree(templates() / "client", folder)
    return folder


def lines(root: Path) -> list[str]:
    return [
        str(problem) for problem in check(root.parent, root.name) if "template's example" not in str(problem)
    ]


CONTENTS = [
    (b"", "acme/codes.csv: is empty; fill it in or delete the file"),
    (b" \n\n", "acme/codes.csv: is empty; fill it in or delete the file"),
    (b"code,family\n", "acme/codes.csv: has a header but no rows; fill it in or delete the file"),
    (
        b"\xef\xbb\xbfcode,family\nold policy quoted,facts\n",
        "acme/codes.csv:1: read as UTF-8 with a byte order mark (BOM) (warning)",
    ),
    ("code,family\nold policy quoted,facts\n".encode("utf-16"), "acme/codes.csv:1: read as UTF-16 (warning)"),
    (
        "code,family\nold policy quoted,facts\n".encode("utf-16-le"),
        "acme/codes.csv:1: read as UTF-16 (warning)",
    ),
    (
        "code,family\nold policy quoted,facts\ncafé,facts\n".encode("latin-1"),
        'acme/codes.csv:1: read as Windows-1252 ("café") (warning)',
    ),
    (  # two programs wrote it: one letter is UTF-8, another is not
        "code,family\nold policy quoted,facts\nna\u00efve,facts\n".encode() + "café,facts\n".encode("latin-1"),
        'acme/codes.csv:4: byte 0xE9 at place 4 of the line is not UTF-8 ("é" in Latin-1 or Windows-1252);'
        " save the file as UTF-8",
    ),
    (b"code,family\nold policy\0 quoted,facts\n", "acme/codes.csv:2: holds a NUL byte; delete it"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line"), CONTENTS)
def test_bytes_that_are_no_table(root: Path, content: bytes, line: str) -> None:
    (root / "codes.csv").write_bytes(content)
    assert line in lines(root)


def test_the_rest_of_a_badly_encoded_file_is_still_read(root: Path) -> None:
    (root / "codes.csv").write_bytes("code,family\nold policy quoted,fakts\n".encode("utf-16"))
    assert lines(root) == [
        "acme/codes.csv:1: read as UTF-16 (warning)",
        'acme/codes.csv:2: family: "fakts" is not one of format, tone, vocabulary, edge_case, facts, reasoning,'
        " behaviour; nearest: facts",
    ]


def test_required_files_are_missed_and_optional_ones_not(root: Path) -> None:
    for path in list(root.iterdir()):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert lines(root) == [
        "acme/engagement.yaml: is missing; `bespoke new` makes a folder that has one to copy",
        "acme/tasks.csv: is missing; `bespoke new` makes a folder that has one to copy",
    ]


def test_a_folder_where_a_file_belongs_and_the_other_way_round(root: Path) -> None:
    (root / "codes.csv").unlink()
    (root / "codes.csv").mkdir()
    shutil.rmtree(root / "dataset")
    (root / "dataset").write_text("x", encoding="utf-8")
    assert lines(root) == [
        "acme/codes.csv: is a folder; a file belongs here",
        "acme/dataset: is a file; a folder belongs here",
    ]


@needs_links
def test_a_link_that_leads_out_is_refused(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("code,family\nsecret,facts\n", encoding="utf-8")
    (root / "codes.csv").unlink()
    (root / "codes.csv").symlink_to(secret)
    shutil.rmtree(root / "evaluation")
    (root / "evaluation").symlink_to(tmp_path)
    assert lines(root) == [
        "acme/codes.csv: is a link that leads out of the client folder; put the file itself here",
        "acme/evaluation: is a link that leads out of the client folder; put the folder itself here",
    ]


@needs_links
def test_broken_and_circular_links_and_pipes_do_not_hang(root: Path) -> None:
    (root / "codes.csv").unlink()
    (root / "codes.csv").symlink_to(root / "nowhere.csv")
    (root / "prices.yaml").symlink_to(root / "prices.yaml")
    os.mkfifo(root / "phases.csv")
    found = lines(root)
    assert found[0] == "acme/codes.csv: cannot be read: No such file or directory"
    assert found[1] == "acme/phases.csv: is not an ordinary file; put the file itself here"
    assert found[2].startswith("acme/prices.yaml: cannot be read: ")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file(root: Path) -> None:
    (root / "codes.csv").chmod(0)
    assert lines(root) == ["acme/codes.csv: cannot be read: Permission denied"]


def test_a_stranger_is_named_with_the_file_it_may_be(root: Path) -> None:
    for name in ("task.csv", "tasks.xlsx", "notes.txt", ".hidden", "README.txt"):
        (root / name).write_text("x", encoding="utf-8")
    (root / "evaluation" / "note.jsonl").write_text("{}", encoding="utf-8")
    (root / "dataset" / "rows.txt").write_text("x", encoding="utf-8")
    assert lines(root) == [
        "acme/tasks.xlsx: stands beside tasks.csv; keep one of them",
        "acme/tasks.xlsx: is no Excel workbook (.xlsx)",
        "acme/dataset/rows.txt: is not read; dataset files end in .jsonl, .ndjson, .json, .csv, .tsv, .xlsx, .parquet, .jsonl.gz, .json.gz, .csv.gz (warning)",
        "acme/evaluation/note.jsonl: is not read; nearest: notes.jsonl (warning)",
        "acme/notes.txt: is not read; nearest: notes (warning)",
        "acme/task.csv: is not read; nearest: tasks.csv (warning)",
    ]


def test_dataset_files_are_left_to_their_chapter_but_for_encoding_and_emptiness(root: Path) -> None:
    (root / "dataset" / "a.jsonl").write_bytes(b"\xef\xbb\xbf{not json\n")
    (root / "dataset" / "b.jsonl").write_bytes(b'{}\n{"a": "caf\xe9"}\n')
    (root / "dataset" / "c.jsonl").write_bytes(b"")
    assert lines(root) == [
        "acme/dataset/a.jsonl:1: starts with a byte order mark (BOM); save it as UTF-8 without BOM (warning)",
        'acme/dataset/b.jsonl:2: byte 0xE9 at place 11 of the line is not UTF-8 ("é" in Latin-1 or Windows-1252);'
        " save the file as UTF-8 (warning)",
        "acme/dataset/c.jsonl: is empty; fill it in or delete the file",
    ]


def test_a_file_beyond_reason(root: Path) -> None:
    with (root / "prices.yaml").open("wb") as file:
        file.truncate(256 * 1024 + 1)
    assert lines(root) == ["acme/prices.yaml: is larger than 256 KiB; leave out what is not needed"]


@pytest.mark.parametrize(
    ("price", "line"),
    [
        (
            {"unit": "USD"},
            "acme/prices.yaml:7: value: Field required",
        ),  # the first that is missing
        ({"value": 1, "unit": "USD", "source": ""}, "acme/prices.yaml:7: source: "),
    ],
)
def test_what_slips_past_the_readers_is_told_by_its_first_fault_and_place(
    price: dict[str, object], line: str
) -> None:
    with pytest.raises(BespokeError) as caught:
        _record(NegotiatedPrice, price, "acme/prices.yaml", 7)
    assert str(caught.value).startswith(line)
