"""Chapter 4: the ICD-10 evaluation."""

from bespoke.chapters.icd10_evaluation.compute import compute
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation

__all__ = ["Icd10Evaluation", "compute"]
