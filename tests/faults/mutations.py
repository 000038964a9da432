"""Ways to spoil a client folder: a corpus made by hand, and changes drawn at random."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

NASTY = (
    "", " ", "null", "-1", "0", "1e999", "9" * 4000, "NaN", "Infinity", "0x10", "1,5", "2026-13-45", "9999-12-31",
    "0001-01-01", "=1+1", "@SUM(A1)", "../../etc/passwd", "a\0b", "\ufeff", "\u2028", "\u202eabc", "👩🏽‍⚕️", "\x1b[31m",
    "<script>alert(1)</script>", "{{7*7}}", "{% raw %}", "#import \"x\"", "#panic(1)", "$x$", "`x`", "**b**", "[a](b)",
    "|", '"', "'", "\\", '{"a": {"a": 1}}', "[" * 200, "&a *a", "!!python/object/apply:os.system [id]", "%", "? :",
    "x" * 3000, "true", "claude-sonnet-4-6", "0.5", "1e-300", "1e300", "-0.0", "ＡＢＣ", "漢字", "עברית", "ß" * 50,
)  # fmt: skip

Change = Callable[[Path, random.Random], None]


def spoil(client: Path, seed: int) -> None:
    """One to three changes, drawn from the seed; the first seeds take the corpus one by one."""
    chance = random.Random(seed)
    if seed < len(CORPUS):
        CORPUS[seed](client, chance)
        return
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        chance.choice(CHANGES)(client, chance)


def _files(client: Path) -> list[Path]:
    return sorted(path for path in client.rglob("*") if path.is_file())


def _some_file(client: Path, chance: random.Random) -> Path | None:
    found = _files(client)
    return chance.choice(found) if found else None


def _bytes(edit: Callable[[bytes, random.Random], bytes]) -> Change:
    def change(client: Path, chance: random.Random) -> None:
        if (path := _some_file(client, chance)) is not None:
            path.write_bytes(edit(path.read_bytes(), chance))

    return change


def _lines(edit: Callable[[list[bytes], random.Random], None]) -> Change:
    def change(content: bytes, chance: random.Random) -> bytes:
        lines = content.split(b"\n")
        edit(lines, chance)
        return b"\n".join(lines)

    return _bytes(change)


def _place(size: int, chance: random.Random) -> int:
    return chance.randrange(size) if size else 0


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: _place(len(content), chance)]


def _flip(content: bytes, chance: random.Random) -> bytes:
    at = _place(len(content), chance)
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = _place(len(content), chance)
    return content[:at] + chance.choice(NASTY).encode() + content[at:]


def _drop_line(lines: list[bytes], chance: random.Random) -> None:
    del lines[_place(len(lines), chance)]


def _double_line(lines: list[bytes], chance: random.Random) -> None:
    at = _place(len(lines), chance)
    lines.insert(at, lines[at])


def _swap_lines(lines: list[bytes], chance: random.Random) -> None:
    a, b = _place(len(lines), chance), _place(len(lines), chance)
    lines[a], lines[b] = lines[b], lines[a]


def _spoil_cell(lines: list[bytes], chance: random.Random) -> None:
    at = _place(len(lines), chance)
    separator = b"," if b"," in lines[at] else b":"
    cells = lines[at].split(separator)
    cells[_place(len(cells), chance)] = chance.choice(NASTY).encode()
    lines[at] = separator.join(cells)


def _drop_column(lines: list[bytes], chance: random.Random) -> None:
    column = _place(len(lines[0].split(b",")), chance)
    for at, line in enumerate(lines):
        cells = line.split(b",")
        if column < len(cells):
            del cells[column]
            lines[at] = b",".join(cells)


def _delete(client: Path, chance: random.Random) -> None:
    if (path := _some_file(client, chance)) is not None:
        path.unlink()


def _rename(client: Path, chance: random.Random) -> None:
    if (path := _some_file(client, chance)) is not None:
        path.rename(
            path.with_name(chance.choice(("task.csv", "Tasks.CSV", "x.jsonl", f"{path.name}.bak", ".hidden")))
        )


def _folder_instead(client: Path, chance: random.Random) -> None:
    if (path := _some_file(client, chance)) is not None:
        path.unlink()
        path.mkdir()


def _link_away(client: Path, chance: random.Random) -> None:
    if (path := _some_file(client, chance)) is not None:
        path.unlink()
        path.symlink_to(chance.choice(("/etc/passwd", "/dev/null", path.name, "../nowhere")))


def _empty_folder(client: Path, chance: random.Random) -> None:
    shutil.rmtree(client)
    client.mkdir()


CHANGES: tuple[Change, ...] = (
    _bytes(_cut), _bytes(_flip), _bytes(_insert), _bytes(_insert), _lines(_drop_line), _lines(_drop_line),
    _lines(_double_line), _lines(_swap_lines), _lines(_spoil_cell), _lines(_spoil_cell), _lines(_spoil_cell),
    _lines(_drop_column), _delete, _rename, _folder_instead, _link_away,
)  # fmt: skip


def _write(name: str, content: bytes) -> Change:
    def change(client: Path, _: random.Random) -> None:
        (client / name).parent.mkdir(parents=True, exist_ok=True)
        (client / name).write_bytes(content)

    return change


def _replace(name: str, old: str, new: str) -> Change:
    def change(client: Path, _: random.Random) -> None:
        path = client / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    return change


CORPUS: tuple[Change, ...] = (
    _empty_folder,
    _write("engagement.yaml", b""),
    _write("engagement.yaml", b"[]"),
    _write("engagement.yaml", b"a: &a [*a]"),
    _write("engagement.yaml", b"- " * 5000),
    _write("engagement.yaml", b"\xff\xfe" + "client: x".encode("utf-16-le")),
    _write("tasks.csv", b""),
    _write("tasks.csv", b"task_id\n"),
    _write("tasks.csv", b"\0" * 1000),
    _write("tasks.csv", b'"' + b"x" * 200_000),
    _write("failures.csv", b"failure_id,task_id,prompt,expected,actual,note,code,label_1,label_2\n"),
    _write("failures.csv", b"\n" * 10_000),
    _write("dataset/memos.jsonl", b""),
    _write("dataset/memos.jsonl", b"{}\n" * 3),
    _write("dataset/memos.jsonl", b'{"messages": []}\n'),
    _write("dataset/memos.jsonl", b"[" * 100_000),
    _write("dataset/other.csv", b"prompt,completion\n,\n"),
    _write("evaluation/notes.jsonl", b"{}\n"),
    _write("evaluation/notes.jsonl", b""),
    _write("prices.yaml", b"claude-opus-4-8.input: -1\n"),
    _write("phases.csv", b"phase,low_days,likely_days,high_days\ntraining,5,1,2\n"),
    _replace("engagement.yaml", "currency: USD", "currency: XAU"),
    _replace("engagement.yaml", "country: GB", "country: ZZ"),
    _replace("engagement.yaml", "as_of: 2026-11-20", "as_of: 9999-12-31"),
    _replace("engagement.yaml", "as_of: 2026-11-20", "as_of: 1999-01-01"),
    _replace("engagement.yaml", "start: 2026-11-23", "start: 9999-12-31"),
    _replace("engagement.yaml", "client: Harbour Legal LLP", 'client: "#panic(1) <b>{{7*7}}</b> $x$ `y`"'),
    _replace("tasks.csv", "45,3.5", "0,3.5"),
    _replace("tasks.csv", "45,3.5", "1e-12,3.5"),
    _replace("tasks.csv", "45,3.5", "1e15,1000000"),
    _replace("tasks.csv", "0.62,0.88,64", "0,1,1"),
    _replace("tasks.csv", "0.62,0.88,64", ",,"),
    _replace("tasks.csv", "claude-opus-4-8", "claude-opus-9-9"),
)
