"""What this chapter calls its phases."""

from __future__ import annotations

from bespoke.chapters.timeline import PhaseTimeline

PHASE = {
    "contract_access": "Contract and access",
    "data_protection_review": "Data-protection review",
    "quota": "Quota",
    "evaluation_set": "Evaluation set",
    "audit": "Audit",
    "dataset": "Dataset and annotation",
    "training": "Training",
    "evaluation_ab": "Evaluation and A/B",
    "integration": "Integration",
}


def phase_name(phase: PhaseTimeline) -> str:
    return PHASE.get(phase.phase, phase.phase.replace("_", " "))
