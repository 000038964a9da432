"""evaluation/notes.jsonl of the first layout -> evaluation/<task_id>/, whole or not at all."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError

KEYS = {"text": "input", "gold": "expected"}
SETUP = """\
# How the answers of this task are scored. The keys are explained in the template's README.
scorer: code_set
code_set: icd10cm
ordered: true              # the first code of a case is the primary one
metric: micro_f1
"""


def move_notes(client: Path, task_id: str) -> list[str]:
    """Moves notes, training notes, predictions and accounts; one line for each file. Raises BespokeError.

    The journal and the waivers stay: they are the client's, not one task's.
    """
    old, new = client / "evaluation", client / "evaluation" / task_id
    shown = f"{client.name}/evaluation"
    if not (old / "notes.jsonl").is_file():
        raise BespokeError("is not there: nothing is in the first layout", path=f"{shown}/notes.jsonl")
    if new.exists():
        raise BespokeError("is there already; move or delete it first", path=f"{shown}/{task_id}")
    made = old / f".{task_id}.moving"
    shutil.rmtree(made, ignore_errors=True)
    try:
        made.mkdir()
        (made / "task.yaml").write_text(SETUP, encoding="utf-8")
        for name, target in (("notes.jsonl", "cases.jsonl"), ("train.jsonl", "train.jsonl")):
            if (old / name).is_file():
                (made / target).write_text(_cases(old / name, f"{shown}/{name}"), encoding="utf-8")
        if (old / "predictions").is_dir():
            shutil.copytree(old / "predictions", made / "predictions")
        for path in old.glob("claude_*.summary.json"):
            shutil.copy2(path, made / path.name)
        made.rename(new)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise BespokeError(f"cannot be written: {error.strerror}", path=f"{shown}/{task_id}") from None
    moved = [old / "notes.jsonl", old / "train.jsonl", *old.glob("claude_*.summary.json")]
    for path in filter(Path.is_file, moved):
        path.unlink()
    shutil.rmtree(old / "predictions", ignore_errors=True)
    files = filter(Path.is_file, sorted(new.rglob("*")))
    return [f"{shown}/{task_id}/{path.relative_to(new).as_posix()}" for path in files]


def _cases(path: Path, shown: str) -> str:
    """The same records under the new names; a key that neither layout has goes along."""
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:
            raise BespokeError("is no JSON; mend it before it is moved", path=shown, row=number) from None
        if not isinstance(record, dict):
            raise BespokeError("is no JSON object; mend it before it is moved", path=shown, row=number)
        lines.append(json.dumps(_case(record), ensure_ascii=False) + "\n")
    return "".join(lines)


def _case(record: dict[str, Any]) -> dict[str, Any]:
    case = {KEYS.get(key, key): value for key, value in record.items() if key != "specialty"}
    if record.get("specialty"):
        case["tags"] = [record["specialty"]]
    return case
