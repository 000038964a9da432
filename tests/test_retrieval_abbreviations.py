"""Abbreviations of notes are written out behind themselves, where they stand alone and as they are written."""

from __future__ import annotations

import pytest

from bespoke.retrieval.abbreviations import written_out


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HTN and CKD.", "HTN hypertension and CKD chronic kidney disease."),
        ("(NSTEMI)", "(NSTEMI non-ST elevation myocardial infarction)"),
        ("N/V today", "N/V nausea with vomiting today"),
        ("HA", "HA headache"),
        ("HAND, aHA, HA/CP, HA2", "HAND, aHA, HA/CP, HA2"),  # a part of something else
        ("htn; Doe, J.", "htn; Doe, J."),  # other words, or a name
        ("RA since 2019", "RA since 2019"),  # right atrium or rheumatoid arthritis: not known
        ("", ""),
    ],
)  # fmt: skip
def test_an_abbreviation_that_stands_alone_is_followed_by_its_words(text: str, found: str) -> None:
    assert written_out(text) == found
