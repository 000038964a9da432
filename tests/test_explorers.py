"""What the explorers of the chapters show under explored values, without a page: tables, controls and drawings."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.failure_modes import CodeCount, FamilyRate
from bespoke.errors import BespokeError
from bespoke.explore import bill, controls, curves, failure_explorer, input_fields, look, ranges
from bespoke.explore.advice_explorer import RecommendationExplorer
from bespoke.explore.controls import NOT_KNOWN, YES_NO, Control
from bespoke.explore.dataset_explorer import DatasetReadinessExplorer
from bespoke.explore.explorer import Explorer
from bespoke.explore.failure_explorer import FailureModesExplorer
from bespoke.statistics.interval import Interval

TASKS = tuple(SimpleNamespace(task_id=name.lower(), name=name) for name in ("Mail", "Notes"))


def scene(**given: Any) -> Any:
    client = SimpleNamespace(
        tasks=TASKS, task=lambda name: next(one for one in TASKS if one.task_id == name), codes=given.get("codes"),
        failures=given.get("failures"),
    )  # fmt: skip
    overrides = given.get("overrides", {})
    facts = SimpleNamespace(overrides=overrides, threshold=lambda name: overrides.get(name, 300.0))
    return SimpleNamespace(client=client, facts=facts, choices=given.get("choices", {}))


def bare(kind: Any, **parts: Any) -> Any:
    """An explorer as it is once made, with these parts."""
    made = object.__new__(kind)
    for name, value in parts.items():
        setattr(made, name, value)
    return made


def test_an_explorer_is_about_tasks_and_lacks_nothing_unless_it_says_so() -> None:
    one = bare(Explorer, base=scene())
    assert one.subjects() == [("Mail", "mail"), ("Notes", "notes")]
    changes = {("tasks.csv", "mail", "test_cases"): 7}
    assert (one.completed(changes, {}), one.missing(changes, {})) == (changes, "")


# --- the bill ----------------------------------------------------------------------------------------------------


def test_the_bill_has_a_row_a_task_and_marks_what_moved() -> None:
    before = {"mail": bill.Bill(600.0, 500.0, ("batch",)), "notes": bill.Bill(100.0, 100.0, ())}
    now = {"mail": bill.Bill(600.0, 450.0, ("prompt_caching", "batch")), "notes": bill.Bill(100.0, 100.0, ())}
    table = bill.total_table(scene(), before, now)
    assert [row[:5] for row in table.rows] == [
        ("Mail", 600.0, 600.0, 500.0, 450.0), ("Notes", 100.0, 100.0, 100.0, 100.0),
        ("All tasks", 700.0, 700.0, 600.0, 550.0),
    ]  # fmt: skip
    assert " and " in str(table.rows[0][5])
    assert (table.rows[1][5], table.rows[2][5]) == (None, None)
    assert table.emphasis == (0, 2)
    moved = {**before, "notes": bill.Bill(120.0, 100.0, ())}
    assert bill.total_table(scene(), before, moved).emphasis == (1, 2)
    assert bill.total_table(scene(), before, before).emphasis == ()
    assert {column.format for column in table.columns[1:5]} == {"money"}


# --- failures ----------------------------------------------------------------------------------------------------


def rate(family: str, share: float) -> FamilyRate:
    return FamilyRate(
        family=family, count=1, share=Interval(estimate=share, low=share - 0.1, high=share + 0.1)
    )


def modes(**given: Any) -> Any:
    codes = (CodeCount(code="chatty", count=30, family="tone", given_by="words"),
             CodeCount(code="odd", count=2, family="unmapped", given_by="nobody"))  # fmt: skip
    found = {
        "codes": codes,
        "by_task": {"mail": {}},
        "families": (rate("tone", 0.5),),
        "plan": (),
        "main": {},
        **given,
    }
    return SimpleNamespace(**found, main_family=lambda task: found["main"].get(task))


def test_each_code_has_a_control_with_its_family() -> None:
    one = bare(FailureModesExplorer, base=scene(), result=modes())
    assert one.subjects() == [("Every code", "every code"), ("Mail", "mail")]
    failures = [SimpleNamespace(code="chatty", task_id="mail"), SimpleNamespace(code="odd", task_id="notes")]
    mapped = [SimpleNamespace(code="chatty", family="facts")]
    first, second = one.dials("every code", scene(failures=failures, codes=mapped))
    assert (first.name, first.label, first.kind, first.value) == ("code-0", "chatty (30)", "choice", "facts")
    assert (first.address, first.help) == (("codes.csv", "chatty", "family"), "given by: words")
    assert "unmapped" not in dict(map(reversed, first.options))
    assert second.value == "unmapped"
    assert "unmapped" in dict(map(reversed, second.options))
    assert [dial.label for dial in one.dials("mail", scene(failures=failures))] == ["chatty (30)"]
    assert one.dials("mail", scene()) == ()
    many = bare(FailureModesExplorer, base=scene(), result=modes(codes=modes().codes * 21))
    assert many.subjects()[0][0] == "The 40 most frequent"


def test_the_leading_family_and_what_remedies_gain_are_told_before_and_now() -> None:
    def step(task: str, family: str, gain: float | None) -> Any:
        return SimpleNamespace(task_id=task, family=family, failures=9, gain=gain)

    before = modes(main={"mail": "tone"}, plan=(step("mail", "tone", 0.1), step("mail", "facts", 0.05)))
    now = modes(main={"mail": None}, by_task={"mail": {}, "notes": {}},
                plan=(step("mail", "tone", 0.2), step("mail", "facts", 0.05), step("notes", "tone", 0.3)))  # fmt: skip
    table = failure_explorer._leading(before, now, scene())
    assert table.rows == (("Mail", "Tone", "none mapped"), ("Notes", "none mapped", "none mapped"))
    assert table.emphasis == (0,)
    table = failure_explorer._plan(before, now, scene(), "every code")
    assert table.rows == (
        ("Mail", "Tone", 9, 0.1, 0.2), ("Mail", "Facts", 9, 0.05, 0.05), ("Notes", "Tone", 9, None, 0.3),
    )  # fmt: skip
    assert table.emphasis == (0, 2)
    assert [(column.format, column.digits) for column in table.columns[2:]] == [
        ("integer", 0), ("percent", 1), ("percent", 1),
    ]  # fmt: skip
    assert len(failure_explorer._plan(before, now, scene(), "notes").rows) == 1
    long = modes(plan=(step("mail", "tone", 0.2),) * 13)
    assert len(failure_explorer._plan(before, long, scene(), "mail").rows) == 12


# --- datasets ----------------------------------------------------------------------------------------------------


def finding(
    says: str, severity: str = "error", files: tuple[str, ...] = ("a.jsonl",), routes: tuple[str, ...] = ()
) -> Any:
    places = tuple(SimpleNamespace(file="a.jsonl", line=None if n == 0 else n) for n in range(8))
    return SimpleNamespace(
        says=says, severity=severity, files=files, routes=routes, count=8, todo="mend it", places=places
    )


FOUND = SimpleNamespace(
    needed_high=1000, usable=400, examples_needed=600,
    findings=(
        finding("one"), finding("two", "warning"), finding("three", files=("b.csv",)),
        finding("four", routes=("nova",)),
    ),
    targets=(SimpleNamespace(route="nova"), SimpleNamespace(route="unnamed")), files=(SimpleNamespace(path="a.jsonl"),),
)  # fmt: skip
DATASET = bare(DatasetReadinessExplorer, result=FOUND, names={"nova": "Amazon Nova"})


@pytest.mark.parametrize(
    ("overrides", "row", "emphasis"),
    [
        ({}, ("Explored", 1000, 400, 600), ()), ({"narrow_examples": 300.4}, ("Explored", 300, 400, 0), (1,)),
        ({"narrow_examples": 500.0}, ("Explored", 500, 400, 100), (1,)),
    ],
)  # fmt: skip
def test_another_rule_of_thumb_asks_for_other_examples(
    overrides: dict[str, float], row: tuple[Any, ...], emphasis: tuple[int, ...]
) -> None:
    table = DATASET._needed(scene(overrides=overrides))
    assert table.rows == (("In the folder", 1000, 400, 600), row)
    assert table.emphasis == emphasis


@pytest.mark.parametrize(
    ("subject", "choices", "said"),
    [
        ("", {}, ["one", "two", "three", "four"]), ("", {"severity": "error"}, ["one", "three", "four"]),
        ("", {"file": "b.csv"}, ["three"]), ("nova", {}, ["one", "two", "three", "four"]),
        ("other", {}, ["one", "two", "three"]),
    ],
)  # fmt: skip
def test_findings_are_chosen_by_kind_file_and_target(
    subject: str, choices: dict[str, str], said: list[str]
) -> None:
    table = DATASET._findings(subject, scene(choices=choices))
    assert [row[1] for row in table.rows] == said
    assert table.caption == f"{len(said)} kinds of finding"
    assert table.emphasis == tuple(n for n, name in enumerate(said) if name != "two")
    assert table.rows[0][4] == "a.jsonl; a.jsonl:1; a.jsonl:2; a.jsonl:3; a.jsonl:4; a.jsonl:5"


def test_targets_and_controls_of_a_dataset() -> None:
    assert DATASET.subjects() == [("Every target", ""), ("Amazon Nova", "nova"), ("unnamed", "unnamed")]
    number, severity, file = DATASET.dials("", scene(choices={"severity": "error"}))
    assert (number.value, number.low, number.high, number.step) == (300, 0, 10**6, 50)
    assert (severity.value, file.value) == ("error", "")
    assert file.options == (("every file", ""), ("a.jsonl", "a.jsonl"))


# --- the advice --------------------------------------------------------------------------------------------------


def plan(*steps: Any, closed: tuple[str, ...] = (), once: float = 1000.0) -> Any:
    shut = tuple(
        SimpleNamespace(route=name, outcomes=(SimpleNamespace(needs="more", found="less"),))
        for name in closed
    )
    money = SimpleNamespace(expected=once)
    return SimpleNamespace(plan=SimpleNamespace(
        steps=steps, first=steps[0], end=len(steps) - 1, end_route=steps[-1].route, one_off=money, monthly=money,
        closed=shut,
    ))  # fmt: skip


def step(
    route: str, group: str = "prompt", monthly: float | None = 700.0, reached: float | None = 0.5
) -> Any:
    month = None if monthly is None else SimpleNamespace(expected=monthly)
    configuration = SimpleNamespace(model="opus", place="bedrock_us")
    return SimpleNamespace(
        route=route, group=group, configuration=configuration, cost=SimpleNamespace(expected=100.0), monthly=month,
        reached=reached,
    )  # fmt: skip


NAMES = {
    "rag": "Retrieval",
    "few_shot": "Few-shot",
    "model_change": "Another model",
    "nova": "Nova",
    "batch": "Batches",
}


def test_plans_are_told_before_and_now_task_by_task() -> None:
    was = {"mail": plan(step("rag")), "notes": plan(step("few_shot"))}
    one = bare(RecommendationExplorer, names=NAMES, before=was, chapter=None)
    now = {"mail": plan(step("few_shot"), step("model_change", "model"), once=2000.0), "notes": was["notes"]}
    table = one._summary(scene(), now)
    assert table.rows == (
        (
            "Mail",
            "Retrieval; ends at retrieval",
            "Few-shot; ends at another model",
            "$1,000",
            "$2,000",
            "$2,000",
        ),
        ("Notes", "Few-shot; ends at few-shot", "Few-shot; ends at few-shot", "$1,000", "$1,000", "$1,000"),
    )
    assert table.emphasis == (0,)
    table = one._steps(plan(step("rag", monthly=None, reached=None), step("model_change", "model")).plan)
    assert table.rows == (
        (1, "Retrieval", "opus", "bedrock_us", "$100", "", ""),
        (2, "Another model: opus", "opus", "bedrock_us", "$100", "$700", "50%"),
    )
    assert table.emphasis == (1,)
    assert one._flips("mail").markdown.startswith(
        "What would change this advice is worked out when the chapter runs"
    )


def test_routes_that_opened_or_closed_are_told_else_all_that_are_closed() -> None:
    was = {"mail": plan(step("rag"), closed=("nova", "batch"))}
    one = bare(RecommendationExplorer, names=NAMES, before=was)
    table = one._closed("mail", {"mail": plan(step("rag"), closed=("nova", "few_shot"))})
    assert table.caption == "Routes that opened or closed"
    assert table.rows == (("Batches", "open again", ""), ("Few-shot", "closed", "more (less)"))
    table = one._closed("mail", was)
    assert table.caption == "Routes that are closed"
    assert [row[0] for row in table.rows] == ["Nova", "Batches"]


def test_what_would_flip_the_advice_is_that_of_the_chapter() -> None:
    flip = SimpleNamespace(
        input="volume", unit="requests", today=2400.0, at=None, first="rag", end="few_shot"
    )
    chapter = SimpleNamespace(task=lambda name: SimpleNamespace(flips=(flip,) if name == "mail" else ()))
    one = bare(RecommendationExplorer, names=NAMES, chapter=chapter)
    ((name, unit, today, at, first, end),) = one._flips("mail").rows
    assert (name, unit, first, end) == ("volume", "requests", "Retrieval", "Few-shot")
    assert today != at
    assert one._flips("notes").rows == ()


# --- controls, fields, drawings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "shown", "value"),
    [
        ("number", 3, 3.0), ("volume", "2.5", 2.5), ("price", 0.1, Decimal("0.1")), ("choice", NOT_KNOWN, None),
        ("buttons", NOT_KNOWN, None), ("buttons", True, True), ("entry", 7, 7), ("whole", 7, 7), ("words", "a", "a"),
        ("day", date(2026, 1, 2), date(2026, 1, 2)), ("number", None, None), ("words", NOT_KNOWN, NOT_KNOWN),
    ],
)  # fmt: skip
def test_what_a_widget_shows_is_read_as_the_folder_would_hold_it(kind: Any, shown: Any, value: Any) -> None:
    found = Control("n", "N", kind, None).read(shown)
    assert (found, type(found)) == (value, type(value))


def test_a_control_becomes_the_widget_of_its_kind() -> None:
    def made(kind: Any, value: Any, **given: Any) -> Any:
        return controls.widget_of(Control("n", "N", kind, value, **given))

    whole = made("whole", 3, low=1.0, high=9.0)
    assert (type(whole).__name__, whole.value, whole.min, whole.max) == ("IntSlider", 3, 1, 9)
    assert [type(made("entry", 3, step=step, high=9.0)).__name__ for step in (1, 0.5)] == [
        "BoundedIntText", "BoundedFloatText",
    ]  # fmt: skip
    assert made("entry", None, high=9.0).value == 0
    price = made("price", Decimal("1.25"), high=9.0)
    assert (price.value, price.step, price.tooltip) == (1.25, 0.05, "N")
    buttons = made("buttons", None, options=YES_NO)
    assert buttons.value == NOT_KNOWN
    assert [value for _, value in buttons.options] == [True, False, NOT_KNOWN]
    assert made("choice", "b", options=(("A", "a"), ("B", "b"))).value == "b"
    assert made("day", date(2026, 1, 2)).value == date(2026, 1, 2)
    words = made("words", "a", help="Say it")
    assert (words.value, words.placeholder, words.tooltip, words.continuous_update) == (
        "a",
        "Say it",
        "Say it",
        False,
    )
    unknown = made("number", None, low=2.0, high=9.0, optional=True)
    assert (unknown.value, unknown.switch.value, unknown.switch.description) == (None, True, "unknown")


def test_a_typed_volume_may_be_a_thousand_times_beyond_the_slider() -> None:
    field = input_fields.volume(50.0, 0, 6, "Volume")
    typed = next(part for part in field.children if hasattr(part, "max") and part.max == 10.0**9)
    assert (typed.value, typed.min) == (50.0, 0.0)
    number = input_fields.number(0.5, 0.0, 1.0, 0.01, "Share")
    assert [(part.min, part.max, part.step) for part in number.children if hasattr(part, "max")] == [
        (0.0, 1.0, 0.01)
    ] * 2


@pytest.mark.parametrize(("length", "shown"), [(34, "x" * 34), (35, "x" * 33 + "…")])
def test_a_label_is_cut_from_its_thirty_fifth_character(length: int, shown: str) -> None:
    row = ranges.Range("x" * length, 1.0, 2.0, 3.0)
    drawn = ranges.drawing([row], alt="One row of three values.", words=str)
    assert f">{shown}</text>" in drawn


def test_two_lines_cross_at_their_mark_on_logarithmic_scales() -> None:
    drawn = curves.crossing(
        (1.0, 10.0, 100.0), (("Today <b>", (10.0, 100.0, 1000.0)), ("y" * 25, (100.0, 100.0, 100.0))), (10.0,), 100.0,
        axis="Requests a day", alt="Two lines that cross.", words=lambda value: f"{value:g}",
    )  # fmt: skip
    assert re.findall(r'points="([^"]*)"', drawn) == [
        "90.0,220.0 340.0,122.0 590.0,24.0", "90.0,122.0 340.0,122.0 590.0,122.0",
    ]  # fmt: skip
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
    assert texts == [
        "1", "10", "100", "Requests a day", "Today &lt;b&gt;", "$10.00", f"{'y' * 23}…", "$100", "break-even 10",
    ]  # fmt: skip
    upright = re.findall(r'<line x1="([\d.]+)" x2="([\d.]+)" y1="24" y2="220"', drawn)
    assert upright == [("590.0", "590.0"), ("340.0", "340.0")]
    assert re.findall(r'<text x="([\d.]+)" y="236"', drawn) == ["90.0", "340.0", "590.0"]
    assert 'x="345.0" y="16"' in drawn
    assert '<text x="340.0" y="254"' in drawn
    assert re.findall(r'<text x="(\d+)" y="([\d.]+)" (?:text-anchor="end" )?fill', drawn) == [
        ("598", "28.0"), ("84", "224.0"), ("598", "126.0"), ("84", "126.0"),
    ]  # fmt: skip


def test_a_problem_is_one_line_and_what_nobody_foresaw_is_raised_too() -> None:
    said = SimpleNamespace(value="")
    with look.problems_in(said):
        raise BespokeError("is <odd>", path="a.csv")
    assert "a.csv: is &lt;odd&gt;</div>" in said.value
    assert 'role="alert"' in said.value
    with pytest.raises(KeyError), look.problems_in(said):
        raise KeyError("x")
    assert "KeyError: &#x27;x&#x27;" in said.value
    assert look.line("a <b>").endswith(">a &lt;b&gt;</div>")
    assert look.page("<p>x</p>").endswith("<p>x</p></div>")
