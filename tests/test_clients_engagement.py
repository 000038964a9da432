"""engagement.yaml and prices.yaml: one thing wrong, the exact line that says so."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bespoke.clients import check, load
from bespoke.paths import templates
from tests.png_files import png

TEXT = (templates() / "client" / "engagement.yaml").read_text(encoding="utf-8").replace("EXAMPLE: ", "")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    shutil.copy(templates() / "client" / "tasks.csv", folder)
    (folder / "engagement.yaml").write_text(TEXT, encoding="utf-8")
    return folder


def lines(root: Path) -> list[str]:
    return [
        str(problem) for problem in check(root.parent, root.name) if "template's example" not in str(problem)
    ]


def line_of(text: str, start: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if line.strip().startswith(start))


def test_a_brand_colour_too_pale_for_text_is_told_of_and_stops_nothing(root: Path) -> None:
    """#FFD200 on white has contrast 1.5, WCAG AA asks for 4.5; the report darkens it and says so here."""
    path = root / "engagement.yaml"
    path.write_text(TEXT.replace('accent: "#1F4E79"', 'accent: "#FFD200"'), encoding="utf-8")
    said = [problem for problem in check(root.parent, root.name) if problem.column == "branding.accent"]
    assert [problem.warning for problem in said] == [True]
    assert said[0].message.startswith(
        "#ffd200 has contrast 1.5 with white, text needs 4.5 (WCAG AA): the report darkens it to #"
    )
    assert load(root.parent, root.name).engagement.branding.accent == "#FFD200"


# (what stands in the template, what takes its place, the key's start in the new text, the rest of the line)
KEYS = [
    ("as_of: 2026-11-20", "as_of: 20/11/2026", "as_of", 'as_of: "20/11/2026" is not a date; write it as YYYY-MM-DD, such as 2026-11-20'),
    ("as_of: 2026-11-20", "as_of: 2026-02-30", "as_of", 'as_of: "2026-02-30" is not a day of the calendar; write it as YYYY-MM-DD'),
    ("as_of: 2026-11-20", 'as_of: "2026-11-20"', "as_of", 'as_of: "2026-11-20" is text because of its quotes; write it without them'),
    ("as_of: 2026-11-20", "as_of: 1999-01-01", "as_of", 'as_of: "1999-01-01" is out of range; must be a date as YYYY-MM-DD from 2020-01-01 to 2100-12-31'),
    ("as_of: 2026-11-20", "as_of:", "as_of", "as_of: is empty; must be a date as YYYY-MM-DD from 2020-01-01 to 2100-12-31"),
    ("start: 2026-11-23", "start: 2026-11-01", "start", "start: 2026-11-01 is before as_of 2026-11-20; the plan then starts in the past (warning)"),
    ("prepared_by:", "prepared_for:", "prepared_for", "prepared_for: unknown key; nearest: prepared_by"),
    ("currency: USD", "currency: usd", "currency", 'currency: "usd" is not a currency code such as USD'),
    ("country: US", "country: USA", "country", 'country: "USA" is not a two-letter country code such as US'),
    ("residency: []", "residency: eu", "residency", 'residency: must be a list, not "eu"; write [eu]'),
    ("aws_bedrock: null", "aws_bedrok: null", "aws_bedrok", "access.aws_bedrok: unknown key; nearest: aws_bedrock"),
    ("aws_bedrock: null", "aws_bedrock: yes", "aws_bedrock", 'access.aws_bedrock: "yes" is not true or false; write true'),
    ("consultant_day: 1500", "consultant_day: 1,500", "consultant_day", 'rates.consultant_day: "1,500" has a thousands separator; write 1500'),
    ("consultant_day: 1500", "consultant_day: 0", "consultant_day", 'rates.consultant_day: "0" is out of range; must be a number above 0 and at most 1000000'),
    ("consultant_day: 1500", 'consultant_day: "1500"', "consultant_day", 'rates.consultant_day: "1500" is text because of its quotes; write it without them'),
    ("annotators: 2", "annotators: two", "annotators", 'annotation.annotators: "two" is not a number; must be a whole number from 1 to 10000'),
    ("annotators: 2", "annotators: [2]", "annotators", "annotation.annotators: must be a whole number from 1 to 10000, not a list"),
    ("code_set: null", "code_set: codes.txt", "code_set", 'evaluation.code_set: "codes.txt" must be the path of a file in evaluation/, such as evaluation/icd10cm-order-2027.txt'),
    ("code_set: null", "code_set: ../icd10cm-order-2027.txt", "code_set", 'evaluation.code_set: "../icd10cm-order-2027.txt" must be the path of a file in evaluation/, such as evaluation/icd10cm-order-2027.txt'),
    ("budget_usd: 0", "budget_usd: -5", "budget_usd", 'evaluation.budget_usd: "-5" is out of range; must be a number from 0 to 10000000'),
    ('accent: "#1F4E79"', "accent: blue", "accent", 'branding.accent: "blue" is not a colour in quotes such as "#1F4E79"'),
    ('accent: "#1F4E79"', "accent: #1F4E79", "accent", 'branding.accent: is empty; must be a colour in quotes such as "#1F4E79"'),
    ("logo: null", "logo: ../logo.svg", "logo", 'branding.logo: "../logo.svg" must be the path of a file inside the client folder'),
    ("logo: null", "logo: /etc/logo.svg", "logo", 'branding.logo: "/etc/logo.svg" must be the path of a file inside the client folder'),
    ("logo: null", "logo: logo.svg", "logo", 'branding.logo: "logo.svg" cannot be read: No such file or directory'),
    ("logo: null", "logo: tasks.csv", "logo", 'branding.logo: "tasks.csv" must end in .svg or .png'),
    ("fonts: []", "fonts: [a.otf]", "fonts", 'fonts[0]: "a.otf" cannot be read: No such file or directory'),
    ("language: en", "language: fr", "language", 'language: "fr" is not one of en, de, es'),
    ("thresholds: {}", "thresholds: {min_test_case: 10}", "thresholds", "thresholds.min_test_case: unknown threshold; nearest: min_test_cases; `bespoke facts` lists them"),
    ("thresholds: {}", "thresholds: {min_test_cases: many}", "thresholds", 'thresholds.min_test_cases: "many" is not a number; must be a number'),
    ("thresholds: {}", "paper: a5", "paper: a5", "paper: key stands in line 56 already; keep one"),
    ("thresholds: {}", "extra: &x {a: 1}\nthresholds: *x", "thresholds", "*x refers to another place; write the value itself"),
    ("thresholds: {}", "thresholds: !!python/object:os.system {}", "thresholds", "the tag tag:yaml.org,2002:python/object:os.system is not used here; write the plain value"),
    ("thresholds: {}", "\tthresholds: {}", "thresholds", "is indented with a tab; indent with spaces"),
    ("thresholds: {}", "---\na: 1", "---", "a second document starts here (---); keep one"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "start", "rest"), KEYS)
def test_a_wrong_key(root: Path, before: str, after: str, start: str, rest: str) -> None:
    assert before in TEXT
    text = TEXT.replace(before, after, 1)
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    assert f"acme/engagement.yaml:{line_of(text, start)}: {rest}" in lines(root)


def test_a_filled_in_template_has_no_problems(root: Path) -> None:
    assert lines(root) == []


def test_malformed_yaml_names_line_and_place(root: Path) -> None:
    text = TEXT.replace("residency: []", "residency: [us, eu")
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    (problem,) = lines(root)
    row = line_of(text, "agreements:")  # the bracket is missed where the next key begins
    assert problem.startswith(f"acme/engagement.yaml:{row}: is not YAML at place ")


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "12"])
def test_a_document_that_is_no_mapping(root: Path, text: str) -> None:
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    (problem,) = lines(root)
    assert problem.startswith("acme/engagement.yaml:1: must be a mapping of client, prepared_by")


def test_an_alias_bomb_is_refused_at_once(root: Path) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
    )
    (root / "engagement.yaml").write_text(TEXT + bomb, encoding="utf-8")
    found = lines(root)
    assert sum("refers to another place" in line for line in found) == 29 * 9


def test_deep_nesting_is_refused(root: Path) -> None:
    (root / "engagement.yaml").write_text("client: " + "[" * 50_000, encoding="utf-8")
    assert lines(root) == ["acme/engagement.yaml:1: is nested more than 12 levels deep"]


def test_norway_is_a_country_and_its_answer_is_not_no(root: Path) -> None:
    (root / "engagement.yaml").write_text(TEXT.replace("country: US", "country: NO"), encoding="utf-8")
    assert lines(root) == []
    assert load(root.parent, "acme").engagement.country == "NO"


def test_unknown_country_and_subdivision(root: Path) -> None:
    row = line_of(TEXT, "country")
    (root / "engagement.yaml").write_text(TEXT.replace("country: US", "country: XQ"), encoding="utf-8")
    (problem,) = lines(root)
    assert problem.startswith(
        f'acme/engagement.yaml:{row}: country: "XQ" has no holiday calendar; use a two-letter'
    )
    text = TEXT.replace("country: US", "country: GB").replace("subdivision: null", "subdivision: CA")
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    assert lines(root) == [
        f'acme/engagement.yaml:{row + 1}: subdivision: "CA" has no holiday calendar in GB;'
        " must be one of ENG, NIR, SCT, WLS"
    ]


def test_answers_that_contradict_each_other(root: Path) -> None:
    text = TEXT
    for flag, answer in {
        "private_haiku_arrangement": "true",
        "distillation_authorised": "true",
        "aws_bedrock": "false",
        "anthropic_api": "false",
        "anthropic_enterprise": "false",
    }.items():
        text = text.replace(f"{flag}: null", f"{flag}: {answer}")
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    haiku, distillation = line_of(text, "private_haiku"), line_of(text, "distillation")
    assert lines(root) == [
        f"acme/engagement.yaml:{haiku}: access.private_haiku_arrangement: is true while aws_bedrock is false;"
        " the arrangement lives on Bedrock, so correct one of them",
        f"acme/engagement.yaml:{distillation}: access.distillation_authorised: is true while anthropic_api,"
        " anthropic_enterprise, aws_bedrock are all false; no Claude is left to distil from",
    ]


def test_unknown_is_not_no(root: Path) -> None:
    text = TEXT.replace("distillation_authorised: null", "distillation_authorised: true")
    (root / "engagement.yaml").write_text(text, encoding="utf-8")
    assert lines(root) == []


def test_a_logo_is_what_its_ending_says(root: Path) -> None:
    (root / "engagement.yaml").write_text(TEXT.replace("logo: null", "logo: logo.png"), encoding="utf-8")
    (root / "logo.png").write_bytes(png(3, 2))
    assert lines(root) == []
    (root / "logo.png").write_bytes(b"<svg/>")
    row = line_of(TEXT, "logo")
    assert lines(root) == [
        f'acme/engagement.yaml:{row}: branding.logo: "logo.png" is not a PNG file; put the real file there'
    ]


PRICE = """claude-haiku-4-5.input:
  value: 0.90
  unit: USD per million tokens
  source: order form
  read_on: 2026-11-20
"""


def test_a_negotiated_price_is_read(root: Path) -> None:
    (root / "prices.yaml").write_text(PRICE, encoding="utf-8")
    assert lines(root) == []
    prices = load(root.parent, "acme").prices
    assert prices is not None
    assert str(prices["claude-haiku-4-5.input"].value) == "0.90"


PRICES = [
    ("  unit: USD per million tokens\n", "", "1: claude-haiku-4-5.input.unit: is missing; must be a unit such as USD per million tokens"),
    ("  source: order form\n", "", "1: claude-haiku-4-5.input.source: is missing; must be the contract or page it was read in"),
    ("haiku-4-5.input", "haiku-4-5.inputs", "1: claude-haiku-4-5.inputs: unknown price; nearest: claude-haiku-4-5.input"),
    ("0.90", "-1", '2: claude-haiku-4-5.input.value: "-1" is out of range; must be a number from 0 to 1000000000'),
    ("USD per million tokens", "USD per token", '3: claude-haiku-4-5.input.unit: "USD per token" is not the unit of this price; state it in USD per million tokens'),
    # Published: 1 USD per million tokens of input. 0.0099 and 100.1 are more than 100 times off, 0.01 and 100 are not.
    ("0.90", "0.0099", "2: claude-haiku-4-5.input.value: 0.0099 is more than 100 times off the published 1 USD per million tokens; check the unit (warning)"),
    ("0.90", "100.1", "2: claude-haiku-4-5.input.value: 100.1 is more than 100 times off the published 1 USD per million tokens; check the unit (warning)"),
    ("0.90", "0.01", None),
    ("0.90", "100", None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line"), PRICES)
def test_a_wrong_price(root: Path, before: str, after: str, line: str | None) -> None:
    assert before in PRICE
    (root / "prices.yaml").write_text(PRICE.replace(before, after, 1), encoding="utf-8")
    assert lines(root) == ([] if line is None else [f"acme/prices.yaml:{line}"])
