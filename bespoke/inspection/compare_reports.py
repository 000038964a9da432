"""`bespoke compare`: two reports of a client, or the same folder on two days, and why the advice differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from bespoke import clients
from bespoke.advice.compare_advice import Standpoint, compare
from bespoke.chapters.recommendation import Recommendation
from bespoke.chapters.registry import compute_all
from bespoke.chapters.standpoints import standpoints
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, printable
from bespoke.runner import issued, proof
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.run_plan import LAST, RunOptions


def compare_reports(name: str, old: str, new: str, options: RunOptions) -> Iterator[str]:
    """One line per difference and cause. `old` and `new` are report folders, or days (2026-06-01) on which the
    client's present folder is looked at. Raises BespokeError for anything else."""
    client = clients.load(options.client_data, name)
    before, after = (_standpoints(client, which) for which in (old, new))
    yield from _only(before.keys() - after.keys(), "no longer there")
    yield from _only(after.keys() - before.keys(), "new")
    same = True
    for task_id in after:
        if task_id not in before:
            continue
        found = compare(before[task_id], after[task_id])
        same &= not found.differences
        for difference in found.differences:
            yield printable(f"{task_id}: {difference}")
        for cause in found.causes:
            yield printable(f"{task_id}:   caused by {cause}")
        if found.together:
            yield printable(f"{task_id}:   caused only together by {'; '.join(found.together)}")
    if same and before.keys() == after.keys():
        yield f"{printable(name)}: the advice is the same"


def _only(task_ids: set[str], words: str) -> Iterator[str]:
    for task_id in sorted(task_ids):
        yield printable(f"{task_id}: {words}")


def _standpoints(client: Client, which: str) -> Mapping[str, Standpoint]:
    with suppress(ValueError):
        return standpoints(client, _on_a_day(client, date.fromisoformat(which)))
    folder = Path(which)
    advice = Recommendation.read(folder / issued.ADVICE) if _proven(folder, client.name) else None
    if advice is None:
        message = "neither a date nor a report folder with results of this version"
        raise BespokeError(message, path=str(folder))
    return standpoints(client, advice)


def _proven(folder: Path, name: str) -> bool:
    """Whether a report, or an issue of one, lies there. BespokeError where it is not as this machine wrote it."""
    if (folder / issued.RECORD).is_file():
        issued.proven(folder, name)
        return True
    if not (folder / manifests.FILE).is_file():
        return False
    made = manifests.proven(folder, name).files.get(issued.ADVICE)
    problems = list(proof.changed(folder, {issued.ADVICE: made})) if made else []
    if problems:
        raise BespokeError(problems)
    return made is not None


def _on_a_day(client: Client, day: date) -> Recommendation:
    """All chapters, computed for the day and kept nowhere."""
    advice = compute_all(client, day)[LAST]
    assert isinstance(advice, Recommendation)
    return advice
