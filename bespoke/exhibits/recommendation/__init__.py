"""Chapter 7 and the executive summary on the page."""

from bespoke.exhibits.recommendation.advice import finding, routes, task_text
from bespoke.exhibits.recommendation.cost_levers import levers
from bespoke.exhibits.recommendation.evidence import open_questions, trace
from bespoke.exhibits.recommendation.executive_summary import summary, summary_finding, summary_text
from bespoke.exhibits.recommendation.flip_points import flips
from bespoke.exhibits.recommendation.standings import closed, route_map

__all__ = [
    "closed",
    "finding",
    "flips",
    "levers",
    "open_questions",
    "route_map",
    "routes",
    "summary",
    "summary_finding",
    "summary_text",
    "task_text",
    "trace",
]
