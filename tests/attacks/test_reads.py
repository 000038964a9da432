"""Files that are not what they look like when they are opened: links, pipes, swaps, and archives that unpack for ever."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import threading
import time
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from bespoke import clients, unpacking
from bespoke.clients import excel
from bespoke.clients.files import ClientFile, read_bytes
from bespoke.clients.opening import LeadsOut, open_inside
from bespoke.errors import BespokeError
from bespoke.intake.table_elements import excel_elements
from bespoke.keys import input_digests
from bespoke.tuning.formats import rows
from tests.attacks.conftest import CANARY, CLIENT, FULL

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the consultant's that the client is not to see."""
    path = tmp_path / "secret.txt"
    path.write_text(CANARY)
    return path


@needs_links
@pytest.mark.parametrize(
    "name", ["codes.csv", "prices.yaml", "usage.json", "dataset/stolen.jsonl", "failures.csv"]
)
def test_a_link_out_of_the_folder_is_refused(client: Path, secret: Path, name: str) -> None:
    """A file of the folder is a link to a file of the consultant's."""
    (client / name).unlink(missing_ok=True)
    (client / name).symlink_to(secret)
    problems = [str(p) for p in clients.check(client.parent, CLIENT)]
    assert any(f"{name}: is a link that leads out of the client folder" in p for p in problems)
    assert not any(CANARY in p for p in problems)


@needs_links
def test_the_hash_of_a_file_outside_is_never_recorded(client: Path, secret: Path) -> None:
    """A link makes the manifest record the hash of a file of the consultant's."""
    (client / "anything.bin").symlink_to(secret)
    found = input_digests(client)
    assert found["anything.bin"] == hashlib.sha256(b"leads out: anything.bin").hexdigest()
    assert hashlib.sha256(secret.read_bytes()).hexdigest() not in found.values()


@needs_links
def test_a_link_that_stays_inside_is_read(client: Path) -> None:
    """Not an attack: a link from one file of the folder to another."""
    (client / "copy.csv").symlink_to(client / "tasks.csv")
    with open_inside(client, client / "copy.csv") as file:
        assert file.read() == (client / "tasks.csv").read_bytes()


@needs_links
@pytest.mark.parametrize("path", ["../secret.txt", "dataset/../../../secret.txt", "."])
def test_a_path_out_of_the_folder_opens_nothing(client: Path, secret: Path, path: str) -> None:
    """A path climbs out of the folder."""
    with pytest.raises((LeadsOut, OSError)):
        open_inside(client, client / path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
def test_a_pipe_does_not_hold_us_up(client: Path) -> None:
    """A file of the folder is a pipe that nobody writes to."""
    (client / "codes.csv").unlink()
    os.mkfifo(client / "codes.csv")
    started = time.monotonic()
    with pytest.raises(OSError, match="not an ordinary file"):
        open_inside(client, client / "codes.csv")
    assert time.monotonic() - started < 1


@needs_links
@pytest.mark.parametrize("name", ["rows.jsonl", "rows.xlsx", "rows.parquet", "rows.csv.gz"])
def test_a_dataset_put_in_place_by_a_link_is_not_read(client: Path, secret: Path, name: str) -> None:
    """Training data became a link to a file of the consultant's after it was looked at."""
    (client / "dataset").mkdir(exist_ok=True)
    (client / "dataset" / name).symlink_to(secret)
    with pytest.raises(BespokeError, match="is a link that leads out of the client folder"):
        next(rows(client / "dataset" / name, inside=client))


@needs_links
@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_no_racing_read_leaves_the_folder(tmp_path: Path, secret: Path, swapped: str) -> None:
    """While we read, a file (or the folder it lies in) is swapped for a link to the outside, over and over."""
    root = tmp_path / "acme"
    (root / "inner").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "rows.csv").write_text(CANARY)
    (root / "inner" / "rows.csv").write_text("ours")
    place = root / "inner" / "rows.csv" if swapped == "file" else root / "inner"
    link, kept, spare = tmp_path / "link", tmp_path / "kept", tmp_path / "spare"
    target = outside / "rows.csv" if swapped == "file" else outside
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            link.symlink_to(target)
            place.rename(kept)
            link.rename(place)
            place.rename(spare)
            kept.rename(place)
            spare.unlink()

    thread = threading.Thread(target=swap)
    thread.start()
    seen: dict[str, int] = {}
    try:
        for _ in range(5_000 if FULL else 1_000):
            found = read_bytes(ClientFile(root, root / "inner" / "rows.csv", "acme/inner/rows.csv"))
            what = "refused" if found is None else found.decode()
            seen[what] = seen.get(what, 0) + 1
    finally:
        done.set()
        thread.join()
    assert set(seen) <= {"ours", "refused"}
    assert seen.get("ours", 0) > 0


def test_a_file_over_the_limit_is_not_taken_into_memory(client: Path) -> None:
    """A file is larger than what is read of one."""
    (client / "prices.yaml").write_bytes(b"#" * (300 * 2**10))
    assert any("is larger than 256 KiB" in str(p) for p in clients.check(client.parent, CLIENT))


# --- archives ----------------------------------------------------------------------------------------


@pytest.fixture
def bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """40 MB of blanks in 40 kB, where 4 MB are the least that every file may unpack to."""
    monkeypatch.setattr(unpacking, "ALWAYS", 4 * 2**20)
    monkeypatch.setattr(unpacking, "PART", 4 * 2**20)
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * (40 * 2**20)))
    return path


def test_a_gzip_bomb_in_the_dataset_ends_in_one_line(bomb: Path) -> None:
    """A dataset of 40 kB unpacks to a thousand times that."""
    from bespoke.tuning.formats.rows import rows

    with pytest.raises(
        BespokeError, match=r"rows.jsonl.gz: unpacks to more than \d+ MiB, 200 times what it is"
    ):
        list(rows(bomb))


def test_a_gzip_bomb_among_the_logs_ends_in_one_line(bomb: Path) -> None:
    """A log of 40 kB unpacks to a thousand times that."""
    from bespoke.intake.elements import elements

    with pytest.raises(BespokeError, match=r"unpacks to more than|is empty"):
        list(elements(bomb))


def test_a_zip_bomb_among_the_results_ends_in_one_line(bomb: Path, tmp_path: Path) -> None:
    """A part of an Inspect log unpacks to a thousand times what it is."""
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samples/1.json", b" " * (40 * 2**20))
    with (
        zipfile.ZipFile(path) as archive,
        pytest.raises(BespokeError, match=r"holds samples/1.json, which unpacks"),
    ):
        unpacking.part(archive, "samples/1.json", 4 * 2**20)


def test_an_honest_archive_is_read_whole(tmp_path: Path) -> None:
    """Not an attack: a log that is packed thirty times over."""
    rows = b'{"a": "the same row over and over"}\n' * 5_000
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(rows))
    with path.open("rb") as file:
        assert unpacking.Unpacked(file).read() == rows


@pytest.mark.parametrize("read", ["read", "read1", "readline"])
def test_a_gzip_file_is_read_to_its_bound_and_not_a_byte_further(
    read: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that unpacks to one byte more than it may, or to far more, read in each of the ways that there are."""
    monkeypatch.setattr(unpacking, "ALWAYS", 4_000)
    monkeypatch.setattr(unpacking, "TIMES", 1)
    path = tmp_path / "x.gz"

    def unpacked(size: int) -> unpacking.Unpacked:
        path.write_bytes(gzip.compress(b"x" * size))
        return unpacking.Unpacked(path.open("rb"))

    with unpacked(4_000) as file:
        assert getattr(file, read)(0) == b""
        assert getattr(file, read)(3) == b"xxx"
        assert getattr(file, read)() == b"x" * 3_997
    for size in (4_001, 100_000):
        with unpacked(size) as file:
            with pytest.raises(BespokeError, match=r"^x.gz: unpacks to more than 0 MiB, 1 times what it is"):
                getattr(file, read)()
            assert file.tell() == 4_001 or read == "read1"  # which takes what is in its buffer


def test_a_workbook_bomb_is_refused() -> None:
    """A workbook of 300 kB says that it unpacks to 300 MB."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(3):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", bytes(100 * 2**20))
    content.seek(0)
    with pytest.raises(BespokeError, match="unpacks to more than"):
        excel.open_workbook(content, "tasks.xlsx")


def test_a_log_in_a_workbook_that_lies_about_its_size(tmp_path: Path) -> None:
    """A sheet of one row says that it has a million rows of 16,384 columns; its texts unpack to 300 MB."""
    book = Workbook()
    book.active.append(["model"])
    book.active.append(["x"])
    book.save(tmp_path / "honest.xlsx")
    for what in ("size", "texts"):
        with (
            zipfile.ZipFile(tmp_path / "honest.xlsx") as old,
            zipfile.ZipFile(tmp_path / f"{what}.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
        ):
            for name in old.namelist():
                data = old.read(name)
                new.writestr(
                    name, data.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"') if what == "size" else data
                )
            if what == "texts":
                new.writestr("xl/more.xml", bytes(300 * 2**20))
    started = time.monotonic()
    assert list(excel_elements(tmp_path / "size.xlsx")) == [(2, {"model": "x"})]
    with pytest.raises(BespokeError, match="unpacks to more than 256 MiB"):
        next(excel_elements(tmp_path / "texts.xlsx"))
    assert time.monotonic() - started < 20


def test_two_cells_far_apart_are_no_table(client: Path) -> None:
    """A workbook of 5 kB has a cell in its last row and one in its thousandth column: a thousand million between."""
    header = (client / "failures.csv").read_text().partition("\n")[0].split(",")
    (client / "failures.csv").unlink()
    book = Workbook()
    book.active.append(header)
    for row in range(2, 12):
        book.active.cell(row * 100_000 if row < 11 else 2**20, 1_000, "x")
    book.save(client / "failures.xlsx")
    started = time.monotonic()
    said = [str(p) for p in clients.check(client.parent, CLIENT) if "failures.xlsx" in str(p)]
    assert any("column 1000 has no name" in line for line in said), said
    assert time.monotonic() - started < 20


def sheet_of(rows: bytes) -> io.BytesIO:
    """A workbook whose one sheet holds these rows of XML."""
    honest, made = io.BytesIO(), io.BytesIO()
    Workbook().save(honest)
    with (
        zipfile.ZipFile(honest) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<sheetData>", b"<sheetData>" + rows))
    made.seek(0)
    return made


def test_a_sheet_that_spans_more_than_memory_is_refused() -> None:
    """A workbook has a cell in each of 12,000 rows, and one in the thousandth column."""
    cells = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 12_000))
    far = b'<row r="12000"><c r="ALL12000"><v>1</v></c></row>'
    with pytest.raises(BespokeError, match="x: spreads 12,000 rows over 1,000 columns"):
        excel.open_workbook(sheet_of(cells + far), "x")


def test_a_sheet_of_ten_million_empty_cells_is_refused() -> None:
    """A workbook of 200 kB has ten million empty cells, which take 2 GB once they are read."""
    with pytest.raises(BespokeError, match="x: holds too many cells; save the table as CSV"):
        excel.open_workbook(sheet_of(b'<row r="1">' + b"<c/>" * 10_000_000 + b"</row>"), "x")


def test_a_bomb_of_aliases_is_refused(client: Path) -> None:
    """engagement.yaml holds aliases of aliases of aliases."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (client / "engagement.yaml").write_text("\n".join(lines))
    started = time.monotonic()
    assert any(not p.warning for p in clients.check(client.parent, CLIENT))
    assert time.monotonic() - started < 20


def test_json_of_any_depth_is_one_line(client: Path) -> None:
    """usage.json nests 200,000 lists."""
    (client / "usage.json").write_text("[" * 200_000 + "]" * 200_000)
    problems = [p for p in clients.check(client.parent, CLIENT) if p.path.endswith("usage.json")]
    assert len(problems) == 1


@pytest.mark.parametrize("megabytes", [1, 8])
def test_a_small_file_may_unpack_to_megabytes_whatever_it_is_packed_to(
    megabytes: int, tmp_path: Path
) -> None:
    """Not an attack: a log of one row a thousand times over; 256 MiB are free to every file and part of an archive."""
    rows = b"0" * (megabytes * 2**20)
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(rows, 1))
    with path.open("rb") as file:
        assert unpacking.Unpacked(file).read() == rows
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", rows)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert unpacking.part(archive, "a") == rows


def test_a_part_that_holds_too_much_is_told_with_its_archive_where_that_has_a_name(tmp_path: Path) -> None:
    """A part of one byte more than the reader wants, in a file and in memory; one of just as many is read."""
    path, memory = tmp_path / "log.eval", io.BytesIO()
    for file in (path, memory):
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.json", b"x" * 2**20)
    with zipfile.ZipFile(path) as archive:
        assert len(unpacking.part(archive, "a.json", 2**20)) == 2**20
        with pytest.raises(
            BespokeError, match=r"^log\.eval: holds a\.json, which unpacks to more than 0 MiB"
        ):
            unpacking.part(archive, "a.json", 2**20 - 1)
    with (
        zipfile.ZipFile(memory) as archive,
        pytest.raises(BespokeError, match=r"^holds a\.json, which unpacks"),
    ):
        unpacking.part(archive, "a.json", 2**20 - 1)
