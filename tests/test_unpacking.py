"""A part of an archive is read whole up to the largest that is allowed, and refused beyond, whatever packed it."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from bespoke import unpacking
from bespoke.errors import BespokeError
from bespoke.unpacking import ZSTANDARD, Unpacked, part


@pytest.fixture(params=[zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, ZSTANDARD])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> zipfile.ZipFile:
    """Ten bytes under the name log.json."""
    path, method = tmp_path / "logs.zip", request.param
    by_hand = method == ZSTANDARD  # Python's own writer knows the method from 3.14 on
    content = zstandard.ZstdCompressor().compress(b"0123456789") if by_hand else b"0123456789"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED if by_hand else method) as made:
        made.writestr("log.json", content)
    if by_hand:
        data = bytearray(path.read_bytes())
        data[data.index(b"PK\x01\x02") + 10] = ZSTANDARD  # the method, in the directory at the end
        path.write_bytes(data)
    return zipfile.ZipFile(path)


@pytest.mark.parametrize("largest", [10, 11, 1000])
def test_what_is_as_large_as_allowed_is_read_whole(archive: zipfile.ZipFile, largest: int) -> None:
    assert part(archive, "log.json", largest) == b"0123456789"


@pytest.mark.parametrize("largest", [9, 1, 0])
def test_what_is_a_byte_larger_is_refused_by_name(archive: zipfile.ZipFile, largest: int) -> None:
    with pytest.raises(BespokeError, match=r"logs\.zip: holds log\.json, which unpacks to more than 0 MiB"):
        part(archive, "log.json", largest)


def test_an_archive_of_several_frames_is_read_through_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    packed = b"".join(zstandard.ZstdCompressor().compress(part) for part in (b"01234", b"56789"))
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("log.json", packed)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 10] = ZSTANDARD
    path.write_bytes(data)
    assert part(zipfile.ZipFile(path), "log.json") == b"0123456789"
    data[data.index(packed)] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(zipfile.BadZipFile, match=r"^log\.json is damaged: "):
        part(zipfile.ZipFile(path), "log.json")


@pytest.mark.parametrize(
    "read", [Unpacked.read, Unpacked.readline, lambda file: file.read(-1), lambda file: file.readline(-1)]
)
def test_a_file_that_unpacks_to_more_is_read_a_byte_beyond_what_is_allowed_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Unpacked], bytes]
) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 1000)
    monkeypatch.setattr(unpacking, "TIMES", 1)
    for length, allowed in ((1000, True), (1001, False), (5000, False)):
        path = tmp_path / f"{length}.gz"
        path.write_bytes(gzip.compress(b"x" * length))
        with path.open("rb") as packed:
            file = Unpacked(packed)
            if allowed:
                assert read(file) == b"x" * length
                continue
            with pytest.raises(
                BespokeError, match=rf"^{length}\.gz: unpacks to more than 0 MiB, 1 times what it is"
            ):
                read(file)
            assert file.tell() == 1001


def test_what_is_packed_little_may_be_as_large_as_it_honestly_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS", 10)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 2000))
    with (tmp_path / "a.gz").open("rb") as packed:
        assert len(Unpacked(packed).read()) == 2000  # 200 times its bytes and more
    with (tmp_path / "a.gz").open("rb") as packed:
        file = Unpacked(packed)
        assert (file.read(3), file.read1(4), file.readline(5)) == (b"xxx", b"xxxx", b"xxxxx")


def test_a_part_or_a_file_may_unpack_to_256_mib_and_zstandard_has_the_number_of_the_zip_format() -> None:
    assert unpacking.ALWAYS == unpacking.PART == 268_435_456
    assert unpacking.ZSTANDARD == 93  # APPNOTE 6.3.8 of the format


@pytest.mark.parametrize("largest", [3, 10])
def test_of_a_part_a_byte_beyond_what_is_allowed_is_unpacked_and_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, largest: int
) -> None:
    with zipfile.ZipFile(tmp_path / "logs.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("log.json", "x" * 100)
    asked, read = list[int](), zipfile.ZipExtFile.read

    def counted(file: zipfile.ZipExtFile, size: int = -1) -> bytes:
        asked.append(size)
        return read(file, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    with zipfile.ZipFile(tmp_path / "logs.zip") as archive, pytest.raises(BespokeError):
        part(archive, "log.json", largest)
    assert asked == [largest + 1]
