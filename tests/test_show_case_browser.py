"""One case in the browser: what is said of it, of each answer, and by what the buttons find it."""

from __future__ import annotations

from typing import Any

from lxml import html

from bespoke.show.blocks import CaseAnswer, Cases, ShownCase
from bespoke.show.case_browser import browser


def tree(*answers: CaseAnswer, prompt: str = "", left: int = 0, right: int = 1, **given: Any) -> Any:
    case = ShownCase(**{"name": "c1", "input": "Late.", "expected": "billing", "answers": answers, **given})
    systems = tuple("ABC"[: len(answers)])
    block = Cases(
        label="cases-routing",
        caption="Routing",
        systems=systems,
        left=left,
        right=right,
        prompt=prompt,
        cases=(case,),
    )
    return html.fromstring(browser(block))


def answer(**given: Any) -> CaseAnswer:
    return CaseAnswer(**{"verdict": "", "wrong": False, "runs": ("billing",), **given})


def words(found: Any, path: str) -> list[str]:
    return [one.text_content() for one in found.xpath(path)]


def test_an_answer_says_its_verdict_its_runs_and_what_it_took() -> None:
    found = tree(
        answer(verdict="right", took="1,000 tokens"),
        answer(verdict="0.67", wrong=True, runs=("billing", "delivery")),
    )
    assert words(found, "//section/h5") == ["A (right)", "B (0.67)"]
    assert words(found, "//section/pre") == ["billing", "Run 1: billing", "Run 2: delivery"]
    assert words(found, "//section/small") == ["1,000 tokens"]
    assert [one.get("class") for one in found.xpath("//section")] == ["s s0", "s s1 bad"]
    assert words(tree(answer(), answer()), "//section/h5") == ["A", "B"]


def test_a_case_is_found_by_who_is_wrong_and_by_who_differ() -> None:
    found = tree(
        answer(wrong=True), answer(), answer(wrong=True), differ=((0, 1), (1, 2)), about="late, group g"
    )
    (article,) = found.xpath("//article")
    assert article.get("class") == "w0 w2 d0-1 d1-2"
    assert words(found, "//h4") == ["c1 late, group g"]
    assert words(found, "//article/h5") == ["Input", "Expected"]
    assert words(found, "//article/pre") == ["Late.", "billing"]
    plain = tree(answer(), answer())
    assert plain.xpath("//article")[0].get("class") is None
    assert words(plain, "//h4") == ["c1"]
    assert plain.xpath("//small") == []


def test_the_buttons_stand_where_the_block_says() -> None:
    found = tree(answer(), answer(), answer(), left=1, right=2, prompt="Sort.")
    assert words(found, "//legend") == ["Left", "Right", "Show"]
    checked = [one.get("id") for one in found.xpath("//input[@checked]")]
    assert checked == ["cases-routing-a1", "cases-routing-b2", "cases-routing-f0"]
    assert [one.get("name") for one in found.xpath("//input")] == (
        ["cases-routing-a"] * 3 + ["cases-routing-b"] * 3 + ["cases-routing-f"] * 4
    )
    assert words(found, "./h5") == ["Prompt"]
    assert words(tree(answer(), answer()), "./h5") == []


def test_every_position_hides_what_it_is_not_about() -> None:
    (style,) = words(tree(answer(), answer()), "//style")
    here = "#cases-routing:has(#cases-routing"
    for rule in (
        f"{here}-a0) .s{{display:none}}",
        f"{here}-a0:checked) .s0{{display:block;order:1}}",
        f"{here}-b0:checked) .s0{{display:block;order:2}}",
        f"{here}-f2:checked):has(#cases-routing-a1:checked) article:not(.w1){{display:none}}",
        f"{here}-f3:checked):has(#cases-routing-b1:checked) article:not(.w1){{display:none}}",
        f"{here}-f1:checked):has(#cases-routing-a1:checked):has(#cases-routing-b0:checked)"
        " article:not(.d0-1){display:none}",
    ):
        assert rule in style.splitlines() or rule in style
    assert style.count("order:1") == style.count("order:2") == 2
    assert style.count("article:not(.d") == 4
