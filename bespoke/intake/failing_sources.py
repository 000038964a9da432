"""Failing outputs as other tools keep them: Langfuse scores, promptfoo results, Inspect AI logs, tables."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.intake.elements import elements, first
from bespoke.intake.failing import Failing, FailingOutputs, as_text, collect, is_wrong
from bespoke.intake.usage_record import named

LARGEST = 512 * 2**20  # bytes of a promptfoo result or an Inspect log in JSON, which is one document
COLUMNS = ("id", "prompt", "expected", "actual", "note", "code", "failed", "score")
_YES = ("yes", "true", "1", "x", "fail", "failed", "wrong")
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_PROMPTFOO = re.compile(r'"(evalId|promptIdx)"|"results"\s*:\s*\{')


def read(
    path: Path, texts: tuple[Path, ...] = (), mapping: Mapping[str, str] | None = None
) -> FailingOutputs:
    """The failing outputs of one file. `texts` are files of observations that scores refer to.

    Raises BespokeError for a file that is none of the known kinds.
    """
    if mapping is not None:
        return _table(path, mapping)
    if zipfile.is_zipfile(path):
        return collect("Inspect AI log", _samples_of_zip(path), lambda row: _inspect(row, path.name))
    with path.open("rb") as file:
        head = file.read(65_536).decode("utf-8", errors="replace")
    if '"samples"' in head:
        return collect(
            "Inspect AI log", _document(path).get("samples") or (), lambda row: _inspect(row, path.name)
        )
    if _PROMPTFOO.search(head):
        results = _document(path).get("results")
        rows = results.get("results") if isinstance(results, dict) else results
        return collect("promptfoo results", rows or (), _promptfoo)
    if any(is_score(row) for row in first(path)):
        return _langfuse(path, texts)
    raise BespokeError(
        "is neither Langfuse scores, promptfoo results nor an Inspect AI log; a table is read with"
        " --map id=COLUMN,prompt=COLUMN,actual=COLUMN,failed=COLUMN",
        path=path.name,
    )


def is_score(row: Any) -> bool:
    """Whether an element is a row of Langfuse's `scores` export."""
    names = {_snake(name) for name in row} if isinstance(row, Mapping) else set()
    return {"name", "value", "trace_id"} <= names and bool(names & {"data_type", "string_value"})


def parse(given: str) -> dict[str, str]:
    """`id=case,actual=output` -> field to column. Raises BespokeError for an unknown field."""
    pairs = (part.partition("=") for part in given.split(",") if part.strip())
    mapping = {name.strip(): column.strip() for name, _, column in pairs}
    if "actual" not in mapping or any(name not in COLUMNS for name in mapping):
        raise BespokeError(f"--map takes {', '.join(COLUMNS)} and needs actual; write it as actual=COLUMN")
    return mapping


def _document(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        raise BespokeError(
            f"is larger than {LARGEST // 2**20} MiB; export fewer results at a time", path=path.name
        )
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise BespokeError(f"is malformed JSON: {error}", path=path.name) from None
    return document if isinstance(document, dict) else {}


def _samples_of_zip(path: Path) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(path) as log:
            for name in log.namelist():
                if re.fullmatch(r"samples/.+\.json", name):
                    yield json.loads(log.read(name))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BespokeError(f"is no Inspect log: {error}", path=path.name) from None


def _inspect(sample: Any, file: str) -> Failing | None:
    """A sample fails when any of its scores is incorrect or below a half."""
    wrong = {scorer: score for scorer, score in sample["scores"].items() if is_wrong(score["value"])}
    if not wrong:
        return None
    scorer, score = next(iter(wrong.items()))
    output, target = sample.get("output") or {}, sample.get("target")
    return Failing(
        id=f"{sample['id']}-{sample.get('epoch') or 1}",
        prompt=as_text(sample.get("input")),
        expected="\n".join(map(str, target)) if isinstance(target, list) else str(target or ""),
        actual=str(output.get("completion") or score.get("answer") or ""),
        note=str(score.get("explanation") or f"{scorer}: {score['value']}"),
        keys=named(
            **{
                **(sample.get("metadata") or {}),
                "name": re.sub(r"\.(eval|json)$", "", file),
                "scorer": scorer,
            }
        ),
    )


def _promptfoo(row: Any) -> Failing | None:
    if row["success"]:
        return None
    case, prompt = row.get("testCase") or {}, row.get("prompt") or {}
    asserted = [str(a["value"]) for a in case.get("assert") or () if a.get("value") is not None]
    return Failing(
        id=str(row.get("id") or f"{row['testIdx']}-{row.get('promptIdx', 0)}"),
        prompt=as_text(prompt.get("raw")),
        expected="\n".join(asserted),
        actual=as_text((row.get("response") or {}).get("output")),
        note=str((row.get("gradingResult") or {}).get("reason") or row.get("error") or ""),
        keys=named(
            **{"name": case.get("description"), "prompt": prompt.get("label"), **(case.get("metadata") or {})}
        ),
    )


def _langfuse(path: Path, texts: tuple[Path, ...]) -> FailingOutputs:
    """Scores that say no; the texts come from the observations they refer to, where these are given."""

    def one(element: Any) -> Failing | None:
        if not is_score(element):
            raise ValueError
        row = {_snake(name): value for name, value in element.items()}
        word = row.get("string_value") if row.get("data_type") == "CATEGORICAL" else row["value"]
        if not is_wrong(word):
            return None
        said = row.get("string_value") or row["value"]
        keys = named(score=row["name"], environment=row.get("environment"), trace_id=row["trace_id"])
        return Failing(
            id=str(row.get("id") or row.get("observation_id") or row["trace_id"]),
            note=str(row.get("comment") or f"{row['name']}: {said}"),
            code=str(said) if row.get("data_type") == "CATEGORICAL" else "",
            keys={**keys, "call": str(row.get("observation_id") or row["trace_id"])},
        )

    found = collect("Langfuse scores", (element for _, element in elements(path)), one)
    calls = _observations(texts, {f.keys[name] for f in found.failing for name in ("call", "trace_id")})
    found.failing = [
        _with_texts(f, calls.get(f.keys["call"]) or calls.get(f.keys["trace_id"])) for f in found.failing
    ]
    return found


def _with_texts(failing: Failing, call: Mapping[str, Any] | None) -> Failing:
    if call is None:
        return failing
    keys = {**failing.keys, **named(trace=call.get("trace_name"), name=call.get("name"))}
    return Failing(
        failing.id,
        as_text(call.get("input")),
        "",
        as_text(call.get("output")),
        failing.note,
        failing.code,
        keys,
    )


def _observations(paths: tuple[Path, ...], wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The wanted ones by their own id, and the first of each wanted trace by the trace's."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        for _, element in elements(path):
            if isinstance(element, Mapping):
                row = {_snake(str(name)): value for name, value in element.items()}
                for name in (str(row.get("id")), str(row.get("trace_id"))):
                    if name in wanted:
                        found.setdefault(name, row)
    return found


def _table(path: Path, mapping: Mapping[str, str]) -> FailingOutputs:
    """Rows whose `failed` says yes or whose `score` says no; every row where neither column is named."""
    used = set(mapping.values())

    def one(element: Any) -> Failing | None:
        number, row = element
        cells = {name: str(row[column] or "") for name, column in mapping.items()}
        said = cells["failed"].strip().lower() in _YES if "failed" in cells else "score" not in cells
        if not said and not ("score" in cells and is_wrong(cells["score"])):
            return None
        prompt, expected, actual, note, code = (cells.get(name, "") for name in COLUMNS[1:6])
        keys = {str(k): str(v) for k, v in row.items() if k not in used and v and len(str(v)) <= 200}
        return Failing(cells.get("id") or str(number), prompt, expected, actual, note, code, keys)

    return collect("table", elements(path), one)


def _snake(name: str) -> str:
    return _CAMEL.sub(lambda found: f"_{found[1].lower()}", name).lower()
