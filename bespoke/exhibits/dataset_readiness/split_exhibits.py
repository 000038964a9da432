"""How the usable examples are divided."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, Split
from bespoke.exhibits.display_names import CHAPTERS, chapter_name, listed
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent

STRATA = 25  # rows of the table of the split


def split_text(data: DatasetReadiness) -> None:
    """How the examples are divided, and how even the division is."""
    split = data.split
    parts = [f"{decimal(split.training)} for training"]
    parts += [f"{decimal(split.validation)} for validation"] if split.validation else []
    parts += [f"{decimal(split.test)} for a test"] if split.test else []
    reasons = [reason for reason in dict.fromkeys((split.validation_why, split.test_why)) if reason]
    show.text(
        "After deduplication the usable examples are divided by group, every {by} in the same share on each side: "
        "{parts}; {reasons}. A tuning job is sent this division and no other." + _evenness(split),
        by=split.by,
        parts=listed(parts),
        reasons="; ".join(reasons) or "nothing else is set aside",
        **_gap(split),
    )


def _evenness(split: Split) -> str:
    if split.widest is None:
        return ""
    return (
        " The share that differs most is that of {label}: {share} of the {side} examples, {of_all} of all"
        " ([split](#tbl-dataset-split))."
    )


def _gap(split: Split) -> dict[str, str]:
    gap = split.widest
    if gap is None:
        return {}
    return {
        "label": _stratum(gap.label, split),
        "share": percent(gap.share),
        "side": gap.side,
        "of_all": percent(gap.of_all),
    }


def _stratum(label: str, split: Split) -> str:
    """A chapter of codes by number and name; any other label as it is."""
    number = label.removeprefix("chapter ")
    return chapter_name(number) if split.by.startswith("chapter of ") and number in CHAPTERS else label


def split_table(data: DatasetReadiness) -> None:
    """Appendix: how many examples of each label stand on each side."""
    split = data.split
    if split.widest is None:
        return
    shown = split.strata[:STRATA]
    show.table(
        [(_stratum(s.label, split), s.rows, s.training, s.validation, s.test) for s in shown],
        label="tbl-dataset-split",
        caption=f"The usable examples by {split.by}, and the side of the split they stand on"
        + (f" (the {decimal(STRATA)} most frequent)" if len(split.strata) > len(shown) else ""),
        columns=(
            Column(key="label", title=split.by[0].upper() + split.by[1:]),
            *columns("integer", rows="Usable", training="Training", validation="Validation", test="Test"),
        ),
        source="own division: groups whole, seeded",
    )
