"""python -m bespoke.tuning.recipes FOLDER [--merge]: train by a recipe, or merge what was trained into its base."""

from __future__ import annotations

import sys
from pathlib import Path

from bespoke.errors import BespokeError

INSTALL = (
    'torch, transformers, peft and trl are needed; install the extra: pip install "bespoke-workbook[lora]"'
)
USAGE = "usage: python -m bespoke.tuning.recipes FOLDER [--merge]\n"


def main(arguments: list[str]) -> int:
    """0 when the adapter (or the merged model) was written, 1 for what a user can mend, 2 for wrong usage."""
    folders = [word for word in arguments if word != "--merge"]
    if len(folders) != 1 or folders[0].startswith("-"):
        sys.stderr.write(USAGE)
        return 2
    try:
        try:
            from bespoke.tuning.recipes.merge import merge
            from bespoke.tuning.recipes.train import train
        except ImportError as error:
            raise BespokeError(INSTALL) from error
        (merge if "--merge" in arguments else train)(Path(folders[0]), _say)
    except BespokeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
