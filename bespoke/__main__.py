"""The `bespoke` command, and `python -m bespoke`."""

import sys


def program() -> None:
    """The command; where kernels will most likely be wanted, they are got ready while it still imports itself."""
    if sys.argv[1:2] == ["run"]:
        from bespoke.runner.nursery import ZYGOTE, available

        try:
            if available():
                ZYGOTE.start()
        except OSError:  # no room, no temporary folder: said when a kernel is needed
            pass
    from bespoke.cli import program as command

    command()


if __name__ == "__main__":
    program()
