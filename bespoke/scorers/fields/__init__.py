"""Records with the client's own JSON schema."""

from bespoke.scorers.fields.scorer import FieldsScorer

SCORER = FieldsScorer()
