"""The evaluation on the page."""

from bespoke.exhibits.evaluation.overview import finding, overview, without
from bespoke.exhibits.evaluation.task_exhibits import tasks
