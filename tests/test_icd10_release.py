"""Another release of the code set: read from an order file, checked by line, and used throughout the chapter."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bespoke import clients, show
from bespoke.chapters.icd10_evaluation import compute
from bespoke.chapters.icd10_evaluation.note_answers import offline_rungs
from bespoke.chapters.icd10_evaluation.validity import validity
from bespoke.clients.schema import Client, Fields, Note
from bespoke.errors import BespokeError
from bespoke.exhibits import icd10_evaluation as exhibit
from bespoke.facts import icd10_release
from bespoke.facts.icd10 import PINNED, TABLE, CodeSet, code_set, packed
from bespoke.facts.icd10_codes import COLUMNS
from bespoke.facts.icd10_release import main, named_release, read_release
from bespoke.facts.icd10_retired import successors
from bespoke.facts.reader import Facts
from bespoke.paths import PACKAGE

EXAMPLES = PACKAGE.parent / "client_data"
SMALL = [
    ("A00", 0, "Cholera"),
    ("A000", 1, "Cholera due to Vibrio cholerae 01, biovar cholerae"),
    ("A009", 1, "Cholera, unspecified"),
    ("T670", 0, "Heatstroke and sunstroke"),
    ("T6701", 0, "Heatstroke and sunstroke"),
    ("T67", 0, "Effects of heat and light"),
    ("T6701XA", 1, "Heatstroke and sunstroke, initial encounter"),
]


def order(rows: list[tuple[str, int, str]]) -> str:
    """Columns 1-5 number, 7-13 code, 15 header flag, 17-76 short and 78- long description."""
    lines = (
        f"{i:05d} {c:<7} {flag} {text[:60]:<60} {text}\n" for i, (c, flag, text) in enumerate(rows, start=1)
    )
    return "".join(lines)


def file(folder: Path, text: str, name: str = "icd10cm-order-2027.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def released(rows: dict[str, tuple[int, str]], folder: Path, name: str = "icd10cm-order-2027.txt") -> CodeSet:
    text = order([(code.replace(".", ""), flag, words) for code, (flag, words) in rows.items()])
    return code_set(named_release(file(folder, text, name)))


@pytest.fixture(scope="module")
def rows() -> dict[str, tuple[int, str]]:
    """The pinned release as an order file has it."""
    return {c.code: (int(c.billable), c.description) for c in code_set().codes.values()}


@pytest.fixture(scope="module")
def next_year(rows: dict[str, tuple[int, str]], tmp_path_factory: pytest.TempPathFactory) -> CodeSet:
    """The pinned release without I10 and with E03.9 split in two."""
    changed = {code: row for code, row in rows.items() if code != "I10"}
    changed["E03.9"] = (0, "Hypothyroidism, unspecified")
    changed["E03.91"] = (1, "Hypothyroidism, unspecified, of the mother")
    changed["E03.99"] = (1, "Hypothyroidism, unspecified, other")
    return released(changed, tmp_path_factory.mktemp("next"))


def test_a_small_order_file(tmp_path: Path) -> None:
    found = code_set(named_release(file(tmp_path, order(SMALL))))
    assert [*found.codes] == ["A00", "A00.0", "A00.9", "T67", "T67.0", "T67.01", "T67.01XA"]
    assert found.ancestors("t6701xa") == ("T67.01XA", "T67.01", "T67.0", "T67")
    assert (found.chapter("A00.0"), found.chapter("T67.01XA")) == ("1", "19")
    assert [code.code for code in found.billable] == ["A00.0", "A00.9", "T67.01XA"]
    assert found.codes["A00.0"].inclusion_terms == "Classical cholera"  # as the pinned release has it
    assert (found.release.name, found.release.since) == ("ICD-10-CM FY2027", date(2026, 10, 1))


def test_the_whole_pinned_release_comes_back_from_its_order_file(
    rows: dict[str, tuple[int, str]], tmp_path: Path
) -> None:
    found = released(rows, tmp_path)
    assert found.codes == code_set().codes  # parents, chapters and terms included
    assert [*found.codes] == [*code_set().codes]


@pytest.mark.parametrize(
    ("name", "release", "since"),
    [
        ("icd10cm-order-2027.txt", "ICD-10-CM FY2027", date(2026, 10, 1)),
        ("icd10cm_order_2022.txt", "ICD-10-CM FY2022", date(2021, 10, 1)),
        ("ICD10CM-Order-2025.TXT", "ICD-10-CM FY2025", date(2024, 10, 1)),
        ("icd10cm-order-April-1-2026.txt", "ICD-10-CM FY2026, April 2026 update", date(2026, 4, 1)),
        ("icd10cm-order-Jan-2021.txt", "ICD-10-CM FY2021, January 2021 update", date(2021, 1, 1)),
        ("icd10cm-2027.tsv.gz", "ICD-10-CM FY2027", date(2026, 10, 1)),
    ],
)
def test_the_name_says_which_release_it_is(name: str, release: str, since: date) -> None:
    found = named_release(Path(name))
    assert (found.name, found.since) == (release, since)
    assert (PINNED.fiscal_year, named_release(Path("icd10cm-order-2027.txt")).fiscal_year) == (2026, 2027)


@pytest.mark.parametrize(
    "name", ["order.txt", "icd10cm.tsv", "icd10cm-order-2027.csv", "icd10cm-order-12027.txt"]
)
def test_a_name_that_does_not_say_is_refused(name: str) -> None:
    with pytest.raises(BespokeError):
        named_release(Path(name))


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            replaced("00003 A009    1 ", "00003 A009      "),
            ":3: is no line of an order file: number, code, 0 or 1,",
        ),
        (replaced("A009 ", "a009 "), ":3: is no line of an order file"),
        (replaced("00002 A000", "00002 A009"), ":3: A00.9 stands on line 2 already"),
        (replaced("A000 ", "AA00 "), ":2: AA0.0 does not have the form of an ICD-10-CM code"),
        (replaced("T67     0", "T68     0"), ":4: T67.0 has no category T67 in this file; is it whole?"),
        (replaced("T6701   0", "T6701   1"), ":5: T67.01 is billable, yet line 7 has T67.01XA below it"),
        (lambda text: text[:150], ":2: is no line of an order file"),
        (replaced("1 Cholera", "0 Cholera"), "holds no billable code"),
        (lambda _: "", "holds no billable code"),
        (lambda _: "code,description\nA00,Cholera\n", ":1: is no line of an order file"),
    ],
)
def test_a_faulty_file_is_told_by_its_line(tmp_path: Path, spoil: Callable[[str], str], message: str) -> None:
    rows = SMALL if "no billable" not in message else SMALL[:3]
    with pytest.raises(BespokeError) as caught:
        read_release(file(tmp_path, spoil(order(rows))))
    assert str(caught.value).startswith("icd10cm-order-2027.txt")
    assert message in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_file_in_another_encoding_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "icd10cm-order-2027.txt"
    path.write_bytes(order(SMALL).replace("Cholera, unspecified", "Ménière").encode("latin-1"))
    with pytest.raises(BespokeError, match=r"2027\.txt:3: is not UTF-8"):
        read_release(path)


def test_an_order_file_becomes_a_table_of_ours_and_nothing_is_overwritten(tmp_path: Path) -> None:
    source, target = file(tmp_path, order(SMALL)), tmp_path / "icd10cm-2027.tsv.gz"
    main([str(source), str(target)])
    assert read_release(target) == read_release(source)
    with pytest.raises(SystemExit, match="is there already"):
        main([str(source), str(target)])
    target.write_bytes(target.read_bytes()[:-20])
    with pytest.raises(BespokeError, match="not a whole gzip file"):
        read_release(target)
    assert packed(code_set()._lines.values()) == TABLE.read_bytes()
    plain = file(tmp_path, "\n".join(["code\tbillable\tparent\tchapter\tdescription\tinclusion_terms",
        "A00.0\t1\tA00\t1\tCholera\t"]), "icd10cm-2027.tsv")  # fmt: skip
    with pytest.raises(BespokeError, match=r"2027\.tsv:2: its parent A00 is not in the table"):
        read_release(plain)


def test_a_code_of_the_pinned_release_that_is_gone_is_retired(next_year: CodeSet) -> None:
    # I10 was deleted, E03.9 split; R51 was retired long before; E03.99 is new; Z99.999 never was
    found = validity([["I10", "E03.9", "E03.99", "R51", "Z99.999", "E11"]], next_year)
    assert (found.retired, found.invented, found.not_billable, found.billable, found.later) == (3, 1, 1, 1, 0)
    assert {r.code: (r.last_billable, r.successors) for r in found.retirements} == {
        "E03.9": ("FY2026", ("E03.91", "E03.99")),
        "I10": ("FY2026", ()),
        "R51": ("FY2019", ("R51.0", "R51.9")),
    }
    assert successors("I10", code_set()) == ()


def test_in_an_older_release_newer_codes_are_not_yet_there(
    rows: dict[str, tuple[int, str]], tmp_path: Path
) -> None:
    """FY2017 had no I21.A1 (it came for FY2018) and still had M54.5."""
    kept = {code: row for code, row in rows.items() if not code.startswith(("I21.A", "M54.5"))}
    older = released(kept | {"M54.5": (1, "Low back pain")}, tmp_path, "icd10cm_order_2017.txt")
    found = validity([["I21.A1", "M54.5", "Z99.999"]], older)
    assert (found.later, found.retired, found.invented, found.billable) == (1, 0, 1, 1)


def notes(*codes: str) -> tuple[Note, ...]:
    return tuple(
        Note(id=f"n{i}", text="Hypothyroidism of the mother. Cholera.", gold=Fields(diagnosis_icd10=(code,)))
        for i, code in enumerate(codes)
    )


def test_retrieval_searches_the_release_given(next_year: CodeSet) -> None:
    (ran,) = offline_rungs(notes("I10"), (), 1, next_year)
    assert "E03.91" in ran.answers[0].ranked
    (pinned,) = offline_rungs(notes("I10"), (), 1)
    assert "E03.91" not in pinned.answers[0].ranked


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(
        EXAMPLES / "meridian_health", tmp_path / "acme", ignore=shutil.ignore_patterns("dataset", "tuning")
    )
    engagement = tmp_path / "acme" / "engagement.yaml"
    text = engagement.read_text(encoding="utf-8")
    engagement.write_text(
        text.replace("evaluation:\n", "evaluation:\n  code_set: evaluation/icd10cm-order-2027.txt\n"),
        encoding="utf-8",
    )
    return tmp_path


def problems(root: Path) -> list[str]:
    return [str(problem) for problem in clients.check(root, "acme") if "icd10cm" in str(problem)]


def test_a_client_folder_names_its_release(root: Path, next_year: CodeSet) -> None:
    assert problems(root) == [
        "acme/evaluation/icd10cm-order-2027.txt: is not there; engagement.yaml names it as evaluation.code_set"
    ]
    target = root / "acme" / "evaluation" / "icd10cm-order-2027.txt"
    target.write_text(order(SMALL), encoding="utf-8")
    assert problems(root) == [
        "acme/evaluation/icd10cm-order-2027.txt: holds 3 billable codes; a whole release has more than 60000 (warning)"
    ]
    shutil.copy(next_year.release.path, target)
    found = clients.load(root, "acme")
    assert found.code_set is not None
    assert (found.code_set.name, found.code_set.path) == ("ICD-10-CM FY2027", target)
    assert any(
        '"I10" is not in ICD-10-CM FY2027; of the releases at hand FY2026 is the last' in str(p)
        for p in clients.check(root, "acme")
    )
    target.write_text(target.read_text(encoding="utf-8").replace("00007 ", "0007 "), encoding="utf-8")
    assert [line.split(": ")[0] for line in problems(root)] == ["acme/evaluation/icd10cm-order-2027.txt:7"]


def words(monkeypatch: pytest.MonkeyPatch, exhibits: list[Callable[[Any], None]], result: Any) -> str:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    for each in exhibits:
        each(result)
    return " ".join(str(block) for block in blocks).replace("\\", "")


def brief(client: Client) -> Client:
    """Few notes and nothing learnt: what a release changes shows all the same."""
    return dataclasses.replace(client, notes=(client.notes or ())[:6], train=None, predictions=None)


def test_the_chapter_scores_by_it_and_says_so(
    root: Path, next_year: CodeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(next_year.release.path, root / "acme" / "evaluation" / "icd10cm-order-2027.txt")
    client = brief(clients.load(root, "acme"))
    found = compute(client, Facts(as_of=date(2026, 11, 20)), resamples=50)
    assert found is not None
    assert (found.release, found.in_force, found.in_force_since) == (
        "ICD-10-CM FY2027",
        "ICD-10-CM FY2027",
        date(2026, 10, 1),
    )
    gold = [code for note in client.notes or () for code in note.gold.diagnosis_icd10]
    assert found.gold_validity.retired == sum(code in ("I10", "E03.9") for code in gold) > 0
    text = words(monkeypatch, [exhibit.setting, exhibit.validity_table], found)
    assert "ICD-10-CM FY2027" in text
    assert "has followed" not in text
    early = found.model_copy(
        update={"in_force": "ICD-10-CM FY2026, April 2026 update", "in_force_since": date(2026, 4, 1)}
    )
    assert "in force from 1 Oct 2026 only" in words(monkeypatch, [exhibit.setting], early)


def test_the_pinned_release_is_named_beside_the_one_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    client = brief(clients.load(EXAMPLES, "meridian_health"))
    assert client.code_set is None
    before, after = (
        compute(client, Facts(as_of=date(2026, *day)), resamples=50) for day in ((9, 30), (10, 1))
    )
    assert "has followed" not in words(monkeypatch, [exhibit.setting], before)
    assert "**ICD-10-CM FY2027** has followed on 1 Oct 2026" in words(monkeypatch, [exhibit.setting], after)


def test_a_stored_table_is_its_rows_under_a_header_and_says_neither_its_name_nor_the_time() -> None:
    stored = packed(["A00\tx", "A01\té"])
    assert gzip.decompress(stored).decode().splitlines() == ["\t".join(COLUMNS), "A00\tx", "A01\té"]
    assert stored[3:8] == bytes(5)  # RFC 1952: no flags (so no name), and a time of 0


def test_a_file_may_be_several_times_as_large_as_a_release_and_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A release takes 15 million bytes; a few kilobytes of gzip can stand for more than any memory holds."""
    assert 8 * 15_000_000 < icd10_release.LARGEST < 10 * 15_000_000
    monkeypatch.setattr(icd10_release, "LARGEST", 100)
    (tmp_path / "2027.txt").write_text("x" * 101)
    (tmp_path / "2027.tsv.gz").write_bytes(gzip.compress(b"x" * 101))
    for name in ("2027.txt", "2027.tsv.gz"):
        with pytest.raises(BespokeError, match=name):
            icd10_release._text(tmp_path / name)
    (tmp_path / "2027.txt").write_text("x" * 100)
    assert icd10_release._text(tmp_path / "2027.txt") == "x" * 100
