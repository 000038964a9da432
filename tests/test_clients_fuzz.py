"""Whatever stands in a client folder: problems with a place, or a client. Nothing else, and soon."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bespoke.clients import check, load
from bespoke.errors import BespokeError
from bespoke.paths import templates
from tests.faults.conftest import scaled

TEMPLATE = templates() / "client"
FILES = {  # the whole template, its examples put to use
    path.relative_to(TEMPLATE).as_posix().removesuffix(".example"): path.read_bytes()
    for path in sorted(TEMPLATE.rglob("*"))
    if path.is_file() and path.name != "README.md"
}
NASTY = (
    "", " ", "null", "~", "true", "yes", "-1", "0", "1e999", "-1e-999", "9" * 5000, "NaN", "Infinity", "0x10",
    "1_000", "١٢", "1,5", "2026-13-45", "0000-00-00", "9999-12-31", "=1+1", "../../etc/passwd", "a\0b",
    "\ufeff", "\u2028", "\u202eabc", "\ud7ff", "👩🏽‍⚕️", "\x1b[31m", "<script>alert(1)</script>", "{{7*7}}",
    "#import", "$x$", "|", '"', '""', "'", "\\", "\\ud800", '{"a": {"a": 1}}', "[[[[", "&a *a", "*a",
    "!!python/name:os", "%", "- -", "? :", ": ", "x" * 3000, "\r", "\t", ";", ",,,,", "claude-sonnet-4-6",
)  # fmt: skip
BOUNDED = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def survives(files: dict[str, bytes]) -> None:
    """Checks and loads a folder of these files."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "acme"
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        began = time.monotonic()
        problems = check(root.parent, "acme")
        assert time.monotonic() - began < 10
        for problem in problems:
            assert problem.path.startswith("acme")
            assert problem.message
            assert str(problem).isprintable()
        errors = [problem for problem in problems if not problem.warning]
        if errors:
            with pytest.raises(BespokeError) as refused:
                load(root.parent, "acme")
            assert list(refused.value.problems) == errors
        else:
            assert load(root.parent, "acme").name == "acme"


def test_the_folder_itself_is_right() -> None:
    survives(FILES)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, bytes]:
    """The folder after a few cuts, inserts, repeats and byte changes."""
    files = dict(FILES)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        content = files[name]
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 40)))
        new = draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([content[start:end] * 2, b"\n", b",", b'"', b""])
            )
        )
        files[name] = content[:start] + new + content[end:]
    return files


@settings(BOUNDED, max_examples=scaled(100, 250))
@given(damaged())
def test_damaged_bytes(files: dict[str, bytes]) -> None:
    survives(files)


@st.composite
def misfilled(draw: st.DrawFn) -> dict[str, bytes]:
    """The folder with one to three values replaced by something a person or a program might put there."""
    files = dict(FILES)
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        separator = {"csv": ",", "yaml": ": "}.get(name.rpartition(".")[2], '"')
        parts = files[name].decode("utf-8", "replace").split(separator)
        parts[draw(st.integers(0, len(parts) - 1))] = draw(st.sampled_from(NASTY))
        files[name] = separator.join(parts).encode("utf-8", "replace")
    return files


@settings(BOUNDED, max_examples=scaled(100, 250))
@given(misfilled())
def test_misfilled_values(files: dict[str, bytes]) -> None:
    survives(files)


@settings(BOUNDED, max_examples=40)
@given(
    st.dictionaries(st.sampled_from(sorted(FILES)), st.one_of(st.binary(max_size=300), st.text(max_size=300)))
)
def test_files_of_anything(contents: dict[str, bytes | str]) -> None:
    survives(
        FILES | {k: v if isinstance(v, bytes) else v.encode("utf-8", "replace") for k, v in contents.items()}
    )


@pytest.fixture(scope="module")
def sheet() -> bytes:
    """The template's tasks as a workbook."""
    import csv
    import io

    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in csv.reader(FILES["tasks.csv"].decode("utf-8").splitlines()):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@settings(BOUNDED, max_examples=60)
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8)), min_size=1, max_size=3))
def test_damaged_workbooks(sheet: bytes, cuts: list[tuple[float, bytes]]) -> None:
    content = sheet
    for place, new in cuts:
        start = int(place * len(content))
        content = content[:start] + new + content[start + len(new) :]
    files = {name: value for name, value in FILES.items() if name != "tasks.csv"}
    survives(files | {"tasks.xlsx": content})
