"""Many clients at once: a process for each, forked from this one where the platform allows it.

They share nothing but the machine and the warmed process their kernels come from.
"""

from __future__ import annotations

import itertools
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bespoke.echo import Echo
from bespoke.errors import printable
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.kernels import fork_client
from bespoke.runner.kernels.lazy_imports import import_papermill
from bespoke.runner.outcome import Outcome, problems_of

RunOne = Callable[[str, RunOptions, Echo], Outcome]


def run_in_processes(
    names: Sequence[str], options: RunOptions, jobs: int, run: RunOne, say: Echo
) -> list[Outcome]:
    """`run` every client, at most `jobs` at the same time; outcomes in the order of the names."""
    if not fork_client.available():
        return _by_command(names, options, jobs, say)
    os.environ.update(fork_client.SINGLE_THREADED)  # a process is forked here only while it has one thread
    _get_ready(names, options)
    found: dict[str, Outcome] = {}
    waiting = list(names)
    with selectors.DefaultSelector() as at_work:
        try:
            while waiting or at_work.get_map():
                while waiting and len(at_work.get_map()) < jobs:
                    child = _Child(waiting.pop(0), options, run)
                    at_work.register(child.pipe, selectors.EVENT_READ, child)
                for key, _ in at_work.select():
                    outcome = key.data.listen(say)
                    if outcome is not None:
                        at_work.unregister(key.fd)
                        os.close(key.fd)
                        found[outcome.name] = outcome
                        if len(names) > 1:
                            ended = "done" if outcome.ok else "failed"
                            say(f"[{len(found)}/{len(names)}] {outcome.name}: {ended}")
        except BaseException:
            fork_client.FORK_SERVER.close()  # without kernels the children come to an end
            raise
    return [found[name] for name in names]


def _get_ready(names: Sequence[str], options: RunOptions) -> None:
    """What every child needs and none should import again; nothing of it starts a thread."""
    from bespoke.report import speculative_render
    from bespoke.runner.kernels import preload
    from bespoke.runner.parallel import notebook_scheduler  # noqa: F401

    fork_client.FORK_SERVER.start()
    fork_client.FORK_SERVER.expect(
        options.wanted, preload.extras_for([options.client_data / name for name in names])
    )
    import_papermill()
    speculative_render.get_ready()
    import bespoke.clients.client_reader
    import bespoke.workbook  # noqa: F401


class _Child:
    """The process of one client, and the pipe it tells its story through: JSON lines, the outcome last."""

    def __init__(self, name: str, options: RunOptions, run: RunOne) -> None:
        self.name = name
        self.pipe, end = os.pipe()
        self._heard = b""
        self._outcome: Outcome | None = None
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self.pipe)
            _live(name, options, run, end)
        os.close(end)

    def listen(self, say: Echo) -> Outcome | None:
        """Pass on what it says; its outcome once it has ended."""
        data = os.read(self.pipe, 1 << 16)
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "say" in message:
                say(message["say"])
            else:
                self._outcome = Outcome(self.name, tuple(message["problems"]))
        if data:
            return None
        _, status = os.waitpid(self._pid, 0)
        if self._outcome is None:
            code = os.waitstatus_to_exitcode(status)
            how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
            self._outcome = Outcome(self.name, (f"{self.name}: its process {how}; run it again to go on",))
            say(self._outcome.problems[0])
        return self._outcome


def _live(name: str, options: RunOptions, run: RunOne, pipe: int) -> None:
    """The child's whole life; it never returns."""
    code = 1
    try:
        fork_client.FORK_SERVER.disown()

        def tell(message: dict[str, object]) -> None:
            os.write(pipe, json.dumps(message).encode() + b"\n")

        outcome = run(name, options, lambda line: tell({"say": line}))
        tell({"problems": outcome.problems})
        code = 0
    except Exception as error:  # a bug in one client's run must not end the others'
        os.write(2, printable(f"{name}: {type(error).__name__}: {error}").encode() + b"\n")
    finally:
        os._exit(code)


def _by_command(names: Sequence[str], options: RunOptions, jobs: int, say: Echo) -> list[Outcome]:
    """Where nothing can be forked: the same command once for each client."""

    ended = itertools.count(1)

    def start(name: str) -> Outcome:
        done = subprocess.run(
            [
                sys.executable, "-m", "bespoke.tethered_command", "run", name, *options.flags(),
                "--client-data", str(options.client_data), "--reports", str(options.reports),
            ],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        lines = (done.stdout + done.stderr).splitlines()
        for line in lines:
            say(line)
        if len(names) > 1:
            say(f"[{next(ended)}/{len(names)}] {name}: {'failed' if done.returncode else 'done'}")
        return Outcome(name, problems_of(options.folder(name), lines) if done.returncode else ())

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(start, names))
