"""Chapter 8 and the executive summary on the page."""

from bespoke.exhibits.recommendation.decisions import (
    at_once,
    before_text,
    decisions,
    key_figures,
    outcome,
    summary_finding,
    summary_text,
)
from bespoke.exhibits.recommendation.evidence_exhibits import grades, open_questions
from bespoke.exhibits.recommendation.flip_points import flips
from bespoke.exhibits.recommendation.options import blockers, options_table
from bespoke.exhibits.recommendation.plan_money import money_table, money_text, waterfall_figure
from bespoke.exhibits.recommendation.quality import quality_figure
from bespoke.exhibits.recommendation.standings import closed, route_map
from bespoke.exhibits.recommendation.steps import finding, plans
from bespoke.exhibits.recommendation.task_page import task_pages
from bespoke.exhibits.recommendation.tree import decision_tree
