"""Small task folders for the tests of the evaluation, written as a client would write them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from bespoke.paths import templates

TASK = "ticket_routing"  # of the template's tasks.csv


def folder(tmp_path: Path, setup: str, cases: list[dict[str, Any]], **files: Any) -> Path:
    """client_data with the client acme and one measured task. `files`: predictions, train, or texts by name."""
    root = tmp_path / "acme"
    place = root / "evaluation" / TASK
    (place / "predictions").mkdir(parents=True)
    for name in ("engagement.yaml", "tasks.csv"):
        shutil.copy(templates() / "client" / name, root)
    (place / "task.yaml").write_text(setup, encoding="utf-8")
    lines(place / "cases.jsonl", cases)
    if "train" in files:
        lines(place / "train.jsonl", files["train"])
    for system, rows in files.get("predictions", {}).items():
        lines(place / "predictions" / f"{system}.jsonl", rows)
    for name, text in files.get("texts", {}).items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
