"""Whoever changes a report before it is printed again or handed on."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from bespoke import machine
from bespoke.cli import bespoke
from bespoke.errors import BespokeError
from bespoke.inspection.compare_reports import compare_reports
from bespoke.keys import digest
from bespoke.runner import issued, proof
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.run_plan import RunOptions
from tests.attacks.conftest import CANARY, CLIENT

NAMES = (
    "notebooks/01_task_audit.ipynb", "results/01_task_audit.json", "advice.json", "report.pdf", "report.html",
)  # fmt: skip


def verify(folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(bespoke, ["verify", folder.name, "--reports", str(folder.parent)])
    return done.exit_code, done.output


def forged(folder: Path, name: str) -> None:
    """The file with another number, and the manifest made to fit it: all that can be done without the key."""
    (folder / name).write_text(f"saves {CANARY} USD a year")
    text = (folder / "manifest.json").read_text()
    content = json.loads(text)
    for run in (content["report"], content["notebooks"]["01_task_audit"]["outputs"]):
        if name in run:
            run[name] = digest(folder / name)
    (folder / "manifest.json").write_text(json.dumps(content))


def test_an_untouched_report_is_proven(sealed: Path) -> None:
    """Not an attack: what nobody touched is proven."""
    assert verify(sealed) == (0, f"{CLIENT}: 5 files are as the run of this machine wrote them\n")


@pytest.mark.parametrize("name", NAMES)
def test_an_edited_file_is_named(sealed: Path, name: str) -> None:
    """A number is changed in a file of the report."""
    (sealed / name).write_text(CANARY)
    assert verify(sealed) == (1, f"{CLIENT}/{name}: was changed since the run that made it\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_made_to_fit_is_no_proof(sealed: Path, name: str) -> None:
    """A number is changed, and its hash in the manifest with it."""
    forged(sealed, name)
    code, said = verify(sealed)
    assert (code, "was sealed on another machine, or changed since" in said) == (1, True)
    assert manifests.read(sealed) is None


def test_a_missing_file_is_named(sealed: Path) -> None:
    """A file of the report is taken away."""
    (sealed / "advice.json").unlink()
    assert verify(sealed) == (1, f"{CLIENT}/advice.json: is missing or no ordinary file\n")


def test_a_link_in_place_of_a_file_is_none(sealed: Path, tmp_path: Path) -> None:
    """A file of the report is a link to the same bytes elsewhere."""
    (tmp_path / "copy").write_bytes((sealed / "report.pdf").read_bytes())
    (sealed / "report.pdf").unlink()
    (sealed / "report.pdf").symlink_to(tmp_path / "copy")
    assert "report.pdf: is missing or no ordinary file" in verify(sealed)[1]


def test_a_file_that_no_run_made_is_told(sealed: Path) -> None:
    """A forged PDF is laid beside the real one."""
    (sealed / "evidence.pdf").write_text(CANARY)
    code, said = verify(sealed)
    assert code == 0
    assert f"{CLIENT}/evidence.pdf: was not made by the run: nobody vouches for it (warning)" in said


def test_without_a_seal_nothing_is_believed(sealed: Path) -> None:
    """The seal is taken away, so that the report looks like one of an earlier version."""
    content = json.loads((sealed / "manifest.json").read_text())
    del content["seal"]
    (sealed / "manifest.json").write_text(json.dumps(content))
    assert manifests.read(sealed) is None
    assert "has no seal of this machine" in verify(sealed)[1]


def test_the_seal_of_another_client_does_not_do(sealed: Path, tmp_path: Path) -> None:
    """The sealed report of one client is passed off as another's."""
    other = tmp_path / "reports" / "atlas_payments"
    sealed.rename(other)
    assert manifests.read(other) is None
    text = (other / "manifest.json").read_text().replace(CLIENT, "atlas_payments")
    (other / "manifest.json").write_text(text)
    assert manifests.read(other) is None


def test_the_seal_of_another_machine_does_not_do(
    sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report comes from somebody who runs bespoke as well."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "other"))
    assert manifests.read(sealed) is None
    with pytest.raises(BespokeError, match="--force"):
        manifests.refuse_foreign(sealed)


def test_a_moved_key_goes_on_proving(sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an attack: the machine's folder moves, and its reports stay proven."""
    Path(tmp_path / "machine").rename(tmp_path / "moved")
    monkeypatch.setenv(machine.HOME, str(tmp_path / "moved"))
    assert verify(sealed)[0] == 0


def test_the_key_lent_to_a_worker_seals_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of a cluster uses the key it was lent for another client's report, or for tuning state."""
    mine = {what: machine.seal(what, b"x") for what in ("report a", "report b", "tuning a")}
    lent = machine.lent("a")
    monkeypatch.setenv(machine.HOME, str(tmp_path / "worker"))
    monkeypatch.setenv(machine.LENT, lent[machine.LENT])
    assert machine.seal("report a", b"x") == mine["report a"]
    assert machine.seal("report b", b"x") != mine["report b"]


def test_layout_of_the_manifest_is_no_part_of_the_seal(sealed: Path) -> None:
    """Not an attack: the same manifest laid out otherwise is the same."""
    content = json.loads((sealed / "manifest.json").read_text())
    (sealed / "manifest.json").write_text(json.dumps(content, indent=7))
    assert manifests.read(sealed) is not None


def test_rendering_refuses_edited_results(sealed: Path) -> None:
    """`bespoke report` is asked to print an edited notebook."""
    (sealed / "notebooks/01_task_audit.ipynb").write_text(CANARY)
    found = manifests.proven(sealed)
    with pytest.raises(
        BespokeError,
        match=r"01_task_audit\.ipynb: was changed since[^$]*nothing was rendered",
    ):
        proof.require(sealed, found)


# --- the key itself ----------------------------------------------------------------------------------


def test_a_key_that_others_can_read_is_refused(own_machine: Path) -> None:
    """The key lies open to other users of the machine."""
    machine.seal("x", b"")
    assert (own_machine / "key").stat().st_mode & 0o777 == 0o600
    (own_machine / "key").chmod(0o644)
    with pytest.raises(BespokeError, match="chmod 600"):
        machine.seal("x", b"")


def test_a_key_that_is_a_link_is_refused(own_machine: Path, tmp_path: Path) -> None:
    """The key is a link to a file whose content the attacker knows."""
    own_machine.mkdir()
    (tmp_path / "known").write_bytes(b"0" * 32)
    (own_machine / "key").symlink_to(tmp_path / "known")
    with pytest.raises(BespokeError, match="cannot be read"):
        machine.seal("x", b"")


@pytest.mark.parametrize("content", [b"", b"short", b"0" * 33])
def test_a_key_of_another_length_is_none(own_machine: Path, content: bytes) -> None:
    """The key was cut short or filled up."""
    own_machine.mkdir()
    (own_machine / "key").write_bytes(content)
    (own_machine / "key").chmod(0o600)
    with pytest.raises(BespokeError, match="is no key of bespoke"):
        machine.seal("x", b"")


def test_where_links_cannot_be_refused_a_key_is_still_made_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an attack: Windows has no flag that refuses a link."""
    monkeypatch.delattr(os, "O_NOFOLLOW", raising=False)
    assert machine.seal("x", b"") == machine.seal("x", b"")


def test_where_files_have_one_name_only_a_key_is_still_made_and_kept(
    own_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an attack: the file system knows no links, and two processes want the first key."""

    def refused(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    first = machine.seal("x", b"")
    machine._make(own_machine / "key")  # as a second process that found none a moment ago
    assert machine.seal("x", b"") == first
    assert [path.name for path in own_machine.iterdir()] == ["key"]


# --- versions that were handed over -------------------------------------------------------------------


@pytest.fixture
def issue(sealed: Path) -> Path:
    """The folder of version 1.0 of the report, which advised 100 a month."""
    (sealed / issued.ADVICE).write_text("{}")
    stand = issued.Stand("risk_memo", "Risk memos", "Leave it", "Leave it", 100.0, 100.0, 0.0, "")
    issued.store(sealed, issued.Issue("1.0", 1, "2026-11-20", "x", stands=(stand,)))
    assert [one.version for one in issued.issues(sealed)] == ["1.0"]
    return sealed / "issued" / "1.0"


def spoof(issue: Path, how: str) -> None:
    record = json.loads((issue / issued.RECORD).read_text())
    if how == "an amount":
        record["stands"][0]["monthly"] = 5.0
    elif how == "no seal":
        del record["seal"]
    elif how == "another client":
        record["seal"] = machine.seal(machine.report_of("other"), machine.spelled({**record, "seal": ""}))
    elif how == "another number":
        issue.rename(issue.with_name("2.0"))
        issue = issue.with_name("2.0")
        record["version"] = "2.0"
    (issue / issued.RECORD).write_text(json.dumps(record))
    if how == "the advice":
        (issue / issued.ADVICE).write_text(f'{{"result": "{CANARY}"}}')
    if how == "a link":
        (issue / issued.RECORD).rename(issue.parent.parent / "elsewhere.json")
        (issue / issued.RECORD).symlink_to(issue.parent.parent / "elsewhere.json")


@pytest.mark.parametrize(
    "how", ["an amount", "no seal", "another client", "another number", "the advice", "a link"]
)
def test_a_spoofed_version_is_refused_in_one_line(sealed: Path, issue: Path, client: Path, how: str) -> None:
    """The record of a version that was handed over says something else than was handed over."""
    spoof(issue, how)
    with pytest.raises(BespokeError) as refused:
        issued.issues(sealed)
    assert len(refused.value.problems) == 1
    assert str(refused.value).startswith("issued/")
    assert CANARY not in str(refused.value)
    code, said = verify(sealed)
    assert (code, said.count("\n")) == (1, 1), said
    options = RunOptions(client.parent, sealed.parent)
    folder = next((sealed / "issued").iterdir())
    with pytest.raises(BespokeError, match=r"issue|advice|record"):
        list(compare_reports(CLIENT, str(folder), "2026-11-20", options))


def test_ones_own_version_of_another_machine_is_taken_over_after_a_look(sealed: Path, issue: Path) -> None:
    """Not an attack: a report folder that came along from the machine before."""
    spoof(issue, "no seal")
    options = [
        "trust",
        CLIENT,
        "--issued",
        "--reports",
        str(sealed.parent),
        "--client-data",
        str(sealed.parent),
    ]
    done = CliRunner().invoke(bespoke, options)
    assert done.output == f"{CLIENT}: version 1.0, as of 2026-11-20: 1 tasks, 100 a month advised\n"
    assert [one.version for one in issued.issues(sealed)] == ["1.0"]


@pytest.mark.parametrize("what", ["a result", "the manifest"])
def test_a_forged_report_is_not_compared(sealed: Path, client: Path, what: str) -> None:
    """Two reports are compared, and one of them was changed since."""
    (sealed / issued.ADVICE).write_text("{}")
    if what == "the manifest":
        forged(sealed, NAMES[0])
    else:
        found = manifests.proven(sealed)
        found.notebooks["01_task_audit"].outputs[issued.ADVICE] = digest(sealed / issued.ADVICE)
        found.write(sealed)
        (sealed / issued.ADVICE).write_text(CANARY)
    with pytest.raises(BespokeError, match="changed since") as refused:
        list(compare_reports(CLIENT, str(sealed), "2026-11-20", RunOptions(client.parent, sealed.parent)))
    assert CANARY not in str(refused.value)
