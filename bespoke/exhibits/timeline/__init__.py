"""Chapter 6 on the page."""

from bespoke.exhibits.timeline.ab_test_exhibits import ab_table, ab_text
from bespoke.exhibits.timeline.date_exhibits import (
    contingency_text,
    dates_table,
    finding,
    overview_text,
    s_curve_figure,
)
from bespoke.exhibits.timeline.durations import calibration_text, examples_text, zero_variance_callout
from bespoke.exhibits.timeline.next_days import next_days_table
from bespoke.exhibits.timeline.phases import gantt_figure, phases_table
from bespoke.exhibits.timeline.risks import driver_text, risks, sensitivity_figure
