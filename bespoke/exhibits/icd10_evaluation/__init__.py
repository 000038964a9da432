"""Chapter 4 on the page."""

from bespoke.exhibits.icd10_evaluation.code_details import confusion, field_table, slice_table, slices_text
from bespoke.exhibits.icd10_evaluation.comparisons import comparison_table, differences, verdicts
from bespoke.exhibits.icd10_evaluation.disagreement_cases import annotated, disagreements
from bespoke.exhibits.icd10_evaluation.learning_exhibits import forecast_text, learning
from bespoke.exhibits.icd10_evaluation.planning import (
    claim_table,
    claims_text,
    power_table,
    power_text,
    precedent_table,
    quote_table,
    quote_text,
)
from bespoke.exhibits.icd10_evaluation.recall_exhibits import (
    retrieval_figure,
    retrieval_table,
    retrieval_text,
)
from bespoke.exhibits.icd10_evaluation.rung_costs import (
    consumption_table,
    cost_quality,
    money_table,
    quote_kept,
)
from bespoke.exhibits.icd10_evaluation.rung_ladder import finding, forest, ladder_table, setting
from bespoke.exhibits.icd10_evaluation.validity_exhibits import retired_table, validity_table, validity_text
