"""`bespoke import`: what is handed on of files and options, what is said at the end, and when nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from bespoke.clients import client_reader
from bespoke.errors import BespokeError
from bespoke.intake import (
    attribution,
    failing_sources,
    failure_import,
    import_commands,
    usage_import,
    usage_wording,
)
from bespoke.intake.formats import mapped

CLIENT = SimpleNamespace(tasks=(SimpleNamespace(task_id="t1"), SimpleNamespace(task_id="t2")))


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the import was given; `figures` are what it finds, `added` the rows of failures."""
    found: dict[str, Any] = {"figures": {"t1": "figures"}, "added": 3}

    def read(files: Any, client: Any, **more: Any) -> Any:
        found.update(more, files=files, client=client)
        return SimpleNamespace(figures=lambda: found["figures"])

    def write(client: Any, figures: Any) -> str:
        found["written"] = figures
        return "acme/usage.json"

    def failures(client: Any, files: Any, say: Any, **more: Any) -> int:
        found.update(more, files=files, client=client)
        return int(found["added"])

    for module, name, fake in (
        (client_reader, "load", lambda client_data, name: CLIENT),
        (usage_import, "read_usage_files", read), (usage_import, "write_usage", write),
        (usage_wording, "lines", lambda read, figures, client: ["a line"]),
        (attribution, "parse", lambda rules, tasks: (rules, tasks)),
        (mapped, "parse", lambda text: f"mapping {text}"), (failing_sources, "parse", lambda text: f"columns {text}"),
        (failure_import, "import_failures", failures),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, fake)
    return found


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Result]:
    log = tmp_path / "log.jsonl"
    log.touch()

    def run(name: str, *options: str) -> Result:
        return CliRunner().invoke(import_commands.imports, [name, str(log), *options], catch_exceptions=False)

    return run


def test_without_a_client_figures_are_shown_and_nothing_is_written(
    given: dict[str, Any], command: Callable[..., Result]
) -> None:
    assert command("usage", "--task", "x=tag:y").output.splitlines() == [
        "a line", "nothing was written: --client NAME writes the figures of its tasks"
    ]  # fmt: skip
    assert (given["client"], given["rules"], given["mapping"], given["form"]) == (
        None,
        (("x=tag:y",), ()),
        None,
        "",
    )
    assert (given["zone"], given["zone_name"]) == (ZoneInfo("UTC"), "UTC")
    assert "written" not in given


def test_the_figures_of_a_clients_tasks_are_written(
    given: dict[str, Any], command: Callable[..., Result]
) -> None:
    done = command(
        "usage", "--client", "acme", "--map", "time=at", "--format", "openai", "--timezone", "Europe/Berlin"
    )
    assert done.output.splitlines() == ["a line", "acme/usage.json: 1 tasks"]
    assert (given["client"], given["rules"]) == (CLIENT, ((), ["t1", "t2"]))
    assert (given["mapping"], given["form"], given["zone"]) == (
        "mapping time=at",
        "openai",
        ZoneInfo("Europe/Berlin"),
    )
    assert given["written"] == {"t1": "figures"}


def test_where_no_call_is_a_tasks_nothing_is_written(
    given: dict[str, Any], command: Callable[..., Result]
) -> None:
    given["figures"] = {}
    with pytest.raises(
        BespokeError, match=r"^log\.jsonl: no call was found to be a task's; nothing was written"
    ):
        command("usage", "--client", "acme")
    assert "written" not in given


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../etc/passwd", ""])
def test_another_word_for_a_time_zone_is_wrong_usage(
    given: dict[str, Any], command: Callable[..., Result], zone: str
) -> None:
    done = command("usage", "--timezone", zone)
    assert done.exit_code == 2
    assert "is no time zone; write one such as Europe/Berlin" in done.output


@pytest.mark.parametrize(
    ("options", "added", "end"),
    [
        ([], 3, "3 rows added; without their texts, which --texts imports"),
        (["--texts"], 3, "3 rows added"),
        ([], 0, "0 rows added"),
    ],
)
def test_failures_come_without_their_texts_unless_they_are_asked_for(
    given: dict[str, Any], command: Callable[..., Result], options: list[str], added: int, end: str
) -> None:
    given["added"] = added
    done = command("failures", "--client", "acme", "--map", "id=a", "--task", "t1=tag:x", *options)
    assert done.output == f"acme/failures.csv: {end}\n"
    assert (given["texts"], given["mapping"]) == (bool(options), "columns id=a")
    assert given["rules"] == (("t1=tag:x",), ["t1", "t2"])
