"""`python -m bespoke` is the `bespoke` command."""

from bespoke.cli import main

main()
