"""Nothing that looks like an identifier leaves the machine unless somebody took responsibility for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from bespoke.claude.requests.identifier_check import identifiers_left, read_waivers, unwaived
from bespoke.errors import BespokeError


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("seen on 14 Mar 2026", "identifier_date"),
        ("seen on 2026-03-14", "identifier_date"),
        ("seen on March 14", "identifier_date"),
        ("seen the 3rd April", "identifier_date"),
        ("call (614) 555-0134", "identifier_phone"),
        ("write to jo@clinic.example", "identifier_email"),
        ("SSN 078-05-1120", "identifier_ssn"),
        ("MRN: 00481516", "identifier_mrn"),
        ("a 93-year-old woman", "identifier_age"),
        ("Columbus, OH 43215", "identifier_zip"),
        ("see https://portal.example/p/81", "identifier_url"),
        ("Patient: Jane Roe", "identifier_name"),
        ("Mrs. Roe is well", "identifier_name"),
        ("member ID 884412903", "identifier_number"),
        ("lives at 12 Elm Street", "identifier_address"),
        ("from 192.168.14.2", "identifier_ip"),
    ],
)
def test_each_kind_is_seen(text: str, rule: str) -> None:
    assert [hit.rule for hit in identifiers_left("n1", text)] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "58M for DM f/u, BP 146/88, A1c 10.2%, metformin 1000 mg BID, RTC 4 wks",
        "an 89-year-old man may be named by his age",
        "TSH 3.1, creatinine 0.9, glucose 240-300, walks 2 miles",
        "may improve in 3 weeks; march fracture of the 2nd metatarsal",
    ],
)
def test_ordinary_clinical_text_passes(text: str) -> None:
    assert identifiers_left("n1", text) == ()


def test_a_hit_is_shown_masked() -> None:
    (hit,) = identifiers_left("n1", "SSN 078-05-1120")
    assert hit.shown == "078-**-****"


def test_a_waiver_covers_its_note_and_rule_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "waivers.csv"
    path.write_text('id,rule,reason\nn1,identifier_date,"shifted dates, see protocol"\n')
    waivers = read_waivers(path)
    text = "seen on 2026-03-14, SSN 078-05-1120"
    assert [hit.rule for hit in unwaived("n1", text, waivers)] == ["identifier_ssn"]
    assert len(unwaived("n2", text, waivers)) == 2


def test_a_waiver_without_a_reason_is_refused_by_row(tmp_path: Path) -> None:
    path = tmp_path / "waivers.csv"
    path.write_text("id,rule,reason\nn1,identifier_date,\n\nn2,identifier_date,fine\nn3\n")
    with pytest.raises(BespokeError) as caught:
        read_waivers(path)
    assert [(p.path, p.row) for p in caught.value.problems] == [("waivers.csv", 2), ("waivers.csv", 5)]


def test_no_waiver_file_is_no_waiver(tmp_path: Path) -> None:
    assert read_waivers(tmp_path / "waivers.csv") == {}


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "waivers.csv"
    path.write_text("note,why\nn1,fine\n")
    with pytest.raises(BespokeError) as caught:
        read_waivers(path)
    assert [p.column for p in caught.value.problems] == ["id", "rule", "reason"]


@pytest.mark.parametrize("saved", ["excel", "semicolons"])
def test_waivers_as_a_spreadsheet_saves_them(tmp_path: Path, saved: str) -> None:
    rows = [["id", "rule", "reason"], ["n1", "identifier_date", "shifted; see protocol"]]
    if saved == "excel":
        book = Workbook()
        sheet = book.create_sheet("waivers", 0)
        for row in rows:
            sheet.append(row)
        book.save(tmp_path / "waivers.xlsx")
    else:
        text = 'id;rule;reason\r\nn1;identifier_date;"shifted; see protocol"\r\n'
        (tmp_path / "waivers.csv").write_bytes(text.encode("utf-16"))
    assert read_waivers(tmp_path / "waivers.csv") == {("n1", "identifier_date"): "shifted; see protocol"}
