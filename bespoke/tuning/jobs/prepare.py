"""From the client's dataset to the two files a job reads: checked before, converted, and checked again."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, Problem
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import detect, format_named
from bespoke.tuning.formats.conversion import examples, without
from bespoke.tuning.formats.format import Format, to_json
from bespoke.tuning.jobs.verdict import refuse, usable_lines

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness

Role = Literal["training", "validation"]
NAMES: dict[Role, str] = {"training": "train.jsonl", "validation": "validation.jsonl"}


@dataclass(frozen=True)
class Prepared:
    """One file as it is uploaded. Tokens are estimated from bytes, with the range of that estimate."""

    role: Role
    path: Path
    sha256: str
    size_bytes: int
    rows: int
    tokens: int
    tokens_low: int
    tokens_high: int


@dataclass(frozen=True)
class Dataset:
    """The files of a job, and how many rows of the client's dataset were left out of them."""

    files: tuple[Prepared, ...]
    left_out: int

    @property
    def training(self) -> Prepared:
        return next(file for file in self.files if file.role == "training")

    @property
    def validation(self) -> Prepared | None:
        return next((file for file in self.files if file.role == "validation"), None)


def prepare(
    client: Client,
    facts: Facts,
    route: str,
    target_format: str,
    folder: Path,
    *,
    leave_out_faulty: bool = False,
    drop: Collection[str] = (),
) -> Dataset:
    """Writes train.jsonl and, where the client has validation data, validation.jsonl into `folder`.

    Raises BespokeError with every rule that the data breaks for this route, by file and line. With
    `leave_out_faulty` such rows are left out instead and counted; what is written is checked again whole.
    """
    if not client.dataset:
        raise BespokeError("has no file; put training examples there", path=str(client.folder / "dataset"))
    from bespoke.chapters import dataset_readiness

    if not leave_out_faulty:
        found = dataset_readiness.compute(client, facts)
        assert found is not None
        refuse(found, route, client.name)
        usable: Mapping[Path, frozenset[int]] | None = None
    else:
        usable = usable_lines(client, facts, route)
    target, left_out = format_named(target_format), 0
    by_role: dict[Role, list[Path]] = {}
    for path in client.dataset:
        by_role.setdefault(_role(path), []).append(path)
    written: dict[Role, Path] = {}
    for role, name in NAMES.items():
        rows, skipped = _convert(client, by_role.get(role, ()), target, drop, usable, folder / name)
        left_out += skipped
        if rows:
            written[role] = folder / name
        else:
            (folder / name).unlink(missing_ok=True)
    if "training" not in written:
        raise BespokeError("no row is left to train on", path=str(client.folder / "dataset"))
    after = dataset_readiness.compute(replace(client, dataset=tuple(written.values())), facts)
    assert after is not None
    refuse(after, route, client.name)
    return Dataset(tuple(_measured(role, path, after) for role, path in written.items()), left_out)


def digest_of(files: Sequence[tuple[str, str]], *more: str) -> str:
    """One hash of files (role, SHA-256) and of whatever else decides what a job makes."""
    parts = [f"{role}={sha}" for role, sha in sorted(files)]
    return hashlib.sha256("\n".join([*parts, *more]).encode()).hexdigest()


def _convert(
    client: Client,
    paths: Sequence[Path],
    target: Format,
    drop: Collection[str],
    usable: Mapping[Path, frozenset[int]] | None,
    out: Path,
) -> tuple[int, int]:
    """Write the rows of some files in the target's spelling; how many were written and left out."""
    problems: list[Problem] = []
    written = left_out = 0
    with _whole_file(out) as file:
        for path in paths:
            shown = f"{client.name}/{path.relative_to(client.folder).as_posix()}"
            for line, example, _ in examples(path, detect(path).format):
                example = without(example, drop)
                losses = target.lost(example)
                if usable is not None and (losses or line not in usable[path]):
                    left_out += 1
                elif losses:
                    says = f"{target.title} cannot carry {'; '.join(losses)}; name the key to leave it behind"
                    problems.append(Problem(shown, line, None, says))
                else:
                    file.write(to_json(target.spell(example)) + "\n")
                    written += 1
        if problems:
            raise BespokeError(problems)
    return written, left_out


@contextmanager
def _whole_file(out: Path) -> Iterator[IO[str]]:
    """A file that takes its place only when all of it was written."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(out)) from error


def _role(path: Path) -> Role:
    from bespoke.chapters.dataset_readiness.scan import role_of

    return role_of(path)[0]


def _measured(role: Role, path: Path, found: DatasetReadiness) -> Prepared:
    report = next(file for file in found.files if file.role == role)
    tokens = report.tokens
    assert tokens is not None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Prepared(
        role=role,
        path=path,
        sha256=digest,
        size_bytes=path.stat().st_size,
        rows=report.rows,
        tokens=tokens.total,
        tokens_low=tokens.total_low,
        tokens_high=tokens.total_high,
    )
