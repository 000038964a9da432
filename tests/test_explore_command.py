"""`bespoke explore` hands on what it was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke.explore import localpage
from bespoke.explore.explore_command import explore


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ([], {"as_of": "", "port": 0, "browser": True}),
        (["--no-browser", "--port", "8080", "--as-of", "2026-11-20"],
         {"as_of": "2026-11-20", "port": 8080, "browser": False}),
    ],
)  # fmt: skip
def test_the_page_is_served_as_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: list[str], given: dict[str, Any]
) -> None:
    served: list[Any] = []

    def serve(*places: Any, say: Any, **options: Any) -> None:
        served.append((places, options))
        say("http://127.0.0.1")

    monkeypatch.setattr(localpage, "serve", serve)
    folders = ["--client-data", str(tmp_path / "clients"), "--reports", str(tmp_path / "reports")]
    done = CliRunner().invoke(explore, ["acme", *options, *folders], catch_exceptions=False)
    assert served == [(("acme", tmp_path / "clients", tmp_path / "reports"), given)]
    assert done.output == "http://127.0.0.1\n"
