"""What the report says of inputs nobody knows: the assumption, what it moves and how to replace it."""

from __future__ import annotations

from bespoke import show
from bespoke.clients.schema import Client
from bespoke.clients.unknown_inputs import OpenInput, open_inputs
from bespoke.show import columns
from bespoke.show.numbers import exact


def table(client: Client) -> None:
    """One row for every input that is unknown or a range; nothing where all are known."""
    rows = [
        (
            one.task_id,
            one.column,
            "within limits" if one.known_within else "no",
            _stands(one),
            one.moves,
            one.answer,
        )
        for one in open_inputs(client)
    ]
    if not rows:
        return
    show.text(
        "{n} inputs are not known, or only within limits. The report works with what stands here instead; each is a"
        " question to the client.",
        n=len(rows),
    )
    show.table(
        rows,
        label="tbl-sources-open",
        caption="Inputs that are not known: what stands in for them",
        columns=(
            *columns("code", task="Task", input="Input"),
            *columns(grade="Known?", stands="In its place", moves="What it moves", answer="How to find out"),
        ),
        source="the task list; ranges of the fact table assumed",
    )


def _stands(found: OpenInput) -> str:
    if found.limits is not None:
        low, high = map(exact, found.limits)
        if isinstance(found.value, (int, float)):
            return f"{low} to {high}, most likely {exact(found.value)}"
        return ""
    if found.value is None:
        return "nothing: the report cannot say"
    return found.value if isinstance(found.value, str) else exact(found.value)
