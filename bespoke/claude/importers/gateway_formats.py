"""Recorded predictions from what other evaluation tools leave: Inspect AI logs and promptfoo results."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bespoke.claude.requests.answer_parsing import parse_fields
from bespoke.clients.schema import Prediction, Usage
from bespoke.errors import BespokeError
from bespoke.results import write_atomically
from bespoke.unpacking import part

_CUT = ("max_tokens", "model_length", "content_filter")  # Inspect's stop reasons for an answer that is none


def from_inspect(path: Path) -> dict[str, tuple[Prediction, ...]]:
    """System name -> predictions of an Inspect AI log (`.eval` or `.json`); sample ids are note ids.

    Of several epochs the first counts: the chapter scores one answer a note. A sample that ended in an error
    has no answer and is left out, so it counts as missing. Raises BespokeError for a file that is no log.
    """
    header, samples = _inspect_parts(path)
    found: dict[str, Prediction] = {}
    for number, sample in sorted(enumerate(samples, start=1), key=lambda s: _epoch(s[1])):
        name = str(sample.get("id", ""))
        if name and name not in found and not sample.get("error") and sample.get("output"):
            with _named(f"sample {number} is not what Inspect AI writes", path):
                found[name] = _inspect_prediction(name, sample)
    model = str(_at(header, "eval", "model") or "model")
    return {_plain(f"inspect_{model}"): tuple(found.values())}


def from_promptfoo(path: Path, note_id: str = "id") -> dict[str, tuple[Prediction, ...]]:
    """System name -> predictions of promptfoo's JSON results, one system for each provider and prompt.

    `note_id` is the test variable that holds the note's id. Answers from promptfoo's cache and repeats of a
    test count once, the first. Raises BespokeError for a file that is no result, or tests without that variable.
    """
    document = _json(path.read_bytes(), path)
    rows = _at(document, "results", "results") or _at(document, "results")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BespokeError("is no promptfoo result: it has no list of results", path=path.name)
    prompts = len({row.get("promptIdx", 0) for row in rows})
    found: dict[str, dict[str, Prediction]] = {}
    for number, row in enumerate(rows, start=1):
        name = _at(row, "vars", note_id)
        if name is None:
            message = f"result {number} has no variable {note_id!r}; name the one that holds the note's id"
            raise BespokeError(message, path=path.name)
        provider = _at(row, "provider", "label") or _at(row, "provider", "id") or row.get("provider")
        system = _plain(f"promptfoo_{provider}" + (f"_{row.get('promptIdx', 0)}" if prompts > 1 else ""))
        if _at(row, "response", "output") is not None:
            with _named(f"result {number} is not what promptfoo writes", path):
                found.setdefault(system, {}).setdefault(str(name), _promptfoo_prediction(str(name), row))
    return {system: tuple(predictions.values()) for system, predictions in found.items()}


def from_either(path: Path, note_id: str = "id") -> dict[str, tuple[Prediction, ...]]:
    """System name -> predictions of a file that says by its content which of the two tools wrote it."""
    if zipfile.is_zipfile(path):
        return from_inspect(path)
    document = _json(path.read_bytes(), path)
    if isinstance(document, dict) and "samples" in document:
        return from_inspect(path)
    if isinstance(document, dict) and "results" in document:
        return from_promptfoo(path, note_id)
    raise BespokeError("is neither an Inspect AI log nor promptfoo's JSON results", path=path.name)


def record(
    folder: Path, systems: Mapping[str, Iterable[Prediction]], within: str = "evaluation"
) -> list[Path]:
    """Writes each system to `<client folder>/<within>/predictions/<system>.jsonl`; returns the files."""
    written = []
    for system, predictions in systems.items():
        path = folder / within / "predictions" / f"{system}.jsonl"
        lines = (json.dumps(p.model_dump(mode="json"), ensure_ascii=False) for p in predictions)
        write_atomically(path, "".join(f"{line}\n" for line in lines))
        written.append(path)
    return written


@contextmanager
def _named(message: str, path: Path) -> Iterator[None]:
    """Whatever is wrong with one answer of a file, told by its place there."""
    try:
        yield
    except (AttributeError, TypeError, LookupError, ValueError):
        raise BespokeError(message, path=path.name) from None


def _epoch(sample: Mapping[str, Any]) -> int:
    epoch = sample.get("epoch")
    return epoch if isinstance(epoch, int) else 1


def _inspect_parts(path: Path) -> tuple[Any, list[dict[str, Any]]]:
    try:
        if not zipfile.is_zipfile(path):
            document = _json(path.read_bytes(), path)
            return document, _dicts(_at(document, "samples"), path)
        with zipfile.ZipFile(path) as log:
            names = [name for name in log.namelist() if re.fullmatch(r"samples/.+\.json", name)]
            header = _json(part(log, "header.json"), path)
            return header, _dicts([_json(part(log, name), path) for name in names], path)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise BespokeError(f"is no Inspect log: {error}", path=path.name) from None


def _inspect_prediction(name: str, sample: dict[str, Any]) -> Prediction:
    output = sample["output"]
    choices = _at(output, "choices") or [{}]
    content = _at(choices[0], "message", "content")
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    text = content if isinstance(content, str) else str(_at(output, "completion") or "")
    usage = _at(output, "usage") or {}
    seconds = _at(sample, "working_time") or _at(output, "time")
    return Prediction(
        id=name,
        prediction=None if _at(choices[0], "stop_reason") in _CUT else parse_fields(text),
        usage=_usage(
            usage.get("input_tokens"),
            usage.get("output_tokens"),
            usage.get("input_tokens_cache_read"),
            usage.get("input_tokens_cache_write"),
        ),
        latency_ms=round(float(seconds) * 1000, 1) if seconds else None,
    )


def _promptfoo_prediction(name: str, row: dict[str, Any]) -> Prediction:
    output = _at(row, "response", "output")
    text = output if isinstance(output, str) else json.dumps(output)
    used = _at(row, "response", "tokenUsage") or row.get("tokenUsage") or {}
    cached = bool(_at(row, "response", "cached"))
    return Prediction(
        id=name,
        prediction=parse_fields(text),
        usage=None if cached else _usage(used.get("prompt"), used.get("completion"), None, None),
        latency_ms=None if cached else row.get("latencyMs"),
    )


def _usage(prompt: object, completion: object, read: object, written: object) -> Usage | None:
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    return Usage(
        input_tokens=prompt,
        output_tokens=completion,
        cache_read_tokens=read or 0,
        cache_write_tokens=written or 0,
    )


def _json(data: bytes, path: Path) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise BespokeError(f"is not JSON: {error}", path=path.name) from None


def _dicts(rows: object, path: Path) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BespokeError("is no Inspect log: it has no list of samples", path=path.name)
    return rows


def _at(value: object, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _plain(name: str) -> str:
    """A system's name as a plain file name."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_.")[:80]
