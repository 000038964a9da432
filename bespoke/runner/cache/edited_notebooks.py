"""A file of ours that somebody edited is kept beside the new one: nothing of an analyst's is overwritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bespoke.keys import digest


def keep_edited(executed: Path, digest_then: str, name: str, say: Callable[[str], None]) -> None:
    """Moves an edited file beside where it lay, and says so.

    `digest_then` is the SHA-256 that the last run noted, `name` how messages name the file.
    """
    if not digest_then or not executed.is_file() or digest(executed) == digest_then:
        return
    for number in range(1, 1000):
        kept = executed.with_name(
            f"{executed.stem}.edited{'' if number == 1 else f'-{number}'}{executed.suffix}"
        )
        if not kept.exists():
            executed.replace(kept)
            say(f"{name}: was edited; your version is kept as {kept.name}")
            return
