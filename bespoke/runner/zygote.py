"""A process that has imported the libraries once and forks a kernel on request. Linux only.

Talks JSON lines: `{"argv", "env", "cwd"}` in on standard input, `{"pid"}` out on standard output; later
`{"exited": pid, "status": n}` when a kernel has ended. It is single-threaded by design: forking a process
with running threads is unsafe, so nothing here may start one before the fork.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
from typing import Any

WARM = (
    "matplotlib.figure", "matplotlib.backends.backend_svg", "numpy", "scipy.stats", "pandas", "pydantic",
    "ipykernel.kernelapp", "ipykernel.ipkernel", "IPython.core.interactiveshell", "matplotlib_inline.backend_inline",
    "mistune", "babel.numbers", "babel.dates", "holidays", "genai_prices",
    "sklearn.feature_extraction.text", "sklearn.linear_model", "sklearn.multiclass", "sklearn.model_selection",
    "bespoke.workbook", "bespoke.exhibits",
)  # fmt: skip


def warm_up() -> None:
    """Import what the notebooks use; a module that is not there is the notebook's business, not ours."""
    from contextlib import suppress
    from importlib import import_module

    for name in WARM:
        with suppress(ImportError):
            import_module(name)


def serve() -> None:
    """Answer requests until standard input closes; then end every kernel that is left."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to the runner
    children: set[int] = set()
    buffer = b""
    _say({"ready": True})
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 512)
            _reap(children)
        if 0 in ready:
            data = os.read(0, 65_536)
            if not data:
                break
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                request = json.loads(line)
                pid = os.fork()
                if pid == 0:
                    _become_kernel(request)
                children.add(pid)
                _say({"pid": pid})
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        children.discard(pid)
        _say({"exited": pid, "status": os.waitstatus_to_exitcode(status)})


def _become_kernel(request: dict[str, Any]) -> None:
    """In the child: leave the zygote's pipes behind and run an ordinary ipykernel."""
    code = 1
    try:
        os.setsid()  # a process group of its own: an interrupt of one kernel reaches no other
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        from ipykernel.kernelapp import launch_new_instance

        sys.argv = ["ipykernel", *request["argv"]]
        launch_new_instance()
        code = 0
    finally:
        os._exit(code)


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    warm_up()
    gc.freeze()  # children share these pages instead of copying them at the first collection
    serve()
