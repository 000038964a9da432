"""Dataset readiness: is the training data valid, distinct, honest and enough, and for which target?"""

from __future__ import annotations

from bespoke.chapters.dataset_readiness.compute import compute
from bespoke.chapters.dataset_readiness.result import (
    DatasetReadiness,
    FileReport,
    RuleFinding,
    TargetReadiness,
)

__all__ = ["DatasetReadiness", "FileReport", "RuleFinding", "TargetReadiness", "compute"]
