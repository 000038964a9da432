"""Clients that are not run in place: on the workers of a cluster, or here on copies from a shared URL.

Each is a job of its own. While one is under way its report folder is locked, and only as many are packed as there
is room for. Folders under a URL are read and written by whoever does the job and never pass through here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from bespoke import clients, machine
from bespoke.clients import client_names
from bespoke.echo import Echo
from bespoke.errors import BespokeError, printable
from bespoke.keys import digest
from bespoke.own.trust import trusted_here
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.outcome import Outcome, keep
from bespoke.runner.remote.archive import Files, is_local_only, pack, unpack
from bespoke.runner.remote.remote_job import LOGS, Done, RemoteJob, Workers, fingerprint, run_remote_job
from bespoke.saving import keep_out_of_git

Place = Path | str  # a folder, or the URL of one
SECONDS = 1.0  # between two looks whether anybody is still at work


@dataclass
class _RemoteClient:
    """A job under way, and the lock that its report folder is under meanwhile."""

    name: str
    lock: ExitStack = field(default_factory=ExitStack)


def run_remotely(
    names: Sequence[str],
    client_data: Place,
    reports: Place,
    flags: Sequence[str],
    cluster: str,
    jobs: int,
    say: Echo,
) -> list[Outcome]:
    """Run the clients on the cluster at this address, or `jobs` at a time here; outcomes in the order of the names.

    Raises BespokeError when the cluster cannot be used at all.
    """
    if cluster:
        from bespoke.runner.remote.dask_cluster import workers

        workplace = workers(cluster)
    else:
        workplace = _threads(jobs)
    waiting = sorted(names)  # the same order everywhere: two such runs never wait for each other
    under_way: dict[Future[Done], _RemoteClient] = {}
    found: dict[str, Outcome] = {}

    def settle(name: str, problems: Sequence[str]) -> None:
        if problems and isinstance(reports, Path):
            keep(reports / name, problems)
        found[name] = Outcome(name, tuple(problems))
        if len(names) > 1:
            say(f"[{len(found)}/{len(names)}] {name}: {'failed' if problems else 'done'}")

    with workplace as place, ExitStack() as locks:
        while waiting or under_way:
            while waiting and len(under_way) < place.room():
                client = _RemoteClient(waiting.pop(0))
                locks.push(client.lock)
                try:
                    job = _packed(client, client_data, reports, flags, say)
                    under_way[place.submit(job)] = client
                except (BespokeError, OSError) as error:
                    settle(client.name, _told(client, _lines(client.name, error), say))
            ended, _ = wait(under_way, timeout=SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                client = under_way.pop(future)
                settle(client.name, _received(client, future, reports, say))
            if not ended and (why := place.hopeless()):
                for client in under_way.values():
                    settle(client.name, _told(client, [f"{client.name}: {why}"], say))
                for name in waiting:
                    settle(name, _told(_RemoteClient(name), [f"{name}: {why}"], say))
                break
    return [found[name] for name in names]


def _packed(
    client: _RemoteClient, client_data: Place, reports: Place, flags: Sequence[str], say: Echo
) -> RemoteJob:
    """The job of one client; its report folder is locked from here on."""
    name = client.name
    files: Files | str = str(client_data)
    report: Files | str = str(reports)
    log: Files = {}
    client_names.check_name(name)
    folder = client_names.folder(client_data, name) if isinstance(client_data, Path) else None
    if isinstance(reports, Path):
        waiting = f"{name}: another run of this client is at work; waiting"
        client.lock.enter_context(one_at_a_time(reports / name, lambda: say(waiting)))
        keep_out_of_git(reports / name)
        report = pack(reports / name)
    if folder is not None:
        if is_local_only(folder):
            clients.load(folder.parent, name)  # says what is wrong with it here, where it can be seen
        files = pack(folder)
        log = {kept: path.read_bytes() for kept in LOGS if (path := folder.parent / kept).is_file()}
    return RemoteJob(
        name, tuple(flags), files, report, log, fingerprint(), machine.lent(name), trusted_here()
    )


def _received(client: _RemoteClient, future: Future[Done], reports: Place, say: Echo) -> Sequence[str]:
    """What went wrong, once the report is in place."""
    name = client.name
    try:
        done = future.result()
    except (
        Exception,
        CancelledError,
    ) as error:  # the cluster's own, when every worker that tried it was lost
        return _told(client, [f"{name}: lost on the cluster: {type(error).__name__}"], say)
    for line in done.said:
        say(line)
    try:
        if done.report is not None and isinstance(reports, Path):
            unpack(done.report, reports / name)
    except (BespokeError, OSError) as error:
        return _told(client, _lines(name, error), say)
    client.lock.close()
    return done.problems


def _told(client: _RemoteClient, problems: Sequence[str], say: Echo) -> Sequence[str]:
    client.lock.close()
    for problem in problems:
        say(problem)
    return problems


def _lines(name: str, error: BespokeError | OSError) -> list[str]:
    if isinstance(error, BespokeError):
        return list(map(str, error.problems))
    where = Path(error.filename).name if error.filename else name
    return [printable(f"{where}: {error.strerror or error}")]


@contextmanager
def _threads(jobs: int) -> Iterator[Workers]:
    """Jobs done on this machine, each by a process of its own."""
    leave = Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield Workers(
                lambda job: pool.submit(run_remote_job, job, lambda: not leave.is_set()),
                lambda: jobs,
                lambda: "",
            )
        finally:
            leave.set()


def list_clients(client_data: Place, reports: Place) -> None:
    """The page of all clients where one of the two is a URL: of the reports only what the page tells is read."""
    from bespoke.inspection import client_index
    from bespoke.runner.remote import s3

    with TemporaryDirectory(prefix="bespoke-") as place:
        clients_here, reports_here = client_data, reports
        if isinstance(client_data, str):
            clients_here = Path(place) / "client_data"
            for name in s3.names(client_data):
                (clients_here / name).mkdir(parents=True)
        if isinstance(reports, str):
            reports_here = Path(place) / "reports"
            there = s3.fetch(reports, reports_here, lambda name: Path(name).name in client_index.READ)
            for name in s3.listing(reports):
                if name.count("/") == 1 and Path(name).name in client_index.LINKED:
                    (reports_here / name).parent.mkdir(parents=True, exist_ok=True)
                    (reports_here / name).touch()
        assert isinstance(clients_here, Path)
        assert isinstance(reports_here, Path)
        client_index.write(reports_here, clients_here)
        page = reports_here / client_index.PAGE
        if isinstance(reports, str) and digest(page) != there.get(client_index.PAGE):
            s3.put(page.read_bytes(), reports, client_index.PAGE)
