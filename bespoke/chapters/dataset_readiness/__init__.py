"""Dataset readiness: is the training data valid, distinct, honest and enough, and for which target?"""

from bespoke.chapters.dataset_readiness.compute import compute
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, RuleFinding

__all__ = ["DatasetReadiness", "RuleFinding", "compute"]
