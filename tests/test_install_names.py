"""On the package index `bespoke` is another project, a trading library: no text of ours tells anyone to install it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
OURS = "bespoke-workbook"
# An install of something called bespoke: by pip, uv, pipx, conda or in a requirement with extras.
FOREIGN = re.compile(
    r"(?:\b(?:pip|pipx|uv|conda|mamba|poetry|uvx)\b[^\n`|]{0,60}?\b(?:install|add|run|uvx|download)\b[^\n`|]{0,60}?[\s\"'=(]"
    r"|(?<![\w.-])[\"'])bespoke(?:\[[\w,]+\]|(?=[\"'\s`)]*$)|==|>=)",
    re.MULTILINE,
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name]


def test_no_text_tells_to_install_the_foreign_package() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in FOREIGN.finditer(text):
            line = text.splitlines()[text.count("\n", 0, match.start())]
            if "install" in line or "bespoke[" in line:
                found.append(f"{path.relative_to(ROOT)}: {line.strip()}")
    assert found == []


def test_the_pattern_sees_what_it_is_for() -> None:
    for line in (
        'pip install "bespoke[aws]"', "pip install bespoke", "uv pip install bespoke==1", "pipx install bespoke",
        "install the extra: pip install 'bespoke[lora]'",
    ):  # fmt: skip
        assert FOREIGN.search(line), line
    for line in ('pip install "bespoke-workbook[aws]"', "pip install -e .", "bespoke run meridian_health"):
        assert not FOREIGN.search(line), line


def test_the_distribution_has_the_name_that_the_messages_give() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == OURS
    named = set()
    for path in tracked():
        if path.suffix == ".py" and path.is_relative_to(ROOT / "bespoke"):
            named |= set(re.findall(r"bespoke-workbook\[(\w+)\]", path.read_text(encoding="utf-8")))
    extras = project["optional-dependencies"]
    assert named == set(extras) - {"charts"}  # every extra is named where it is missed, and no other
    # What draws the charts of any notebook is told in the report itself: by package, in every language.
    phrases = yaml.safe_load((ROOT / "templates/report/phrases.yaml").read_text(encoding="utf-8"))
    packages = {re.split(r"[<>=~]", requirement)[0] for requirement in extras["charts"]}
    for remedy, package in (("remedy_plotly", "kaleido"), ("remedy_altair", "vl-convert-python")):
        assert package in packages
        assert all(package in text for text in phrases[remedy].values())
