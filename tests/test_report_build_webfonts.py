"""The faces of the web page: a name of ours in place of the reserved one, copyright and licence of the originals."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont, newTable

from bespoke.report import build_webfonts
from bespoke.show import fonts

COPYRIGHT, FAMILY, STYLE, UNIQUE, FULL, LICENCE, ADDRESS = 0, 1, 2, 3, 4, 13, 14  # by the OpenType standard


@pytest.mark.parametrize(
    ("name", "family", "style"), [("serif-600", "Bespoke Serif", "600"), ("sans-400", "Bespoke Sans", "400")]
)
def test_a_face_is_named_by_us_and_keeps_its_rights(name: str, family: str, style: str) -> None:
    table = newTable("name")
    table.names = []
    before = {
        COPYRIGHT: "(c) Adobe",
        FAMILY: "Source",
        STYLE: "Regular",
        UNIQUE: "3.1",
        LICENCE: "OFL",
        ADDRESS: "x",
    }
    for number, text in before.items():
        table.setName(text, number, 3, 1, 0x409)
    build_webfonts._rename({"name": table}, name)
    assert {record.nameID: str(record) for record in table.names} == before | {FAMILY: family, STYLE: style}


def test_a_cut_face_holds_the_characters_and_names_that_it_should(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    originals = {path.stem: path for path in fonts.faces()}
    monkeypatch.setattr(build_webfonts, "CHARACTERS", (*map(ord, "aä€"),))
    build_webfonts._subset(originals[build_webfonts.FACES["sans-400"]], "sans-400", tmp_path / "sans.woff2")
    with TTFont(tmp_path / "sans.woff2") as cut:
        assert {*cut.getBestCmap()} == {*map(ord, "aä€")}
        names = {record.nameID: str(record) for record in cut["name"].names}
    assert names.keys() == {COPYRIGHT, FAMILY, STYLE, LICENCE, ADDRESS}
    assert (names[FAMILY], names[STYLE]) == ("Bespoke Sans", "400")
    assert "SIL Open Font License" in names[LICENCE]
