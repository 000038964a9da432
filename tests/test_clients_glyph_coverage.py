"""Texts in scripts the report's fonts cannot draw are named before a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bespoke.clients import check
from bespoke.paths import templates


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    shutil.copytree(templates() / "client", folder)
    return folder


def fill(root: Path, name: str, before: str, after: str) -> list[str]:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    return [
        str(problem) for problem in check(root.parent, root.name) if "template's example" not in str(problem)
    ]


def test_european_arabic_and_hebrew_letters_are_drawn(root: Path) -> None:
    assert (
        fill(
            root,
            "failures.csv",
            "EXAMPLE: How many days",
            "“Größe” – Škoda Ωμέγα Привет שלום عربي £5 ≤ ½",
        )
        == []
    )


def test_one_warning_a_file_names_the_first_place(root: Path) -> None:
    assert fill(root, "failures.csv", "EXAMPLE:", "日本") == [
        'acme/failures.csv:2: prompt: no font of the report draws "日本" (CJK), here and in 1 more row;'
        " name a font file that does under fonts in engagement.yaml (warning)"
    ]


def test_the_cover_counts_too(root: Path) -> None:
    assert fill(root, "engagement.yaml", "EXAMPLE: the client", "नमस्ते") == [
        'acme/engagement.yaml: client: no font of the report draws "तनमसे" (DEVANAGARI);'
        " name a font file that does under fonts in engagement.yaml (warning)"
    ]


def test_a_font_of_the_client_that_draws_other_letters_does_not_help(root: Path) -> None:
    from bespoke.show.style import font_files

    shutil.copy(font_files()[0], root / "house.otf")
    fill(root, "engagement.yaml", "fonts: []", "fonts: [house.otf]")
    (warning,) = fill(root, "failures.csv", "EXAMPLE:", "日本")
    assert "日本" in warning


@pytest.mark.parametrize("kept", [4, 12, 40, 200, 500, 20_000])
def test_a_damaged_font_is_a_problem_wherever_it_ends(root: Path, kept: int) -> None:
    from bespoke.show.style import font_files

    (root / "house.otf").write_bytes(font_files()[0].read_bytes()[:kept])
    (problem,) = fill(root, "engagement.yaml", "fonts: []", "fonts: [house.otf]")
    lines = (root / "engagement.yaml").read_text(encoding="utf-8").split("\n")
    row = next(n for n, line in enumerate(lines, start=1) if line.startswith("fonts:"))
    assert problem.startswith(
        f'acme/engagement.yaml:{row}: fonts[0]: "house.otf" is not a font that can be read: '
    )
    assert str(root) not in problem
