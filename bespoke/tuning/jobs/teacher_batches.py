"""Asks a teacher for its answers to the training notes, as Message Batches: what distillation chooses from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from bespoke.claude.budget.run_summary import EvaluationSummary
from bespoke.claude.evaluate_client import evaluate as ask
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs.distil import refuse_unless_authorised
from bespoke.tuning.jobs.state import FOLDER

TEACHER = "teacher"  # a folder of its own: these answers are no system of chapter 4
EVALUATION = "evaluation"
WAIVERS = "waivers.csv"


@dataclass(frozen=True)
class Taught:
    """The account of the run, and where the answers are; None where nothing was sent."""

    summary: EvaluationSummary
    answers: Path | None


def teach(
    client: Client, facts: Facts, *, model: str, strategy: str, batch: bool, budget_usd: Decimal, send: bool,
    say: Callable[[str], None], patience: RetryPolicy | None = None,
) -> Taught:  # fmt: skip
    """Quotes, and with `send` asks, within the budget; a second run pays for nothing twice.

    Notes that share a patient or a text with an evaluation note are not asked for, nor notes with identifiers
    that nobody has waived. Raises BespokeError without Anthropic's written authorisation.
    """
    from bespoke.chapters.icd10_evaluation.note_answers import usable_training

    refuse_unless_authorised(client)
    notes = tuple(usable_training(client.train or (), client.notes or ()))
    if not notes:
        raise BespokeError(
            "is needed: the notes the teacher is to be asked", path=f"{client.name}/evaluation/train.jsonl"
        )
    pupil = replace(client, folder=_folder(client), notes=notes, train=(), predictions=None)
    summary = ask(
        pupil, facts, strategies=[strategy], model=model, backend="anthropic", budget=budget_usd, batch=batch,
        send=send, say=say, patience=patience,
    )  # fmt: skip
    path = pupil.folder / EVALUATION / "predictions" / f"claude_{strategy}.jsonl"
    return Taught(summary, path if path.is_file() else None)


def _folder(client: Client) -> Path:
    """The teacher's own folder, with the waivers of the client's notes as they stand."""
    folder = client.folder / FOLDER / TEACHER
    (folder / EVALUATION).mkdir(parents=True, exist_ok=True)
    waivers = client.folder / EVALUATION / WAIVERS
    if waivers.is_file():
        shutil.copyfile(waivers, folder / EVALUATION / WAIVERS)
    else:
        (folder / EVALUATION / WAIVERS).unlink(missing_ok=True)
    return folder
