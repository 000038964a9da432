"""Who does remote jobs: threads here, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from bespoke.runner.remote.remote_job import Done, RemoteJob


@dataclass(frozen=True)
class Workers:
    """Where jobs are done. `hopeless` says why nobody is left to do them, as long as that is so."""

    submit: Callable[[RemoteJob], Future[Done]]
    room: Callable[[], int]
    hopeless: Callable[[], str]
