"""The `bespoke` command, and `python -m bespoke`."""

import sys
from contextlib import suppress


def program() -> None:
    """The command. Where kernels will most likely be wanted, they are got ready while it still imports itself."""
    try:
        if sys.argv[1:2] == ["run"] and not {"-h", "--help"} & set(sys.argv):
            _get_ready()
        from bespoke.cli import program as command
    except KeyboardInterrupt:
        sys.exit("interrupted; nothing was begun")
    command()


def _get_ready() -> None:
    from bespoke.runner import nursery

    with suppress(OSError):  # no room, no temporary folder: said when a kernel is needed
        if nursery.available():
            nursery.ZYGOTE.start()


if __name__ == "__main__":
    program()
