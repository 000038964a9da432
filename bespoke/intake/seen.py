"""Whether a call was counted before, in memory that does not grow with the number of calls.

A Bloom filter (Bloom, CACM 13(7), 1970, pp. 422-426) of 64 MiB with five bits a call: of ten million calls about ten
are taken for seen that were not, the sum of (1 - exp(-5 i / 2**29))**5; of one million none.
"""

from __future__ import annotations

from hashlib import blake2b
from struct import Struct

_BITS = 29  # of an address: 2**29 bits are 64 MiB
_WORDS = Struct("<5I")


class Seen:
    """The ids of the calls so far."""

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
