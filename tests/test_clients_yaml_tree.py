"""YAML as a tree with the line of each key; what is no plain mapping, list or value is a problem at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.clients.files import ClientFile
from bespoke.clients.records import Key, Leaf
from bespoke.clients.yaml_tree import DEEPEST, Tree, read_tree


def read(text: str) -> tuple[Tree | None, list[str]]:
    source = ClientFile(Path("acme"), Path("acme/x.yaml"), "acme/x.yaml")
    return read_tree(source, text), [str(problem) for problem in source.problems]


TEXT = """\
# a comment
client: Acme
access:
  gpu_hosting: 'no'
  places:
    - eu
    - {name: us, when: }
"""


def tree(text: str = TEXT) -> Tree:
    found, said = read(text)
    assert found is not None
    assert said == []
    return found


def test_a_document_is_mappings_lists_and_values_as_they_are_written() -> None:
    assert tree().value == {
        "client": Leaf("Acme", False),
        "access": {
            "gpu_hosting": Leaf("no", True),
            "places": [Leaf("eu", False), {"name": Leaf("us", False), "when": Leaf("", False)}],
        },
    }


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ((), 2),
        (("client",), 2),
        (("access",), 3),
        (("access", "gpu_hosting"), 4),
        (("access", "places", 0), 6),
        (("access", "places", 1, "name"), 7),
        (("access", "places", 1, "unit"), 7),  # not there: where it would stand
        (("access", "residency", 0, "name"), 3),
        (("start", "day"), 2),
    ],
)
def test_a_key_has_its_line_or_that_of_the_nearest_above_it(key: Key, line: int) -> None:
    assert tree().line(key) == line


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_document_has_its_problems_in_the_first_line(text: str) -> None:
    found = tree(text)
    assert (found.value, found.line(()), found.line(("a", "b"))) == (None, 1, 1)


def test_a_problem_of_a_key_names_line_and_place() -> None:
    found = tree()
    found.say(("access", "places", 1, "unit"), "is missing")
    found.say(("client",), "is odd", warning=True)
    assert [str(problem) for problem in found.source.problems] == [
        "acme/x.yaml:7: access.places[1].unit: is missing",
        "acme/x.yaml:2: client: is odd (warning)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n---\nb: 2\n", "acme/x.yaml:2: a second document starts here (---); keep one"),
        ("a: 1\n? [x, y]\n: 2\n", "acme/x.yaml:2: a key is a mapping or a list; write a plain name"),
        ("[" * 12 + "1" + "]" * 12, ""),
        ("\n" + "[" * 13 + "1" + "]" * 13, f"acme/x.yaml:2: is nested more than {DEEPEST} levels deep"),
        ("a: 1\nb:\n\tc: 2\n\td: 3\n", "acme/x.yaml:3: is indented with a tab; indent with spaces"),
        ("a: 1\nb: \x07\n", "acme/x.yaml:2: character U+0007 is not allowed in YAML; delete it"),
        ("a: 'x\n", "acme/x.yaml:2: is not YAML at place 1 of the line: "),
        ("a: b: c\n", "acme/x.yaml:1: is not YAML at place 5 of the line: "),
        ('a: "\\UFFFFFFFF"\n', "acme/x.yaml: is not YAML: "),
    ],
)
def test_a_document_that_cannot_be_read_is_none_with_the_first_reason(text: str, said: str) -> None:
    found, problems = read(text)
    assert (found is None) is bool(said)
    assert [problem[: len(said)] for problem in problems[:1]] == ([said] if said else [])


def test_every_line_with_a_tab_is_named() -> None:
    assert read("a:\n\tb: 1\n\tc: 2\n") == (None, [
        f"acme/x.yaml:{row}: is indented with a tab; indent with spaces" for row in (2, 3)
    ])  # fmt: skip


def test_of_a_key_that_stands_twice_the_first_value_holds_and_all_of_them_are_named() -> None:
    found, said = read("a: 1\nb: {c: 1, c: 2}\na: {d: 3}\na: 4\n")
    assert found is not None
    assert found.value == {"a": Leaf("1", False), "b": {"c": Leaf("1", False)}}
    assert said == [
        "acme/x.yaml:2: b.c: key stands in line 2 already; keep one",
        "acme/x.yaml:3: a: key stands in line 1 already; keep one",
        "acme/x.yaml:4: a: key stands in line 1 already; keep one",
    ]


def test_what_refers_or_converts_is_named_and_the_rest_is_read() -> None:
    found, said = read("a: &x 1\nb: *x\nc: !!python/name:os 2\nd: !mine {e: 1}\n")
    assert found is not None
    assert found.value == {
        "a": Leaf("1", False), "b": Leaf("", False), "c": Leaf("2", False), "d": {"e": Leaf("1", False)}
    }  # fmt: skip
    assert said == [
        "acme/x.yaml:2: *x refers to another place; write the value itself",
        "acme/x.yaml:3: the tag tag:yaml.org,2002:python/name:os is not used here; write the plain value",
        "acme/x.yaml:4: the tag !mine is not used here; write the plain value",
    ]
