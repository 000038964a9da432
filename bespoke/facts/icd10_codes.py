"""One release of ICD-10-CM in memory: which codes exist, are billable, how they nest; and the pinned release."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, ValuesView
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

RELEASE = "ICD-10-CM FY2026, April 2026 update"
SOURCE = "simple-icd-10-cm 1.5.0 (MIT), from the CMS/NCHS release files"
BILLABLE = 74_719  # the official count of the release
COLUMNS = ("code", "billable", "parent", "chapter", "description", "inclusion_terms")
TABLE = Path(__file__).with_name("icd10cm.tsv.gz")

Validity = Literal["malformed", "invented", "not_billable", "billable"]


class Release(NamedTuple):
    """One release of the code set and the file that holds it: an official order file or a table like ours."""

    name: str
    since: date  # in force from this day on
    path: Path

    @property
    def fiscal_year(self) -> int:
        """The US government's year, named after the calendar year in which it ends on 30 September."""
        return self.since.year + (self.since.month >= 10)


PINNED = Release(RELEASE, date(2026, 4, 1), TABLE)


class Icd10Code(NamedTuple):  # a hundred thousand of them: a tuple is made four times as fast as a dataclass
    code: str
    billable: bool
    parent: str  # "" for a three-character category
    chapter: str  # "1" to "22"
    description: str
    inclusion_terms: str  # "; " between terms


class SortedRows(Mapping[str, str]):
    """Code -> row of a table sorted by code. Its text stays in one piece until all rows are wanted: whoever asks
    for a few codes finds them by halving, in a third of the time that taking it apart would take."""

    def __init__(self, table: bytes) -> None:
        self._table = table  # each row ends in a new line
        self._found: dict[str, str] = {}

    def __getitem__(self, code: str) -> str:
        if "_all" in vars(self):
            return self._all[code]
        if code not in self._found:
            self._found[code] = self._search(code)
        return self._found[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def values(self) -> ValuesView[str]:
        return self._all.values()

    @cached_property
    def _all(self) -> dict[str, str]:
        return {row.partition("\t")[0]: row for row in self._table.decode().splitlines()}

    def _search(self, code: str) -> str:
        wanted, table = code.encode(errors="surrogatepass"), self._table
        low, high = 0, len(table)
        while low < high:
            middle = (low + high) // 2
            start = max(low, table.rfind(b"\n", low, middle) + 1)
            end = table.index(b"\n", middle)
            here = table[start : table.index(b"\t", start)]
            if here == wanted:
                return table[start:end].decode()
            low, high = (end + 1, high) if here < wanted else (low, start)
        raise KeyError(code)


class CodeSet:
    """One release of the code set. Look-ups take codes in any case, with or without the dot."""

    def __init__(self, release: Release, lines: Mapping[str, str]) -> None:
        self.release = release
        self._lines = lines  # code -> its row of the table
        self._found: dict[str, Icd10Code] = {}

    @cached_property
    def codes(self) -> dict[str, Icd10Code]:
        """Every code, taken apart when first asked for: a look at a few of them needs only their lines."""
        rows = (line.split("\t") for line in self._lines.values())
        return {
            c: Icd10Code(c, b == "1", parent, chapter, text, terms)
            for c, b, parent, chapter, text, terms in rows
        }

    def find(self, code: str) -> Icd10Code | None:
        """One code as it is written in the table, without taking the others apart."""
        found = self._found.get(code)
        if found is None and code in self._lines:
            c, billable, *rest = self._lines[code].split("\t")
            found = self._found[code] = Icd10Code(c, billable == "1", *rest)
        return found

    def validity(self, code: str) -> Validity:
        """The rung of the validity ladder a single code reaches."""
        normal = normalised(code)
        if normal in self._lines:
            return "billable" if self._lines[normal].split("\t", 2)[1] == "1" else "not_billable"
        return "invented" if well_formed(normal) else "malformed"

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The code itself, then its parents up to the three-character category; () for an unknown code."""
        chain = []
        found = self.find(normalised(code))
        while found:
            chain.append(found.code)
            found = self.find(found.parent)
        return tuple(chain)

    def chapter(self, code: str) -> str:
        """Chapter number as text, `""` for an unknown code."""
        found = self.find(normalised(code))
        return found.chapter if found else ""

    @cached_property
    def billable(self) -> tuple[Icd10Code, ...]:
        return tuple(code for code in self.codes.values() if code.billable)

    @cached_property
    def billable_texts(self) -> dict[str, str]:
        """Billable code -> its description and, after a tab, its inclusion terms; takes nothing else apart."""
        rows = (line.split("\t", 4) for line in self._lines.values())
        return {code: text for code, billable, _, _, text in rows if billable == "1"}


def normalised(code: str) -> str:
    """`e1165`, ` E11.65 ` -> `E11.65`; does not say whether the code exists."""
    bare = code.strip().upper().replace(".", "")
    return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"


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


def packed(rows: Iterable[str]) -> bytes:
    """Rows of the table as the file that is stored: a header, gzip, no time stamp, so the same bytes each time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", mtime=0, compresslevel=9) as file:
        file.write("".join(f"{row}\n" for row in ("\t".join(COLUMNS), *rows)).encode())
    return buffer.getvalue()


@lru_cache(maxsize=1)
def pinned_codes() -> CodeSet:
    """The release that comes with this package, read once per process."""
    with gzip.open(TABLE) as file:
        _, _, rows = file.read().partition(b"\n")  # the first line names the columns
    return CodeSet(PINNED, SortedRows(rows))
