"""How long the examples are, and how evenly their labels are spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, LabelField, TokenBin
from bespoke.exhibits.dataset_readiness.dataset_wording import token_source
from bespoke.exhibits.display_names import slug
from bespoke.exhibits.figure_parts import beside
from bespoke.exhibits.masking_note import masked_text
from bespoke.facts.icd10 import code_set
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import BLUE, EMPHASIS, INK, MUTED, QUIET

FIELDS_DRAWN = 3
LONGEST = 46  # characters of a label in a figure


def tokens_figure(data: DatasetReadiness) -> None:
    """How long the training records are, in estimated tokens."""
    if not data.token_bins:
        return
    fullest = max(data.token_bins, key=lambda b: b.records)
    training = [f.tokens for f in data.files if f.tokens and f.role == "training"]
    longest = max(tokens.longest for tokens in training)
    total = sum(tokens.total for tokens in training)
    show.figure(
        _draw_tokens,
        data.token_bins,
        longest,
        label="fig-dataset-tokens",
        caption=f"Training records are up to about {decimal(longest)} tokens long, {decimal(total)} in all",
        alt=f"Histogram of estimated tokens per training record. Most records, {decimal(fullest.records)}, have "
        f"between "
        f"{decimal(fullest.low)} and {decimal(fullest.high)} tokens; the longest has about {decimal(longest)}.",
        source=token_source(data),
    )


def _draw_tokens(bins: Sequence[TokenBin], longest: int) -> Any:
    """Records by their estimated tokens, and where the longest lies."""
    figure, axes = show.new_figure(2.2)
    width = bins[0].high - bins[0].low
    axes.bar([b.low for b in bins], [b.records for b in bins], width=width * 0.94, align="edge", color=BLUE)
    axes.grid(axis="y", visible=True)
    axes.grid(axis="x", visible=False)
    axes.axvline(longest, color=MUTED, lw=0.9, ls=(0, (3, 3)))
    top = (longest, max(b.records for b in bins))
    beside(axes, f"longest {decimal(longest)}", top, (-4, -2), ha="right", va="top", color=MUTED)
    axes.set_xlabel("estimated tokens per record")
    axes.set_ylabel("records")
    return figure


def labels_figures(data: DatasetReadiness) -> None:
    """How often the labels of each answer field occur; the largest fields only."""
    for field in data.labels[:FIELDS_DRAWN]:
        _labels_figure(field)


def _labels_figure(field: LabelField) -> None:
    """The most frequent labels of one field, labelled directly."""
    most = field.top[0]
    unit = "categories" if field.categories else "labels"
    listed = ", ".join(f"{row.label} {decimal(row.count)}" for row in field.top[:8])
    show.figure(
        _draw_labels,
        [(_label(row.label, categories=field.categories), row.count) for row in field.top],
        label=f"fig-dataset-labels-{slug(field.field, 'field')}",
        caption=f"{field.field}: {decimal(field.distinct)} {unit}, the most frequent in "
        f"{percent(most.count / field.labelled)} of the labelled rows",
        alt=f"Bar chart of the most frequent {unit} of {field.field}. Rows with each: {listed}.",
        source="own count over valid training rows",
    )


def _draw_labels(counts: Sequence[tuple[str, int]]) -> Any:
    """Labels with the rows that have them, the most frequent first and on top."""
    figure, axes = show.new_figure(0.7 + 0.21 * len(counts))
    rows = list(reversed(counts))
    colours = [EMPHASIS if count == rows[-1][1] else QUIET for _, count in rows]
    axes.barh(range(len(rows)), [count for _, count in rows], height=0.66, color=colours)
    for y, (_, count) in enumerate(rows):
        beside(axes, decimal(count), (count, y), (3, 0), color=INK)
    axes.set_yticks(range(len(rows)), [label for label, _ in rows], parse_math=False)
    axes.set_xlim(0, rows[-1][1] * 1.1)
    axes.set_xlabel("valid training rows with the label")
    return figure


def labels_text(data: DatasetReadiness) -> None:
    """Which labels are too rare to be learnt; and what of all that is quoted is masked."""
    if not data.labels:
        show.text(
            "The answers hold no short labels that could be counted, so nothing is said of their balance."
        )
    for field in data.labels:
        if field.rare:
            show.text(
                "**{field}**: {rare} of {distinct} {unit} have fewer than five examples. What a model gets right "
                "there it knows from before, not from this data.",
                field=field.field,
                rare=decimal(field.rare),
                distinct=decimal(field.distinct),
                unit="code categories" if field.categories else "labels",
            )
    masked_text(data.masked)


def _label(label: str, *, categories: bool) -> str:
    code = code_set().find(label) if categories else None
    text = f"{label} {code.description}" if code else label
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
