"""python -m bespoke.tuning.recipes FOLDER: train by the recipe in a folder that `bespoke tune export` wrote."""

from __future__ import annotations

import sys
from pathlib import Path

from bespoke.errors import BespokeError

INSTALL = (
    'torch, transformers, peft and trl are needed; install the extra: pip install "bespoke-workbook[lora]"'
)


def main(arguments: list[str]) -> int:
    """0 when the adapter was written, 1 for what a user can mend, 2 for wrong usage."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bespoke.tuning.recipes FOLDER\n")
        return 2
    try:
        try:
            from bespoke.tuning.recipes.train import train
        except ImportError as error:
            raise BespokeError(INSTALL) from error
        train(Path(arguments[0]), _say)
    except BespokeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
