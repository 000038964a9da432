"""The audit under explored values: which rows and answers are marked as other than the folder's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bespoke import workbook
from bespoke.explore.audit_explorer import TaskAuditExplorer

TASK = "risk_memo"


@pytest.fixture
def explorer(examples: Path, tmp_path: Path) -> TaskAuditExplorer:
    folders = {"client_data": str(examples), "reports": str(tmp_path)}
    return TaskAuditExplorer(workbook.open("01_task_audit", client="harbour_legal", **folders))


def emphasised(explorer: TaskAuditExplorer, **changes: Any) -> list[list[str]]:
    """The first cells of the rows that stand out, table by table."""
    found = {("tasks.csv", TASK, column): value for column, value in changes.items()}
    tables: Any = explorer.look(TASK, explorer.base.with_changes(found, {}))
    return [[table.rows[n][0] for n in table.emphasis] for table in tables]


def test_nothing_stands_out_while_nothing_is_explored(explorer: TaskAuditExplorer) -> None:
    assert emphasised(explorer) == [[], []]


def test_a_changed_row_and_a_changed_answer_stand_out_and_no_others(explorer: TaskAuditExplorer) -> None:
    more = explorer.base.client.task(TASK).requests_per_day * 2
    marked = emphasised(explorer, prompt_engineering_done=False, requests_per_day=more)
    assert marked == [["Cost a month", "Tokens a month"], ["tried"]]
