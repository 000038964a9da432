"""Whether rows agree on their system prompt: a model asked with one at run time should have learnt with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from bespoke.show.numbers import decimal

COMMON = 0.5  # of the rows share one prompt: then another is a stranger
MOST = 10_000  # rows remembered beside their prompt


@dataclass
class SystemPrompts:
    """Rows by their system prompt, a hash each; "" is none."""

    rows: dict[bytes, list[tuple[str, int]]] = field(default_factory=dict)
    count: dict[bytes, int] = field(default_factory=dict)

    def add(self, file: str, line: int, system: str | None) -> None:
        text = " ".join((system or "").split()).encode("utf-8", "replace")
        key = b"" if system is None else blake2b(text).digest()[:8]
        self.count[key] = self.count.get(key, 0) + 1
        places = self.rows.setdefault(key, [])
        if len(places) < MOST:
            places.append((file, line))

    def findings(self) -> Iterator[tuple[str, str, int, str]]:
        """Rule, file, line and detail of each row that has no prompt where others have, or another than most."""
        total = sum(self.count.values())
        if len(self.count) < 2:
            return
        with_prompt = total - self.count.get(b"", 0)
        for file, line in self.rows.get(b"", ()):
            yield "system_missing", file, line, f"{decimal(with_prompt)} of {decimal(total)} rows have one"
        main = max(self.count, key=lambda key: self.count[key])
        if not main or self.count[main] < COMMON * total:
            return
        detail = f"{decimal(self.count[main])} of {decimal(total)} rows share one"
        for key, places in self.rows.items():
            if key not in (main, b""):
                yield from (("system_differs", file, line, detail) for file, line in places)
