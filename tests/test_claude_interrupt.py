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
from tests.claude_server import Faults
from tests.test_evaluation_asked import tickets

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


STORMS = {
    "silence": {"faults": Faults(silent=1.0)},
    "429": {"faults": Faults(limited=1.0)},
    "529": {"faults": Faults(overloaded=1.0)},
    "broken connections": {"faults": Faults(dropped=0.5, cut=0.5)},
    "an answer that takes a minute": {"latency_s": 60.0},
}


EVERY = [
    ("silence", False), ("broken connections", False), ("529", True),
    *(pytest.param(s, False, marks=pytest.mark.slow) for s in ("429", "529", "an answer that takes a minute")),
]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("storm", "batch"), EVERY)
def test_an_interrupt_ends_the_command_within_three_seconds(
    serve: Serve, tmp_path: Path, storm: str, batch: bool
) -> None:
    """Whatever the provider does, with 256 requests on their way. A busy machine is given its share of time."""
    server = serve(**STORMS[storm])  # type: ignore[arg-type]
    root = tickets(tmp_path, 600)
    command = [sys.executable, "-m", "bespoke", "evaluate", "acme", "--task", "ticket_routing", "--yes"]
    command += ["--strategy", "zero_shot", "--model", "claude-haiku-4-5", "--budget", "90"]
    worker = subprocess.Popen(
        [*command, "--client-data", str(root), *(["--batch"] if batch else [])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while not server.bodies and not server.at_once and not server.statuses and worker.poll() is None:
        time.sleep(0.01)
    time.sleep(0.2)
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    started = time.monotonic()
    worker.send_signal(signal.SIGINT)
    out, _ = worker.communicate(timeout=60)
    assert worker.returncode == 1
    assert "interrupted; what was answered is kept, run again to go on" in out
    assert time.monotonic() - started < 3.0 * busy
