"""The report's fixed words in the reader's language."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from bespoke import paths
from bespoke.errors import BespokeError


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    import yaml

    path = paths.templates() / "report" / "phrases.yaml"
    data: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def languages() -> tuple[str, ...]:
    return tuple(next(iter(_table().values())))


def phrases(language: str) -> dict[str, str]:
    """Every fixed phrase in one language; `de-AT` reads as `de`."""
    code = language.replace("_", "-").split("-")[0].lower()
    if code not in languages():
        raise BespokeError(f"language {language!r} has no phrases; known are {', '.join(languages())}")
    return {key: words[code] for key, words in _table().items()}


def phrase(key: str, language: str, **values: Any) -> str:
    return phrases(language)[key].format(**values)
