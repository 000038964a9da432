"""How training examples wrap a note: a tuned model is asked the way it was taught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.tuning.formats import HUMAN, detect
from bespoke.tuning.formats.conversion import examples

GAP = "\n\n"  # between the instruction and the note
LONGEST_LEAD = 500  # characters: a longer first paragraph is part of the note
LOOKED_AT = 5_000  # rows


@dataclass(frozen=True)
class Frame:
    """The system prompt and the words before a note."""

    system: str | None
    lead: str = ""

    def prompt(self, text: str) -> str:
        return f"{self.lead}{text}"


def frame_of(paths: Iterable[Path], inside: Path | None = None) -> Frame:
    """The most frequent system prompt of the examples, and the first paragraph most prompts of it open with.

    `inside` is the client folder that they must lie in.
    A paragraph counts as the words before a note when at least two examples share it.
    """
    seen: list[tuple[str | None, str]] = []
    for path in paths:
        for _, example, faults in islice(
            examples(path, detect(path, inside=inside), inside=inside), LOOKED_AT
        ):
            if not faults and example.turns and example.turns[0].role == HUMAN:
                seen.append((example.system, example.turns[0].text))
    if not seen:
        raise BespokeError("no example shows how a prompt is written; name a system prompt")
    system = Counter(system for system, _ in seen).most_common(1)[0][0]
    leads = Counter(_lead(text) for found, text in seen if found == system)
    lead, count = leads.most_common(1)[0]
    return Frame(system, lead if count > 1 else "")


def _lead(text: str) -> str:
    head, gap, rest = text.partition(GAP)
    return head + gap if gap and rest.strip() and len(head) <= LONGEST_LEAD else ""
