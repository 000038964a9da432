"""The typed results that chapters hand to each other and to the report, as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json

from bespoke.saving import write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Part", "Result", "facts_used_in", "write_atomically"]


class Part(BaseModel):
    """A named value inside a result: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(Part):
    """What one chapter found. Raise `version` when the shape changes: older files are then recomputed."""

    version: ClassVar[int] = 1

    facts_used: tuple[str, ...] = ()  # keys of bespoke.facts, for the sources chapter

    def also_writes(self) -> Mapping[str, bytes]:
        """What else the chapter leaves in the client's report folder: file name -> content."""
        return {}

    def frame(self, name: str) -> pd.DataFrame:
        """One table of the result as a data frame, as `result.frame("routes")`; `frames()` has all of them."""
        from bespoke.frames import frame

        return frame(self, name)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table of the result by name; what stands once is in `values`."""
        from bespoke.frames import frames

        return frames(self)

    def __repr__(self) -> str:
        from bespoke.frames import summary

        return summary(self)

    def write(self, path: Path, key: str) -> None:
        """Save beside the key of everything it was computed from; never leaves half a file."""
        envelope = {"version": self.version, "key": key, "result": self}
        write_atomically(path, to_json(envelope, indent=1) + b"\n")

    @classmethod
    def read(cls, path: Path, key: str | None = None) -> Self | None:
        """The saved result, or None when there is none, its version is another or its key has changed."""
        try:
            envelope = json.loads(path.read_text(encoding="utf-8"))
            if envelope["version"] != cls.version or key not in (None, envelope["key"]):
                return None
            return cls.model_validate(envelope["result"])
        except (OSError, ValueError, KeyError, TypeError):
            return None


def facts_used_in(path: Path) -> tuple[str, ...]:
    """Keys of the facts that a saved result rests on, without the chapter's code; none where there is no result."""
    try:
        return tuple(map(str, json.loads(path.read_text(encoding="utf-8"))["result"]["facts_used"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()
