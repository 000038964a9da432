"""What a judge's labels are worth: its hit rates against humans, and the shares corrected by them.

A judge is whoever labelled without being a person: Claude, or the classifier learnt from the labelled rows. Its
shares are corrected after Rogan and Gladen (1978) from rows it and people labelled independently, and shown only
where it finds at least the floor of the true cases and leaves out at least the floor of the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.interval import Interval
from bespoke.statistics.prevalence import rogan_gladen


class JudgedFamily(Part):
    """One family in a judge's hands. Rates are None where the held-out labels lack cases of either kind."""

    family: str
    judged: int  # of the rows only the judge labelled
    of: int
    true_positive_rate: float | None
    true_negative_rate: float | None
    corrected: Interval | None  # None below the floor: then the judge's share is not shown


class JudgeCheck(Part):
    judge: str
    held_out: int  # rows that both the judge and people labelled
    floor: float
    families: tuple[JudgedFamily, ...]

    @property
    def trusted(self) -> tuple[JudgedFamily, ...]:
        return tuple(family for family in self.families if family.corrected is not None)


def check_judge(
    judge: str, judged: Sequence[str], held_out: Sequence[tuple[str, str]], facts: Facts, *, seed: int
) -> JudgeCheck | None:
    """The judge against people, family by family; None where it labelled nothing or nothing is held out.

    `judged` are its labels of rows nobody else labelled; `held_out` are people's label and its own for the same row.
    """
    if not judged or not held_out:
        return None
    human, own = zip(*held_out, strict=True)
    floor = facts.threshold("judge_floor")
    families = sorted({*judged, *human})
    return JudgeCheck(
        judge=judge,
        held_out=len(human),
        floor=floor,
        families=tuple(_family(f, judged, human, own, floor, seed) for f in families),
    )


def _family(
    family: str, judged: Sequence[str], human: Sequence[str], on_human: Sequence[str], floor: float, seed: int
) -> JudgedFamily:
    truly, said = [label == family for label in human], [label == family for label in on_human]
    found = None
    if any(truly) and not all(truly):
        found = rogan_gladen([label == family for label in judged], truly, said, seed=seed)
    return JudgedFamily(
        family=family,
        judged=sum(label == family for label in judged),
        of=len(judged),
        true_positive_rate=found.true_positive_rate if found else None,
        true_negative_rate=found.true_negative_rate if found else None,
        corrected=found.corrected if found and found.poorer_rate >= floor else None,
    )
