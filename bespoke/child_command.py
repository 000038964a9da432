"""The `bespoke` command in a process that ends with the one that started it: a client of many, or a remote job."""

from __future__ import annotations

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1  # of Linux's prctl

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # workers in the background may ignore it
    if sys.platform == "linux":  # elsewhere a run whose worker is lost goes on to its end, for nobody
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from bespoke.cli import main
    from bespoke.saving import be_private

    be_private()
    main()
