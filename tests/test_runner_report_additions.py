"""What a report says besides its notebooks: version and dates on the cover, who wrote it and who signs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.own import words
from bespoke.report.additions import Signature
from bespoke.runner import issued, report_additions
from bespoke.runner.issued import Issue
from bespoke.runner.report_additions import Standing, additions, cover, cover_of

DAY = date(2026, 11, 20)


def client(folder: Path = Path("acme"), logo: str = "", **sign_off: Any) -> Any:
    signed = {"name": None, "role": None, "date": None} | sign_off
    return SimpleNamespace(
        name="acme", folder=folder,
        engagement=SimpleNamespace(
            client="Acme", prepared_by="Practice", as_of=DAY, paper="us-letter", fonts=("fonts/a.ttf",),
            branding=SimpleNamespace(logo=logo, accent="#112233", confidentiality="For the board"),
            sign_off=SimpleNamespace(**signed),
        ),
    )  # fmt: skip


def issue(version: str, number: int, content: str) -> Issue:
    return Issue(version, number, "2026-10-12", content)


@pytest.mark.parametrize(
    ("given", "standing", "day", "remarks"),
    [
        ([], Standing(content="c"), DAY, []),
        ([], Standing(content="c", issue="1.0"), DAY, ["Version 1.0"]),
        ([issue("1.0", 1, "c")], Standing(content="c"), DAY, ["Version 1.0"]),  # it still is that version
        ([issue("1.0", 1, "b")], Standing(content="c"), DAY, ["Draft after version 1.0"]),
        ([issue("1.0", 1, "b")], Standing(content="c", issue="1.1"), DAY, ["Version 1.1"]),
        ([], Standing(older=1), DAY, ["One chapter is older than what it is made from"]),
        ([], Standing(older=3), DAY, ["3 chapters are older than what they are made from"]),
        ([], Standing(), date(2027, 1, 4),
         ["As of another day than the client's own inputs, which are of 20 Nov 2026"]),
    ],
)  # fmt: skip
def test_the_cover_says_which_version_it_is_and_what_a_reader_must_know_of_the_dates(
    monkeypatch: pytest.MonkeyPatch, given: list[Issue], standing: Standing, day: date, remarks: list[str]
) -> None:
    monkeypatch.setattr(issued, "issues", lambda folder: given)
    found = cover(client(), day, Path("reports/acme"), standing)
    assert list(found.remarks) == remarks
    assert found.as_of == day


def test_the_cover_has_names_branding_and_paper_of_the_engagement(tmp_path: Path) -> None:
    (tmp_path / "Logo.JPG").write_bytes(b"pixels")
    found = cover_of(client(tmp_path, "Logo.JPG"), DAY)
    assert (found.client, found.prepared_by, found.accent) == ("Acme", "Practice", "#112233")
    assert (found.confidentiality, found.paper) == ("For the board", "us-letter")
    assert (found.logo, found.logo_kind) == (b"pixels", "jpeg")
    assert found.fonts == (tmp_path / "fonts/a.ttf",)
    bare = cover_of(client(tmp_path), DAY)
    assert (bare.logo, bare.logo_kind) == (None, "svg")


def test_a_logo_that_is_not_there_is_one_line_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match=r"^acme/logo\.png: cannot be read: "):
        cover_of(client(tmp_path, "logo.png"), DAY)


@pytest.mark.parametrize(
    ("signed", "ours"),
    [
        ({}, Signature("Practice", "", "", None)),
        ({"name": "Ada", "role": "Partner", "date": DAY}, Signature("Practice", "Ada", "Partner", DAY)),
        ({"role": "Partner"}, Signature("Practice", "", "Partner", None)),
    ],
)
def test_who_signs_is_as_the_engagement_says_and_the_client_fills_in_its_own(
    monkeypatch: pytest.MonkeyPatch, signed: dict[str, Any], ours: Signature
) -> None:
    monkeypatch.setattr(issued, "issues", lambda folder: [])
    monkeypatch.setattr(words, "notes_of", lambda client: ("a note",))
    found = additions(client(**signed), Path("reports/acme"), Standing(stale=2, facts=41))
    assert list(found.signatures) == [ours, Signature("Acme")]
    assert (found.author, found.notes, found.stale, found.facts) == ("Practice", ("a note",), 2, 41)
    assert found.changes is None


@pytest.mark.parametrize(
    ("standing", "since"),
    [
        (Standing(content="b", issue="1.1"), "1.0"),  # against the last one that was handed over
        (Standing(content="b"), None),  # it is the first one that there is
        (Standing(content="c"), "1.0"),  # a draft after it
    ],
)
def test_changes_are_told_since_the_version_before(
    monkeypatch: pytest.MonkeyPatch, standing: Standing, since: str | None
) -> None:
    from bespoke.chapters.recommendation import Recommendation

    monkeypatch.setattr(issued, "issues", lambda folder: [issue("1.0", 1, "b")])
    monkeypatch.setattr(issued, "changes", lambda client, advice, folder, since: (advice, since.version))
    for advice in ("the advice", None):  # without any nothing is told
        monkeypatch.setattr(Recommendation, "read", lambda path, advice=advice: advice)
        found: Any = report_additions._changes(client(), Path("reports/acme"), standing)
        assert found == (("the advice", since) if since and advice else None)
