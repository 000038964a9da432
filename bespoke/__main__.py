"""The `bespoke` command, and `python -m bespoke`."""

import os
import sys
from contextlib import suppress


def program() -> None:
    """The command. Where kernels will most likely be wanted, they are got ready while it still imports itself."""
    _open_what_is_closed()
    try:
        from bespoke.saving import be_private

        be_private()
        if sys.argv[1:2] == ["run"] and not {"-h", "--help"} & set(sys.argv):
            _get_ready()
        from bespoke.cli import program as command
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was begun")
    command()


def _open_what_is_closed() -> None:
    """A command whose output was closed (`>&-`) still does its work: what it says goes nowhere, and no file that is
    opened later gets the number of its output."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free, which is this one
            mode = "r" if number == 0 else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _get_ready() -> None:
    from bespoke.runner.kernels import fork_client

    with suppress(OSError):  # no room, no temporary folder: said when a kernel is needed
        if fork_client.available():
            fork_client.FORK_SERVER.start()


if __name__ == "__main__":
    program()
