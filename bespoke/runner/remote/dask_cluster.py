"""The workers of a Dask cluster as a place to run jobs: `bespoke run --cluster ADDRESS`.

A worker that is lost is no harm: Dask gives its job to another one, and gives up on a job that has cost several
workers. Workers need this very version of bespoke, and are asked for it first.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any

from bespoke.claude.sending.destination import is_this_machine
from bespoke.errors import BespokeError
from bespoke.runner.remote.remote_job import Done, RemoteJob, Workers, fingerprint, run_remote_job

ADDRESS = re.compile(r"((?:tcp|tls)://)?(\[[0-9a-fA-F:]+\]|[^/\s:\[\]]+):(\d{1,5})")
SECONDS = 10  # until a cluster must have answered
PATIENCE = 30.0  # seconds without a worker until nobody is expected to come back
PLAIN_TCP = "BESPOKE_ALLOW_PLAIN_TCP"  # set to 1 by somebody who knows the network to the workers
LARGE = "1 GiB"  # of a client folder, before Dask itself warns of it


@contextmanager
def workers(address: str) -> Iterator[Workers]:
    """Raises BespokeError when nobody is there, or somebody with another version. Leaving calls off what is left."""
    cluster = _connect(address)
    try:
        _check(cluster)
        executor = cluster.get_executor(pure=False)
        try:
            yield Workers(_submit_to(executor), lambda: 2 * max(1, _threads(cluster)), _watch(cluster))
        finally:
            executor.shutdown(wait=False)  # cancels what has not ended; a worker notices that
    finally:
        with _silence():
            cluster.close()


def _submit_to(executor: Any) -> Callable[[RemoteJob], Future[Done]]:
    def submit(job: RemoteJob) -> Future[Done]:
        with _silence():
            future: Future[Done] = executor.submit(at_worker, job)
            return future

    return submit


def at_worker(job: RemoteJob) -> Done:
    """The task itself: on a worker, in the scratch folder that Dask clears away even after a crash."""
    from distributed import get_worker
    from distributed.worker import thread_state

    worker, key = get_worker(), thread_state.key

    def wanted() -> bool:
        """A task that was called off, or whose asker has gone, is cancelled on the worker too."""
        task = worker.state.tasks.get(key)
        return task is not None and task.state == "executing"

    return run_remote_job(job, wanted, worker.local_directory)


def _connect(address: str) -> Any:
    """A connected client that says nothing of its own to the terminal."""
    found = ADDRESS.fullmatch(address)
    if not found:
        raise BespokeError("is no address of a scheduler; write it as tls://10.0.0.5:8786", path=address)
    _refuse_plain(address, found[2].strip("[]"))
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise BespokeError(
            '--cluster needs Dask; install the extra: pip install "bespoke-workbook[cluster]"', path=address
        ) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGE})
    nobody = "no Dask scheduler answers there"
    try:
        with socket.create_connection((found[2].strip("[]"), int(found[3])), timeout=SECONDS):
            pass  # where nobody listens Dask would go on asking
        with _silence():
            return _within(2 * SECONDS, lambda: Client(address, timeout=SECONDS, set_as_default=False))
    except (OSError, OverflowError) as error:
        raise BespokeError(nobody, path=address) from error
    except Exception as error:  # a scheduler that cannot be understood
        raise BespokeError(f"{nobody}: {type(error).__name__}", path=address) from error


def _refuse_plain(address: str, host: str) -> None:
    """A client folder and the key of its report's seal travel to the workers: encrypted, or not off this machine."""
    if address.startswith("tls://") or is_this_machine(host) or os.environ.get(PLAIN_TCP) == "1":
        return
    raise BespokeError(
        f"is not encrypted: use tls:// with certificates (SECURITY.md has the recipe), or set {PLAIN_TCP}=1 where the"
        " network between is your own",
        path=address,
    )


def _within(seconds: float, answer: Callable[[], Any]) -> Any:
    """Dask waits for ever for the greeting of somebody who listens and is no scheduler."""
    heard: Queue[tuple[Any, Exception | None]] = Queue()

    def ask() -> None:
        try:
            heard.put((answer(), None))
        except Exception as error:
            heard.put((None, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        found, error = heard.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None  # an OSError
    if error is not None:
        raise error
    return found


def _check(cluster: Any) -> None:
    """Another version would give other reports."""
    found = cluster.run(fingerprint, on_error="return")
    if not found:
        raise BespokeError("the cluster has no workers")
    others = sorted(worker for worker, version in found.items() if version != fingerprint())
    if others:
        word = "worker" if len(others) == 1 else "workers"
        raise BespokeError(
            f"has another version of bespoke, of its libraries or of Python; install these here on"
            f" {len(others)} of {len(found)} {word}", path=others[0],
        )  # fmt: skip


def _threads(cluster: Any) -> int:
    """Jobs that the workers can do at the same time, as far as the client has heard."""
    return sum(worker["nthreads"] for worker in cluster.scheduler_info().get("workers", {}).values())


def _watch(cluster: Any) -> Callable[[], str]:
    """Tells when the cluster has been without workers, or out of reach, for too long."""
    seen = time.monotonic()

    def hopeless() -> str:
        nonlocal seen
        if cluster.status == "running" and _threads(cluster):
            seen = time.monotonic()
        gone = time.monotonic() - seen > PATIENCE
        return "the cluster has no workers any more; run it again to go on" if gone else ""

    return hopeless


@contextmanager
def _silence() -> Iterator[None]:
    """Dask warns of versions, which are compared here more strictly, and of large arguments."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
