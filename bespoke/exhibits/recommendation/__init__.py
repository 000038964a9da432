"""Chapter 8 and the executive summary on the page."""

from bespoke.exhibits.recommendation.decisions import (
    at_once,
    before_text,
    decisions,
    outcome,
    summary_finding,
    summary_text,
)
from bespoke.exhibits.recommendation.evidence_exhibits import grades, open_questions
from bespoke.exhibits.recommendation.flip_points import flips
from bespoke.exhibits.recommendation.plan_money import money_table, money_text
from bespoke.exhibits.recommendation.standings import closed, route_map
from bespoke.exhibits.recommendation.steps import finding, plans

__all__ = [
    "at_once",
    "before_text",
    "closed",
    "decisions",
    "finding",
    "flips",
    "grades",
    "money_table",
    "money_text",
    "open_questions",
    "outcome",
    "plans",
    "route_map",
    "summary_finding",
    "summary_text",
]
