"""Whether a report folder is as this machine's last run left it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke import machine
from bespoke.errors import BespokeError
from bespoke.keys import digest
from bespoke.runner import proof
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.manifest import Manifest, NotebookRun

FILES = ("notebooks/01.ipynb", "results/01.json", "report.pdf", "report.docx")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A report of four files, sealed."""
    monkeypatch.setenv(machine.HOME, str(tmp_path / "home"))
    made = tmp_path / "reports" / "acme"
    for name in FILES:
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(name)
    outputs, results, report, office = ({name: digest(made / name)} for name in FILES)
    run = NotebookRun("k", outputs={**outputs, **results})
    Manifest("acme", "2026-11-20", notebooks={"01": run}, report=report, office=office).write(made)
    return made


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in proof.verify(folder)]


def test_an_untouched_report_is_told_with_its_files_and_another_with_its_problems(folder: Path) -> None:
    assert told(folder) == []
    reports = folder.parent
    line = "acme: 4 files are as the run of this machine wrote them"
    assert list(proof.lines(reports, ["acme"])) == [(line, True)]
    (folder / "extra.txt").write_text("x")
    warning = "acme/extra.txt: was not made by the run: nobody vouches for it (warning)"
    assert list(proof.lines(reports, ["acme"])) == [(warning, True), (line, True)]
    (folder / "report.pdf").write_text("changed")
    changed = "acme/report.pdf: was changed since the run that made it"
    assert list(proof.lines(reports, ["acme"])) == [(changed, False), (warning, True)]
    with pytest.raises(BespokeError):
        list(proof.lines(reports, ["../acme"]))
    (told_of_none,) = proof.lines(reports, ["borealis"])
    assert told_of_none[1] is False
    assert told_of_none[0].startswith("borealis/manifest.json: is not there")


def test_a_file_that_is_gone_or_a_link_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "results/01.json").unlink()
    (tmp_path / "same").write_text("report.pdf")
    (folder / "report.pdf").unlink()
    (folder / "report.pdf").symlink_to(tmp_path / "same")
    missing = "is missing or no ordinary file"
    assert told(folder) == [f"acme/report.pdf: {missing}", f"acme/results/01.json: {missing}"]


def test_what_a_run_leaves_besides_is_no_stranger(folder: Path) -> None:
    for name in ("problems.txt", "notebooks/01.failed.ipynb", "notebooks/01.edited-1.ipynb", ".lock",
    "as_of/2027-01-02/x",
                 "issued/1.0/y"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / "empty").mkdir()
    assert list(proof._strangers(folder, manifests.proven(folder))) == []


def test_a_report_is_rendered_from_what_the_run_made_and_not_where_that_was_changed(folder: Path) -> None:
    found = manifests.proven(folder)
    for name in ("report.pdf", "report.docx"):
        (folder / name).write_text("edited in Word")
    proof.require(folder, found)
    (folder / "results/01.json").write_text("changed")
    with pytest.raises(BespokeError) as raised:
        proof.require(folder, found)
    assert str(raised.value).splitlines() == [
        "acme/results/01.json: was changed since the run that made it",
        "acme: nothing was rendered; `bespoke run acme` makes it again and keeps an edited notebook beside it",
    ]


def test_reports_are_found_by_their_manifests(folder: Path, tmp_path: Path) -> None:
    assert proof.reported(folder.parent) == ["acme"]
    with pytest.raises(BespokeError, match="there is no report to verify"):
        proof.reported(tmp_path / "none")


def test_a_manifest_is_ours_by_its_seal_and_its_client(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = manifests.read(folder)
    assert found is not None
    assert sorted(found.files) == sorted(FILES)
    assert manifests.client_of(folder / "as_of" / "2027-01-02") == "acme"
    assert manifests.client_of(folder) == "acme"
    copy = tmp_path / "copy"
    folder.rename(copy)
    assert manifests.read(copy) is None
    assert manifests.read(copy, "acme") == manifests.unproven(copy) == found
    (copy / "manifest.json").write_text(
        (copy / "manifest.json").read_text().replace("2026-11-20", "2026-11-21")
    )
    assert manifests.read(copy, "acme") is None
    with pytest.raises(
        BespokeError, match=r"copy/manifest\.json: was sealed on another machine, or changed since"
    ):
        manifests.proven(copy, "acme")
    (copy / "manifest.json").write_text('{"client": "acme"}')
    with pytest.raises(
        BespokeError, match=r"has no seal of this machine; `bespoke run copy` makes the report"
    ):
        manifests.proven(copy, "acme")
    assert manifests.unproven(copy) is None


def test_the_program_that_made_a_report_is_its_code_and_the_versions_beside_it() -> None:
    one = Manifest("acme", "2026-11-20", code="c", versions={"a": "1", "b": "2"})
    assert one.made_by == Manifest("other", "x", code="c", versions={"b": "2", "a": "1"}).made_by
    assert one.made_by != Manifest("acme", "2026-11-20", code="d", versions={"a": "1", "b": "2"}).made_by
    assert one.made_by != Manifest("acme", "2026-11-20", code="c", versions={"a": "1"}).made_by
