"""The ICD-10-CM code set: the pinned release, or another one from its file."""

from __future__ import annotations

from functools import lru_cache

from bespoke.facts.icd10_codes import (
    BILLABLE,
    COLUMNS,
    PINNED,
    RELEASE,
    SOURCE,
    TABLE,
    CodeSet,
    Icd10Code,
    Release,
    SortedRows,
    Validity,
    normalised,
    packed,
    pinned_codes,
    well_formed,
)

__all__ = [
    "BILLABLE", "COLUMNS", "PINNED", "RELEASE", "SOURCE", "TABLE", "CodeSet", "Icd10Code", "Release", "SortedRows",
    "Validity", "code_set", "normalised", "packed", "well_formed",
]  # fmt: skip


def code_set(given: Release | None = None) -> CodeSet:
    """The release given, else the pinned one; read once per process. Raises BespokeError for a faulty file."""
    if given is None or given == PINNED:
        return pinned_codes()
    return _given(given, given.path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _given(release: Release, written: int) -> CodeSet:
    """`written` is when the file was last written: a file that has changed is read again."""
    from bespoke.facts.icd10_release import read_release

    return CodeSet(release, read_release(release.path))
