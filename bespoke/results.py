"""The typed results that chapters hand to each other and to the report, as files."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from bespoke.errors import BespokeError


class Part(BaseModel):
    """A named value inside a result: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(Part):
    """What one chapter found. Raise `version` when the shape changes: older files are then recomputed."""

    version: ClassVar[int] = 1

    facts_used: tuple[str, ...] = ()  # keys of bespoke.facts, for the sources chapter

    def write(self, path: Path, key: str) -> None:
        """Save beside the key of everything it was computed from; never leaves half a file."""
        envelope = {"version": self.version, "key": key, "result": self.model_dump(mode="json")}
        write_atomically(path, json.dumps(envelope, indent=1, ensure_ascii=False, sort_keys=True) + "\n")

    @classmethod
    def read(cls, path: Path, key: str | None = None) -> Self | None:
        """The saved result, or None when there is none, its version is another or its key has changed."""
        try:
            envelope = json.loads(path.read_text(encoding="utf-8"))
            if envelope["version"] != cls.version or key not in (None, envelope["key"]):
                return None
            return cls.model_validate(envelope["result"])
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError, ValidationError):
            return None


def write_atomically(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write the whole file or nothing: a temporary file beside it takes its place at the end."""
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(mode)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BespokeError(f"cannot write: {error.strerror or error}", path=str(path)) from error
