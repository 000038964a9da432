"""A tuned model's answer as the four fields of a note, or None where it broke the schema."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import ValidationError

from bespoke.chapters.icd10_evaluation.decision import comparable_code
from bespoke.clients.schema import Fields, Medication

_FENCE = re.compile(r"\A\s*```[a-z]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
# What reasoning models write before the answer, empty or not; templates train an empty one.
_THOUGHT = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>\s*", re.DOTALL)
_CODED = re.compile(r"\s*([A-Za-z]\d[0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?)(?=$|[\s:,;(–-])")


def parse(text: str) -> Fields | None:
    """The fields of an answer that is one JSON object with all four keys and no other, bare or in a code fence.

    A block of thought before it is left aside.

    What a tuned model was taught may differ in two ways from the schema that is scored: a code may be
    followed by its description, and a medication may be its name alone. Anything else is a broken schema:
    a program that reads the answer would fail on it.
    """
    text = _THOUGHT.sub("", text)
    fenced = _FENCE.match(text)
    try:
        found = json.loads(fenced.group(1) if fenced else text)
        if not isinstance(found, dict) or found.keys() != Fields.model_fields.keys():
            return None
        spelled = json.dumps(_spelled(found), ensure_ascii=False, allow_nan=False)
        return Fields.model_validate_json(spelled.encode())  # half a character (a lone surrogate) fails here
    except (ValueError, RecursionError, ValidationError):
        return None


def codes_of(fields: Fields) -> frozenset[str]:
    """The codes as they are compared, in whichever spelling."""
    return frozenset(map(comparable_code, fields.diagnosis_icd10))


def _spelled(found: dict[str, Any]) -> dict[str, Any]:
    """The object with codes without their descriptions and medications as records."""
    codes, drugs = found["diagnosis_icd10"], found["prescribed_medications"]
    spelled = dict(found)
    if isinstance(codes, list):
        spelled["diagnosis_icd10"] = [_code(code) for code in codes]
    if isinstance(drugs, list):
        spelled["prescribed_medications"] = [
            {Medication.shorthand: drug} if isinstance(drug, str) else drug for drug in drugs
        ]
    return spelled


def _code(value: object) -> Any:
    coded = _CODED.match(value) if isinstance(value, str) else None
    return coded.group(1) if coded else value
