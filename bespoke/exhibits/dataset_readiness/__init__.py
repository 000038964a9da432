"""Chapter 3 on the page."""

from bespoke.exhibits.dataset_readiness.dataset_shape import labels_figures, labels_text, tokens_figure
from bespoke.exhibits.dataset_readiness.dataset_verdict import (
    finding,
    missing_table,
    needed_text,
    targets_table,
    targets_text,
)
from bespoke.exhibits.dataset_readiness.findings import findings_table, findings_text, rules_table
from bespoke.exhibits.dataset_readiness.row_exhibits import (
    files_table,
    funnel_figure,
    funnel_text,
    limits_text,
    overview_text,
)
from bespoke.exhibits.dataset_readiness.split_exhibits import split_table, split_text
