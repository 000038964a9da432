"""What is in the files, and which rows drop out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness
from bespoke.exhibits.dataset_readiness.dataset_wording import are, faulty_rows, token_source
from bespoke.exhibits.display_names import count
from bespoke.exhibits.figure_parts import beside
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, exact, percent
from bespoke.show.style import EMPHASIS, INK, QUIET


def overview_text(data: DatasetReadiness) -> None:
    """What was read, and what the words mean."""
    faulty = faulty_rows(data)
    show.text(
        "Every row of {files} was read and checked against {what}. A row is valid when it breaks no rule that holds "
        "for every target; usable rows are valid and counted once per group of copies or near copies. {faulty} The "
        "check does not stop at the first bad row, and names file and line of each finding.",
        files=count(len(data.files), "file"),
        what="the formats' own rules, the vendors' limits and what makes an example worth learning from",
        faulty=f"{count(faulty, 'row')} {are(faulty)} faulty." if faulty else "No row is faulty.",
    )


def files_table(data: DatasetReadiness) -> None:
    """Per file: format and why, rows, valid rows, tokens."""
    show.table(
        [
            (
                f.path if f.role == "training" else f"{f.path} ({f.role})", f"{f.format_title}: {f.why}",
                f.rows, f.valid,
                f.tokens.mean if f.tokens else None, f.tokens.p95 if f.tokens else None,
                f.tokens.longest if f.tokens else None, f.tokens.total if f.tokens else None,
            )
            for f in data.files
        ],
        label="tbl-dataset-files",
        caption="The files, the format of each and why we think so, and how much of it is valid",
        columns=(
            Column(key="file", title="File"),
            Column(key="format", title="Format, and why"),
            *columns("integer", rows="Rows", valid="Valid"),
            *columns("integer", unit="tokens", mean="Mean", p95="P95", longest="Longest", total="Total"),
        ),
        source=token_source(data),
    )  # fmt: skip


def funnel_figure(data: DatasetReadiness) -> None:
    """What drops out, by reason; nothing to draw where nothing does."""
    if data.usable == data.rows:
        show.text("Every training row is usable: none is faulty, and none repeats another.")
        return
    lost = data.rows - data.usable
    show.figure(
        _draw_funnel,
        _lost(data),
        data.rows,
        label="fig-dataset-funnel",
        caption=f"{count(lost, 'row')} of {decimal(data.rows)} {'drops' if lost == 1 else 'drop'} out before "
        f"training: {decimal(data.usable)} {are(data.usable)} usable",
        alt="Bar chart of the rows that drop out. "
        + ", ".join(f"{reason} {decimal(n)}" for reason, n in _lost(data))
        + f"; usable {decimal(data.usable)} of {decimal(data.rows)}.",
        source="own check of the files in dataset/",
    )


def _lost(data: DatasetReadiness) -> list[tuple[str, int]]:
    """Why rows drop out, and how many: in the order in which they are looked at."""
    return [
        ("Faulty", data.rows - data.valid),
        ("A copy, word for word", data.valid - data.distinct),
        ("A near copy", data.distinct - data.usable),
    ]


def _draw_funnel(lost: Sequence[tuple[str, int]], rows: int) -> Any:
    """The rows lost for each reason; the reason that costs most stands out."""
    figure, axes = show.new_figure(1.6)
    most = max(n for _, n in lost)
    for y, (_, n) in enumerate(reversed(lost)):
        axes.barh(y, n, height=0.62, color=EMPHASIS if n == most else QUIET)
        beside(axes, f"{decimal(n)}  ({percent(n / rows)} of all)", (n, y), (4, 0), color=INK)
    axes.set_yticks(range(len(lost)), [reason for reason, _ in reversed(lost)])
    axes.set_xlim(0, most * 1.25)
    axes.set_xlabel("rows that drop out")
    return figure


def funnel_text(data: DatasetReadiness) -> None:
    """Why rows drop out."""
    invalid = data.rows - data.valid
    reasons = [
        f"{count(invalid, 'row')} {are(invalid)} faulty" if invalid else "",
        f"{count(data.valid - data.distinct, 'row')} repeat others word for word"
        if data.valid > data.distinct
        else "",
        f"{count(data.distinct - data.usable, 'row')} repeat another prompt or nearly so"
        if data.distinct > data.usable
        else "",
    ]
    told = "; ".join(reason for reason in reasons if reason)
    if told:
        show.text(
            "Of the rows that drop out ([funnel](#fig-dataset-funnel)): {told}. A copy teaches nothing new, and one "
            "that lands on both sides of a split makes the score a test of memory: deduplicate first, then split.",
            told=told,
        )
    if data.several_answers:
        show.text(
            "{count} of the prompts that come back {have} another answer than before. A model learns neither: the "
            "annotation guideline needs a sentence that decides them.",
            count=decimal(data.several_answers),
            have="has" if data.several_answers == 1 else "have",
        )
    if data.leaked:
        show.callout(
            "{rows} on the training side {stand} in validation or evaluation as well. Until they are removed, no "
            "score on those files means anything.",
            tone="warning",
            rows=count(data.leaked, "row"),
            stand="stands" if data.leaked == 1 else "stand",
        )


def limits_text(data: DatasetReadiness) -> None:
    """What this check cannot see."""
    show.callout(
        "Tokens are estimated at {likely} bytes each; true counts lie between one per {high} and one per {low} "
        "bytes. Near copies are found by MinHash, whose estimate has a standard error of about four points at 80% "
        "likeness. Names without a label, and answers that are wrong but well-formed, pass unseen.",
        likely=exact(data.bytes_per_token),
        high=exact(data.bytes_per_token_high),
        low=exact(data.bytes_per_token_low),
    )
