"""The report's web page in a real browser, from a file: search, tables, folding, dark mode, phone and print."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
import pytest

from bespoke import show
from bespoke.report import webpage
from bespoke.report.model import (
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    Picture,
    Section,
    TableColumn,
    TextRun,
)
from bespoke.report.report_cover import Cover
from tests.browser.conftest import CHROMIUM, FLAGS

pytestmark = pytest.mark.browser

HOSTILE = '=cmd|"/c calc"!A1 <img src=x onerror="document.title=1">'
LOADS = (
    ("Notes", "9,200", "6 Jan 2027"),
    (HOSTILE, "870", "15 Dec 2026"),
    ("Claims", "12,400.5", "2 Feb 2027"),
)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def drawing() -> str:
    figure, axes = show.new_figure(2.0)
    axes.barh(["Format", "Facts"], [41, 8])
    return show.svg(figure)


def report() -> Document:
    columns = [
        TableColumn("Task"),
        TableColumn("Load", unit="a day", numeric=True),
        TableColumn("Live by", whole=True),
    ]
    table = DocumentTable(
        columns, [list(row) for row in LOADS], caption="The load", label="tbl-load", number="Table 1.1"
    )
    wide = DocumentTable(
        [TableColumn(f"Measure {n}") for n in range(12)],
        [["Hospitalisation-and-readmission"] * 12, ["x"] * 12],
        caption="Wide", label="tbl-wide", number="Table E1.1",
    )  # fmt: skip
    picture = Picture("svg", drawing(), "Bars of failures: format 41, facts 8 per cent.", 453.6, 144)
    figure = DocumentFigure(picture, caption="Format leads", label="fig-lead", number="Figure 1.1")
    long = [Paragraph([TextRun("Filling text of the report. " * 40)]) for _ in range(6)]
    core = [Heading(2, [TextRun("By task")]), table, figure, *long]
    behind = [Paragraph([TextRun("A rare zebra.")]), wide]
    return Document(
        [Section("ch-load", "1", "Chapter 1", "Load", "Claims lead", core)],
        evidence=[Section("ev-load", "E1", "Evidence 1", "Load", "Load", behind)],
    )


def asks(url: str) -> bool:
    """Whether an address leaves the page."""
    return not url.startswith(("file:", "data:", "blob:"))


def until(page: Any, condition: str) -> None:
    """Wait for it; the page's own policy lets nothing be evaluated inside it, as playwright's waiting would."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(webpage.page(report(), Cover("Meridian", date(2026, 11, 20))), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium: apt-get install chromium")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="browser tests need the playwright package"
    )
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, address: str) -> Iterator[Any]:
    """Opens the page; the test fails where it asks for anything, breaks its own policy or runs what is not ours."""
    said: list[str] = []
    contexts = []

    def open_page(size: dict[str, int] = DESK, **options: Any) -> Any:
        context = chromium.new_context(viewport=size, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if asks(request.url) else None)
        page.goto(address)
        until(page, "document.querySelector('form[role=search]').hidden === false")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def column(page: Any, number: int) -> list[str]:
    texts: list[str] = page.locator(f"#tbl-load tbody tr td:nth-child({number})").all_inner_texts()
    return texts


def test_tables_sort_by_number_by_date_and_back(opened: Any) -> None:
    page = opened()
    load, live = (page.locator("#tbl-load th button", has_text=name) for name in ("Load", "Live by"))
    load.click()
    assert column(page, 2) == ["870", "9,200", "12,400.5"]
    assert page.locator("#tbl-load th[aria-sort=ascending]").inner_text().startswith("Load")
    load.click()
    assert column(page, 2) == ["12,400.5", "9,200", "870"]
    live.click()
    assert column(page, 3) == ["15 Dec 2026", "6 Jan 2027", "2 Feb 2027"]
    live.click()
    live.click()
    assert column(page, 2) == ["9,200", "870", "12,400.5"]  # as the report has it
    assert page.locator("[aria-sort]").count() == 0


def test_a_table_is_downloaded_as_csv_that_a_spreadsheet_does_not_compute(
    opened: Any, tmp_path: Path
) -> None:
    page = opened()
    with page.expect_download() as download:
        page.locator("#tbl-load .tools button", has_text="CSV").click()
    download.value.save_as(tmp_path / "load.csv")
    assert download.value.suggested_filename == "Table 1.1 tbl-load.csv"
    hostile = "'" + HOSTILE
    hostile = hostile.replace('"', '""')
    assert (tmp_path / "load.csv").read_bytes().decode("utf-8-sig").split("\r\n") == [
        "Task,Load (a day),Live by", "Notes,9200,6 Jan 2027", f'"{hostile}",870,15 Dec 2026',
        "Claims,12400.5,2 Feb 2027", "",
    ]  # fmt: skip


def test_a_table_is_copied_with_tabs(opened: Any) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    page.locator("#tbl-load .tools button").first.click()
    page.locator("#tbl-load .tools button", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[:2] == ["Task\tLoad (a day)\tLive by", "Notes\t9,200\t6 Jan 2027"]
    assert copied[2].startswith("'=cmd")


def test_search_counts_and_opens_what_is_folded(opened: Any) -> None:
    page = opened()
    folded = page.locator(".chapter.folded > details")
    assert folded.get_attribute("open") is None
    page.keyboard.press("/")
    page.keyboard.type("rare ZEBRA")
    page.locator("form output", has_text="0 of 1").wait_for()
    assert page.locator("nav a[data-hits]").get_attribute("href") == "#ev-load"
    page.keyboard.press("Enter")
    page.locator("form output", has_text="1 of 1").wait_for()
    assert folded.get_attribute("open") == ""
    assert page.locator("text=A rare zebra.").is_visible()
    page.locator("input[type=search]").fill("Format")  # a word in a drawing, and its caption
    page.locator("form output", has_text="0 of 2").wait_for()
    page.locator("input[type=search]").fill("no such thing")
    page.locator("form output", has_text="not found").wait_for()


def test_a_link_into_the_evidence_opens_it(opened: Any) -> None:
    page = opened()
    page.evaluate("location.hash = '#tbl-wide'")
    page.locator("#tbl-wide table").wait_for(state="visible")
    assert page.locator(".chapter.folded > details").get_attribute("open") == ""


def test_the_switch_is_kept_and_the_drawing_stays_on_white(opened: Any) -> None:
    page = opened(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 25, 31)"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.paper')).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    page.locator("#switch", has_text="Light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.reload()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_words_of_a_drawing_are_text_of_12_pixels_or_more_in_our_face(
    opened: Any, size: dict[str, int]
) -> None:
    page = opened(size)
    words = page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => [t.textContent,"
        " parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a])"
    )
    assert {"Format", "Facts"} <= {word for word, _ in words}
    assert all(pixels >= 12 for _, pixels in words)
    assert page.evaluate("document.fonts.check('600 12px \"Bespoke Sans\"') && document.fonts.size") == 4
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def test_only_boxes_that_scroll_are_tab_stops_and_they_have_names(opened: Any) -> None:
    page = opened(PHONE)
    page.locator("#fig-lead").scroll_into_view_if_needed()
    page.locator("#fig-lead .scroll[tabindex='0']").wait_for()
    assert page.locator("#fig-lead .scroll").get_attribute("aria-label") == "Figure 1.1. Format leads"
    stops = (
        "[...document.querySelectorAll('.scroll')].filter(b => b.tabIndex === 0).map(b => b.parentElement.id)"
    )
    assert page.evaluate(stops) == ["fig-lead"]
    page.set_viewport_size(DESK)
    until(page, f"{stops}.length === 0")


def test_the_contents_stand_beside_the_text_and_open_on_a_phone(opened: Any) -> None:
    page = opened()
    entry = page.locator("nav a[href='#ch-load']")
    assert entry.is_visible()
    page = opened(PHONE)
    entry = page.locator("nav a[href='#ch-load']")
    assert not entry.is_visible()
    page.locator("nav summary", has_text="Contents").click()
    entry.click()
    assert not entry.is_visible()
    assert page.evaluate("location.hash") == "#ch-load"


def test_a_print_holds_what_is_folded_and_cuts_no_word(opened: Any) -> None:
    page = opened()
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    starts: list[float] = []  # of pieces of text, as shares of the page's width
    for one in pages:
        width = float(one.mediabox.width)

        def place(text: str, cm: list[float], tm: list[float], *_: Any, width: float = width) -> None:
            if text.strip():
                starts.append((tm[4] * cm[0] + cm[4]) / width)

        one.extract_text(visitor_text=place)
    text = "\n".join(one.extract_text() for one in pages)
    assert "A rare zebra." in text
    assert "Search this page" not in text
    assert "Copy table" not in text
    words = re.split(r"[-\s]+", text)
    assert words.count("Hospitalisation") == words.count("readmission") == 12
    assert max(starts) < 0.95


def test_it_reads_the_same_without_scripts(opened: Any, chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport=DESK, java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("#tbl-load td").first.is_visible()
    assert not page.locator("form[role=search]").is_visible()
    page.locator(".chapter.folded summary").click()
    assert page.locator("text=A rare zebra.").is_visible()
    context.close()
