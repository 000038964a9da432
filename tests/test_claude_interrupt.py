"""Ctrl-C and a polite request to end: nothing new is sent, what was on its way is taken in, the next run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.claude_clients import ask, clinic

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

ROOT = Path(__file__).resolve().parents[1]
RUN = """
import sys
from pathlib import Path
from bespoke.errors import BespokeError
from tests.claude_clients import ask, clinic
try:
    ask(clinic(Path(sys.argv[1]), 200))
except BespokeError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_loses_no_answer(serve: Serve, tmp_path: Path, sign: signal.Signals) -> None:
    server = serve(latency_s=0.25)
    worker = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while server.at_once < 5 and worker.poll() is None:
        time.sleep(0.01)
    worker.send_signal(sign)
    out, _ = worker.communicate(timeout=20)
    assert worker.returncode == 1
    assert "interrupted; what was answered is kept, run again to go on" in out
    answered = server.account()["billed"]
    assert 0 < answered < 200
    server.settings.latency_s = 0.0
    (found,) = ask(clinic(tmp_path, 200)).strategies
    assert (found.outcomes, found.requests_lost) == ({"answered": 200}, 0)
    assert server.account()["paid_twice"] == 0
