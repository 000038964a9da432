"""The pinned ICD-10-CM code set: which codes exist, which are billable, how they nest."""

from __future__ import annotations

import gzip
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

RELEASE = "ICD-10-CM FY2026, April 2026 update"
SOURCE = "simple-icd-10-cm 1.5.0 (MIT), from the CMS/NCHS release files"
BILLABLE = 74_719  # the official count of the release
COLUMNS = ("code", "billable", "parent", "chapter", "description", "inclusion_terms")
TABLE = Path(__file__).with_name("icd10cm.tsv.gz")

Validity = Literal["malformed", "invented", "not_billable", "billable"]


class Code(NamedTuple):  # a hundred thousand of them: a tuple is made four times as fast as a dataclass
    code: str
    billable: bool
    parent: str  # "" for a three-character category
    chapter: str  # "1" to "22"
    description: str
    inclusion_terms: str  # "; " between terms


class CodeSet:
    """One release of the code set. Look-ups take codes in any case, with or without the dot."""

    def __init__(self, path: Path = TABLE) -> None:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            self._lines = {line.partition("\t")[0]: line for line in file.read().splitlines()[1:]}

    @cached_property
    def codes(self) -> dict[str, Code]:
        """Every code, taken apart when first asked for: a look at a few of them needs only their lines."""
        rows = (line.split("\t") for line in self._lines.values())
        return {
            c: Code(c, b == "1", parent, chapter, text, terms) for c, b, parent, chapter, text, terms in rows
        }

    def find(self, code: str) -> Code | None:
        """One code as it is written in the table, without taking the others apart."""
        line = self._lines.get(code)
        if line is None:
            return None
        c, billable, *rest = line.split("\t")
        return Code(c, billable == "1", *rest)

    def normalise(self, code: str) -> str:
        """`e1165`, ` E11.65 ` -> `E11.65`; does not say whether the code exists."""
        bare = code.strip().upper().replace(".", "")
        return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"

    def validity(self, code: str) -> Validity:
        """The rung of the validity ladder a single code reaches."""
        normal = self.normalise(code)
        if normal in self._lines:
            return "billable" if self._lines[normal].split("\t", 2)[1] == "1" else "not_billable"
        return "invented" if well_formed(normal) else "malformed"

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The code itself, then its parents up to the three-character category; () for an unknown code."""
        chain = []
        current = self.normalise(code)
        while current in self.codes:
            chain.append(current)
            current = self.codes[current].parent
        return tuple(chain)

    def chapter(self, code: str) -> str:
        """Chapter number as text, `""` for an unknown code."""
        found = self.codes.get(self.normalise(code))
        return found.chapter if found else ""

    @cached_property
    def billable(self) -> tuple[Code, ...]:
        return tuple(code for code in self.codes.values() if code.billable)


def well_formed(code: str) -> bool:
    """Whether a normalised code has the shape of one: letter, digit or A/B, then up to five characters."""
    bare = code.replace(".", "")
    return (
        3 <= len(bare) <= 7
        and bare.isascii()
        and bare.isalnum()
        and bare[0].isalpha()
        and (bare[1].isdigit() or bare.startswith("QA"))
    )


@lru_cache(maxsize=1)
def code_set() -> CodeSet:
    """The pinned release, read once per process."""
    return CodeSet()
