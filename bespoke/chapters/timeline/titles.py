"""What the phases are called on the page."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice.routes import routes
from bespoke.facts.reader import Facts

TITLES = {
    "contract_access": "Contract and access",
    "data_protection_review": "Data-protection review",
    "quota": "Quota",
    "audit": "Audit",
    "deidentify": "De-identification",
    "measure": "Measuring",
    "dataset": "Dataset and annotation",
    "training": "Training",
    "evaluation_ab": "A/B test",
    "integration": "Roll-out",
}
# groups whose names are common nouns
COMMON = ("prompt", "inference", "retrieval", "model", "lever", "encoder")


def title(phase: str, facts: Facts, work: Sequence[str] = (), verb: str = "Test") -> str:
    """`Test: few-shot examples`; where it is more than one piece of work, how many more. A client's own phase keeps its
    name."""
    if work:
        more = f" and {len(work) - 1} more" if len(work) > 1 else ""
        return f"{verb}: {_named(work[0], facts)}{more}"
    return TITLES.get(phase) or phase[:1].upper() + phase[1:].replace("_", " ")


def _named(route: str, facts: Facts) -> str:
    """A route's name inside a line: `Message Batches` stays as it is, `Few-shot examples` begins small."""
    found = next(r for r in routes(facts.as_of) if r.route == route)
    second = found.name.split()[1:2]
    proper = found.group not in COMMON or bool(second and second[0][0].isupper())
    return found.name if proper else found.name[0].lower() + found.name[1:]
