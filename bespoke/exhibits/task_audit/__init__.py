"""Chapter 1 on the page."""

from bespoke.exhibits.task_audit.audit_evidence import contradictions, evidence
from bespoke.exhibits.task_audit.load_exhibits import finding, load, load_text, scorecard
from bespoke.exhibits.task_audit.quality_exhibits import gap_figure, latency, quality_table
from bespoke.exhibits.task_audit.readiness import applicability, applicability_text, questions
