"""notes.md, notes/, owners and sign_off in a client folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bespoke.clients import check, load
from bespoke.errors import BespokeError
from bespoke.own.words import misplaced, notes_of
from tests.client_folder import filled_in


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return filled_in(tmp_path)


def say(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def problems(folder: Path) -> list[str]:
    return [str(one) for one in check(folder.parent, "acme")]


def test_notes_belong_to_the_summary_or_to_the_chapter_of_their_number_or_name(acme: Path):
    say(acme, "notes.md", "All.")
    say(acme, "notes/06.md", "Money.")
    say(acme, "notes/07_timeline.md", "Time.")
    found = {(one.file, one.stem, one.markdown) for one in notes_of(load(acme.parent, "acme"))}
    assert found == {
        ("acme/notes.md", "", "All."),
        ("acme/notes/06.md", "06_cost_model", "Money."),
        ("acme/notes/07_timeline.md", "07_timeline", "Time."),
    }
    assert problems(acme) == []


def test_notes_of_no_chapter_are_named(acme: Path):
    say(acme, "notes/11.md", "x")
    say(acme, "notes/06_cost_modl.md", "x")
    client = load(acme.parent, "acme")
    assert [one.path for one in misplaced(client)] == ["acme/notes/06_cost_modl.md", "acme/notes/11.md"]
    assert misplaced(client)[0].message == "belongs to no chapter; nearest: 06_cost_model"
    with pytest.raises(BespokeError, match=r"acme/notes/11\.md: belongs to no chapter"):
        notes_of(client)


def test_what_is_wrong_with_a_note_is_said_as_of_any_file(acme: Path):
    say(acme, "notes.md", " \n")
    say(acme, "notes/06.docx", "x")
    (acme / "notes/07.md").write_bytes(b"caf\xe9")
    assert problems(acme) == [
        "acme/notes/06.docx: is not read; words for a chapter are a file such as notes/06.md (warning)",
        "acme/notes.md: is empty; fill it in or delete the file",
        'acme/notes/07.md:1: byte 0xE9 at place 4 of the line is not UTF-8 ("é" in Latin-1 or Windows-1252);'
        " save the file as UTF-8",
    ]


def test_a_link_that_leads_out_of_the_folder_is_not_read(acme: Path, tmp_path: Path):
    (tmp_path / "secret.md").write_text("secret")
    (acme / "notes.md").symlink_to(tmp_path / "secret.md")
    assert problems(acme) == [
        "acme/notes.md: is a link that leads out of the client folder; put the file itself here"
    ]


def test_owners_give_a_role_its_person(acme: Path):
    _set(acme, "owners: {}", "owners: {client IT: Grace Hopper}")
    engagement = load(acme.parent, "acme").engagement
    assert dict(engagement.owners) == {"client IT": "Grace Hopper"}
    assert engagement.who("client IT") == "Grace Hopper (client IT)"
    assert engagement.who("client legal") == "client legal"


def test_a_role_that_does_no_work_is_named_with_the_nearest(acme: Path):
    _set(acme, "owners: {}", "owners: {client it: Grace Hopper}")
    (found,) = problems(acme)
    assert "owners.client it: no work is given to this role; nearest: client IT" in found


def test_who_signs_is_optional_in_every_part(acme: Path):
    assert load(acme.parent, "acme").engagement.sign_off.name is None
    _set(acme, "sign_off: {}", "sign_off: {name: Ada Lovelace, date: 2026-11-20}")
    signed = load(acme.parent, "acme").engagement.sign_off
    assert (signed.name, signed.role, signed.date) == ("Ada Lovelace", None, date(2026, 11, 20))


def test_a_sign_off_on_no_day_is_one_line(acme: Path):
    _set(acme, "sign_off: {}", "sign_off: {date: soon}")
    (found,) = problems(acme)
    assert 'sign_off.date: "soon" is not a date' in found


def _set(folder: Path, old: str, new: str) -> None:
    path = folder / "engagement.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
