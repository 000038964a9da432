"""Checkpoints of a training: found again after a break, the best of them kept as the adapter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from transformers.trainer_utils import get_last_checkpoint

from bespoke.errors import BespokeError
from bespoke.results import write_atomically

FOLDER, PROGRESS = "checkpoints", "progress.json"


class TrainingProgress:
    """What a training has done so far, on the disk after each epoch; its checkpoints are of one data and recipe."""

    def __init__(self, folder: Path, digest: str) -> None:
        self.folder, self._digest = folder / FOLDER, digest
        self._path = self.folder / PROGRESS
        self.epochs: list[dict[str, Any]] = []
        self.base: dict[str, int] | None = None

    def resume(self) -> str | None:
        """The checkpoint to go on from, None where there is none. Raises BespokeError for one of other data."""
        if not self._path.is_file():
            shutil.rmtree(self.folder, ignore_errors=True)
            return None
        found = json.loads(self._path.read_text(encoding="utf-8"))
        if found["digest"] != self._digest:
            raise BespokeError(
                "holds checkpoints of other data or another recipe; remove it to begin anew",
                path=str(self.folder),
            )
        self.base = found["base"]
        last = get_last_checkpoint(str(self.folder))
        step = int(last.rpartition("-")[2]) if last else 0
        self.epochs = [entry for entry in found["epochs"] if entry["step"] <= step]
        return str(last) if last else None

    def keep(self) -> None:
        """Written before the next epoch begins."""
        self.folder.mkdir(parents=True, exist_ok=True)
        state = {"digest": self._digest, "base": self.base, "epochs": self.epochs}
        write_atomically(self._path, json.dumps(state, indent=1) + "\n")

    def finish(self, adapter: Path, best: int | None, last: int) -> None:
        """The best checkpoint's adapter takes its place; the others are removed."""
        step = last if best is None else best
        source = self.folder / f"checkpoint-{step}"
        if best is not None and best != last and source.is_dir():
            for path in source.glob("adapter_*"):
                shutil.copy2(path, adapter / path.name)
        shutil.rmtree(self.folder, ignore_errors=True)


def best_epoch(
    epochs: Sequence[Mapping[str, Any]], losses: Sequence[Mapping[str, Any]]
) -> tuple[int, str] | tuple[None, str]:
    """Step of the best epoch and why: by the held-out notes, else by validation loss; the earlier of equals."""
    if epochs:
        best = max(epochs, key=lambda one: (one["codes_exact"], one["schema_valid"], -one["step"]))
        return best[
            "step"
        ], f"epoch {best['epoch']}: most answers with exactly the gold's codes, then in the schema"
    known = [entry for entry in losses if "eval_loss" in entry]
    if known:
        best = min(known, key=lambda one: (one["eval_loss"], one["step"]))
        return best["step"], f"epoch {round(best['epoch'])}: least loss on the validation rows"
    return None, "the last epoch: nothing was held out to choose by"
