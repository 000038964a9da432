"""Chapter 3 on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from bespoke import show
from bespoke.advice.routes import routes
from bespoke.chapters.dataset_readiness.result import (
    DatasetReadiness,
    Finding,
    LabelField,
    Split,
    TargetReadiness,
)
from bespoke.exhibits.icd10_evaluation.words import CHAPTERS, chapter_name
from bespoke.facts.icd10 import code_set
from bespoke.show import Column
from bespoke.show.numbers import decimal, exact, percent
from bespoke.show.style import BLUE, GREEN, GREY, INK, MUTED, ORANGE, SKY

STATUS = {"ready": "ready", "needs_conversion": "ready after conversion", "not_ready": "not ready"}
SHOWN_PLACES = 4
FIELDS_DRAWN = 3
STRATA = 25  # rows of the table of the split
LONGEST = 46  # characters of a label in a figure


def finding(data: DatasetReadiness) -> None:
    """Usable examples, what is still needed, and whether a target takes the files."""
    takers = [target for target in data.targets if target.status != "not_ready"]
    if not data.usable:
        show.finding(
            "None of the {rows} training rows can be trained on as they stand", rows=decimal(data.rows)
        )
        return
    start = f"{decimal(data.usable)} of {decimal(data.rows)} training rows are usable"
    if takers and not data.examples_needed:
        show.finding("{start}: enough for a narrow task", start=start)
    elif takers:
        show.finding("{start}; {more} more examples are needed", start=start, more=_more(data))
    elif data.examples_needed:
        show.finding(
            "{start}; no tuning route takes the files yet, and {more} more examples are needed",
            start=start,
            more=_more(data),
        )
    else:
        show.finding("{start}, but no tuning route takes the files as they are", start=start)


def missing_table(data: DatasetReadiness) -> None:
    """What stands between the data and a training run, the most pressing first."""
    show.table(
        list(_missing(data)),
        label="tbl-dataset-missing",
        caption="What stands between this data and a training run",
        columns=(
            Column(key="what", title="What"),
            Column(key="many", title="How much"),
            Column(key="todo", title="What to do"),
        ),
    )


def _missing(data: DatasetReadiness) -> Iterator[tuple[str, str, str]]:
    identifiers = sum(
        f.count for f in data.findings if f.rule.startswith("identifier_") and f.severity == "error"
    )
    if identifiers:
        yield (
            "What looks like an identifier",
            decimal(identifiers),
            "remove it before anything leaves the client",
        )
    if _faulty(data):
        yield (
            "Faulty rows",
            decimal(_faulty(data)),
            "mend them, or leave them out",
        )
    if data.leaked:
        yield (
            "Rows that stand in validation or evaluation too",
            decimal(data.leaked),
            "remove them from the training files",
        )
    if data.several_answers:
        yield (
            "Prompts with several answers",
            decimal(data.several_answers),
            "decide, and write the rule into the guideline",
        )
    if data.claims_more:
        share = f"{decimal(data.rows)} of {decimal(data.largest_claim)}"
        yield "Rows that the task list speaks of", share, "find the rest, or correct the list"
    if data.valid > data.usable:
        copies = data.valid - data.usable
        yield "Copies and near copies", decimal(copies), "nothing: each group is trained on once"
    if any("format" in target.mended_by_conversion for target in data.targets):
        yield (
            "Another format",
            _count_of(_converted(data), len(data.targets)),
            "nothing: submitting a job converts it",
        )
    rare = data.labels[0] if data.labels else None
    if rare is not None and rare.rare:
        share = f"{decimal(rare.rare)} of {decimal(rare.distinct)}"
        yield (
            f"Labels of {rare.field} seen too seldom",
            share,
            "add examples, or leave these to a rule or glossary",
        )
    yield (
        ("More examples", _more(data), f"annotate: {decimal(data.usable)} are usable")
        if data.examples_needed
        else ("More examples", "none", "by the rule of thumb there are enough for a narrow task")
    )


def _converted(data: DatasetReadiness) -> int:
    return sum("format" in target.mended_by_conversion for target in data.targets)


def overview_text(data: DatasetReadiness) -> None:
    """What was read, and what the words mean."""
    faulty = _faulty(data)
    show.text(
        "Every row of {files} was read and checked against {what}. A row is valid when it breaks no "
        "rule that "
        "holds for every target; usable rows are valid and counted once per group of copies or near copies. "
        "{faulty} The check does not stop at the first bad row, and names file and line of each finding.",
        files=_plural(len(data.files), "file"),
        what="the formats' own rules, the vendors' limits and what makes an example worth learning from",
        faulty=f"{_plural(faulty, 'row')} {_are(faulty)} faulty." if faulty else "No row is faulty.",
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
            Column(key="rows", title="Rows", format="integer"),
            Column(key="valid", title="Valid", format="integer"),
            Column(key="mean", title="Mean", unit="tokens", format="integer"),
            Column(key="p95", title="P95", unit="tokens", format="integer"),
            Column(key="longest", title="Longest", unit="tokens", format="integer"),
            Column(key="total", title="Total", unit="tokens", format="integer"),
        ),
        source=_token_source(data),
    )  # fmt: skip


def funnel_figure(data: DatasetReadiness) -> None:
    """Rows, valid rows, distinct rows, usable rows; nothing to draw where none drops out."""
    if data.usable == data.rows:
        show.text("Every training row is usable: none is faulty, and none repeats another.")
        return
    steps = [
        ("Training rows", data.rows, GREY),
        ("Valid", data.valid, SKY),
        ("Without exact copies", data.distinct, BLUE),
        ("Usable: one of each near copy", data.usable, GREEN),
    ]
    figure, axes = show.new_figure(1.9)
    for y, (_, count, colour) in enumerate(reversed(steps)):
        axes.barh(y, count, height=0.62, color=colour)
        axes.annotate(
            decimal(count), (count, y), xytext=(4, 0), textcoords="offset points", va="center", color=INK
        )
    axes.set_yticks(range(len(steps)), [name for name, _, _ in reversed(steps)])
    axes.set_xlim(0, max(data.rows, 1) * 1.12)
    axes.set_xlabel("rows of the training files")
    lost = data.rows - data.usable
    show.figure(
        figure,
        label="fig-dataset-funnel",
        caption=f"{_plural(lost, 'row')} of {decimal(data.rows)} drop out before training",
        alt=f"Bar chart of four steps. Training rows {decimal(data.rows)}, valid {decimal(data.valid)}, without "
        f"exact copies {decimal(data.distinct)}, usable {decimal(data.usable)}.",
        source="own check of the files in dataset/",
    )


def funnel_text(data: DatasetReadiness) -> None:
    """Why rows drop out."""
    invalid = data.rows - data.valid
    reasons = [
        f"{_plural(invalid, 'row')} {_are(invalid)} faulty" if invalid else "",
        f"{_plural(data.valid - data.distinct, 'row')} repeat others word for word"
        if data.valid > data.distinct
        else "",
        f"{_plural(data.distinct - data.usable, 'row')} repeat another prompt or nearly so"
        if data.distinct > data.usable
        else "",
    ]
    told = "; ".join(reason for reason in reasons if reason)
    if told:
        show.text(
            "Of the rows that drop out ([funnel](#fig-dataset-funnel)): {told}. A copy teaches nothing new, and "
            "one that "
            "lands on both sides of a split makes the score a test of memory: deduplicate first, then split.",
            told=told,
        )
    if data.several_answers:
        show.text(
            "{count} of the prompts that come back {have} another answer than before. A model learns "
            "neither: "
            "the annotation guideline needs a sentence that decides them.",
            count=decimal(data.several_answers),
            have="has" if data.several_answers == 1 else "have",
        )
    if data.leaked:
        show.callout(
            "{rows} on the training side {stand} in validation or evaluation as well. Until they are "
            "removed, no "
            "score on those files means anything.",
            tone="warning",
            rows=_plural(data.leaked, "row"),
            stand="stands" if data.leaked == 1 else "stand",
        )


def findings_table(data: DatasetReadiness) -> None:
    """Every rule broken, errors first: count, first places, what to do."""
    if not data.findings:
        return
    show.table(
        [(f.says, f.severity, f.count, _places(f, data), f.todo) for f in data.findings],
        label="tbl-dataset-findings",
        caption="What was found, where first, and what to do about it",
        columns=(
            Column(key="says", title="Found"),
            Column(key="severity", title="Severity"),
            Column(key="count", title="Count", format="integer"),
            Column(key="places", title="First places (line: what)"),
            Column(key="todo", title="What to do"),
        ),
        source="rule table of this workbook; sources per rule in the appendix of this chapter",
    )


def findings_text(data: DatasetReadiness) -> None:
    """The findings that need a decision of the client."""
    identifiers = [f for f in data.findings if f.rule.startswith("identifier_") and f.severity == "error"]
    if identifiers:
        show.callout(
            "The data still hold what looks like {what}. They must go before anything leaves the "
            "client: this "
            "check follows rules and sees only what has the form of an identifier, it is not a Safe "
            "Harbor review.",
            tone="warning",
            what=_joined([f.says for f in identifiers]),
        )
    codes = data.count("code_only_target")
    if codes:
        show.text(
            "{rows} {give} codes without their descriptions. In the closest published precedent, tuning "
            "on codes "
            "alone brought exact F1 to zero (arXiv 2510.07629): write code and description.",
            rows=_plural(codes, "answer"),
            give="gives" if codes == 1 else "give",
        )
    if data.claims_more:
        show.text(
            "The task list speaks of {claimed} labelled examples for {task}; these files hold {rows} rows. "
            "Either the rest lies elsewhere or the list is out of date.",
            claimed=decimal(data.largest_claim),
            task=data.claiming_task,
            rows=decimal(data.rows),
        )


def rules_table(data: DatasetReadiness) -> None:
    """Appendix: what each finding rests on, and which targets it concerns."""
    known = _names(data)
    if not data.findings:
        return
    show.table(
        [
            (f.rule, f.says, ", ".join(known.get(r, r) for r in f.routes) or "every target", f.source)
            for f in data.findings
        ],
        label="tbl-dataset-rules",
        caption="What each finding rests on",
        columns=(
            Column(key="rule", title="Rule", format="code"),
            Column(key="says", title="Found"),
            Column(key="targets", title="Concerns"),
            Column(key="source", title="Source"),
        ),
    )


def tokens_figure(data: DatasetReadiness) -> None:
    """How long the training records are, in estimated tokens."""
    if not data.token_bins:
        return
    bins = data.token_bins
    fullest = max(bins, key=lambda b: b.records)
    training = [f.tokens for f in data.files if f.tokens and f.role == "training"]
    longest = max(tokens.longest for tokens in training)
    total = sum(tokens.total for tokens in training)
    figure, axes = show.new_figure(2.2)
    width = bins[0].high - bins[0].low
    axes.bar([b.low for b in bins], [b.records for b in bins], width=width * 0.94, align="edge", color=BLUE)
    axes.grid(axis="y", visible=True)
    axes.grid(axis="x", visible=False)
    axes.axvline(longest, color=MUTED, lw=0.9, ls=(0, (3, 3)))
    axes.annotate(
        f"longest {decimal(longest)}", (longest, fullest.records), xytext=(-4, -2),
        textcoords="offset points",
        ha="right", va="top", color=MUTED,
    )  # fmt: skip
    axes.set_xlabel("estimated tokens per record")
    axes.set_ylabel("records")
    show.figure(
        figure,
        label="fig-dataset-tokens",
        caption=f"Training records are up to about {decimal(longest)} tokens long, {decimal(total)} in all",
        alt=f"Histogram of estimated tokens per training record. Most records, {decimal(fullest.records)}, have "
        f"between "
        f"{decimal(fullest.low)} and {decimal(fullest.high)} tokens; the longest has about {decimal(longest)}.",
        source=_token_source(data),
    )


def labels_figures(data: DatasetReadiness) -> None:
    """How often the labels of each answer field occur; the largest fields only."""
    for field in data.labels[:FIELDS_DRAWN]:
        labels_figure(field)


def labels_figure(field: LabelField) -> None:
    """The most frequent labels of one field, labelled directly."""
    rows = list(reversed(field.top))
    names = [_label(row.label, categories=field.categories) for row in rows]
    figure, axes = show.new_figure(0.7 + 0.21 * len(rows))
    axes.barh(range(len(rows)), [row.count for row in rows], height=0.66, color=ORANGE)
    for y, row in enumerate(rows):
        axes.annotate(
            decimal(row.count),
            (row.count, y),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            color=INK,
        )
    axes.set_yticks(range(len(rows)), names, parse_math=False)
    axes.set_xlim(0, rows[-1].count * 1.1)
    axes.set_xlabel("valid training rows with the label")
    most = field.top[0]
    unit = "categories" if field.categories else "labels"
    listed = ", ".join(f"{row.label} {decimal(row.count)}" for row in field.top[:8])
    show.figure(
        figure,
        label=f"fig-dataset-labels-{_slug(field.field)}",
        caption=f"{field.field}: {decimal(field.distinct)} {unit}, the most frequent in "
        f"{percent(most.count / field.labelled)} of the labelled rows",
        alt=f"Bar chart of the most frequent {unit} of {field.field}. Rows with each: {listed}.",
        source="own count over valid training rows",
    )


def labels_text(data: DatasetReadiness) -> None:
    """Which labels are too rare to be learnt."""
    if not data.labels:
        show.text(
            "The answers hold no short labels that could be counted, so nothing is said of their balance."
        )
    for field in data.labels:
        if field.rare:
            show.text(
                "**{field}**: {rare} of {distinct} {unit} have fewer than five examples. What a model "
                "gets right "
                "there it knows from before, not from this data.",
                field=field.field,
                rare=decimal(field.rare),
                distinct=decimal(field.distinct),
                unit="code categories" if field.categories else "labels",
            )


def targets_table(data: DatasetReadiness) -> None:
    """Each tuning route: ready or not, usable examples against its limits, what blocks."""
    known = _names(data)
    show.table(
        [
            (
                known.get(t.route, t.route),
                STATUS[t.status],
                t.usable,
                t.minimum,
                t.maximum,
                _blockers(t, data),
            )
            for t in data.targets
        ],
        label="tbl-dataset-targets",
        caption="Which target would take the data today, and what stands in the way",
        columns=(
            Column(key="target", title="Target"),
            Column(key="status", title="Data are"),
            Column(key="usable", title="Usable", format="integer"),
            Column(key="minimum", title="Least", format="integer"),
            Column(key="maximum", title="Most", format="integer"),
            Column(key="blocked", title="Because of"),
        ),
        source="vendors' dataset limits, in the rule table of this workbook",
    )


def targets_text(data: DatasetReadiness) -> None:
    """What the verdicts mean; whether a route is open is another question."""
    short = [t for t in data.targets if t.minimum is not None and t.usable < t.minimum]
    open_ended = [t for t in data.targets if t.status == "not_ready" and t not in short]
    if open_ended:
        show.text(
            "{targets} would take the data once the faulty rows are mended or left out: the usable rows "
            "alone are "
            "enough for {their} minimum.",
            targets=_count_of(len(open_ended), len(data.targets)),
            their="its" if len(open_ended) == 1 else "their",
        )
    if short:
        show.text(
            "{targets} would still refuse: fewer usable rows than the minimum.",
            targets=_count_of(len(short), len(data.targets)),
        )
    show.text(
        "This says whether the data fit a target ([targets](#tbl-dataset-targets)). Whether that route is open to the "
        "client at all, and whether tuning is called for, is decided in the recommendation."
    )


def needed_text(data: DatasetReadiness) -> None:
    """How many examples are still needed, on what ground, and how to split."""
    show.text(
        "A narrow task needs about {low} examples by the rule of thumb ({source}). {usable} are usable, so "
        "**{more} more** are needed. Where the evaluation measures a learning curve that reaches the task's target, "
        "the timeline plans with that in place of the rule.",
        low=_range(data.needed_low, data.needed_high),
        source=data.needed_source,
        usable=decimal(data.usable),
        more=_more(data) if data.examples_needed else "none",
    )


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
        parts=_joined(parts),
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
            Column(key="rows", title="Usable", format="integer"),
            Column(key="training", title="Training", format="integer"),
            Column(key="validation", title="Validation", format="integer"),
            Column(key="test", title="Test", format="integer"),
        ),
        source="own division: groups whole, seeded",
    )


def limits_text(data: DatasetReadiness) -> None:
    """What this check cannot see."""
    show.callout(
        "Tokens are estimated at {likely} bytes each; true counts lie between one per {high} and one "
        "per {low} "
        "bytes. Near copies are found by MinHash, whose estimate has a standard error of about four "
        "points at 80% "
        "likeness. Names without a label, and answers that are wrong but well-formed, pass unseen.",
        likely=exact(data.bytes_per_token),
        high=exact(data.bytes_per_token_high),
        low=exact(data.bytes_per_token_low),
    )


def _names(data: DatasetReadiness) -> Mapping[str, str]:
    """Route ids as the reader knows them."""
    return {route.route: route.name for route in routes(date.fromisoformat(data.as_of))}


def _more(data: DatasetReadiness) -> str:
    return _range(data.examples_needed_low, data.examples_needed)


def _range(low: int, high: int) -> str:
    return decimal(high) if low == high else f"{decimal(low)} to {decimal(high)}"


def _plural(count: int, noun: str) -> str:
    return f"{decimal(count)} {noun}{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _count_of(count: int, total: int) -> str:
    return f"All {total} targets" if count == total else f"{count} of the {total} targets"


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _places(found: Finding, data: DatasetReadiness) -> str:
    """The first places; the file is named where there are several."""
    shown = []
    for place in found.places[:SHOWN_PLACES]:
        file = f"{place.file} " if len(data.files) > 1 and place.line is not None else ""
        shown.append(f"{file}{place.line}: {place.detail}" if place.line is not None else place.detail)
    rest = found.count - len(shown)
    return "; ".join(shown) + (f"; and {decimal(rest)} more" if rest else "")


def _blockers(target: TargetReadiness, data: DatasetReadiness) -> str:
    """What blocks a target: faulty rows in one number, then what it alone minds; else what a "
    "conversion mends."""
    own = {f.rule for f in data.findings if f.routes}
    parts = [f"{_plural(_faulty(data), 'faulty row')}"] if _faulty(data) else []
    parts += [f"{b.says} ({decimal(b.count)})" for b in target.blocked_by if b.rule in own]
    if target.mended_by_conversion:
        parts.append(f"needs converting to {target.format}")
    return "; ".join(parts)


def _faulty(data: DatasetReadiness) -> int:
    """Rows of all files that no target may train on as they stand."""
    return sum(f.rows - f.valid for f in data.files)


def _label(label: str, *, categories: bool) -> str:
    code = code_set().find(label) if categories else None
    text = f"{label} {code.description}" if code else label
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "field"


def _token_source(data: DatasetReadiness) -> str:
    return (
        f"tokens estimated at {exact(data.bytes_per_token)} bytes of UTF-8 each "
        f"({exact(data.bytes_per_token_low)} to {exact(data.bytes_per_token_high)})"
    )
