"""State in a client folder is told of where this machine did not write it, and where it is reached by a link."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bespoke import foreign_state, machine
from bespoke.claude.budget.journal import Journal
from bespoke.errors import BespokeError


@pytest.fixture
def client(tmp_path: Path) -> Path:
    """A client folder with a tuning state of this machine."""
    (tmp_path / "clinic/tuning").mkdir(parents=True)
    sealed = machine.sealed(foreign_state.purpose("clinic"), {"runs": {}})
    (tmp_path / "clinic/tuning/state.json").write_text(json.dumps(sealed), encoding="utf-8")
    return tmp_path / "clinic"


def said(client: Path) -> list[str]:
    found = foreign_state.problems(client)
    assert all(problem.warning for problem in found)
    return [str(problem) for problem in found]


def test_of_our_own_state_nothing_is_said(client: Path) -> None:
    assert said(client) == []


@pytest.mark.parametrize("changed", ['{"runs": {}}', "[]", "7"])
def test_a_state_without_our_seal_is_told_of(client: Path, changed: str) -> None:
    (client / "tuning/state.json").write_text(changed, encoding="utf-8")
    (line,) = said(client)
    assert "clinic/tuning/state.json: " in line
    assert "was not written on this machine, or changed since" in line


@pytest.mark.parametrize("linked", ["tuning", "tuning/state.json"])
def test_a_state_behind_a_link_is_told_of_even_where_it_is_ours(
    client: Path, tmp_path: Path, linked: str
) -> None:
    (client / linked).rename(tmp_path / "outside")
    (client / linked).symlink_to(tmp_path / "outside")
    (line,) = said(client)
    assert "clinic/tuning/state.json: " in line
    assert "is reached by a link" in line


@pytest.mark.parametrize("name", ["journal.sqlite", "judge_journal.sqlite"])
def test_a_journal_that_a_client_sent_is_told_of_and_so_is_a_link_to_nothing(client: Path, name: str) -> None:
    (client / "evaluation").mkdir()
    (client / "evaluation" / name).touch()
    assert [f"clinic/evaluation/{name}: " in line for line in said(client)] == [True]
    (client / "evaluation" / name).unlink()
    (client / "evaluation" / name).symlink_to(client / "nowhere")
    assert [f"clinic/evaluation/{name}: " in line for line in said(client)] == [True]


def test_a_state_that_was_taken_over_is_ours_and_its_runs_were_told(client: Path) -> None:
    runs = {"a": {"name": "first", "account": "123456789012", "bucket": "tuning"}}
    taken = {"runs": runs, "note": "für Söhne"}
    (client / "tuning/state.json").write_text(json.dumps(taken), encoding="utf-8")
    assert [*foreign_state.take_over(client)] == [
        "clinic/tuning/state.json: run first in account 123456789012, bucket tuning"
    ]
    assert said(client) == []
    assert [*foreign_state.take_over(client)] == []
    written = (client / "tuning/state.json").read_text(encoding="utf-8")
    assert taken.items() <= json.loads(written).items()
    assert "für Söhne" in written  # whoever looks at the file reads what it says


def test_a_journal_is_taken_over_once_and_one_that_is_none_leaves_nothing_behind(client: Path) -> None:
    sent, ours = client / "evaluation/journal.sqlite", machine.of_client(client) / "journal.sqlite"
    sent.parent.mkdir()
    sent.write_bytes(b"no database at all, and long enough to be looked at as one")
    with pytest.raises(BespokeError, match=r"clinic/evaluation/journal\.sqlite: cannot be taken over: "):
        [*foreign_state.take_over(client)]
    assert not [*ours.parent.glob("journal.sqlite*")]
    sent.unlink()
    Journal(sent).close()
    assert [*foreign_state.take_over(client)] == [
        "clinic/evaluation/journal.sqlite: 0 answers, 0.00 USD held; it may be deleted there now"
    ]
    assert [path.name for path in ours.parent.glob("journal.sqlite*")] == ["journal.sqlite"]  # closed
    with pytest.raises(BespokeError, match="there is a journal of this machine at "):
        [*foreign_state.take_over(client)]


@pytest.mark.parametrize("linked", ["tuning", "tuning/state.json"])
def test_nothing_is_taken_over_through_a_link(client: Path, tmp_path: Path, linked: str) -> None:
    (client / linked).rename(tmp_path / "outside")
    (client / linked).symlink_to(tmp_path / "outside")
    with pytest.raises(BespokeError, match=f"clinic/{linked}: is a link; state is never taken through one"):
        [*foreign_state.take_over(client)]
