"""From one training format to another, a row at a time, losing nothing without being told to."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError, Problem
from bespoke.tuning.formats.detection import Detection, detect, format_named
from bespoke.tuning.formats.example import NOTHING, Example, Fault
from bespoke.tuning.formats.format import TrainingFormat, to_json
from bespoke.tuning.formats.rows import rows
from bespoke.tuning.formats.structure import structure

SHOWN = 100  # problems named one by one
RECODED = "other_encoding"
MENDED = {"bom", "blank_line", "bare_list", RECODED}  # faults of the file that a rewritten file no longer has


@dataclass(frozen=True, slots=True)
class Conversion:
    """What a conversion did: rows read, rows written, lines left out because they were faulty.

    `said` names what stands otherwise in the new file although no content is lost, with the lines.
    """

    detected: Detection
    read: int
    written: int
    left_out: tuple[int, ...]
    said: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


NO_TEXT = (".xlsx", ".parquet", ".gz", ".zip")


def convert(
    source: Path,
    target_format: str,
    out: Path,
    *,
    drop: Collection[str] = (),
    leave_out_faulty: bool = False,
    names: Mapping[str, str] | None = None,
) -> Conversion:
    """Write the examples of `source` to `out` in another format; the whole file or nothing.

    A row that is faulty, or that the target has no place for, is an error that names its line and what
    would be lost; all of them are collected before the BespokeError is raised. `drop` names keys to leave
    behind on purpose (`tools`, `reasoning` and `media` among them), `leave_out_faulty` leaves faulty rows out and
    counts them, `names` maps keys of the file to those of a known format.
    """
    target, detected = format_named(target_format), detect(source, names)
    if detected.format.method:
        form = detected.format
        why = f"{form.needs}; it is not made into examples to learn ({detected.why})"
        raise BespokeError(f"holds {form.title}, for {form.method}: {why}", path=str(source))
    said: dict[str, list[int]] = _recoded(source)
    problems: list[Problem] = []
    left_out: list[int] = []
    read = written = 0
    with whole_file(out) as file:
        write = _csv_writer(file) if target.name == "csv" else _json_writer(file)
        for line, example, faults in examples(source, detected, names):
            read += 1
            example = without(example, drop)
            faults = tuple(fault for fault in faults if not fault.key or fault.key not in drop)
            if faults and leave_out_faulty:
                left_out.append(line)
                continue
            wrong = [fault.message for fault in faults] or _carried(target, example, write)
            problems += [Problem(str(source), line, None, message) for message in wrong]
            written += not wrong
            for change in target.changed(example):
                said.setdefault(change, []).append(line)
        if problems:
            raise BespokeError(_shortened(problems, str(source)))
    changes = {change: tuple(lines) for change, lines in said.items()}
    return Conversion(detected, read, written, tuple(left_out), changes)


def _recoded(source: Path) -> dict[str, list[int]]:
    """The encoding that a file not in UTF-8 was read in, with its first line."""
    faults = ((row.line, fault) for row in islice(rows(source), 1) for fault in row.faults)
    return {fault.message: [line] for line, fault in faults if fault.rule == RECODED}


def _carried(target: TrainingFormat, example: Example, write: Callable[[dict[str, Any]], str]) -> list[str]:
    """Write one example; what stood in the way, in words."""
    losses = target.lost(example)
    if losses:
        return [f"{target.title} cannot carry {loss}" for loss in losses]
    try:
        problem = write(target.spell(example))
    except UnicodeEncodeError:
        return ["text holds half a character (a lone surrogate) that UTF-8 cannot carry"]
    return [problem] if problem else []


def examples(
    path: Path, detected: Detection, names: Mapping[str, str] | None = None, inside: Path | None = None
) -> Iterator[tuple[int, Example, tuple[Fault, ...]]]:
    """Line, example and faults of every row that is not blank, each read in its own format."""
    for row in rows(path, names, inside):
        faults = tuple(fault for fault in row.faults if fault.rule not in MENDED)
        if row.record is not None:
            form = detected.of(row.record)
            reading = form.read(row.record)
            carried = form.unknown_keys(
                reading.example
            )  # the example keeps them: the target may have a place
            faults += tuple(fault for fault in reading.faults if fault not in carried)
            shape = [fault for fault in faults if not fault.key]
            yield row.line, reading.example, faults if shape else (*faults, *structure(reading.example))
        elif faults:
            yield row.line, NOTHING, faults


def without(example: Example, drop: Collection[str]) -> Example:
    """The example less the named keys, of itself and of its turns; `tools`, `reasoning` and `media` by their nature."""
    if not drop:
        return example
    turns = tuple(
        replace(
            turn,
            extra={key: value for key, value in turn.extra.items() if key not in drop},
            reasoning="" if "reasoning" in drop else turn.reasoning,
            media=() if "media" in drop else turn.media,
        )
        for turn in example.turns
    )
    kept = {key: value for key, value in example.extra.items() if key not in drop}
    called = any(turn.calls for turn in turns)
    tools = () if "tools" in drop and not called else example.tools
    return replace(example, turns=turns, extra=kept, tools=tools)


def _json_writer(file: IO[str]) -> Callable[[dict[str, Any]], str]:
    def write(record: dict[str, Any]) -> str:
        file.write(to_json(record) + "\n")
        return ""

    return write


def _csv_writer(file: IO[str]) -> Callable[[dict[str, Any]], str]:
    """The first row decides the header; a later row with another column does not fit.

    Text that a spreadsheet would run is refused: a mark before it would be learnt by the model.
    """
    writer = csv.writer(file)  # RFC 4180: CRLF, quotes where needed
    header: list[str] = []

    def write(record: dict[str, Any]) -> str:
        if not header:
            header.extend(record)
            writer.writerow(header)
        if set(record) - set(header):
            columns = ", ".join(sorted(set(record) - set(header)))
            return f"CSV cannot carry {columns}: the header of the first row has no such column"
        cells = [record.get(key, "") for key in header]
        risky = [
            key for key, cell in zip(header, cells, strict=True) if inert(key) != key or inert(cell) != cell
        ]
        if risky:
            return (
                f"CSV cannot carry {', '.join(risky)}: a spreadsheet would take the text for a formula; "
                "a JSON Lines format carries it"
            )
        writer.writerow(cells)
        return ""

    return write


@contextmanager
def whole_file(out: Path, mode: int = 0o644) -> Iterator[IO[str]]:
    """A file that takes its place only when everything was written. Raises BespokeError for one that holds no text."""
    if out.name.lower().endswith(NO_TEXT):
        raise BespokeError("is written as text; name it .jsonl or .csv", path=str(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                yield file
            Path(name).chmod(mode)
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(out)) from error


def _shortened(problems: list[Problem], path: str) -> list[Problem]:
    rest = len(problems) - SHOWN
    more = [Problem(path, None, None, f"and {rest:,} more of the same kinds")] if rest > 0 else []
    return problems[:SHOWN] + more
