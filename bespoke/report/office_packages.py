"""Office files are zip packages of XML parts: some of them changed, the rest as it was."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from xml.sax.saxutils import quoteattr

from bespoke.report.htmlblocks import shown

Change = Callable[[str], str]


def changed(package: bytes, changes: Mapping[str, Change], added: Mapping[str, str] | None = None) -> bytes:
    """The package with each named part rewritten, and new ones behind. A name that ends in / stands for its folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            for name, change in changes.items():
                folder, _, file = info.filename.rpartition("/")
                if file and name in (info.filename, f"{folder}/"):
                    content = change(content.decode("utf-8")).encode()
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
        for name, text in (added or {}).items():
            info = zipfile.ZipInfo(name, old.infolist()[0].date_time)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, text.encode())
    return out.getvalue()


def described(text: str, descriptions: Mapping[str, str]) -> str:
    """A part in which pictures are described by the names of their files, with the descriptions instead."""

    def description(found: re.Match[str]) -> str:
        return f"descr={quoteattr(shown(descriptions[found[1]]))}" if found[1] in descriptions else found[0]

    return re.sub(r'\bdescr="([^"]*)"', description, text)


def replaced(text: str, old: str, new: str) -> str:
    """The text with `old` replaced. ValueError where it is not there: another pandoc has other defaults."""
    if old not in text:
        raise ValueError(f"not in pandoc's default: {old}")
    return text.replace(old, new)
