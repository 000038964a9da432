"""Clients that are not run in place: on the workers of a cluster, or here on copies from a shared URL.

Each is an errand of its own. While one is under way its report folder is locked, and only as many are packed as there
is room for. Folders under a URL are read and written by whoever does the errand and never pass through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from bespoke import clients
from bespoke.clients import naming
from bespoke.errors import BespokeError, printable
from bespoke.keys import digest
from bespoke.runner.errand import LOGS, Done, Errand, fingerprint, run_errand
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.luggage import Files, pack, stays_at_home, unpack
from bespoke.runner.outcome import Outcome, keep

Say = Callable[[str], None]
Place = Path | str  # a folder, or the URL of one
SECONDS = 1.0  # between two looks whether anybody is still at work


@dataclass(frozen=True)
class Workplace:
    """Where errands are done. `hopeless` says why nobody is left to do them, as long as that is so."""

    submit: Callable[[Errand], Future[Done]]
    room: Callable[[], int]
    hopeless: Callable[[], str]


@dataclass
class _Journey:
    """An errand under way, and the lock that its report folder is under meanwhile."""

    name: str
    lock: ExitStack = field(default_factory=ExitStack)


def run_away(
    names: Sequence[str],
    client_data: Place,
    reports: Place,
    flags: Sequence[str],
    cluster: str,
    jobs: int,
    say: Say,
) -> list[Outcome]:
    """Run the clients on the cluster at this address, or `jobs` at a time here; outcomes in the order of the names.

    Raises BespokeError when the cluster cannot be used at all.
    """
    if cluster:
        from bespoke.runner.cluster import workers

        workplace = workers(cluster)
    else:
        workplace = _threads(jobs)
    waiting = sorted(names)  # the same order everywhere: two such runs never wait for each other
    under_way: dict[Future[Done], _Journey] = {}
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
                journey = _Journey(waiting.pop(0))
                locks.push(journey.lock)
                try:
                    errand = _packed(journey, client_data, reports, flags, say)
                    under_way[place.submit(errand)] = journey
                except (BespokeError, OSError) as error:
                    settle(journey.name, _told(journey, _lines(journey.name, error), say))
            ended, _ = wait(under_way, timeout=SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                journey = under_way.pop(future)
                settle(journey.name, _received(journey, future, reports, say))
            if not ended and (why := place.hopeless()):
                for journey in under_way.values():
                    settle(journey.name, _told(journey, [f"{journey.name}: {why}"], say))
                for name in waiting:
                    settle(name, _told(_Journey(name), [f"{name}: {why}"], say))
                break
    return [found[name] for name in names]


def _packed(journey: _Journey, client_data: Place, reports: Place, flags: Sequence[str], say: Say) -> Errand:
    """The errand of one client; its report folder is locked from here on."""
    name = journey.name
    client: Files | str = str(client_data)
    report: Files | str = str(reports)
    log: Files = {}
    naming.check_name(name)
    folder = naming.folder(client_data, name) if isinstance(client_data, Path) else None
    if isinstance(reports, Path):
        waiting = f"{name}: another run of this client is at work; waiting"
        journey.lock.enter_context(one_at_a_time(reports / name, lambda: say(waiting)))
        report = pack(reports / name)
    if folder is not None:
        if stays_at_home(folder):
            clients.load(folder.parent, name)  # says what is wrong with it here, where it can be seen
        client = pack(folder)
        log = {name: path.read_bytes() for name in LOGS if (path := folder.parent / name).is_file()}
    return Errand(name, tuple(flags), client, report, log, fingerprint())


def _received(journey: _Journey, future: Future[Done], reports: Place, say: Say) -> Sequence[str]:
    """What went wrong, once the report is in place."""
    name = journey.name
    try:
        done = future.result()
    except (
        Exception,
        CancelledError,
    ) as error:  # the cluster's own, when every worker that tried it was lost
        return _told(journey, [f"{name}: lost on the cluster: {type(error).__name__}"], say)
    for line in done.said:
        say(line)
    try:
        if done.report is not None and isinstance(reports, Path):
            unpack(done.report, reports / name)
    except (BespokeError, OSError) as error:
        return _told(journey, _lines(name, error), say)
    journey.lock.close()
    return done.problems


def _told(journey: _Journey, problems: Sequence[str], say: Say) -> Sequence[str]:
    journey.lock.close()
    for problem in problems:
        say(problem)
    return problems


def _lines(name: str, error: BespokeError | OSError) -> list[str]:
    if isinstance(error, BespokeError):
        return list(map(str, error.problems))
    where = Path(error.filename).name if error.filename else name
    return [printable(f"{where}: {error.strerror or error}")]


@contextmanager
def _threads(jobs: int) -> Iterator[Workplace]:
    """Errands done on this machine, each by a process of its own."""
    leave = Event()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield Workplace(
                lambda errand: pool.submit(run_errand, errand, lambda: not leave.is_set()),
                lambda: jobs,
                lambda: "",
            )
        finally:
            leave.set()


def list_clients(client_data: Place, reports: Place) -> None:
    """The page of all clients where one of the two is a URL: of the reports only what the page tells is read."""
    from bespoke.runner import index, shared

    with TemporaryDirectory(prefix="bespoke-") as place:
        clients_here, reports_here = client_data, reports
        if isinstance(client_data, str):
            clients_here = Path(place) / "client_data"
            for name in shared.names(client_data):
                (clients_here / name).mkdir(parents=True)
        if isinstance(reports, str):
            reports_here = Path(place) / "reports"
            there = shared.fetch(reports, reports_here, lambda name: Path(name).name in index.READ)
            for name in shared.listing(reports):
                if name.count("/") == 1 and Path(name).name in index.LINKED:
                    (reports_here / name).parent.mkdir(parents=True, exist_ok=True)
                    (reports_here / name).touch()
        assert isinstance(clients_here, Path)
        assert isinstance(reports_here, Path)
        index.write(reports_here, clients_here)
        page = reports_here / index.PAGE
        if isinstance(reports, str) and digest(page) != there.get(index.PAGE):
            shared.put(page.read_bytes(), reports, index.PAGE)
