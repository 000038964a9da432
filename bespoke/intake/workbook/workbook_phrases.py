"""The workbook's words in the client's language, and back from them to the program's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bespoke.clients.wording import bare

LANGUAGES = ("en", "de", "es")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(
        Path(__file__).with_name("workbook_phrases.yaml").read_text(encoding="utf-8")
    )
    return found


def phrase(section: str, name: str, language: str) -> str:
    """Of a sheet what stands on its tab (`sheets`) or what it is for (`titles`); a heading of the engagement's."""
    return _said(_table()[section][name], language)


def start(language: str) -> list[str]:
    """The sentences of the first sheet."""
    return [_said(sentence, language) for sentence in _table()["start"]]


def column(sheet_name: str, name: str, language: str) -> tuple[str, str]:
    """Heading of a column, and what belongs there."""
    label, help_text = _table()["columns"][sheet_name][name]
    return _said(label, language), _said(help_text, language)


def columns(sheet_name: str) -> list[str]:
    """The identifiers of a sheet's columns, in order."""
    return list(_table()["columns"][sheet_name])


def choice(word: str, language: str) -> str:
    """A word of a drop-down list; words that need no translation stay."""
    found = _table()["choices"].get(word)
    return word if found is None else _said(found, language)


def meant(text: str) -> str:
    """The program's own word for one of a drop-down list, in whichever language; other text stays."""
    return _meanings().get(bare(text), text)


@lru_cache(maxsize=1)
def _meanings() -> dict[str, str]:
    found: dict[str, str] = {}
    for word, said in _table()["choices"].items():
        own = {"yes": "true", "no": "false"}.get(word, word)
        for text in said:
            found.setdefault(bare(text), own)
    return found


def _said(texts: list[str], language: str) -> str:
    return texts[LANGUAGES.index(language)]
