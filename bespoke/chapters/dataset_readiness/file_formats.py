"""In which formats all rows of a file stand, and which rows stand in another than the rest."""

from __future__ import annotations

from collections import Counter

from bespoke.show.numbers import decimal
from bespoke.tuning.formats import Detection, TrainingFormat
from bespoke.tuning.formats.detection import KNOWN
from bespoke.tuning.formats.example import Record


class Standing:
    """Takes a file's rows one by one. A format stays only while every row is in it."""

    def __init__(self, detected: Detection | None) -> None:
        self._detected = detected
        self._held = [] if detected is None else [detected.format, *(KNOWN[name] for name in detected.also)]
        self._others: Counter[str] = Counter()

    def form(self, record: Record) -> TrainingFormat:
        """The format of a row."""
        assert self._detected is not None
        found = self._detected.claim(record)
        if found is None:  # a row that is in no format at all says nothing of the others
            return self._detected.format
        self._held = [form for form in self._held if form is found or form.recognises(record)]
        if found is not self._detected.format:
            self._others[found.title] += 1
        return found

    @property
    def as_is(self) -> tuple[str, ...]:
        """The formats that every row is in."""
        return tuple(form.name for form in self._held)

    @property
    def also(self) -> tuple[str, ...]:
        """Of these, the ones beside the file's own."""
        own = self._detected.format.name if self._detected else ""
        return tuple(name for name in self.as_is if name != own)

    def others(self) -> str:
        """The rows in other formats, counted in words; "" where there are none."""
        said = [f"{decimal(count)} rows are {title}" for title, count in self._others.most_common()]
        return "".join(f"; {one}" for one in said)
