"""The failure modes on the page: shares, codes, agreement, judges and remedies, in words, tables and drawings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.chapters.failure_judge import JudgeCheck
from bespoke.chapters.failure_labels import ClassifierCheck
from bespoke.chapters.failure_modes import CodeCount, FailureModes, FamilyRate, PlanStep, Saturation
from bespoke.exhibits.failure_modes import coding, labelling, remedies, share_exhibits, task_failures
from bespoke.show.style import EMPHASIS, QUIET
from bespoke.statistics.agreement import Kappa
from bespoke.statistics.interval import Interval
from tests.shown_blocks import layout, shown, words


def share(middle: float, half: float = 0.1) -> Interval:
    return Interval(estimate=middle, low=middle - half, high=middle + half)


TONE, FACTS = (
    FamilyRate(family=name, count=n, share=share(n / 100)) for name, n in (("tone", 45), ("facts", 30))
)
OPEN = FamilyRate(family="unmapped", count=25, share=share(0.25))


def modes(**given: Any) -> FailureModes:
    found = {
        "n": 100,
        "families": (TONE, FACTS, OPEN),
        "task_names": {"t": "Mail", "u": "Notes"},
        "masked": {},
    }
    return FailureModes.model_construct(**{**found, **given})


@pytest.mark.parametrize(
    ("families", "said"),
    [
        ((TONE, FACTS, OPEN), "Tone and facts make up 75% of 100 failing outputs"),
        ((OPEN, FACTS), "Facts makes up 30% of 100 failing outputs"),
        ((OPEN,), "None of the 100 failing outputs can be put in a family yet"),
    ],
)
def test_the_finding_names_the_two_that_lead(families: Any, said: str) -> None:
    assert [words(block) for block in shown(share_exhibits.finding, modes(families=families))] == [said]


def test_the_order_is_settled_where_the_intervals_lie_apart() -> None:
    (block,) = shown(share_exhibits.separation, modes())
    assert "The intervals of **Tone** and **Facts** overlap" in words(block)
    clear = FamilyRate(family="tone", count=60, share=share(0.6))
    (block,) = shown(share_exhibits.separation, modes(families=(OPEN, clear, FACTS)))
    assert words(block).startswith("**Tone** leads clearly: its interval lies above that of facts")
    assert shown(share_exhibits.separation, modes(families=(OPEN, TONE))) == []


def test_a_bar_is_as_long_as_its_share_and_those_that_may_lead_stand_out() -> None:
    small = FamilyRate(family="format", count=5, share=share(0.05, 0.04))
    first = FamilyRate(family="tone", count=50, share=share(0.5, 0.125))
    second = FamilyRate(family="facts", count=35, share=share(0.375, 0.125))
    figure = share_exhibits._draw_pareto([first, second, small])
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [0.05, 0.375, 0.5]
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([0.62] * 3)
    leads = [bar.get_facecolor() == to_rgba(EMPHASIS) for bar in axes.patches]
    assert leads == [False, True, True]  # the interval of 0.375 ends at 0.5
    assert axes.patches[0].get_facecolor() == to_rgba(QUIET)
    assert [list(line.get_xdata()) for line in axes.lines] == [
        pytest.approx([0.01, 0.09]), pytest.approx([0.25, 0.5]), pytest.approx([0.375, 0.625]),
    ]  # fmt: skip
    assert [(text.get_text(), text.xy[1], text.xyann) for text in axes.texts] == [
        ("5%  (5)", 0, (5, 0)), ("38%  (35)", 1, (5, 0)), ("50%  (50)", 2, (5, 0)),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Format", "Facts", "Tone"]
    assert axes.get_xlim() == pytest.approx((0, 0.625 * 1.25))
    assert axes.xaxis.get_major_formatter()(0.2, None) == "20%"
    assert figure.get_size_inches()[1] == pytest.approx(1.6)
    wide = share_exhibits._draw_pareto([FamilyRate(family="tone", count=95, share=share(0.9, 0.05))])
    assert wide.axes[0].get_xlim()[1] == 1.0


def test_the_figure_of_shares_tells_its_message() -> None:
    (block,) = shown(share_exhibits.pareto, modes())
    assert block.caption == "The largest share, tone: 45% (35% to 55%) of failing outputs"
    assert block.alt.endswith("Tone 45 of 100, 45%; Facts 30 of 100, 30%; Unmapped 25 of 100, 25%.")


def test_codes_stand_with_their_family_and_what_was_masked_is_said() -> None:
    rows = (CodeCount(code="chatty", count=30, family="tone", given_by="words"),)
    table, note = shown(coding.codes, modes(codes=rows, masked={"a": 2, "b": 1}))
    assert table.rows == (("chatty", 30, "Tone", "words"),)
    assert table.caption == "The client's 1 own codes and the family each belongs to"
    assert layout(table)[1] == ("Outputs", "integer", 0, "")
    assert "3 were found in what is quoted here" in words(note)
    one: Any = [SimpleNamespace(task_id="t", code="", family="facts", expected="x", actual="y")]
    (table,) = shown(coding.samples, modes(samples=one))
    assert table.rows == (("Mail", "Facts", "x", "y"),)
    one[0].code = "wrong date"
    assert shown(coding.samples, modes(samples=one))[0].rows[0][1] == "wrong date"


@pytest.mark.parametrize(("wanted", "state"), [(3, "saturated"), (4, "not saturated")])
def test_reading_is_saturated_after_so_many_outputs_without_a_new_code(wanted: int, state: str) -> None:
    found = Saturation(distinct=(1, 2, 2, 3, 3, 3, 3), since_last_new=3, wanted=wanted)
    (block,) = shown(coding.saturation, modes(saturation=found))
    assert block.caption == f"Reading is {state}: 3 outputs since the last new code, {wanted} wanted"
    assert block.alt.endswith("ends at 3 codes after 7 coded outputs; the last new code came at output 4.")
    short = found.model_copy(update={"distinct": (1,)})
    assert shown(coding.saturation, modes(saturation=short)) == []
    assert len(shown(coding.saturation, modes(saturation=found.model_copy(update={"distinct": (1, 1)})))) == 1


def test_the_curve_of_codes_rises_by_steps_to_the_last_new_one() -> None:
    figure = coding._draw_saturation([1, 2, 2, 4], 3)
    (axes,) = figure.axes
    steps, mark = axes.lines
    assert (list(steps.get_xdata()), list(steps.get_ydata()), steps.get_drawstyle()) == (
        [1, 2, 3, 4], [1, 2, 2, 4], "steps-post",
    )  # fmt: skip
    assert (list(mark.get_xdata()), mark.get_linewidth()) == ([3, 3], 0.9)
    (text,) = axes.texts
    assert (text.xy, text.xyann, text.get_ha()) == ((3, pytest.approx(0.48)), (-4, 0), "right")
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 5), (0, pytest.approx(4.48)))
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "coded outputs read, in the order of the file",
        "distinct codes",
    )
    assert all(line.get_visible() for line in axes.get_ygridlines())
    assert figure.get_size_inches()[1] == pytest.approx(2.3)


@pytest.mark.parametrize(
    ("low", "kappa", "verdict"),
    [
        (0.6, 0.7, "They agree well enough to rely on the shares."),
        (
            0.59,
            0.6,
            "They may agree well enough, but the interval reaches below the mark: label more outputs.",
        ),
        (
            0.4,
            0.59,
            "They do not agree well enough: discuss the disagreements and sharpen the definitions first.",
        ),
    ],
)
def test_two_annotators_agree_where_the_whole_interval_says_so(
    low: float, kappa: float, verdict: str
) -> None:
    found = Kappa(kappa=kappa, low=low, high=0.8, n=1200, observed=0.75)
    (block,) = shown(labelling.agreement, modes(agreement=found, kappa_wanted=0.6))
    assert words(block).endswith(verdict)
    assert "labelled 1,200 outputs independently: they gave the same family to 75%" in words(block)
    assert f"kappa {kappa:.2f} (95% interval {low:.2f} to 0.80; 0.60 or more counts" in words(block)


def test_without_two_annotators_that_is_said() -> None:
    (block,) = shown(labelling.agreement, modes(agreement=None))
    assert (block.type, block.tone) == ("callout", "missing")


def classifier(*, used: bool) -> ClassifierCheck:
    return ClassifierCheck(
        n=80, accuracy=share(0.7), majority_share=0.45, used=used, labelled=12, families=("facts", "tone"), given=(),
        predicted=(), confusion=((3, 1), (0, 5)),
    )  # fmt: skip


def test_who_gave_the_labels_is_told_and_what_a_classifier_is_worth() -> None:
    given = {"words": 20, "the client's code table": 80}
    (first,) = shown(labelling.labels, modes(given_by=given, expects_json=0, classifier=None))
    assert words(first) == "Of 100 labels, 80 by the client's code table, 20 by words."
    _, broken, said = shown(
        labelling.labels,
        modes(given_by=given, expects_json=40, broken_json=3, classifier=classifier(used=True)),
    )
    assert "3 of the 40 outputs that should have been JSON" in words(broken)
    assert "was right on 70% of rows it had not seen (95% interval 60% to 80%, n = 80): better than" in words(
        said
    )
    assert words(said).endswith("most frequent family (45%), so it labelled the 12 still open.")
    said = shown(labelling.labels, modes(given_by=given, expects_json=0, classifier=classifier(used=False)))[
        -1
    ]
    assert words(said).endswith("most frequent family (45%), so it labelled nothing.")


def test_labels_of_a_judge_are_shown_with_their_hit_rates_where_it_gave_enough() -> None:
    def family(name: str, of: int, corrected: Interval | None) -> Any:
        return SimpleNamespace(
            family=name, judged=3, of=of, true_positive_rate=0.9, true_negative_rate=0.8, corrected=corrected
        )

    def check(of: int) -> Any:
        families = (family("tone", of, share(0.3)), family("facts", of, None))
        return JudgeCheck.model_construct(judge="opus", held_out=60, floor=0.75, families=families)

    (table,) = shown(labelling.judges, modes(judges=(check(4), check(5)), classifier=classifier(used=False)))
    assert table.rows == (
        ("Tone", "3 of 5", 0.9, 0.8, "30% (20% to 40%)"), ("Facts", "3 of 5", 0.9, 0.8, "not shown: below the floor"),
    )  # fmt: skip
    assert table.label == "tbl-failures-judge-1"
    assert table.caption == "What the labels of opus are worth: 1 of 2 families reach 75% against people"
    assert table.source.startswith("60 rows that people labelled too")
    assert [column[1] for column in layout(table)] == ["text", "text", "percent", "percent", "text"]
    (table,) = shown(labelling.judges, modes(judges=(), classifier=classifier(used=True)))
    assert table.rows == (("Facts", 3, 1), ("Tone", 0, 5))
    assert [column[:2] for column in layout(table)] == [
        ("Given", "text"),
        ("Facts", "integer"),
        ("Tone", "integer"),
    ]
    assert shown(labelling.judges, modes(judges=(), classifier=None)) == []


def test_the_families_that_occur_are_explained_and_no_others() -> None:
    (table,) = shown(remedies.families, modes(families=(FACTS, OPEN, TONE)))
    assert [row[0] for row in table.rows] == ["Tone", "Facts"]
    assert "Is every statement correct but said in the wrong voice?" in str(table.rows[0][2])


def test_remedies_stand_by_what_they_could_gain_and_twelve_at_most() -> None:
    def step(**given: Any) -> PlanStep:
        found = {"task_id": "t", "family": "tone", "remedy": "few_shot", "then": "prompt_engineering",
                 "failures": 1200, "of": 3000, "share": share(0.4), "gain": 0.123}  # fmt: skip
        return PlanStep(**{**found, **given})

    (table,) = shown(
        remedies.plan, modes(plan=(step(), step(task_id="u", gain=None, then="few_shot"), *[step()] * 20))
    )
    assert table.rows[0] == (
        "Mail", "Tone", "1,200 of 3,000", pytest.approx(12.3), "few-shot examples", "explicit rules in the prompt",
    )  # fmt: skip
    assert table.rows[1] == ("Notes", "Tone", "1,200 of 3,000", None, "few-shot examples", None)
    assert len(table.rows) == 12
    assert layout(table)[3] == ("At most", "decimal", 1, "points of quality")


def test_the_map_counts_failures_by_task_and_says_what_each_mostly_fails_with() -> None:
    by_task = {"t": {"tone": 40, "facts": 5}, "u": {"facts": 25}, "v": {"unmapped": 25}, "w": {"tone": 1}}
    names = {"t": "Mail", "u": "Notes", "v": "Chat", "w": "Bills"}
    (block,) = shown(task_failures.heat_map, modes(by_task=by_task, task_names=names))
    assert block.caption == "Mail and Bills: mostly tone; Notes: mostly facts; Chat: mostly unmapped codes"
    assert "Mail: tone 40, facts 5. Notes: facts 25." in block.alt
