"""Keeping explored values: the difference first, one button that writes what was shown, another that undoes it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.changes import Address, Changes
from bespoke.errors import BespokeError, Problem
from bespoke.explore import keep_changes
from bespoke.explore.keep_changes import COLOURS, KeepChanges, coloured, outweighed
from bespoke.explore.memory import Memory
from bespoke.explore.proposal import Edit, Proposal

LOAD: Address = ("tasks.csv", "t", "requests_per_day")
GPU: Address = ("engagement.yaml", "access", "gpu_hosting")
EDIT = Edit("tasks.csv", "t,1\n", "t,2\n")


def client(folder: Path, **stated: float) -> Any:
    """With one task whose load is counted as 7, whatever is stated."""
    return SimpleNamespace(
        folder=folder, tasks=[SimpleNamespace(task_id="t", stated=stated, requests_per_day=7)]
    )


class Desk:
    """A panel on which values are explored, the folder below it, and what became of them."""

    def __init__(self, folder: Path, changes: Changes) -> None:
        self.folder, self.changes, self.choices = folder, changes, dict[str, Any]()
        self.missing, self.problems, self.edits = "", tuple[Problem, ...](), (EDIT,)
        self.explorer = SimpleNamespace(
            base=SimpleNamespace(client=client(folder)),
            missing=lambda changes, choices: self.missing,
            completed=lambda changes, choices: changes,
        )
        self.rebased: list[list[Address]] = []

    def rebase(self, now: Any, kept: Any) -> None:
        self.rebased.append([*kept])
        self.explorer.base.client = now
        self.changes = {place: value for place, value in self.changes.items() if place not in kept}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "tasks.csv").write_text("t,1\n", encoding="utf-8")
    found = Desk(folder, {LOAD: 2.0})
    monkeypatch.setattr(keep_changes, "propose", lambda folder, changes: _proposed(found, changes))
    monkeypatch.setattr(keep_changes.clients, "load", lambda folder, name: client(folder / name))
    monkeypatch.setattr(
        keep_changes, "settings",
        lambda client, changes: [SimpleNamespace(place=place, before=1, now=2) for place in changes],
    )  # fmt: skip
    memory = Memory(folder, tmp_path / "explored.yaml", tmp_path / "kept.json")
    monkeypatch.setattr(Memory, "of", lambda folder: memory)
    return found


def _proposed(desk: Desk, changes: Changes) -> Proposal:
    return Proposal(desk.folder, desk.edits if LOAD in changes else (), desk.problems)


def keeping(desk: Desk) -> KeepChanges:
    given: Any = desk
    return KeepChanges(given)


def text(desk: Desk) -> str:
    return (desk.folder / "tasks.csv").read_text(encoding="utf-8")


def test_nothing_is_asked_before_something_is_explored(desk: Desk) -> None:
    keep = keeping(desk)
    assert (keep.ask.disabled, keep.answer.layout.display, keep.undo.layout.display) == (
        False,
        "none",
        "none",
    )
    desk.changes = {}
    keep.hide()
    assert keep.ask.disabled


def test_what_is_shown_is_written_and_can_be_undone_by_the_buttons(desk: Desk) -> None:
    keep = keeping(desk)
    keep.write.click()  # before the difference is shown
    assert text(desk) == "t,1\n"
    keep.ask.click()
    assert (keep.answer.layout.display, keep.write.disabled, keep.which.children) == ("", False, ())
    assert "bespoke check: no problem" in keep.shown.value
    assert text(desk) == "t,1\n"
    keep.write.click()
    assert (text(desk), desk.rebased) == ("t,2\n", [[LOAD]])
    assert "Kept in tasks.csv. Run all cells: the chapter above is of the folder before." in keep.said.value
    assert (keep.shown.value, keep.answer.layout.display, keep.ask.disabled) == ("", "none", True)
    assert keep.undo.layout.display == ""
    keep.undo.click()
    assert (text(desk), desk.rebased) == ("t,1\n", [[LOAD], []])
    assert "Undone in tasks.csv: the folder is as it was before." in keep.said.value


def test_one_may_leave_it(desk: Desk) -> None:
    keep = keeping(desk)
    keep.ask.click()
    keep.leave.click()
    assert (keep.proposal, keep.shown.value, keep.answer.layout.display) == (None, "", "none")
    keep.write.click()
    assert text(desk) == "t,1\n"


def test_of_several_values_those_that_are_ticked_make_the_difference(desk: Desk) -> None:
    desk.changes = {LOAD: 2.0, GPU: True}
    keep = keeping(desk)
    keep.ask.click()
    assert [box.description for box in keep.which.children] == [
        "tasks.csv, t, requests_per_day: 1 becomes 2", "engagement.yaml, access, gpu_hosting: 1 becomes 2"
    ]  # fmt: skip
    keep.chosen[LOAD].value = False
    assert keep.write.disabled  # the other changes no file
    keep.chosen[LOAD].value, keep.chosen[GPU].value = True, False
    keep.write.click()
    assert (desk.rebased, desk.changes) == ([[LOAD]], {GPU: True})


def test_a_warning_is_shown_and_an_error_stands_in_the_way(desk: Desk) -> None:
    keep = keeping(desk)
    for warning in (True, False):
        desk.problems = (Problem("acme/tasks.csv", 2, None, "is odd", warning=warning),)
        keep.ask.click()
        assert "bespoke check:\nacme/tasks.csv:2: " in keep.shown.value
        assert keep.write.disabled is not warning


def test_what_is_missing_or_cannot_be_proposed_is_said_in_its_place(
    monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    keep = keeping(desk)
    desk.missing = "a price needs its source"
    keep.ask.click()
    assert "a price needs its source" in keep.said.value
    assert (keep.answer.layout.display, keep.write.disabled) == ("none", True)

    def failing(folder: Path, changes: Changes) -> Proposal:
        raise BespokeError("cannot be checked")

    desk.missing = ""
    monkeypatch.setattr(keep_changes, "propose", failing)
    keep.ask.click()
    assert "cannot be checked" in keep.said.value
    assert (keep.proposal, keep.shown.value, keep.write.disabled) == (None, "", True)


def test_a_file_that_changed_meanwhile_is_not_written_over(desk: Desk) -> None:
    keep = keeping(desk)
    keep.ask.click()
    (desk.folder / "tasks.csv").write_text("t,9\n", encoding="utf-8")
    keep.write.click()
    assert (text(desk), desk.rebased, keep.kept) == ("t,9\n", [], [])
    assert "has changed since the difference was made" in keep.said.value


def test_a_kept_number_that_logs_have_counted_is_said_to_be_outweighed() -> None:
    place = Path("acme")
    assert outweighed(client(place), client(place)) == []
    assert outweighed(client(place, requests_per_day=5), client(place, requests_per_day=5)) == []  # as before
    assert outweighed(client(place), client(place, requests_per_day=5000)) == [
        "t: requests_per_day is counted in logs: the report goes on with 7, and says that 5,000 is stated; without"
        " usage.json the stated one counts"
    ]


def rows(diff: str) -> list[str]:
    """The lines of a coloured difference, with their colour before them."""
    parts = coloured(diff).split('<div style="background:')[1:]
    return [part.partition("</div>")[0].replace(';color:#1C2430">', " ") for part in parts]


def bold(cell: str) -> str:
    return f'<b style="text-decoration:underline">{cell}</b>'


def test_in_a_difference_the_cells_that_changed_are_bold_and_each_line_has_the_colour_of_its_kind() -> None:
    added, removed = COLOURS["+"], COLOURS["-"]
    assert rows("--- a\n+++ b\n@@ -1 +1 @@\n same\n-t,1,<x>\n-u,1\n+t,2,<x>\n+u,3\n+v,4\n\n") == [
        "#EEF1F5 --- a", "#EEF1F5 +++ b", "#EEF1F5 @@ -1 +1 @@", "transparent  same",
        f"{removed} -t,{bold('1')},&lt;x&gt;", f"{removed} -u,{bold('1')}", f"{added} +t,{bold('2')},&lt;x&gt;",
        f"{added} +u,{bold('3')}", f"{added} +v,4", "transparent &nbsp;",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("diff", "found"),
    [
        ("-a,1\n-b,1\n+a,2\n", [f"-a,{bold('1')}", "-b,1", f"+a,{bold('2')}"]),  # the second is gone
        ("-a,1\n", ["-a,1"]),
        ("+a,1\n", ["+a,1"]),
        ("+a,1\n-a,2\n", ["+a,1", "-a,2"]),  # an added line stands behind the one that it replaces
        ("-a,1\n same\n+a,2\n", ["-a,1", " same", "+a,2"]),
        ("-a,1\n+a,1,2\n", ["-a,1", "+a,1,2"]),  # with other cells nothing is compared
        ("-key: 1\n+key: 2\n", [f"-key: {bold('1')}", f"+key: {bold('2')}"]),
    ],
)
def test_a_line_is_compared_with_the_one_that_takes_its_place(diff: str, found: list[str]) -> None:
    assert [row.partition(" ")[2] for row in rows(diff)] == found
