"""The report's cover from the engagement."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bespoke.clients.opening import open_inside
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from bespoke.report.report_cover import Cover

KINDS: dict[str, Literal["svg", "png", "jpeg"]] = {
    ".svg": "svg", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg",
}  # fmt: skip


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
