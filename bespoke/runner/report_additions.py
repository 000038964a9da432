"""What a client's report says besides its notebooks: on the cover, in the summary and at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bespoke.clients.opening import open_inside
from bespoke.errors import BespokeError
from bespoke.runner import issued

if TYPE_CHECKING:
    from bespoke.clients.schema import Client
    from bespoke.report.additions import Additions, Changes
    from bespoke.report.report_cover import Cover


KINDS: dict[str, Literal["svg", "png", "jpeg"]] = {
    ".svg": "svg", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg",
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """How a report stands on the day it is rendered: `stale` of the `facts` behind it had expired; `older` chapters are
    printed although what they are made from has changed; `content` and `issue` tell its version."""

    stale: int = 0
    facts: int = 0
    older: int = 0
    content: str = ""
    issue: str = ""  # the version it is handed over as, now


def cover(client: Client, day: date, folder: Path, standing: Standing) -> Cover:
    """The client's cover with its version, and what a reader must know of the dates."""
    from bespoke.report.phrases import phrases
    from bespoke.show import numbers
    from bespoke.show.language import LANGUAGE

    words = phrases(LANGUAGE)
    remarks = []
    current, last = issued.standing(issued.issues(folder), standing.content)
    if standing.issue or current:
        remarks.append(words["version"].format(version=standing.issue or current.version))  # type: ignore[union-attr]
    elif last:
        remarks.append(words["draft"].format(version=last.version))
    if day != client.engagement.as_of:
        remarks.append(words["another_day"].format(day=numbers.day(client.engagement.as_of, LANGUAGE)))
    if standing.older:
        words_of = words["mixed_one" if standing.older == 1 else "mixed_many"]
        remarks.append(words_of.format(n=standing.older))
    return replace(cover_of(client, day), remarks=tuple(remarks))


def cover_of(client: Client, as_of: date) -> Cover:
    """Names, date and branding; the logo is read from the client folder."""
    from bespoke.report.report_cover import Cover

    engagement = client.engagement
    logo = client.folder / engagement.branding.logo if engagement.branding.logo else None
    return Cover(
        client=engagement.client,
        prepared_by=engagement.prepared_by,
        as_of=as_of,
        accent=engagement.branding.accent,
        confidentiality=engagement.branding.confidentiality,
        logo=_bytes(client, logo) if logo else None,
        logo_kind=KINDS[logo.suffix.lower()] if logo else "svg",
        paper=engagement.paper,
        fonts=tuple(client.folder / name for name in engagement.fonts),
    )


def _bytes(client: Client, logo: Path) -> bytes:
    """From inside the client folder, whatever lies there by now."""
    try:
        with open_inside(client.folder, logo) as file:
            return file.read()
    except OSError as error:
        raise BespokeError(
            f"cannot be read: {error.strerror or 'it is no file of the folder'}",
            path=f"{client.name}/{logo.name}",
        ) from error


def additions(client: Client, folder: Path, standing: Standing) -> Additions:
    """Notes, stale facts, changes since the last issue, and who signs."""
    from bespoke.own.words import notes_of
    from bespoke.report.additions import Additions, Signature

    engagement = client.engagement
    signed = engagement.sign_off
    return Additions(
        author=engagement.prepared_by,
        notes=notes_of(client),
        stale=standing.stale,
        facts=standing.facts,
        changes=_changes(client, folder, standing),
        signatures=(
            Signature(engagement.prepared_by, signed.name or "", signed.role or "", signed.date),
            Signature(engagement.client),
        ),
    )


def _changes(client: Client, folder: Path, standing: Standing) -> Changes | None:
    found: Sequence[issued.Issue] = issued.issues(folder)
    since = (found[-1] if found else None) if standing.issue else issued.standing(found, standing.content)[1]
    if since is None:
        return None
    from bespoke.chapters.recommendation import Recommendation  # no report without an issue waits for it

    advice = Recommendation.read(folder / issued.ADVICE)
    return issued.changes(client, advice, folder, since) if advice else None
