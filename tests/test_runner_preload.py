"""What is got ready before kernels are forked: only what is worth it, for these notebooks, a little at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bespoke.chapters.registry import chapter
from bespoke.runner.kernels import preload
from bespoke.runner.kernels.preload import (
    DEBUGGER,
    DRAWING,
    FIRST,
    KERNEL,
    NUMERIC,
    extras_for,
    prepare,
    steps,
)


@pytest.mark.parametrize(("coded", "extras"), [(0, ["drawing"]), (1, ["drawing"]), (2, ["drawing", "codes"])])
def test_the_codes_are_read_in_advance_for_several_clients_alone(
    tmp_path: Path, coded: int, extras: list[str]
) -> None:
    clients = [tmp_path / name for name in "abc"]
    for place, client in enumerate(clients):
        client.mkdir()
        if place < coded:
            (client / "evaluation").mkdir()
    assert extras_for(clients) == extras


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is imported and read, in its order; nothing of it is."""
    found: list[str] = []
    monkeypatch.setattr(preload, "_import", found.append)
    for name in ("_read_the_tables", "_read_the_prices", "_read_the_advice", "_read_the_codes", "_draw_once"):
        monkeypatch.setattr(preload, name, lambda name=name: found.append(name))
    return found


def test_a_kernel_and_what_all_notebooks_begin_with_come_first_and_no_debugger(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    def importing(name: str) -> None:
        done.append(name)
        if name == KERNEL[0]:
            assert sys.modules[DEBUGGER[0]] is None  # an import of it fails

    monkeypatch.setattr(preload, "_import", importing)
    prepare()
    assert done == [*KERNEL, *FIRST, *NUMERIC, "_read_the_tables"]


@pytest.mark.parametrize(
    ("extras", "more"),
    [
        ([], []),
        (["drawing"], [*DRAWING, "_draw_once"]),
        (["codes"], ["_read_the_codes"]),
        (["codes", "drawing"], [*DRAWING, "_draw_once", "_read_the_codes"]),
    ],
)
def test_the_rest_comes_in_steps_for_the_notebooks_that_will_run(
    done: list[str], extras: list[str], more: list[str]
) -> None:
    stem = "02_failure_modes"
    whole = ["_read_the_prices", "mistune", *chapter(stem).modules(), "_read_the_advice", *more]
    for count, step in enumerate(steps([stem], extras), start=1):
        assert step is True
        assert done == whole[:count]  # whoever wants a kernel waits for one of them
    assert done == whole


def test_a_module_that_is_not_there_is_the_notebooks_business_and_one_that_fails_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    preload._import("a_module_of_nobody")
    (tmp_path / "a_faulty_module.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ZeroDivisionError):
        preload._import("a_faulty_module")
