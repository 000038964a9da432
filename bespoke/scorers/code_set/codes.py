"""The code set of a task: which codes count, and how one is written."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache

from bespoke.clients.coded_notes import wrong_code
from bespoke.evaluation.cases import EvaluationTask
from bespoke.facts.icd10 import Release, code_set, normalised

ICD10CM = "icd10cm"
_DECORATED = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]*[ \t:,-]+\S")


@dataclass(frozen=True)
class Codes:
    """`valid` is None for ICD-10-CM: there `release` says, the pinned one where it is None."""

    name: str
    valid: frozenset[str] | None
    release: Release | None = None

    def written(self, code: str) -> str:
        """A code by which copies are known; dots and case are ICD-10-CM's own freedom."""
        if self.valid is not None:
            return " ".join(code.split())
        return normalised(code)

    def counts(self, code: str) -> bool:
        """Whether the code may be given at all: in the file, or billable in the release."""
        if self.valid is not None:
            return code in self.valid
        return code_set(self.release).validity(code) == "billable"

    def wrong(self, code: str) -> str:
        """Why a code cannot be right, in words; "" for one that can."""
        if self.valid is None:
            return wrong_code(code, self.release)
        if not code.strip():
            return "is blank; write a code or delete it"
        if self.counts(self.written(code)):
            return ""
        if _DECORATED.match(code.strip()):
            return "has words beside the code; write the code alone"
        return f"is not in {self.name}"


def codes_of(task: EvaluationTask) -> Codes:
    """The code set that task.yaml names. A file has a column `code`; others are for people."""
    named = task.setup.code_set
    if named == ICD10CM:
        release = task.given.get("release")
        return Codes(f"{release.name if release else 'ICD-10-CM'}, billable codes", None, release)
    return Codes(named, _column(task.files.get(named, "")))


@lru_cache(maxsize=8)
def _column(text: str) -> frozenset[str]:
    rows = csv.DictReader(io.StringIO(text))
    return frozenset(" ".join(row["code"].split()) for row in rows if row.get("code"))
