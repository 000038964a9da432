"""Single cases in a browser, two systems side by side, by whether they differ or are wrong: style rules and no script.

A radio button that is checked decides, through `:has()`, which answers stand left and right and which cases are hidden.
A browser or a notebook that takes no buttons shows every case and every answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bespoke.show.blocks import CaseAnswer, Cases, ShownCase
from bespoke.show.elements import LITERAL, element, escape

FILTERS = (
    "every case",
    "where they answer differently",
    "where the left one is wrong",
    "where the right one is wrong",
)
_LOOK = """\
@{margin:2em 0;font:.9rem/1.45 system-ui,sans-serif}@>summary{font-weight:600;cursor:pointer;padding:.4em 0}
@ fieldset{border:0;padding:0;margin:.3em 0}@ legend{float:left;font-weight:600;width:4.5em}@ label{margin-right:1.2em}
@ article{border-top:1px solid #c9d0d9;padding:.8em 0}@ pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2em 0;
font:inherit;background:none;padding:0}@ h4{margin:0 0 .3em}@ h5{margin:.5em 0 .1em}@ small{color:#5b6573}
@ .two{display:grid;grid-template-columns:1fr 1fr;gap:0 1.5em}@ .bad{border-left:3px solid #b3261e;padding-left:.6em}
@media(max-width:40rem){@ .two{display:block}}
"""


def browser(block: Cases) -> str:
    """The cases as one folded piece of HTML with rules of its own; the block's label is its id."""
    name = block.label
    style = element("style", _LOOK.replace("@", f"#{name}") + "\n".join(_rules(block, name)))
    buttons = "".join(
        _choice(name, key, legend, options, at)
        for key, legend, options, at in (
            ("a", "Left", block.systems, block.left),
            ("b", "Right", block.systems, block.right),
            ("f", "Show", FILTERS, 0),
        )
    )
    prompt = _part("Prompt", block.prompt) if block.prompt else ""
    cases = "".join(_case(case, block.systems) for case in block.cases)
    return element(
        "details",
        element("summary", escape(block.caption)),
        style,
        buttons,
        prompt,
        cases,
        id=name,
        class_=f"cases {LITERAL}",
    )


def _rules(block: Cases, name: str) -> Iterator[str]:
    """Which answers stand where, and which cases are hidden, for every position of the buttons."""
    systems = range(len(block.systems))

    def when(*checked: str) -> str:
        return f"#{name}" + "".join(f":has(#{name}-{one}:checked)" for one in checked)

    yield f"#{name}:has(#{name}-a0) .s{{display:none}}"
    for i in systems:
        yield f"{when(f'a{i}')} .s{i}{{display:block;order:1}}"
        yield f"{when(f'b{i}')} .s{i}{{display:block;order:2}}"
        yield f"{when('f2', f'a{i}')} article:not(.w{i}){{display:none}}"
        yield f"{when('f3', f'b{i}')} article:not(.w{i}){{display:none}}"
    for i, j in product(systems, systems):
        pair = f".d{min(i, j)}-{max(i, j)}"
        yield f"{when('f1', f'a{i}', f'b{j}')} article:not({pair}){{display:none}}"


def _choice(name: str, key: str, legend: str, options: tuple[str, ...], at: int) -> str:
    buttons = (
        element(
            "label",
            element(
                "input",
                type="radio",
                name=f"{name}-{key}",
                id=f"{name}-{key}{i}",
                checked="" if i == at else None,
            ),
            " " + escape(option),
        )
        for i, option in enumerate(options)
    )
    return element("fieldset", element("legend", legend), *buttons)


def _case(case: ShownCase, systems: tuple[str, ...]) -> str:
    wrong = [f"w{i}" for i, answer in enumerate(case.answers) if answer.wrong]
    differ = [f"d{i}-{j}" for i, j in case.differ]
    about = element("small", " " + escape(case.about)) if case.about else ""
    answers = "".join(
        _answer(i, title, answer) for i, (title, answer) in enumerate(zip(systems, case.answers, strict=True))
    )
    return element(
        "article",
        element("h4", escape(case.name), about, dir="auto"),
        _part("Input", case.input),
        _part("Expected", case.expected),
        element("div", answers, class_="two"),
        class_=" ".join([*wrong, *differ]) or None,
    )


def _answer(i: int, title: str, answer: CaseAnswer) -> str:
    verdict = f" ({answer.verdict})" if answer.verdict else ""
    texts = "".join(
        element("pre", escape(f"Run {n}: {text}" if len(answer.runs) > 1 else text), dir="auto")
        for n, text in enumerate(answer.runs, start=1)
    )
    took = element("small", escape(answer.took)) if answer.took else ""
    bad = " bad" if answer.wrong else ""
    return element("section", element("h5", escape(title + verdict)), texts, took, class_=f"s s{i}{bad}")


def _part(title: str, text: str) -> str:
    return element("h5", title) + element("pre", escape(text), dir="auto")
