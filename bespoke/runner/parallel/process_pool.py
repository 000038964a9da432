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
import tempfile
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from bespoke.echo import Echo
from bespoke.errors import printable
from bespoke.report import memory
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.kernels import fork_client
from bespoke.runner.kernels.lazy_imports import import_papermill
from bespoke.runner.outcome import Outcome, keep, problems_of

RunOne = Callable[[str, RunOptions, Echo], Outcome]


def run_in_processes(
    names: Sequence[str], options: RunOptions, jobs: int, run: RunOne, say: Echo
) -> list[Outcome]:
    """`run` every client, at most `jobs` at the same time; outcomes in the order of the names."""
    if not fork_client.available():
        return _by_command(names, options, jobs, say)
    if len(names) > 1:
        os.environ.update(fork_client.SINGLE_THREADED)  # here only a process of one thread is forked
        _get_ready(names, options)
    else:  # it gets ready itself, beside its first notebooks
        fork_client.FORK_SERVER.start()
    found: dict[str, Outcome] = {}
    waiting = list(names)
    with selectors.DefaultSelector() as at_work:
        try:
            while waiting or at_work.get_map():
                while waiting and len(at_work.get_map()) < jobs:
                    child = _Child(waiting.pop(0), options, run, only=len(names) == 1)
                    at_work.register(child.pipe, selectors.EVENT_READ, child)
                for key, _ in at_work.select():
                    outcome = key.data.listen(say)
                    if outcome is not None:
                        _note_crash(key.data, outcome, options, say)
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


def run_in_a_process(name: str, options: RunOptions, run: RunOne, say: Echo) -> Outcome:
    """One client's work that wants no kernels, in a process of its own where one can be forked."""
    if not fork_client.available():
        return run(name, options, say)
    child = _Child(name, options, run, only=False)
    outcome = None
    while outcome is None:
        outcome = child.listen(say)
    os.close(child.pipe)
    return outcome


def _note_crash(child: _Child, outcome: Outcome, options: RunOptions, say: Echo) -> None:
    """A process that ended without a word of its own."""
    if child.crashed:
        say(outcome.problems[0])
        keep(options.folder(child.name), outcome.problems)


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

    def __init__(self, name: str, options: RunOptions, run: RunOne, *, only: bool) -> None:
        self.name, self.crashed = name, False
        self.pipe, end = os.pipe()
        self._heard = b""
        self._outcome: Outcome | None = None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed where it has been read)
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self.pipe)
            if not os.environ.get("BESPOKE_DEBUG"):
                os.dup2(self._errors.fileno(), 2)
            _live(name, options, run, end, only)
        os.close(end)

    def listen(self, say: Echo) -> Outcome | None:
        """Pass on what it says; its outcome once it has ended."""
        data = os.read(self.pipe, 1 << 16)
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "say" in message:
                say(message["say"])
            elif "expect" in message:
                fork_client.FORK_SERVER.hear(message["expect"])
            else:
                self._outcome = Outcome(self.name, tuple(message["problems"]))
        if data:
            return None
        _, status = os.waitpid(self._pid, 0)
        with self._errors:
            self._errors.seek(0)
            errors = self._errors.read(1 << 16).decode(errors="replace")
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:  # one that was ended by a signal has no words of ours there
            sys.stderr.write(errors)
        if self._outcome is not None:
            return self._outcome
        self.crashed = True
        return Outcome(self.name, (_how_it_ended(self.name, code, errors),))


def _how_it_ended(name: str, code: int, errors: str) -> str:
    """Of a process that told no outcome: one line, by its exit code and what stands on its standard error."""
    if memory.REFUSED in errors:
        return f"{name}: {memory.exceeded()}"
    how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
    return f"{name}: its process {how}; run it again to go on"


def _live(name: str, options: RunOptions, run: RunOne, pipe: int, only: bool) -> None:
    """The child's whole life; it never returns. Only one of its kind also says which kernels it will want."""
    code = 1
    try:

        def tell(message: dict[str, object]) -> None:
            os.write(pipe, json.dumps(message).encode() + b"\n")

        fork_client.FORK_SERVER.disown((lambda expected: tell({"expect": expected})) if only else None)
        outcome = run(name, replace(options, bounded=True), lambda line: tell({"say": line}))
        tell({"problems": outcome.problems})
        code = 0
    except Exception as error:  # a bug in one client's run must not end the others'
        if os.environ.get("BESPOKE_DEBUG"):
            traceback.print_exc()
        os.write(2, printable(f"{name}: {type(error).__name__}: {error}").encode() + b"\n")
    finally:
        os._exit(code)


def _by_command(names: Sequence[str], options: RunOptions, jobs: int, say: Echo) -> list[Outcome]:
    """Where nothing can be forked: the same command once for each client."""

    ended = itertools.count(1)

    def start(name: str) -> Outcome:
        done = subprocess.run(
            [
                sys.executable, "-m", "bespoke.child_command", "run", name, *options.flags(),
                "--client-data", str(options.client_data), "--reports", str(options.reports),
            ],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        lines = (done.stdout + done.stderr).splitlines()
        for line in lines:
            say(line)
        if len(names) > 1:
            say(f"[{next(ended)}/{len(names)}] {name}: {'failed' if done.returncode else 'done'}")
        return Outcome(name, problems_of(options.folder(name), lines) if done.returncode else ())

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(start, names))
