"""One JupyterLab on loopback and one Chromium for all browser tests, over copies of notebooks and clients."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
STATE = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
SECONDS = 60  # for the server to answer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium through JupyterLab")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab over a folder that a test may change."""

    address: str
    token: str
    site: Path


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`make lab` over copies, with a home of its own; ends its kernels with it."""
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    pytest.importorskip("playwright", reason="browser tests need the playwright package")
    home = tmp_path_factory.mktemp("lab")
    site = home / "site"
    for name in ("notebooks", "client_data"):
        shutil.copytree(ROOT / name, site / name, ignore=shutil.ignore_patterns(".*"))
    (site / "reports").mkdir()
    token, port = secrets.token_urlsafe(), _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BESPOKE_")}
    environment |= {f"JUPYTER_{name}": str(home / name.lower()) for name in STATE}
    environment |= {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"), "XDG_STATE_HOME": str(home / "state"), "JUPYTER_TOKEN": token,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }  # fmt: skip
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
                f"--ServerApp.root_dir={site}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True",
                f"--LabApp.app_settings_dir={ROOT / 'bespoke' / 'explore' / 'lab'}",
            ],
            env=environment, stdout=log, stderr=log, cwd=home,
        )  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server)
            yield Lab(f"http://127.0.0.1:{port}", token, site)
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(
    scope="module"
)  # its event loop is the thread's until it closes: not one test longer than needed
def browser(lab: Lab) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def window(browser: Any) -> Any:
    """One page for all tests; its scripts stay in its cache."""
    return browser.new_context(viewport={"width": 1400, "height": 1500}).new_page()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("JupyterLab did not start")
