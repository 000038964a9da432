"""Failing outputs as other tools keep them: Langfuse scores, promptfoo results, Inspect AI logs, tables."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import ijson

from bespoke.errors import BespokeError
from bespoke.intake.elements import elements, first
from bespoke.intake.failing import Failing, FailingOutputs, Unanswered, as_text, collect, is_wrong
from bespoke.intake.usage_record import columns, named, snake
from bespoke.unpacking import part

# bytes up to which a document is read at once, with values such as NaN that no stream reads
WHOLE = 64 * 2**20
COLUMNS = ("id", "prompt", "expected", "actual", "note", "code", "failed", "score")
_YES = ("yes", "true", "1", "x", "fail", "failed", "wrong")
INSPECT, PROMPTFOO = "Inspect AI log", "promptfoo results"
_RUNS = ("evalId", "results.timestamp")  # what one evaluation of promptfoo goes by
_INSPECT = re.compile(r'"samples"|"eval"\s*:\s*\{')
_PROMPTFOO = re.compile(r'"(evalId|promptIdx)"|"results"\s*:\s*\{')


def read(
    path: Path, texts: tuple[Path, ...] = (), mapping: Mapping[str, str] | None = None
) -> FailingOutputs:
    """The failing outputs of one file. `texts` are files of observations that scores refer to.

    Raises BespokeError for a file that is none of the known kinds.
    """
    if mapping is not None:
        return _table(path, mapping)
    if _is_inspect_zip(path):
        header, samples = _inspect_zip(path)
        return collect(INSPECT, samples, lambda row: _inspect(row, path.name, header))
    with path.open("rb") as file:
        head = file.read(65_536).decode("utf-8", errors="replace")
    if _INSPECT.search(head):
        run: Any = next(_under(path, "eval"), {})
        return collect(INSPECT, _under(path, "samples.item"), lambda row: _inspect(row, path.name, run))
    if _PROMPTFOO.search(head):
        return _promptfoo_results(path)
    if any(is_score(row) for row in first(path)):
        return _langfuse(path, texts)
    raise BespokeError(
        "is neither Langfuse scores, promptfoo results nor an Inspect AI log; a table is read with"
        " --map id=COLUMN,prompt=COLUMN,actual=COLUMN,failed=COLUMN",
        path=path.name,
    )


def is_score(row: object) -> bool:
    """Whether an element is a row of Langfuse's `scores` export."""
    names = {snake(name) for name in row} if isinstance(row, Mapping) else set()
    return {"name", "value", "trace_id"} <= names and bool(names & {"data_type", "string_value"})


def parse(given: str) -> dict[str, str]:
    """`id=case,actual=output` -> field to column. Raises BespokeError for an unknown field."""
    mapping = columns(given)
    if "actual" not in mapping or any(name not in COLUMNS for name in mapping):
        raise BespokeError(f"--map takes {', '.join(COLUMNS)} and needs actual; write it as actual=COLUMN")
    return mapping


def _under(path: Path, prefix: str) -> Iterator[Any]:
    """The values under a prefix of one document: `eval`, or every one of `samples.item`. Raises BespokeError."""
    try:
        if path.stat().st_size > WHOLE:
            with path.open("rb") as file:
                yield from ijson.items(file, prefix, use_float=True)
            return
        value: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, ijson.JSONError) as error:
        why = " ".join(str(error).split("\n", 1)[0].split())
        raise BespokeError(f"is malformed JSON: {why}", path=path.name) from None
    *outer, last = prefix.split(".")
    for name in outer:
        value = value.get(name) if isinstance(value, dict) else None
    if last == "item":
        yield from value if isinstance(value, list) else ()
    elif isinstance(value, dict) and last in value:
        yield value[last]


def _is_inspect_zip(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as log:
        return any(name.startswith(("samples/", "_journal/")) for name in log.namelist())


def _inspect_zip(path: Path) -> tuple[Any, Iterator[Any]]:
    """What the log says of its evaluation, and its samples one at a time."""
    with zipfile.ZipFile(path) as log:
        names = log.namelist()
    start = next((name for name in ("header.json", "_journal/start.json") if name in names), None)
    header: Any = next(_members(path, [start]), {}) if start else {}
    samples = [name for name in names if re.fullmatch(r"samples/.+\.json", name)]
    return header.get("eval") if isinstance(header, dict) else {}, _members(path, samples)


def _members(path: Path, names: list[str]) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(path) as log:
            for name in names:
                yield json.loads(part(log, name))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise BespokeError(f"is no Inspect log: {error}", path=path.name) from None


def _run(header: object, file: str) -> str:
    """What one evaluation goes by: samples of two evaluations of one dataset have the same ids."""
    known = header if isinstance(header, Mapping) else {}
    own = known.get("eval_id") or f"{known.get('run_id')} {known.get('created')} {known.get('task', file)}"
    return hashlib.sha256(str(own).encode()).hexdigest()[:8]


def _inspect(sample: Any, file: str, header: Any) -> Failing | None:
    """A sample fails when any of its scores is incorrect or below a half."""
    if not sample.get("scores") and sample.get("error"):
        raise Unanswered
    wrong = {scorer: score for scorer, score in sample["scores"].items() if is_wrong(score["value"])}
    if not wrong:
        return None
    scorer, score = next(iter(wrong.items()))
    output, target = sample.get("output") or {}, sample.get("target")
    return Failing(
        id=f"{_run(header, file)}-{sample['id']}-{sample.get('epoch') or 1}",
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


def _promptfoo_results(path: Path) -> FailingOutputs:
    """Results as a line each, or as one document of any version."""
    with path.open("rb") as file:
        line = _parsed(file.readline(WHOLE))
    if isinstance(line, dict) and "success" in line:
        return collect(PROMPTFOO, (row for _, row in elements(path)), lambda row: _promptfoo(row, path.stem))
    run = next((str(name) for at in _RUNS for name in _under(path, at) if name), path.stem)
    rows = _under(path, "results.results.item")
    start = list(islice(rows, 1))
    found = chain(start, rows) if start else _under(path, "results.item")
    return collect(PROMPTFOO, found, lambda row: _promptfoo(row, run))


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _promptfoo(row: Any, run: str) -> Failing | None:
    if row["success"]:
        return None
    answer = (row.get("response") or {}).get("output")
    if answer is None and row.get("error"):
        raise Unanswered
    case, prompt = row.get("testCase") or {}, row.get("prompt") or {}
    asserted = [str(a["value"]) for a in case.get("assert") or () if a.get("value") is not None]
    return Failing(
        id=str(row.get("id") or f"{run}-{row['testIdx']}-{row.get('promptIdx', 0)}"),
        prompt=as_text(prompt.get("raw")),
        expected="\n".join(asserted),
        actual=as_text(answer),
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
        row = {snake(name): value for name, value in element.items()}
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
    return replace(failing, prompt=as_text(call.get("input")), actual=as_text(call.get("output")), keys=keys)


def _observations(paths: tuple[Path, ...], wanted: set[str]) -> dict[str, dict[str, Any]]:
    """The wanted ones by their own id, and the first of each wanted trace by the trace's."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        for _, element in elements(path):
            if isinstance(element, Mapping):
                row = {snake(str(name)): value for name, value in element.items()}
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
        return Failing(cells.get("id") or f"{path.stem}-{number}", prompt, expected, actual, note, code, keys)

    return collect("table", elements(path), one)
