"""The controls without a browser: every dial of every chapter, what it changes, and how fast."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bespoke import clients, workbook
from bespoke.chapters import task_audit
from bespoke.chapters.plans import advise
from bespoke.chapters.registry import EVIDENCE
from bespoke.explore import explore, interactive
from bespoke.explore.advice_explorer import ACCESS, DRAWS
from bespoke.explore.controls import Control
from bespoke.explore.explorer import NothingToExplore
from bespoke.explore.panel import Panel
from bespoke.explore.picker import EXPLORERS, Picker, explorer_of, overview
from bespoke.show.numbers import money
from bespoke.statistics.seed import SEED
from tests.conftest import EXAMPLES

# Milliseconds of processor time: the goal. A machine at other work makes the clock on the wall no measure.
FASTEST = 200

# What may leave the page of a client as it is: nothing reads the flag, or the client's own case does not turn on it.
WITHOUT_EFFECT = {
    "01_task_audit": {"p95_latency_ms", "deidentified", "current_quality", "test_cases", "labelled_examples"},
    "06_cost_model": {
        "current_quality",
        "price_source",
        "place",
        "waits",
    },  # a latency is required of these tasks
    "07_timeline": {"annotators", "examples_per_hour", "review_rounds", "high_days"},
    "08_recommendation": {*ACCESS, "minutes_by_hand", "min_test_cases"},  # none of them need turn these plans
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results that the chapters of this module share."""
    return tmp_path_factory.mktemp("reports")


@pytest.fixture
def panel(examples: Path, reports: Path) -> Callable[..., Panel]:
    def make(stem: str, client: str = "meridian_health", client_data: Path = examples) -> Panel:
        own = reports
        if client_data != examples:  # results are keyed by their inputs, so a copy of both still holds
            own = Path(shutil.copytree(reports, client_data.parent / "reports"))
        return Panel(
            explorer_of(workbook.open(stem, client=client, client_data=str(client_data), reports=str(own)))
        )

    return make


def widget(panel: Panel, name: str) -> Any:
    """The control of a dial."""
    place = [dial.name for dial in panel.shown].index(name)
    return panel.dials.children[place].children[1]


def other(dial: Control) -> Any:
    """Another value that the dial can show."""
    if dial.options:
        return next((value for _, value in dial.options if value != dial.value), dial.value)
    match dial.kind:
        case "volume":
            return dial.value * 2
        case "day":
            return dial.value + timedelta(days=40)
        case "words":
            return "order form 7"
        case "price":
            return float(dial.value) / 2
        case "whole":
            return dial.value + 1
    return dial.low if dial.value == dial.high else min(dial.high, (dial.value or 0) + dial.step)


FOLDER, EXPLORED, WITH, PAYS_FROM = 2, 3, 5, 9  # columns of the cost panel


def amount(text: str) -> float:
    return float(text.replace(",", ""))


def alert(panel: Panel) -> str:
    return panel.status.value if "alert" in panel.status.value else ""


def answers(panel: Panel, before: str) -> bool:
    """Whether the page says something else than before, or why it does not."""
    return panel.view.value != before or bool(alert(panel))


def move(panel: Panel, name: str, value: Any) -> float:
    """Move a control; the milliseconds for which this process computed."""
    started = time.process_time()
    widget(panel, name).value = value
    return 1000 * (time.process_time() - started)


def cells(html: str) -> list[list[str]]:
    """The body of every table as rows of text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [[re.sub("<[^>]+>", "", c) for c in re.findall(r"<td[^>]*>(.*?)</td>", row)] for row in rows]


@pytest.mark.parametrize(
    "client", ["meridian_health", *(pytest.param(c, marks=pytest.mark.slow) for c in EXAMPLES[1:])]
)
@pytest.mark.parametrize("stem", EXPLORERS)
def test_every_dial_reacts_at_once_and_back_restores_the_folder(
    panel: Callable[..., Panel], stem: str, client: str
) -> None:
    if stem == "05_icd10_evaluation" and client != "meridian_health":
        with pytest.raises(NothingToExplore, match=r"evaluation/notes\.jsonl"):
            panel(stem, client)
        return
    made = panel(stem, client)
    asis, silent = made.view.value, []
    assert "data-milliseconds" in made.status.value
    for name in [dial.name for dial in made.shown]:
        before = made.view.value
        dial = next(dial for dial in made.shown if dial.name == name)
        value = other(dial)
        took = move(made, name, value)
        if not answers(made, before):
            silent.append(name)
        if took >= FASTEST:  # a machine at other work: once more
            made.back()
            took = move(made, name, value)
        assert took < FASTEST, name
        made.back()
        assert made.view.value == asis
        assert made.changes == {}
    assert set(silent) <= WITHOUT_EFFECT.get(stem, set())


@pytest.mark.parametrize("variable", ["BESPOKE_REPORT_RUN", "BESPOKE_REPORTS"])
def test_a_report_run_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, examples: Path, tmp_path: Path, variable: str
) -> None:
    """Only a kernel that Jupyter Server started for a notebook, and no run drives, has somebody to move a control."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.delenv("BESPOKE_REPORT_RUN", raising=False)
    monkeypatch.delenv("BESPOKE_REPORTS", raising=False)
    assert not interactive()
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/01_task_audit.ipynb")
    assert interactive()
    monkeypatch.setenv(variable, "1")
    assert not interactive()
    book = workbook.open(
        "01_task_audit", client="meridian_health", client_data=str(examples), reports=str(tmp_path)
    )
    book.explore()
    explore(book)
    assert not any(tmp_path.iterdir())


def test_twice_the_volume_costs_twice_as_much(panel: Callable[..., Panel]) -> None:
    """Tokens are paid by the piece: 18,000 requests instead of 9,000 double what it costs as it runs today."""
    made = panel("06_cost_model")
    widget(made, "requests_per_day").value = 9_000
    once = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    widget(made, "requests_per_day").value = 18_000
    twice = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    assert once[FOLDER] == twice[FOLDER]  # the folder's own figure stays
    assert amount(twice[EXPLORED]) == pytest.approx(2 * amount(once[EXPLORED]), abs=1)


def test_half_the_token_prices_cost_half(panel: Callable[..., Panel]) -> None:
    made = panel("06_cost_model")
    before = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    for kind in ("input_price", "output_price"):
        control = widget(made, kind)
        control.value = control.value / 2
    after = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    assert amount(after[EXPLORED]) == pytest.approx(amount(before[EXPLORED]) / 2, abs=1)


def test_a_cache_of_an_hour_pays_from_fewer_requests(panel: Callable[..., Panel]) -> None:
    made = panel("06_cost_model")
    found = re.findall(r"kept (\d+) minutes it pays from ([\d,]+) requests", made.view.value)
    volumes = {int(minutes): amount(volume) for minutes, volume in found}
    assert 0 < volumes[60] < volumes[5] < 9200  # of 9,200 requests a day today


def test_batches_come_where_answers_may_wait(panel: Callable[..., Panel]) -> None:
    """Half the price on nearly all requests, together with caching: both levers under one row."""
    made = panel("06_cost_model")
    made.subject.value = "policy_qa"  # no latency is required of it
    before = next(row for row in cells(made.view.value) if row and row[0] == "Prompt caching")
    widget(made, "waits").value = "a day"
    after = next(row for row in cells(made.view.value) if row and row[0] == "Prompt caching")
    assert (before[WITH], after[WITH]) == ("caching", "caching and batches")
    assert 0.5 * amount(before[EXPLORED]) <= amount(after[EXPLORED]) < 0.75 * amount(before[EXPLORED])


def test_another_place_costs_its_factor(panel: Callable[..., Panel]) -> None:
    """Meridian's notes run on Anthropic's API in the US, at 1.1 times the global price."""
    made = panel("06_cost_model")
    before = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    widget(made, "place").value = "anthropic_global"
    after = next(row for row in cells(made.view.value) if row and row[0] == "As it runs today")
    assert amount(after[EXPLORED]) == pytest.approx(amount(before[EXPLORED]) / 1.1, abs=1)


def test_a_route_costs_less_from_the_volume_it_pays_from(panel: Callable[..., Panel]) -> None:
    """Machines by the hour against cached tokens: dearer below the volume that the panel names, cheaper above."""
    made = panel("06_cost_model", "atlas_payments")

    def rows() -> dict[str, list[str]]:
        return {row[0]: row for row in cells(made.view.value) if len(row) == 12}

    assert rows()["Prompt caching"][PAYS_FROM] == "–"  # that is what the others are held against
    volume = amount(rows()["Small fine-tuned encoder"][PAYS_FROM])
    for share, cheaper in ((0.7, False), (1.5, True)):
        widget(made, "requests_per_day").value = share * volume
        found = rows()
        encoder, cached = (
            amount(found[name][EXPLORED]) for name in ("Small fine-tuned encoder", "Prompt caching")
        )
        assert (encoder < cached) is cheaper


def test_a_price_is_kept_with_its_source_or_not_at_all(
    panel: Callable[..., Panel], client_data: Path
) -> None:
    made = panel("06_cost_model", "meridian_health", client_data)
    widget(made, "input_price").value = 2.5
    made.keep.show()
    assert made.keep.proposal is None
    assert "Say where the price is written" in made.keep.said.value
    widget(made, "price_source").value = "order form 7"
    made.keep.show()
    made.keep.keep()
    price = (clients.load(client_data, "meridian_health").prices or {})["claude-sonnet-4-6.input"]
    assert (str(price.value), price.unit, price.source, str(price.read_on)) == (
        "2.5", "USD per million tokens", "order form 7", "2026-11-20",
    )  # fmt: skip
    assert "Kept in prices.yaml" in made.keep.said.value
    assert made.changes == {}
    assert widget(made, "input_price").value == 2.5  # the folder is what is explored from now on


def test_the_kept_advice_is_the_explored_one(panel: Callable[..., Panel], client_data: Path) -> None:
    made = panel("08_recommendation", "atlas_payments", client_data)
    widget(made, "gpu_hosting").value = False
    widget(made, "min_test_cases").value = 100
    explored = {
        row[0]: (row[4], row[5]) for row in cells(made.view.value) if len(row) == 6 and row[4][0] == "$"
    }
    made.keep.show()
    assert "bespoke check: no problem" in made.keep.shown.value
    made.keep.keep()
    book = workbook.open(
        "08_recommendation", client="atlas_payments", client_data=str(client_data),
        reports=str(client_data.parent / "reports"),
    )  # fmt: skip
    earlier = {name: book.earlier(stem) for name, stem in EVIDENCE.items()}
    kept = advise(book.client, book.facts, **earlier, draws=DRAWS, seed=SEED)  # type: ignore[arg-type]
    assert explored == {
        book.client.task(one.task_id).name: (
            money(one.plan.one_off.expected),
            money(one.plan.monthly.expected),
        )
        for one in kept
    }
    folder = {
        row[0]: (row[1], row[2]) for row in cells(made.view.value) if len(row) == 6 and row[4][0] == "$"
    }
    assert all(before == now for before, now in folder.values())


def test_the_kept_audit_is_the_explored_one(panel: Callable[..., Panel], client_data: Path) -> None:
    made = panel("01_task_audit", "harbour_legal", client_data)
    made.subject.value = "client_email"  # nothing of it was measured
    widget(made, "current_quality").value = 0.71
    explored = next(row for row in cells(made.view.value) if row and row[0] == "Gap to the target")
    made.keep.show()
    made.keep.keep()
    client = clients.load(client_data, "harbour_legal")
    assert client.task("client_email").current_quality == 0.71
    audit = task_audit.compute(client, made.explorer.base.facts).tasks[2]
    assert explored[2] == audit.gap
    assert ["Gap to the target", audit.gap, audit.gap] in cells(made.view.value)


def test_what_was_measured_goes_before_what_is_typed(panel: Callable[..., Panel]) -> None:
    made = panel("01_task_audit", "harbour_legal")  # of its first task the memos were graded
    before = made.view.value
    widget(made, "current_quality").value = 0.99
    assert made.view.value == before


def test_what_the_check_refuses_cannot_be_written(panel: Callable[..., Panel], client_data: Path) -> None:
    made = panel("08_recommendation", "harbour_legal", client_data)
    for name in (
        "anthropic_api",
        "anthropic_enterprise",
        "aws_bedrock",
        "google_vertex",
        "microsoft_foundry",
    ):
        widget(made, name).value = False
    widget(made, "distillation_authorised").value = True
    made.keep.show()
    assert made.keep.write.disabled
    assert "access.distillation_authorised: is true while" in made.keep.shown.value


def test_another_move_takes_the_difference_off_the_page(panel: Callable[..., Panel]) -> None:
    made = panel("07_timeline")
    widget(made, "annotators").value = 6
    made.keep.show()
    assert made.keep.proposal is not None
    widget(made, "annotators").value = 7
    assert made.keep.proposal is None
    assert made.keep.shown.value == ""


def test_an_impossible_value_is_one_line_and_the_view_stays(panel: Callable[..., Panel]) -> None:
    made = panel("07_timeline")
    before = made.view.value
    widget(made, "start").value = None
    assert "engagement.yaml: start:" in alert(made)
    assert "Traceback" not in made.status.value
    assert made.view.value == before


def test_client_text_is_never_markup(panel: Callable[..., Panel], client_data: Path) -> None:
    failures = client_data / "harbour_legal" / "failures.csv"
    text = failures.read_text(encoding="utf-8")
    failures.write_text(text.replace("too chatty for a client", "<b onclick=x>chatty</b>"), encoding="utf-8")
    made = panel("02_failure_modes", "harbour_legal", client_data)
    place = next(n for n, dial in enumerate(made.shown) if "chatty" in dial.label)
    label = made.dials.children[place].children[0].value
    assert "&lt;b onclick=x&gt;chatty&lt;/b&gt;" in label
    made.dials.children[place].children[1].value = "tone"
    widget(made, made.shown[place].name).value = "behaviour"
    made.keep.show()
    assert "<b onclick" not in made.keep.shown.value + made.view.value
    assert "+&lt;b onclick=x&gt;chatty&lt;/b&gt;,behaviour" in made.keep.shown.value


def test_the_picker_lists_every_folder_and_says_what_is_wrong(client_data: Path, tmp_path: Path) -> None:
    tasks = client_data / "harbour_legal" / "tasks.csv"
    tasks.write_text(
        tasks.read_text(encoding="utf-8").replace("claude-opus-4-8", "claude-opsu-4-8"), encoding="utf-8"
    )
    (client_data / "empty").mkdir()
    rows = {row[0]: row[1:] for row in overview(client_data, tmp_path / "reports").rows}
    assert rows["atlas_payments"] == ("in order", "none yet", "")
    assert rows["meridian_health"][0] == "1 warning"
    assert rows["harbour_legal"][0] == "1 problem"
    assert str(rows["harbour_legal"][2]).startswith("harbour_legal/tasks.csv:2: model: ")
    assert rows["empty"][0] == "2 problems"


def test_the_picker_opens_another_client_and_shows_its_problems_as_lines(
    client_data: Path, tmp_path: Path
) -> None:
    tasks = client_data / "harbour_legal" / "tasks.csv"
    tasks.write_text(
        tasks.read_text(encoding="utf-8").replace("claude-opus-4-8", "claude-opsu-4-8"), encoding="utf-8"
    )
    book = workbook.open(
        "01_task_audit",
        client="meridian_health",
        client_data=str(client_data),
        reports=str(tmp_path / "reports"),
    )
    picker = Picker(book)
    assert picker.panel is not None
    picker.choose.value = "harbour_legal"
    assert picker.panel is None
    assert "harbour_legal/tasks.csv:2: model: &quot;claude-opsu-4-8&quot; is not a model" in picker.said.value
    assert "Traceback" not in picker.said.value
    picker.choose.value = "atlas_payments"
    assert picker.panel is not None
    assert picker.panel.explorer.base.client.name == "atlas_payments"
    assert "set client = &quot;atlas_payments&quot;" in picker.said.value
