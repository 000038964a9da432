"""What the rules found, and what each finding rests on."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.dataset_readiness.result import DatasetReadiness, RuleFinding
from bespoke.exhibits.dataset_readiness.dataset_wording import route_names
from bespoke.exhibits.display_names import count, listed
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal

SHOWN_PLACES = 4


def findings_table(data: DatasetReadiness) -> None:
    """Every rule broken, errors first: count, first places, what to do."""
    if not data.findings:
        return
    show.table(
        [(f.says, f.severity, f.count, _places(f, data), f.todo) for f in data.findings],
        label="tbl-dataset-findings",
        caption="What was found, where first, and what to do about it",
        columns=(
            *columns(says="Found", severity="Severity"),
            Column(key="count", title="Count", format="integer"),
            *columns(places="First places (line: what)", todo="What to do"),
        ),
        source="rule table of this workbook; sources per rule in the appendix of this chapter",
    )


def findings_text(data: DatasetReadiness) -> None:
    """The findings that need a decision of the client."""
    identifiers = [f for f in data.findings if f.rule.startswith("identifier_") and f.severity == "error"]
    if identifiers:
        show.callout(
            "The data still hold what looks like {what}. They must go before anything leaves the client: this check "
            "follows rules and sees only what has the form of an identifier, it is not a Safe Harbor review.",
            tone="warning",
            what=listed([f.says for f in identifiers]),
        )
    codes = data.count("code_only_target")
    if codes:
        show.text(
            "{rows} {give} codes without their descriptions. In the closest published precedent, tuning on codes "
            "alone brought exact F1 to zero (arXiv 2510.07629): write code and description.",
            rows=count(codes, "answer"),
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
    known = route_names(data)
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
            *columns(says="Found", targets="Concerns", source="Source"),
        ),
    )


def _places(found: RuleFinding, data: DatasetReadiness) -> str:
    """The first places; the file is named where there are several."""
    shown = []
    for place in found.places[:SHOWN_PLACES]:
        file = f"{place.file} " if len(data.files) > 1 and place.line is not None else ""
        shown.append(f"{file}{place.line}: {place.detail}" if place.line is not None else place.detail)
    rest = found.count - len(shown)
    return "; ".join(shown) + (f"; and {decimal(rest)} more" if rest else "")
