"""Chapter 2 on the page."""

from bespoke.exhibits.failure_modes.coding import codes, samples, saturation
from bespoke.exhibits.failure_modes.labelling import agreement, judges, labels
from bespoke.exhibits.failure_modes.remedies import families, plan
from bespoke.exhibits.failure_modes.share_exhibits import finding, pareto, separation
from bespoke.exhibits.failure_modes.task_failures import heat_map
