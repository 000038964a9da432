"""`python -m bespoke` is the `bespoke` command."""

from bespoke.cli import program

program()
