"""JupyterLab as an analyst has it: open a notebook, run all, move a control, see what changed, keep it.

BESPOKE_SCREENSHOTS=FOLDER keeps a picture of every notebook after its control was moved.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bespoke.chapters.registry import CHAPTERS

pytestmark = pytest.mark.browser

BUSY = 60_000  # milliseconds a slow machine may take
RUN = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
  return panel.content.widgets.flatMap(cell => cell.model.type !== 'code' ? [] :
    cell.model.sharedModel.outputs.filter(o => o.output_type === 'error').map(o => o.traceback.join('\\n')));
}"""
READY = """() => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const session = panel && panel.sessionContext && panel.sessionContext.session;
  return Boolean(session && session.kernel && session.kernel.status === 'idle' && panel.content.widgets.length);
}"""
CLOSE = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.shutdown();
  await panel.context.revert();
}"""


class Notebook:
    """One notebook in JupyterLab, by its Explore section."""

    def __init__(self, window: Any, lab: Any, name: str) -> None:
        self.page, self.name = window, name
        window.goto(f"{lab.address}/lab/tree/notebooks/{name}.ipynb?token={lab.token}&reset")
        window.wait_for_function(READY, timeout=BUSY)

    def run_all(self) -> list[str]:
        """Every error's text; none when all is well."""
        errors: list[str] = self.page.evaluate(RUN)
        return errors

    def close(self) -> None:
        self.page.evaluate(CLOSE)

    def part(self, selector: str) -> Any:
        return self.page.locator(selector).last

    def dial(self, name: str, inner: str) -> Any:
        return self.part(f".bespoke-dial-{name} {inner}")

    def forget(self) -> None:
        """Back to the folder, where another chapter's controls were moved before."""
        back = self.part("button:has-text('Back to the folder')")
        if back.is_enabled():
            back.click()
            self.part("text=As in the client folder").wait_for(timeout=BUSY)

    def rows(self, label: str) -> list[list[str]]:
        """The body of a table of the Explore section."""
        found: list[list[str]] = self.part(f"#{label} tbody").evaluate(
            "body => [...body.rows].map(row => [...row.cells].map(cell => cell.textContent))"
        )
        return found

    def react(self, move: Callable[[], None]) -> int:
        """Move a control; the milliseconds the page says the reaction took."""
        status = self.part(".bespoke-explore [data-milliseconds]")
        before = self.part(".bespoke-page").inner_html()
        move()
        self.page.wait_for_function(
            "([before]) => [...document.querySelectorAll('.bespoke-explore .bespoke-page')].pop().innerHTML !== before",
            arg=[before], timeout=BUSY,
        )  # fmt: skip
        return int(status.get_attribute("data-milliseconds"))

    def picture(self) -> None:
        if folder := os.environ.get("BESPOKE_SCREENSHOTS"):
            self.part(".bespoke-explore, [role=alert]").scroll_into_view_if_needed()
            self.page.screenshot(path=str(Path(folder) / f"{self.name}.png"))


def presses(control: Any, key: str, times: int) -> None:
    control.focus()
    for _ in range(times):
        control.press(key)


def number(text: str) -> float:
    return float(re.sub(r"[^0-9.]", "", text))


@pytest.fixture
def opened(window: Any, lab: Any) -> Iterator[Callable[[str], Notebook]]:
    books = []

    def make(name: str) -> Notebook:
        books.append(Notebook(window, lab, name))
        return books[-1]

    yield make
    for book in books:
        book.close()


def audit(book: Notebook) -> None:
    """More requests, a dearer month; the folder's own figure stays."""
    before = book.rows("tbl-explore-audit")[0]
    book.react(lambda: presses(book.dial("requests-per-day", ".noUi-handle"), "ArrowRight", 5))
    after = book.rows("tbl-explore-audit")[0]
    assert before[1] == before[2] == after[1]
    assert number(after[2]) > number(before[2])


def failures(book: Notebook) -> None:
    """The most frequent code in another family: what the remedies could gain moves."""
    before = book.rows("tbl-explore-gain")
    book.react(lambda: book.dial("code-0", "select").select_option(label="Tone"))
    after = book.rows("tbl-explore-gain")
    assert before != after
    assert any(row[1] == "Tone" and row[3] != row[4] for row in after)


def dataset(book: Notebook) -> None:
    """900 examples asked for instead of 500: 400 more are missing."""
    folder, _ = book.rows("tbl-explore-needed")

    def type_it() -> None:
        book.dial("narrow-examples", "input").fill("900")
        book.dial("narrow-examples", "input").press("Enter")

    book.react(type_it)
    kept, explored = book.rows("tbl-explore-needed")
    assert kept == folder
    assert number(explored[3]) == number(folder[3]) + 400


def cases(book: Notebook) -> None:
    """Only the cases on which two systems disagree: fewer than all."""
    before = book.rows("tbl-explore-cases")
    book.react(lambda: book.dial("which", "select").select_option(label="where the first is wrong"))
    after = book.rows("tbl-explore-cases")
    assert before != after
    assert all(row[3] == "wrong" for row in after)


def evaluation(book: Notebook) -> None:
    """On codes never seen in training, the pair is compared on fewer codes."""
    every = book.rows("tbl-explore-pair")
    book.react(lambda: book.dial("slice", "select").select_option(label="Not seen in training"))
    unseen = book.rows("tbl-explore-pair")
    assert 0 < number(unseen[0][4]) < number(every[0][4])
    assert unseen[2][0] == "Difference"


def cost(book: Notebook) -> None:
    """A dearer model: the month as it runs today costs more, and the prices shown are those of the model."""

    def as_is() -> list[str]:
        return next(row for row in book.rows("tbl-explore-cost") if row[0] == "As it runs today")

    before, price = as_is(), number(book.dial("input-price", "input").input_value())
    book.react(lambda: book.dial("model", "select").select_option(label="claude-opus-4-8"))
    after = as_is()
    assert before[2] == before[3] == after[2]
    assert number(after[3]) > number(before[3])
    dearer = "(price) => Number([...document.querySelectorAll('.bespoke-dial-input-price input')].pop().value) > price"
    book.page.wait_for_function(dearer, arg=price, timeout=BUSY)


def timeline(book: Notebook) -> None:
    """Six weeks later to start is later to finish."""
    before = book.rows("tbl-explore-dates")[-1]
    book.react(lambda: book.dial("start", "input").fill("2027-01-04"))
    after = book.rows("tbl-explore-dates")[-1]
    assert before[1] == before[2] == after[1]
    assert after[2] != before[2]
    assert "2027" in after[2]


def recommendation(book: Notebook) -> None:
    """Where 100 cases are asked for, the task that has 80 is measured first; the folder's own advice stays."""
    before = book.rows("tbl-explore-advice")[2]

    def type_it() -> None:
        book.dial("min-test-cases", "input").fill("100")
        book.dial("min-test-cases", "input").press("Enter")

    book.react(type_it)
    after = book.rows("tbl-explore-advice")[2]
    assert before[1] == before[2] == after[1]
    assert after[2].startswith("Measure first")


MOVES = dict(
    zip(CHAPTERS, (audit, failures, dataset, cases, evaluation, cost, timeline, recommendation), strict=True)
)


AT_ONCE = ("06_cost_model",)


@pytest.mark.parametrize(
    "stem", [stem if stem in AT_ONCE else pytest.param(stem, marks=pytest.mark.slow) for stem in CHAPTERS]
)
def test_run_all_then_a_control_moves_the_chapter(opened: Callable[[str], Notebook], stem: str) -> None:
    book = opened(stem)
    assert book.run_all() == []
    book.part(".bespoke-explore [data-milliseconds]").wait_for(timeout=BUSY)
    book.forget()
    MOVES[stem](book)
    book.picture()
    assert book.page.locator(".bespoke-explore [role=alert]").count() == 0


def test_keep_this_shows_the_difference_and_then_writes_it(
    opened: Callable[[str], Notebook], lab: Any
) -> None:
    book = opened("07_timeline")
    assert book.run_all() == []
    path = lab.site / "client_data" / "meridian_health" / "engagement.yaml"
    before = path.read_text(encoding="utf-8")
    book.forget()
    book.react(lambda: book.dial("start", "input").fill("2027-01-04"))
    book.part("button:has-text('Keep this')").click()
    book.part(".bespoke-diff").wait_for(timeout=BUSY)
    shown = book.part(".bespoke-diff").inner_text().split("\n")
    assert path.read_text(encoding="utf-8") == before
    book.picture()
    book.part("button:has-text('Write to the client folder')").click()
    book.part("text=Kept in engagement.yaml").wait_for(timeout=BUSY)
    after = path.read_text(encoding="utf-8")
    removed, added = (
        next(line for line in shown if re.match(rf"[{sign}][ a-z]", line)) for sign in ("-", "+")
    )
    assert after == before.replace(removed[1:], added[1:])
    assert (removed.split("#")[0], added.split("#")[0].strip()[-1]) != ("", "")
    path.write_text(before, encoding="utf-8")


def test_a_broken_folder_is_one_clear_line(opened: Callable[[str], Notebook], lab: Any) -> None:
    """In the cell and in the picker: file, row, column and what would be right; no traceback."""
    tasks = lab.site / "client_data" / "atlas_payments" / "tasks.csv"
    whole = tasks.read_text(encoding="utf-8")
    source = lab.site / "notebooks" / "01_task_audit.ipynb"
    broken = source.with_name("09_broken.ipynb")
    broken.write_text(
        source.read_text(encoding="utf-8").replace("meridian_health", "atlas_payments"), encoding="utf-8"
    )
    try:
        tasks.write_text(whole.replace(",2.4,", ",twice,"), encoding="utf-8")
        said, *_ = opened("09_broken").run_all()
        assert re.fullmatch(r"atlas_payments/tasks\.csv:2: peak_to_mean: [^\n]*", said)
        book = opened("01_task_audit")
        assert book.run_all() == []
        book.part(".bespoke-explore").wait_for(timeout=BUSY)
        book.part("select:has(option:has-text('atlas_payments'))").select_option(label="atlas_payments")
        alert = book.part("[role=alert]")
        alert.wait_for(timeout=BUSY)
        assert alert.inner_text() == said
        book.part("button:has-text('All clients')").click()
        book.part("#tbl-explore-clients").wait_for(timeout=BUSY)
        states = {row[0]: row[1] for row in book.rows("tbl-explore-clients")}
        assert states["atlas_payments"] == "1 problem"
        assert states["harbour_legal"] == "in order"
        book.picture()
    finally:
        tasks.write_text(whole, encoding="utf-8")
        broken.unlink()


def test_notebooks_on_disk_stay_stripped(lab: Any) -> None:
    """Running and exploring saves nothing by itself."""
    for stem in CHAPTERS:
        book = json.loads((lab.site / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))
        assert all(not cell.get("outputs") for cell in book["cells"])
