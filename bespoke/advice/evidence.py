"""What a decision about a task rests on, and how good each piece is.

Four grades: *measured* on the client's own cases, *counted* in the client's files, *declared* by the client, *unknown*.
The better grade wins everywhere; where two grades disagree, that is said once, as a contradiction.
"""

from __future__ import annotations

from typing import Literal

from bespoke.results import Part

Grade = Literal["measured", "counted", "declared", "unknown"]
GRADES: tuple[Grade, ...] = ("measured", "counted", "declared", "unknown")  # best first

Value = float | bool | str | None


class Input(Part):
    """One input of a decision: its value, how good it is, and where it was found, in words."""

    name: str
    value: Value
    grade: Grade
    source: str


class Contradiction(Part):
    """Two grades of one input that disagree beyond what rounding or chance explains."""

    input: str
    says: str  # one sentence, both values in it


class TaskEvidence(Part):
    """Every input of the decision about one task, by name, and what in them does not fit together."""

    inputs: dict[str, Input]
    contradictions: tuple[Contradiction, ...] = ()

    def grade(self, name: str) -> Grade:
        found = self.inputs.get(name)
        return "unknown" if found is None else found.grade

    def value(self, name: str) -> Value:
        found = self.inputs.get(name)
        return None if found is None else found.value


STATED_AS = {  # column of tasks.csv -> the input it declares
    "current_quality": "quality", "test_cases": "test_cases", "labelled_examples": "examples",
    "deidentified": "identifiers",
}  # fmt: skip


def overruling(evidence: TaskEvidence, column: str) -> Input | None:
    """What was measured or counted, and so stands before the column of tasks.csv; None where the column stands."""
    found = evidence.inputs.get(STATED_AS.get(column, ""))
    return found if found is not None and found.grade in ("measured", "counted") else None


def best(name: str, *candidates: Input | None) -> Input:
    """The input of the best grade that holds a value; of equal grades the first. Unknown where there is none."""
    found = [one for one in candidates if one is not None and one.value is not None]
    if not found:
        return Input(name=name, value=None, grade="unknown", source="nobody has said")
    return min(found, key=lambda one: GRADES.index(one.grade))


def graded(name: str, value: Value, grade: Grade, source: str) -> Input | None:
    """An input where there is a value, else None."""
    return None if value is None else Input(name=name, value=value, grade=grade, source=source)
