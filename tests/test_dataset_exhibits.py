"""The training data on the page: rows, findings, labels, lengths, the split, and what is missing."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.chapters.dataset_readiness.result import (
    DatasetReadiness,
    FileReport,
    LabelCount,
    LabelField,
    RowPlace,
    RuleFinding,
    Split,
    Stratum,
    TargetReadiness,
    TokenBin,
    TokenStats,
)
from bespoke.exhibits import sources
from bespoke.exhibits.dataset_readiness import (
    dataset_shape,
    dataset_verdict,
    dataset_wording,
    findings,
    row_exhibits,
    split_exhibits,
)
from bespoke.facts.reader import Facts
from bespoke.show.style import EMPHASIS, QUIET
from tests.shown_blocks import layout, shown, words

TOKENS = TokenStats(mean=120.5, p95=300, longest=900, total=120_000, total_low=1, total_high=2)


def file(
    path: str = "dataset/a.jsonl", role: Any = "training", rows: int = 1000, valid: int = 900
) -> FileReport:
    return FileReport.model_construct(
        path=path,
        role=role,
        format_title="OpenAI chat",
        why="every row has messages",
        rows=rows,
        valid=valid,
        tokens=TOKENS,
    )


def split(**given: Any) -> Split:
    strata = (
        Stratum(label="chapter 4", rows=500, training=400, validation=50, test=50),
        Stratum(label="other", rows=300, training=240, validation=20, test=40),
    )
    found = {"groups": 800, "training": 640, "validation": 70, "validation_why": "", "test": 90, "test_why": "",
             "by": "chapter of codes", "strata": strata}  # fmt: skip
    return Split(**{**found, **given})


def data(**given: Any) -> DatasetReadiness:
    found = {
        "files": (file(),), "findings": (), "token_bins": (), "labels": (), "targets": (), "rows": 1000, "valid": 900,
        "distinct": 850, "usable": 800, "several_answers": 0, "leaked": 0, "bytes_per_token": 4.0,
        "bytes_per_token_low": 3.5, "bytes_per_token_high": 4.5, "needed_low": 500, "needed_high": 1000,
        "examples_needed_low": 0, "examples_needed": 200, "largest_claim": 900, "claiming_task": "Mail",
        "split": split(), "masked": {}, "as_of": "2026-11-27",
    }  # fmt: skip
    return DatasetReadiness.model_construct(**{**found, **given})


def finding(rule: str = "empty_answer", severity: Any = "error", **given: Any) -> RuleFinding:
    found = {"rule": rule, "severity": severity, "says": f"says {rule}", "todo": "mend it", "source": "paper",
             "routes": (), "count": 6, "places": tuple(RowPlace(file="a", line=n, detail="empty") for n in range(1,
             7))}  # fmt: skip
    return RuleFinding.model_construct(**{**found, **given})


# --- lengths and labels ------------------------------------------------------------------------------------------


def test_lengths_are_told_by_the_longest_and_the_fullest_bin() -> None:
    bins = (TokenBin(low=0, high=100, records=10), TokenBin(low=100, high=200, records=1500))
    other = file("dataset/b.jsonl", "validation")
    (block,) = shown(dataset_shape.tokens_figure, data(token_bins=bins, files=(file(), file(), other)))
    assert block.caption == "Training records are up to about 900 tokens long, 240,000 in all"
    assert "Most records, 1,500, have between 100 and 200 tokens; the longest has about 900." in block.alt
    assert block.source == "tokens estimated at 4 bytes of UTF-8 each (3.5 to 4.5)"
    assert shown(dataset_shape.tokens_figure, data()) == []
    figure = dataset_shape._draw_tokens(bins, 900)
    (axes,) = figure.axes
    assert [(bar.get_x(), bar.get_width(), bar.get_height()) for bar in axes.patches] == [
        (0, 94, 10),
        (100, 94, 1500),
    ]
    assert [list(line.get_xdata()) for line in axes.lines] == [[900, 900]]
    assert [(text.get_text(), text.xy, text.xyann) for text in axes.texts] == [
        ("longest 900", (900, 1500), (-4, -2))
    ]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("estimated tokens per record", "records")
    assert figure.get_size_inches()[1] == pytest.approx(2.2)


def labels(**given: Any) -> LabelField:
    top = (LabelCount(label="billing", count=400), LabelCount(label="delivery", count=100))
    found = {
        "field": "Topic",
        "categories": False,
        "labelled": 800,
        "distinct": 12,
        "rare": 3,
        "evenness": 0.5,
        "top": top,
    }
    return LabelField(**{**found, **given})


def test_labels_are_told_by_the_most_frequent_and_the_rare_ones() -> None:
    (block,) = shown(dataset_shape.labels_figures, data(labels=(labels(),)))
    assert block.caption == "Topic: 12 labels, the most frequent in 50% of the labelled rows"
    assert block.alt.endswith("Rows with each: billing 400, delivery 100.")
    assert block.label == "fig-dataset-labels-topic"
    assert len(shown(dataset_shape.labels_figures, data(labels=(labels(),) * 4))) == 3
    (text,) = shown(dataset_shape.labels_text, data(labels=(labels(), labels(rare=0))))
    assert words(text).startswith("**Topic**: 3 of 12 labels have fewer than five examples.")
    (text,) = shown(dataset_shape.labels_text, data(labels=(labels(categories=True),)))
    assert "3 of 12 code categories have" in words(text)
    none, masked = shown(dataset_shape.labels_text, data(masked={"a": 1}))
    assert words(none).startswith("The answers hold no short labels")
    assert "1 was found in what is quoted here" in words(masked)
    assert shown(dataset_shape.labels_text, data(labels=(labels(rare=0),))) == []
    assert [dataset_shape._label("x" * n, categories=False) for n in (46, 47)] == ["x" * 46, "x" * 45 + "…"]
    assert dataset_shape._label("E11", categories=True).startswith("E11 ")


def test_the_most_frequent_label_is_on_top_and_stands_out() -> None:
    figure = dataset_shape._draw_labels([("billing", 400), ("also", 400), ("delivery", 1000 // 10)])
    (axes,) = figure.axes
    assert [(bar.get_width(), round(float(bar.get_height()), 2)) for bar in axes.patches] == [
        (100, 0.66),
        (400, 0.66),
        (400, 0.66),
    ]
    assert [bar.get_facecolor() == to_rgba(EMPHASIS) for bar in axes.patches] == [False, True, True]
    assert [(text.get_text(), text.xy, text.xyann) for text in axes.texts] == [
        ("100", (100, 0), (3, 0)), ("400", (400, 1), (3, 0)), ("400", (400, 2), (3, 0)),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["delivery", "also", "billing"]
    assert axes.get_xlim() == pytest.approx((0, 440))
    assert figure.get_size_inches()[1] == pytest.approx(1.33)


# --- rows --------------------------------------------------------------------------------------------------------


def test_what_was_read_and_what_drops_out_is_counted() -> None:
    (text,) = shown(row_exhibits.overview_text, data())
    assert words(text).startswith("Every row of 1 file was read and checked against")
    assert "100 rows are faulty." in words(text)
    assert "1 row is faulty." in words(shown(row_exhibits.overview_text, data(files=(file(valid=999),)))[0])
    assert "No row is faulty." in words(shown(row_exhibits.overview_text, data(files=(file(valid=1000),)))[0])
    (table,) = shown(row_exhibits.files_table, data(files=(file(), file("b", "test"))))
    assert table.rows == (
        ("dataset/a.jsonl", "OpenAI chat: every row has messages", 1000, 900, 120.5, 300, 900, 120_000),
        ("b (test)", "OpenAI chat: every row has messages", 1000, 900, 120.5, 300, 900, 120_000),
    )
    (figure,) = shown(row_exhibits.funnel_figure, data())
    assert figure.caption == "200 rows of 1,000 drop out before training: 800 are usable"
    assert figure.alt.endswith("Faulty 100, A copy, word for word 50, A near copy 50; usable 800 of 1,000.")
    assert shown(row_exhibits.funnel_figure, data(usable=999))[0].caption.startswith(
        "1 row of 1,000 drops out"
    )
    (text,) = shown(row_exhibits.funnel_figure, data(usable=1000))
    assert words(text).startswith("Every training row is usable")


def test_the_reason_that_costs_most_stands_out() -> None:
    figure = row_exhibits._draw_funnel([("Faulty", 100), ("A copy", 300), ("A near copy", 50)], 1000)
    (axes,) = figure.axes
    assert [(bar.get_width(), round(float(bar.get_height()), 2)) for bar in axes.patches] == [
        (50, 0.62),
        (300, 0.62),
        (100, 0.62),
    ]
    assert [bar.get_facecolor() for bar in axes.patches] == [to_rgba(c) for c in (QUIET, EMPHASIS, QUIET)]
    assert [(text.get_text(), text.xy, text.xyann) for text in axes.texts] == [
        ("50  (5% of all)", (50, 0), (4, 0)), ("300  (30% of all)", (300, 1), (4, 0)),
        ("100  (10% of all)", (100, 2), (4, 0)),
    ]  # fmt: skip
    assert axes.get_xlim() == pytest.approx((0, 375))
    assert figure.get_size_inches()[1] == pytest.approx(1.6)


def test_why_rows_drop_out_is_told_reason_by_reason() -> None:
    (text,) = shown(row_exhibits.funnel_text, data())
    assert (
        ": 100 rows are faulty; 50 rows repeat others word for word; 50 rows repeat another prompt or nearly so. A"
        in words(text)
    )
    assert shown(row_exhibits.funnel_text, data(valid=1000, distinct=1000, usable=1000)) == []
    _, answers, leak = shown(row_exhibits.funnel_text, data(several_answers=1, leaked=2))
    assert words(answers).startswith("1 of the prompts that come back has another answer")
    assert words(leak).startswith("2 rows on the training side stand in validation")
    _, answers, leak = shown(row_exhibits.funnel_text, data(several_answers=2, leaked=1))
    assert words(answers).startswith("2 of the prompts that come back have")
    assert words(leak).startswith("1 row on the training side stands in")
    (limits,) = shown(row_exhibits.limits_text, data())
    assert "estimated at 4 bytes each; true counts lie between one per 4.5 and one per 3.5 bytes" in words(
        limits
    )


# --- findings ----------------------------------------------------------------------------------------------------


def test_a_finding_stands_with_its_first_places() -> None:
    named = finding(count=4, places=tuple(RowPlace(file="a", line=None, detail=f"d{n}") for n in range(4)))
    given = data(findings=(finding(), named), files=(file(), file("b")))
    (table,) = shown(findings.findings_table, given)
    assert table.rows == (
        (
            "says empty_answer",
            "error",
            6,
            "a 1: empty; a 2: empty; a 3: empty; a 4: empty; and 2 more",
            "mend it",
        ),
        ("says empty_answer", "error", 4, "d0; d1; d2; d3", "mend it"),
    )
    assert findings._places(finding(count=1, places=finding().places[:1]), data()) == "1: empty"
    assert shown(findings.findings_table, data()) == shown(findings.rules_table, data()) == []
    (rules,) = shown(
        findings.rules_table, data(findings=(finding(), finding(routes=("bedrock_nova_sft", "unnamed"))))
    )
    assert rules.rows[0] == ("empty_answer", "says empty_answer", "every target", "paper")
    assert rules.rows[1][2].endswith(", unnamed")
    assert layout(rules)[0] == ("Rule", "code", 0, "")


def test_findings_that_need_a_decision_are_told() -> None:
    given = data(
        findings=(
            finding("identifier_phone"), finding("identifier_name", "warning"), finding("empty_answer"),
            finding("identifier_mail"), finding("code_only_target", count=1),
        ),
        largest_claim=1001,
    )  # fmt: skip
    first, codes, claim = shown(findings.findings_text, given)
    assert "looks like says identifier_phone and says identifier_mail. They must go" in words(first)
    assert words(codes).startswith("1 answer gives codes without their descriptions.")
    assert "speaks of 1,001 labelled examples for Mail; these files hold 1,000 rows" in words(claim)
    (codes,) = shown(findings.findings_text, data(findings=(finding("code_only_target", count=2),)))
    assert words(codes).startswith("2 answers give codes")
    assert shown(findings.findings_text, data(largest_claim=1000)) == []


# --- the verdict -------------------------------------------------------------------------------------------------


def target(status: Any = "ready", **given: Any) -> TargetReadiness:
    found = {"route": "unnamed", "status": status, "usable": 800, "minimum": None, "maximum": None, "blocked_by": (),
             "mended_by_conversion": ()}  # fmt: skip
    return TargetReadiness.model_construct(**{**found, **given})


def test_a_target_says_what_stands_in_the_way() -> None:
    blocked = (
        SimpleNamespace(rule="own", says="too long", count=1200),
        SimpleNamespace(rule="all", says="x", count=1),
    )
    closed = target("not_ready", minimum=1000, blocked_by=blocked, mended_by_conversion=("format",))
    given = data(
        targets=(closed, target("needs_conversion")), findings=(finding("own", routes=("unnamed",)),)
    )
    (table,) = shown(dataset_verdict.targets_table, given)
    assert table.rows == (
        ("unnamed", "not ready", 800, 1000, None,
         "100 faulty rows; too long (1,200); needs converting, which submitting a job does"),
        ("unnamed", "ready after conversion", 800, None, None, "100 faulty rows"),
    )  # fmt: skip
    sound = data(targets=(target(),), files=(file(valid=1000),))
    assert shown(dataset_verdict.targets_table, sound)[0].rows[0][-1] == ""


def test_what_is_missing_is_told_with_what_to_do() -> None:
    given = data(
        findings=(finding("identifier_phone", count=3), finding("identifier_name", "warning"), finding("other")),
        targets=(target(mended_by_conversion=("format",)), target()), labels=(labels(),), leaked=2, several_answers=4,
        largest_claim=1500,
    )  # fmt: skip
    (table,) = shown(dataset_verdict.missing_table, given)
    assert [row[:2] for row in table.rows] == [
        ("What looks like an identifier", "3"), ("Faulty rows", "100"),
        ("Rows that stand in validation or evaluation too", "2"), ("Prompts with several answers", "4"),
        ("Rows that the task list speaks of", "1,000 of 1,500"), ("Copies and near copies", "100"),
        ("Another format", "1 of the 2 targets"), ("Answers that occur too seldom to be learnt", "3 of 12"),
        ("More examples", "up to 200"),
    ]  # fmt: skip
    enough = data(valid=800, files=(file(valid=1000),), examples_needed=0, largest_claim=1000)
    (table,) = shown(dataset_verdict.missing_table, enough)
    assert [row[:2] for row in table.rows] == [("More examples", "none")]


def test_examples_still_needed_are_a_range_or_one_number() -> None:
    (text,) = shown(dataset_verdict.needed_text, data())
    assert words(text).startswith(
        "A narrow task needs about 500 to 1,000 examples by the rule of thumb. 800 are usable, so **0 to 200 more** are"
    )
    assert "so **none more** are" in words(shown(dataset_verdict.needed_text, data(examples_needed=0))[0])
    assert [dataset_wording.at_most(data(examples_needed_low=n)) for n in (0, 200)] == ["up to 200", "200"]
    assert (dataset_wording.span(5, 5), dataset_wording.are(1), dataset_wording.are(0)) == ("5", "is", "are")
    assert [dataset_wording.count_of(n, 3) for n in (1, 3)] == ["1 of the 3 targets", "All 3 targets"]


# --- the split ---------------------------------------------------------------------------------------------------


def test_the_split_says_its_parts_and_where_it_is_least_even() -> None:
    """Of 70 in validation 50 are of chapter 4, 71%, and of all 800 there are 500, 62.5%: nothing lies farther apart."""
    (text,) = shown(split_exhibits.split_text, data())
    said = words(text)
    assert (
        "every chapter of codes in the same share on each side: 640 for training, 70 for validation and 90 for a"
        in said
    )
    assert "; nothing else is set aside. A tuning job" in said
    assert said.endswith(
        "4 Endocrine, metabolic: 71% of the validation examples, 62% of all ([split](#tbl-dataset-split))."
    )
    alone = split(validation=0, test=0, validation_why="too few", test_why="too few")
    (text,) = shown(split_exhibits.split_text, data(split=alone))
    assert words(text).endswith("640 for training; too few. A tuning job is sent this division and no other.")


def test_the_table_of_the_split_has_the_most_frequent_labels() -> None:
    (table,) = shown(split_exhibits.split_table, data())
    assert table.rows == (("4 Endocrine, metabolic", 500, 400, 50, 50), ("other", 300, 240, 20, 40))
    assert table.caption.endswith("the side of the split they stand on")
    assert layout(table)[0][0] == "Chapter of codes"
    many = split(by="label", strata=split().strata * 13)
    (table,) = shown(split_exhibits.split_table, data(split=many))
    assert len(table.rows) == 25
    assert table.rows[0][0] == "chapter 4"
    assert table.caption.endswith(" (the 25 most frequent)")
    assert shown(split_exhibits.split_table, data(split=split(validation=0, test=0))) == []


def test_a_condition_asked_of_a_route_is_told_with_its_number() -> None:
    routes, gates = shown(sources.routes_and_gates, Facts(date(2026, 11, 27), {"min_test_cases": 77}))
    told = [row[0] for row in gates.rows]
    assert "at least 77 test cases to judge by" in told
    assert "at least 32 labelled examples" in told
    assert "the route is open to a new job on the day of the report" in told
    states = {row[0]: row[1] for row in routes.rows}
    assert states["As it runs today"] == "open"
    assert any(" since " in state for state in states.values())
