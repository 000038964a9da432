"""What the bundled faces can draw."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bespoke import paths
from bespoke.errors import BespokeError
from bespoke.show import fonts, style


def test_latin_greek_cyrillic_hebrew_and_arabic_are_drawn():
    assert fonts.uncovered("Müller, Ωmega, Привет, שלום, مرحبا: €5 – “ok” ≥ → ✓ □\n\t\u200b") == set()


def test_other_scripts_are_named():
    missing = fonts.uncovered("漢字 नमस्ते 🦊")
    assert {"漢", "न", "🦊"} <= missing
    assert fonts.scripts(missing) == {"CJK", "DEVANAGARI", "emoji and symbols"}


def test_every_face_comes_with_the_package_or_another():
    names = {path.stem for path in fonts.faces()}
    assert {"SourceSerifPro-Regular", "SourceSansPro-Semibold", "DejaVuSans", "DejaVuSansMono"} <= names


def test_a_further_font_is_named_by_its_family():
    path = next(p for p in fonts.faces() if p.stem == "DejaVuSansMono")
    assert fonts.families([path]) == ("DejaVu Sans Mono",)
    assert path in fonts.faces([path.parent])


def test_a_font_that_is_none_is_one_clear_line(tmp_path: Path):
    broken = tmp_path / "broken.ttf"
    broken.write_text("not a font")
    with pytest.raises(BespokeError, match=r"broken\.ttf: not a font that can be read"):
        fonts.families([broken])
    with pytest.raises(BespokeError, match="no such font file or folder"):
        fonts.faces([tmp_path / "none.otf"])


def test_what_is_taken_for_drawn_without_a_look_is_drawn():
    assert fonts.code_points() >= fonts.SURE


def test_an_ordinary_text_needs_no_font_file_read():
    fonts.code_points.cache_clear()
    assert not fonts.uncovered("“Claims” – 5 ≥ 3 → naïve")
    assert fonts.code_points.cache_info().misses == 0


def test_missing_fonts_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "templates", lambda: tmp_path)
    with pytest.raises(BespokeError, match="fonts: the fonts are missing; install bespoke again"):
        style.font_files()


def test_the_faces_that_lie_with_the_templates_are_those_of_adobe() -> None:
    """Carried as data, unchanged: their licence reserves the name Source for the original files."""
    for path in style.font_files():
        with TTFont(path, lazy=True) as font:
            assert "Adobe" in font["name"].getDebugName(0)
            licence = path.with_name(f"OFL-{path.stem.split('-')[0]}.txt").read_text(encoding="utf-8")
            assert "SIL OPEN FONT LICENSE" in licence.upper()
            assert "Reserved Font Name" in licence
    assert len(style.font_files()) == 12
