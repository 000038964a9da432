"""Parameters of the command line: checked against the notebooks' own cells before any kernel starts."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from bespoke.errors import BespokeError
from bespoke.runner import parameters
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("drws=5", "-p drws: no notebook has this parameter; did you mean draws?"),
        ("draws=many", "-p draws: 'many' is not a whole number"),
        ("draws=-5", "-p draws: must be at least 1, not -5"),
        ("draws=0", "-p draws: must be at least 1, not 0"),
        ("seed=-1", "-p seed: must be at least 0, not -1"),
        ("draws", "-p draws: write it as NAME=VALUE"),
        ("client=x", "-p client: set by the run itself; use the command's own options"),
    ],
)
def test_wrong_parameters_stop_before_any_kernel(assignment: str, message: str) -> None:
    with pytest.raises(BespokeError) as caught:
        parameters.parse([assignment], NOTEBOOKS)
    assert str(caught.value).startswith(message)


def test_a_parameter_reaches_every_notebook_that_has_it_typed() -> None:
    parsed = parameters.parse(["draws=500"], NOTEBOOKS)
    assert {stem for stem, values in parsed.items() if values} == {"06_cost_model", "07_timeline"}
    assert parsed["06_cost_model"]["draws"] == 500


def test_values_have_the_type_that_the_notebook_declares(tmp_path: Path) -> None:
    source = "client: str = ''\nquick: bool = False\nshare: float = 0.5\nname: str = 'x'\nshift: int = -1\nplain = 3"
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("plain = 4"), cell]), path)
    bare = tmp_path / "bare.ipynb"
    nbformat.write(nbformat.v4.new_notebook(), bare)
    assert [p.name for p in parameters.parameters_of(path)] == ["client", "quick", "share", "name", "shift"]

    def parsed(*assignments: str) -> dict[str, object]:
        found = parameters.parse(assignments, [path, bare])
        assert found["bare"] == {}
        return dict(found["own"])

    given = (
        "quick=True",
        "share=1e-3",
        "name=a=b",
        "shift=-7",
    )  # a negative default: any whole number will do
    assert parsed(*given) == {"quick": True, "share": 0.001, "name": "a=b", "shift": -7}
    assert parsed("quick=false", "quick=true") == {"quick": True}  # the last one counts
    assert parsed("quick=FALSE")["quick"] is False
    for assignment, wanted in (("quick=yes", "true or false"), ("share=half", "a number")):
        with pytest.raises(BespokeError, match=f"^-p {assignment.replace('=', ': .')}. is not {wanted}$"):
            parsed(assignment)
    with pytest.raises(
        BespokeError, match=r"^-p rounds: no notebook has this parameter; there are name, quick, sh"
    ):
        parsed("rounds=1")
