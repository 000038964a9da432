"""Inputs that fit their columns and are most likely a slip: one warning each, with the likely cause."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.clients import check, known
from tests.client_folder import filled_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return filled_in(tmp_path)


SLIPS = [
    ("tasks.csv", "haiku-4-5,2000,", "haiku-4-5,2,", "2: p95_latency_ms: 2 ms is less than any hosted model takes to its first token; if seconds are meant, write 2000"),
    ("tasks.csv", "2.5,1500,400", "2.5,1500,400000", "2: input_tokens: a request of 401530 tokens does not fit the 200000 that claude-haiku-4-5 takes; these are tokens of one request, not characters or the sum of a day"),
    ("tasks.csv", "accuracy,0.82,0.92", "accuracy,1,1", None),
    ("engagement.yaml", "consultant_day: 1500 ", "consultant_day: 145000 ", "30: rates.consultant_day: 145000 USD is outside 100 to 10000 USD; maybe a rate per month or year, or a decimal mark was lost"),
    ("engagement.yaml", "consultant_day: 1500 ", "consultant_day: 90 ", "30: rates.consultant_day: 90 USD is outside 100 to 10000 USD; maybe a rate per hour"),
    ("engagement.yaml", "annotator_hour: 60 ", "annotator_hour: 0.5 ", "31: rates.annotator_hour: 0.5 USD is outside 2 to 500 USD; maybe a rate per example"),
    ("engagement.yaml", "consultant_day: 1500 ", "consultant_day: 1.450 ", '30: rates.consultant_day: "1.450" is read as 1.45; write 1450 if that is meant'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "before", "after", "line"), SLIPS)
def test_a_slip_is_told_with_its_likely_cause(
    root: Path, name: str, before: str, after: str, line: str | None
) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    line = line or (
        'acme/failures.csv: holds 1 failing outputs of "ticket_routing", whose current_quality is 1; one of the two'
        " is wrong"
    )
    expected = line if line.startswith("acme") else f"acme/{name}:{line}"
    assert f"{expected} (warning)" in [str(problem) for problem in check(root.parent, root.name)]


def test_a_yen_is_no_dollar(root: Path) -> None:
    if "GBP" not in known.currencies():
        pytest.skip("no other currency is known")
    path = root / "engagement.yaml"
    text = path.read_text(encoding="utf-8").replace("currency: USD", "currency: GBP")
    path.write_text(text.replace("consultant_day: 1500 ", "consultant_day: 12000 "), encoding="utf-8")
    # 12,000 GBP are more than 10,000 USD at any rate of the last years.
    assert any("12000 GBP is outside" in str(problem) for problem in check(root.parent, root.name))


def test_the_examples_and_the_template_are_plausible(examples: Path) -> None:
    for name in ("meridian_health", "harbour_legal", "atlas_payments"):
        assert [
            str(p) for p in check(examples, name) if p.path.endswith((".yaml", "tasks.csv", "failures.csv"))
        ] == []
