"""`bespoke explore`: the same controls without JupyterLab, in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import CHROMIUM, FLAGS
from tests.conftest import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of the page of one client, and the folder the client lies in."""
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    pytest.importorskip("playwright", reason="browser tests need the playwright package")
    shutil.copytree(ROOT / "client_data" / "harbour_legal", tmp_path / "client_data" / "harbour_legal")
    (tmp_path / "reports").mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "bespoke", "explore", "harbour_legal", "--no-browser"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "XDG_STATE_HOME": str(tmp_path / "state")},
    )  # fmt: skip
    try:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+", address), address
        yield address, tmp_path / "client_data" / "harbour_legal"
    finally:
        server.terminate()
        server.communicate(timeout=30)


def test_a_typed_volume_is_computed_and_kept_and_the_page_asks_for_its_token(
    served: tuple[str, Path],
) -> None:
    from playwright.sync_api import sync_playwright

    address, folder = served
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page: Any = chromium.new_context(viewport={"width": 1400, "height": 1500}).new_page()
        _open(page, address.partition("?")[0])
        assert "login" in page.url  # nothing without the token
        _open(page, address)
        page.wait_for_selector(".bespoke-dial-requests-per-day", timeout=120_000)
        typed = page.locator(".bespoke-dial-requests-per-day input[type=number]").first
        typed.fill("12500")
        typed.press("Enter")
        page.wait_for_selector("text=1 explored value", timeout=60_000)
        name = page.locator(".bespoke-scenarios input[type=text]").first
        name.fill("Many more")
        name.press("Tab")
        page.get_by_text("Save as scenario").first.click()
        page.wait_for_selector("text=Saved as scenarios/many_more.yaml", timeout=60_000)
        page.get_by_text("Compare").first.click()
        page.wait_for_selector("text=The advice under each scenario", timeout=180_000)
        page.get_by_text("Keep this…").first.click()
        page.get_by_text("Write to the client folder").first.click()
        page.wait_for_selector("text=Kept in tasks.csv", timeout=60_000)
        assert "12500" in (folder / "tasks.csv").read_text(encoding="utf-8")
        page.get_by_text("Undo the last keep").first.click()
        page.wait_for_selector("text=the folder is as it was before", timeout=60_000)
        assert "12500" not in (folder / "tasks.csv").read_text(encoding="utf-8")
        assert "requests_per_day: 12500" in (folder / "scenarios/many_more.yaml").read_text(encoding="utf-8")
        page.screenshot(path=str(folder.parent / "page.png"))
        chromium.close()


def _open(page: Any, address: str) -> None:
    """The server may not listen yet."""
    for _ in range(60):
        try:
            page.goto(address, timeout=60_000)
        except Exception:
            page.wait_for_timeout(500)
        else:
            return
    raise AssertionError(f"{address.partition('?')[0]} does not answer")
