"""The words that the exhibits of the audit share."""

from __future__ import annotations

GAP = {
    "unknown": "quality or target not known",
    "unmeasured": "not measured on enough cases",
    "met": "target met",
    "near": "within reach of the target",
    "far": "far from the target",
}
