"""What may be counted twice: a call that stands in two exports, and totals of the same days in two reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from itertools import combinations
from struct import Struct

from bespoke.intake.usage_record import Record

_BITS = 29  # of an address: 2**29 bits are 64 MiB
_WORDS = Struct("<5I")
_Period = tuple[datetime, datetime]  # the second is exclusive


class Seen:
    """The ids of the calls so far, in memory that does not grow with their number.

    A Bloom filter (Bloom, CACM 13(7), 1970, pp. 422-426) of 64 MiB with five bits a call: of ten million calls about
    ten are taken for seen that were not, the sum of (1 - exp(-5 i / 2**29))**5; of one million none.
    """

    def __init__(self) -> None:
        self._bits = bytearray()

    def before(self, call: str) -> bool:
        """Whether this id was asked about before; it is remembered from now on."""
        self._bits = self._bits or bytearray(1 << (_BITS - 3))
        known = True
        for word in _WORDS.unpack(blake2b(call.encode(), digest_size=_WORDS.size).digest()):
            at = word >> (32 - _BITS)
            byte, bit = at >> 3, 1 << (at & 7)
            known = known and bool(self._bits[byte] & bit)
            self._bits[byte] |= bit
        return known


class Totals:
    """The period of every file's totals, for each task, calls and charges apart; a single call has an id instead.

    Reports of one vendor by key and by workspace count the same calls.
    """

    def __init__(self) -> None:
        self._periods: defaultdict[tuple[str, bool], dict[str, _Period]] = defaultdict(dict)

    def add(self, task: str, file: str, record: Record) -> None:
        if record.end is not None:
            files = self._periods[task, record.charge]
            since, until = files.get(file, (record.start, record.end))
            files[file] = min(since, record.start), max(until, record.end)

    def overlapping(self) -> Iterator[str]:
        """A line for every two files whose periods meet."""
        for (task, charge), files in self._periods.items():
            for (one, period), (other, second) in combinations(files.items(), 2):
                since, until = max(period[0], second[0]), min(period[1], second[1])
                if since < until:
                    what = "charges" if charge else "totals"
                    yield (
                        f"{task}: {one} and {other} both hold {what} from {since:%Y-%m-%d %H:%M} UTC on, added up;"
                        f" import one of them alone if they count the same calls"
                    )
