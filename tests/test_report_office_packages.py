"""Office files: a part is rewritten, others stay, new ones come behind, and pictures get their descriptions."""

from __future__ import annotations

import io
import zipfile

import pytest

from bespoke.report.office_packages import changed, described, replaced

MADE, LATER = (2026, 11, 20, 8, 0, 0), (2027, 1, 1, 0, 0, 0)


def package(*names: str) -> bytes:
    """A package of such parts, each holding its name; the first made on another day than the others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for place, name in enumerate(names):
            made.writestr(zipfile.ZipInfo(name, LATER if place else MADE), name)
    return out.getvalue()


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {info.filename: found.read(info).decode() for info in found.infolist()}


def test_a_part_is_rewritten_by_its_name_or_that_of_its_folder_and_others_stay() -> None:
    before = package("[Content_Types].xml", "word/", "word/document.xml", "word/media/a.xml", "ppt/slide.xml")
    found = changed(before, {"word/document.xml": str.upper, "ppt/": lambda text: f"{text} Ä"})
    assert parts(found) == {
        "[Content_Types].xml": "[Content_Types].xml", "word/": "word/", "word/document.xml": "WORD/DOCUMENT.XML",
        "word/media/a.xml": "word/media/a.xml", "ppt/slide.xml": "ppt/slide.xml Ä",
    }  # fmt: skip


def test_a_folder_stands_for_the_files_in_it_and_not_for_itself_or_those_of_folders_below() -> None:
    before = package("word/", "word/document.xml", "word/media/a.xml")
    assert [*parts(changed(before, {"word/": lambda text: "new"})).values()] == [
        "word/",
        "new",
        "word/media/a.xml",
    ]


@pytest.mark.parametrize("names", [("a.xml",), ("a.xml", "b.xml")])
def test_a_new_part_comes_last_with_the_day_of_the_package(names: tuple[str, ...]) -> None:
    found = changed(package(*names), {}, {"docProps/custom.xml": "Größe"})
    assert [*parts(found)] == [*names, "docProps/custom.xml"]
    assert parts(found)["docProps/custom.xml"] == "Größe"
    with zipfile.ZipFile(io.BytesIO(found)) as read:
        dates = [info.date_time for info in read.infolist()]
        assert {info.compress_type for info in read.infolist()} == {zipfile.ZIP_DEFLATED}
    assert dates == [MADE, *[LATER] * (len(names) - 1), MADE]


def test_a_picture_has_its_description_and_one_that_is_not_known_keeps_its_own() -> None:
    text = '<pic descr="a.png"/><pic descr="b.png"/><pic xdescr="a.png"/>'
    assert described(text, {"a.png": 'Cost <b> & "load"'}) == (
        '<pic descr=\'Cost &lt;b&gt; &amp; "load"\'/><pic descr="b.png"/><pic xdescr="a.png"/>'
    )


def test_what_is_replaced_has_to_be_there() -> None:
    assert replaced("a b a", "a", "c") == "c b c"
    with pytest.raises(ValueError, match="not in pandoc's default: x"):
        replaced("a b", "x", "c")
