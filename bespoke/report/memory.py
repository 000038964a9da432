"""How much memory typesetting may take, where the system keeps to it: Linux does, macOS and Windows do not.

The typesetter ends its whole process where it gets no more, so a limit is set only in a process that is a client's own.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

ALLOWED = "BESPOKE_TYPESETTING_MB"  # environment variable, for a report that really is as large as that
MOST = 3_000  # MB besides what is held before; the reports of the three examples take up to 750
REFUSED = "memory allocation of "  # how the typesetter says on standard error that it ends


def allowance() -> int:
    """What typesetting may take, in MB."""
    given = os.environ.get(ALLOWED, "")
    return int(given) if given.isdecimal() and int(given) else MOST


def limit() -> None:
    """From here on this process may take that much more than it holds now, and its children as much as it in all."""
    if sys.platform != "linux":
        return
    import resource

    most = _held() + allowance() * 10**6
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    given = [one for one in (soft, hard) if one != resource.RLIM_INFINITY]
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (min([most, *given]), hard))


def exceeded() -> str:
    """What is said of a client whose report takes more."""
    return (
        f"typesetting its report takes more than {allowance():,} MB of memory; a picture or a table is too much for it"
        f" ({ALLOWED} allows more)"
    )


def _held() -> int:
    """Bytes of this process that count towards the limit."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    return 0
