"""Unpacks what others have packed, within bounds: a few kilobytes can stand for more than any memory holds."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
from io import DEFAULT_BUFFER_SIZE, BytesIO, FileIO
from pathlib import Path
from typing import BinaryIO, cast

from bespoke.errors import BespokeError

ALWAYS = 256 * 2**20  # bytes that every file may unpack to
TIMES = 200  # and beyond that so many times what it has packed: logs of JSON reach 60
PART = 256 * 2**20  # bytes of one part of an archive
ZSTANDARD = 93  # the method's number in the zip format: Inspect AI packs its logs with it
LOCAL_HEADER = struct.Struct("<26xHH")  # lengths of the name and the extra field before the data


class Unpacked(gzip.GzipFile):
    """A gzip file that ends in an error where it unpacks to more than it can honestly hold."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(fileobj=file, mode="rb")
        self.myfileobj = cast("FileIO", file)  # closed with this one
        self._most = max(ALWAYS, TIMES * os.fstat(file.fileno()).st_size)
        self._name = Path(str(getattr(file, "name", ""))).name

    def read(self, size: int | None = None) -> bytes:
        return self._counted(super().read(self._most + 1 if size is None or size < 0 else size))

    def read1(self, size: int = DEFAULT_BUFFER_SIZE) -> bytes:
        return self._counted(super().read1(size))

    def readline(self, size: int | None = None) -> bytes:
        return self._counted(super().readline(self._most + 1 if size is None or size < 0 else size))

    def _counted(self, data: bytes) -> bytes:
        if self.tell() > self._most:
            raise BespokeError(
                f"unpacks to more than {self._most // 2**20} MiB, {TIMES} times what it is; unpack it and look",
                path=self._name,
            )
        return data


def part(archive: zipfile.ZipFile, name: str, largest: int = PART) -> bytes:
    """One part of an archive. Raises BespokeError for one that unpacks to more than `largest` bytes."""
    if archive.getinfo(name).compress_type == ZSTANDARD:
        data = _zstandard(archive, name, largest)
    else:
        with archive.open(name) as file:
            data = file.read(largest + 1)
    if len(data) > largest:
        raise BespokeError(
            f"holds {name[:60]}, which unpacks to more than {largest // 2**20} MiB", path=_named(archive)
        )
    return data


def _zstandard(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """The same of a method that Python's own reader knows from 3.14 on. Raises BadZipFile for what is damaged."""
    import zstandard

    info = archive.getinfo(name)
    with Path(str(archive.filename)).open("rb") as file:
        file.seek(info.header_offset)
        lengths = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        file.seek(sum(lengths), os.SEEK_CUR)
        packed = BytesIO(file.read(info.compress_size))
    try:
        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as frames:
            return frames.read(largest + 1)
    except zstandard.ZstdError as error:
        raise zipfile.BadZipFile(f"{name} is damaged: {error}") from None


def _named(archive: zipfile.ZipFile) -> str:
    return Path(archive.filename or "").name
