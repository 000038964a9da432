"""The account that a run of Claude leaves beside its predictions."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from shutil import copytree

from bespoke import clients
from bespoke.clients.folder import read_folder
from bespoke.paths import PACKAGE

EXAMPLES = PACKAGE.parent / "client_data"
ACCOUNT = {
    "strategy": "zero_shot", "title": "Claude, zero-shot", "model": "claude-sonnet-4-6", "batch": True,
    "usd": "0.42", "requests": 110, "quote": {"strategy": "zero_shot", "usd_likely": "0.5", "usd_worst": "2.25"},
}  # fmt: skip


def folder(tmp_path: Path, text: str) -> Path:
    copytree(EXAMPLES / "meridian_health", tmp_path / "meridian_health")
    (tmp_path / "meridian_health" / "evaluation" / "claude_zero_shot.summary.json").write_text(text)
    return tmp_path


def test_an_account_is_read_by_the_name_of_its_system_and_money_is_exact(tmp_path: Path) -> None:
    found = clients.load(folder(tmp_path, json.dumps(ACCOUNT)), "meridian_health").accounts
    assert found is not None
    account = found["claude_zero_shot"]
    assert (account.model, account.batch, account.usd) == ("claude-sonnet-4-6", True, Decimal("0.42"))
    assert (account.quote.usd_likely, account.quote.usd_worst) == (Decimal("0.5"), Decimal("2.25"))


def test_what_is_no_account_is_left_out_with_a_warning(tmp_path: Path) -> None:
    for text, told in (("{", "Invalid JSON"), ('{"strategy": "x"}', "at model")):
        path = folder(tmp_path / str(len(text)), text) / "meridian_health"
        reading = read_folder(path)
        (problem,) = [p for p in reading.problems() if "summary.json" in (p.path or "")]
        assert problem.warning
        assert told in problem.message
        assert reading.accounts == {}


def test_without_runs_there_are_no_accounts() -> None:
    assert clients.load(EXAMPLES, "meridian_health").accounts is None
