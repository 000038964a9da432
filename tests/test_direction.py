"""No number can be bent by a name: what turns the direction is refused in names and dropped where text is shown."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pypdf
import pytest
from nbformat import v4

from bespoke import show
from bespoke.clients import check
from bespoke.direction import straight, turning, without
from bespoke.errors import printable
from bespoke.explore.ranges import Range, drawing
from bespoke.paths import templates
from bespoke.report import typesetting
from bespoke.report.report_cover import Cover
from bespoke.report.report_files import render
from bespoke.show import elements, html
from bespoke.show.blocks import MIME
from tests.evaluation_folders import TASK, folder

TURNS = [chr(n) for n in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
EVIL = "".join(TURNS)
SPOKEN = "אין חום; لا يوجد سعال"  # Hebrew and Arabic, which must stay readable


# --- where they are refused --------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A client folder with nothing wrong in it."""
    place = tmp_path / "acme"
    shutil.copytree(templates() / "client", place)
    for path in place.glob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace("EXAMPLE: ", ""), encoding="utf-8")
    return place


def errors(root: Path) -> list[str]:
    return [str(problem) for problem in check(root.parent, root.name) if not problem.warning]


def put(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(turn: str) -> str:
    return f"holds a character that turns the reading direction (U+{ord(turn):04X}); delete it"


@pytest.mark.parametrize("turn", TURNS)
def test_a_name_with_one_is_refused_by_file_and_place(root: Path, turn: str) -> None:
    put(root / "tasks.csv", "routing support tickets", f"routing {turn}support tickets")
    assert errors(root) == [f"acme/tasks.csv:2: name: {refused(turn)}"]


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("tasks.csv", ",accuracy,", ",accu\u202eracy,", "tasks.csv:2: metric"),
        ("failures.csv", "EX-1,", "EX-\u202e1,", "failures.csv:2: failure_id"),
        ("failures.csv", "neighbouring queue", "neighbouring\u2067 queue", "failures.csv:2: code"),
        ("engagement.yaml", "client: ", "client: \u202e", "engagement.yaml:"),
    ],
)
def test_so_is_every_key(root: Path, file: str, old: str, new: str, line: str) -> None:
    put(root / file, old, new)
    turn = next(c for c in new if c in TURNS)
    assert any(e.startswith(f"acme/{line}") and e.endswith(refused(turn)) for e in errors(root))


def test_so_are_labels_titles_keys_and_file_names_of_an_evaluation(tmp_path: Path) -> None:
    setup = (
        'scorer: label\nlabels: ["billing", "re\\u202Efund"]\n'
        'systems:\n  live: {title: "Live\\u2066"}\nerror_costs: {"a\\u200F": {b: 1}}\n'
    )
    cases = [{"id": "c1", "input": "Where is my money?", "expected": "billing"}]
    data = folder(tmp_path, setup, cases, predictions={"li\u202eve": [{"id": "c1", "prediction": "billing"}]})
    found = [str(problem) for problem in check(data, "acme")]
    place = f"acme/evaluation/{TASK}/task.yaml"
    assert f"{place}:2: labels[1]: {refused(chr(0x202E))}" in found
    assert f"{place}:4: systems.live.title: {refused(chr(0x2066))}" in found
    assert any("error_costs" in line and "U+200F" in line for line in found)
    (data / "acme" / "evaluation" / TASK / "task.yaml").write_text(
        'scorer: label\nlabels: ["billing", "refund"]\n', encoding="utf-8"
    )
    named = [str(problem) for problem in check(data, "acme") if "rename it" in str(problem)]
    assert [line.split(": ", 1)[0] for line in named] == [
        f"acme/evaluation/{TASK}/predictions/li\\u202eve.jsonl"
    ]


def test_long_texts_keep_them_and_names_keep_their_letters(root: Path) -> None:
    rows = (root / "failures.csv").read_text(encoding="utf-8").splitlines()
    cells = dict.fromkeys(rows[0].split(","), "")
    cells |= {"failure_id": "F-900", "task_id": "ticket_routing", "prompt": f"{SPOKEN}{EVIL}"}
    cells |= {"expected": f"a{EVIL}", "actual": f"b{EVIL}", "note": f"c{EVIL}"}
    (root / "failures.csv").write_text(f"{rows[0]}\n{','.join(cells.values())}\n", encoding="utf-8")
    put(root / "tasks.csv", "routing support tickets", "ניתוב فرز")
    assert errors(root) == []


# --- where they are dropped --------------------------------------------------------------------------


def test_every_one_is_known_and_nothing_else() -> None:
    assert all(turning(f"a{turn}b") == f"U+{ord(turn):04X}" for turn in TURNS)
    assert turning(f"{SPOKEN} 1,250 é\u00ad\u200b\u200d") == ""
    assert without(f"{SPOKEN}{EVIL}") == straight(f"{SPOKEN}\u202e{EVIL[:-2]}") == SPOKEN


def test_of_isolates_only_whole_pairs_are_left() -> None:
    assert straight("a \u2068שלום\u2069 12") == "a \u2068שלום\u2069 12"
    assert straight("a \u2068ש 12") == "a ש 12"
    assert straight("a \u2069ש\u2068 12") == "a ש 12"
    assert straight("\u2068\u202eab\u2069") == "\u2068ab\u2069"


def test_a_value_cannot_close_the_isolate_that_a_sentence_puts_round_it() -> None:
    assert show.fill("Of {name}: 12", name=f"שלום\u2069 {EVIL}x") == "Of \u2068שלום x\u2069: 12"


def blocks() -> list[show.Block]:
    """One block of each kind, every text of which tries to turn what follows."""
    bad = f"{SPOKEN}{EVIL} 1,250"
    dot = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><text>' + bad + "</text></svg>"
    return [
        show.Finding(text=f"Finding {bad}"),
        show.Text(markdown=show.fill("Said: {text}, 12 times", text=bad)),
        show.Text(markdown=f"Unescaped {bad} `{bad}`\n\n```\n{bad}\n```"),
        show.Callout(markdown=f"Callout {bad}"),
        show.Table(
            label="tbl-a", caption=f"Caption {bad}", source=bad,
            columns=(show.Column(key="a", title=bad, unit=bad), show.Column(key="b", title="B", format="code")),
            rows=((bad, bad),),
        ),
        show.Figure(label="fig-a", caption=bad, alt=bad, svg=dot, source=bad),
    ]  # fmt: skip


def stray(text: str) -> set[str]:
    """What is left that could turn the text: all but whole pairs of isolates."""
    return set(TURNS) & set(re.sub("\u2068([^\u2068\u2069]*)\u2069", r"\1", text))


def test_the_notebook_and_its_plain_text_hold_none() -> None:
    for block in blocks():
        if isinstance(block, show.Figure):
            block = block.model_copy(update={"svg": "<svg/>"})
        for shown in (html.fragment(block), html.plain(block)):
            assert stray(shown) == set()
            assert "אין חום" in shown
            assert "سعال" in shown
    assert stray(elements.element("p", "", title=EVIL)) == set()


def test_neither_do_the_explore_sections() -> None:
    from bespoke.explore import controls, panel

    drawn = drawing([Range(f"a{EVIL}", 0, 1, 2, 1)], alt=EVIL, words=str, bar="range")
    assert stray(drawn) == set()
    assert panel.escape is controls.escape is elements.escape


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("direction")
    cells = [
        v4.new_code_cell(outputs=[v4.new_output("display_data", {MIME: block.model_dump(mode="json")})])
        for block in blocks()
    ]
    cells += [v4.new_code_cell(outputs=[v4.new_output("stream", text=f"printed {EVIL} 1,250")])]
    cells += [v4.new_markdown_cell(f"# Own {EVIL} words\n\n- {EVIL} 12\n\n[a{EVIL}](https://a.example)")]
    path = place / "01_task_audit.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), path)
    render([path], Cover(f"Client {SPOKEN}{EVIL}", date(2026, 11, 20)), place)
    return place


def test_neither_does_the_page(report: Path) -> None:
    page = (report / "report.html").read_text(encoding="utf-8")
    assert stray(page) == set()
    assert page.count(SPOKEN) >= 10


def test_neither_does_what_is_typeset(monkeypatch: pytest.MonkeyPatch, report: Path) -> None:
    kept: list[str] = []
    compiled = typesetting._compiled
    monkeypatch.setattr(
        typesetting, "_compiled", lambda s, c, *o, **k: kept.extend(s.values()) or compiled(s, c, *o, **k)
    )
    render([report / "01_task_audit.ipynb"], Cover(f"Client {EVIL}", date(2026, 11, 20)), report / "again")
    whole = "".join(kept)
    assert stray(whole) == set()
    assert not any(f"\\u{{{ord(turn):x}}}" in whole.lower() for turn in TURNS)
    assert "אין חום" in whole
    assert "سعال" in whole
    assert "1,250" in "".join(page.extract_text() for page in pypdf.PdfReader(report / "report.pdf").pages)


def test_a_terminal_line_shows_them_as_escapes() -> None:
    assert printable(f"{SPOKEN}\u202e\u2066\u061c") == rf"{SPOKEN}\u202e\u2066\u061c"
