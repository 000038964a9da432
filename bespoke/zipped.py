"""A member of a zip file, whichever method it is packed with."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

LARGEST = 512 * 2**20  # bytes of one member unpacked: a small file can hide a huge one
_ZSTANDARD = 93  # the method's number in the zip format; Python's own reader knows it from 3.14 on
_LOCAL_HEADER = struct.Struct("<26xHH")  # lengths of the name and the extra field before the data


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one member. Raises KeyError for no such name, zipfile.BadZipFile for one damaged or too large."""
    info = archive.getinfo(name)
    if info.file_size > LARGEST:
        raise zipfile.BadZipFile(f"{name} unpacks to more than {LARGEST // 2**20} MiB")
    try:
        return archive.read(name)
    except NotImplementedError as error:
        if info.compress_type != _ZSTANDARD:
            raise zipfile.BadZipFile(f"{name} is packed with a method that is not read: {error}") from None
    return _unpacked(archive, info)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    import zstandard

    with Path(str(archive.filename)).open("rb") as file:
        file.seek(info.header_offset)
        lengths = _LOCAL_HEADER.unpack(file.read(_LOCAL_HEADER.size))
        file.seek(sum(lengths), io.SEEK_CUR)
        packed = io.BytesIO(file.read(info.compress_size))
    try:
        with zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as frames:
            return frames.read(info.file_size)
    except zstandard.ZstdError as error:
        raise zipfile.BadZipFile(f"{info.filename} is damaged: {error}") from None
