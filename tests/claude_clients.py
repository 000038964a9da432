"""Clients made for the tests of the API path: notes as many as needed, and nothing of the network."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bespoke.claude.budget.run_summary import EvaluationSummary
from bespoke.claude.evaluate_client import evaluate
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.clients.schema import (
    Annotation,
    Client,
    Engagement,
    EvaluationRun,
    Evidence,
    Fields,
    Medication,
    Note,
    Rates,
)
from bespoke.facts.reader import Facts

AS_OF = date(2026, 11, 20)
MODEL = "claude-haiku-4-5"  # 1 USD in, 5 out, 1.25 written, 0.10 read per million tokens; batches at half
QUICK = RetryPolicy(
    request_s=0.6, connect_s=1.0, attempts=6, first_backoff_s=0.01, longest_backoff_s=0.2, waiting_s=20.0,
    drain_s=2.0, first_poll_s=0.02, longest_poll_s=0.05, batch_grace_s=0.3, lease_s=5.0, connections=64,
    dry_requests=50, lost_again=0,
)  # fmt: skip
GOLD = Fields(
    diagnosis_icd10=("I10",), symptoms=("cough",), prescribed_medications=(Medication(drug="aspirin"),)
)


def note(number: int, text: str = "", **more: Any) -> Note:
    text = text or f"Case {number}: hypertension with a cough. Take aspirin."
    return Note(id=f"n{number:04d}", text=text, gold=GOLD, **more)


def training(count: int = 6) -> tuple[Note, ...]:
    texts = [f"Training case {i}: long-standing hypertension, stable." for i in range(count)]
    spans = [(t.index("hypertension"), t) for t in texts]
    return tuple(
        Note(
            id=f"t{i}",
            text=text,
            gold=GOLD,
            evidence=(Evidence(code="I10", text="hypertension", start=at, end=at + 12),),
        )
        for i, (at, text) in enumerate(spans)
    )


def clinic(folder: Path, notes: tuple[Note, ...] | int = 10, **more: Any) -> Client:
    """A client folder with nothing in it but what the run writes."""
    engagement = Engagement(
        client="Test clinic",
        prepared_by="Tests",
        as_of=AS_OF,
        start=AS_OF,
        country="US",
        residency=more.pop("residency", ()),
        rates=Rates(consultant_day=Decimal(1), annotator_hour=Decimal(1)),
        annotation=Annotation(examples_per_hour=1, annotators=1, review_rounds=1),
        evaluation=EvaluationRun(deidentified=more.pop("deidentified", True)),
    )
    made = tuple(map(note, range(notes))) if isinstance(notes, int) else notes
    folder.mkdir(parents=True, exist_ok=True)
    return Client("clinic", folder, engagement, (), notes=made, **more)


def ask(client: Client, **more: Any) -> EvaluationSummary:
    """`evaluate` with the defaults of these tests."""
    said: list[str] = more.pop("said", [])
    given: dict[str, Any] = {
        "strategies": ["zero_shot"],
        "model": MODEL,
        "backend": "anthropic",
        "budget": Decimal(100),
        "batch": False,
        "send": True,
        "say": said.append,
        "patience": QUICK,
        **more,
    }
    return evaluate(client, Facts(as_of=AS_OF), **given)
