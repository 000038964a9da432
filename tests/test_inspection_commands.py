"""`explain` and `compare` print every line that is found, for the folders that were named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke.inspection import compare_reports, explain_figure, inspection_commands


@pytest.mark.parametrize(
    ("command", "module", "named"),
    [
        ("explain", explain_figure, ["acme", "Table 3.1"]),
        ("compare", compare_reports, ["acme", "old", "new"]),
    ],
)
def test_what_is_found_is_printed_line_by_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, module: Any, named: list[str]
) -> None:
    def found(*given: Any) -> list[str]:
        *asked, options = given
        return [*asked, str(options.client_data), str(options.reports)]

    monkeypatch.setattr(module, "explain" if command == "explain" else "compare_reports", found)
    folders = [str(tmp_path / "clients"), str(tmp_path / "reports")]
    arguments = [*named, "--client-data", folders[0], "--reports", folders[1]]
    done = CliRunner().invoke(getattr(inspection_commands, command), arguments, catch_exceptions=False)
    assert (done.exit_code, done.output.splitlines()) == (0, [*named, *folders])
