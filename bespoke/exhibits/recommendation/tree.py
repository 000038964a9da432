"""The questions that a task is asked in turn, and where each task leaves them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import fill
from typing import Any, NamedTuple

from bespoke import show
from bespoke.advice.plan import Step
from bespoke.chapters.recommendation import Recommendation
from bespoke.exhibits.display_names import listed
from bespoke.show.style import BAND, BLUE, INK, MUTED

CHEAPER = ("smaller_model", "cascade")


class _Exit(NamedTuple):
    """A question, and what a task does first that leaves the tree there."""

    question: str
    does: str
    leaves: Callable[[Step], bool]


EXITS = (
    _Exit(
        "Does something have to be there first: clean data, cases to measure on, failures read?", "Prepare or measure",
        lambda step: step.kind == "prepare",
    ),
    _Exit(
        "Is it short of its target, or must it leave its model or place, and can tests of days help?",
        "Test what is cheap and can be undone",
        lambda step: step.kind == "test" and step.route not in CHEAPER,
    ),
    _Exit(
        "Is no test open or left, and does a model of its own pay?", "Build a model of its own",
        lambda step: step.kind == "build",
    ),
    _Exit(
        "Do the same answers cost less with caching, batches or a smaller model?", "Save on the bill",
        lambda step: step.kind == "lever" or (step.kind == "test" and step.route in CHEAPER),
    ),
    _Exit("None of these", "Leave it as it is", lambda step: step.kind == "keep"),
)  # fmt: skip


class _Row(NamedTuple):
    question: str
    does: str
    tasks: tuple[str, ...]


def decision_tree(result: Recommendation) -> None:
    """Which question decides how each task begins."""
    rows = [
        _Row(one.question, one.does, tuple(t.name for t in result.tasks if one.leaves(t.plan.first)))
        for one in EXITS
    ]
    words = " ".join(
        f"{row.question} {row.does}: {listed(row.tasks) if row.tasks else 'no task'}." for row in rows
    )
    show.figure(
        _draw,
        rows,
        label="fig-advice-tree",
        caption="How each task begins: the first question that is answered with yes decides",
        alt=f"Decision tree, from the top. {words}",
        source="what the plan of each task does first",
    )


def _draw(rows: Sequence[_Row]) -> Any:
    figure, axes = show.new_figure(0.2 + 0.62 * len(rows))
    axes.set_axis_off()
    axes.set(xlim=(0, 100), ylim=(-len(rows) + 0.5, 0.5))
    for n, row in enumerate(rows):
        y, taken = -n, bool(row.tasks)
        colour = BLUE if taken else MUTED
        box = {"boxstyle": "round,pad=0.45", "fc": BAND, "ec": "none"}
        axes.text(1, y, fill(row.question, 46), va="center", color=INK, bbox=box, linespacing=1.15)
        if n + 1 < len(rows):
            axes.annotate(
                "", (4, y - 0.72), (4, y - 0.3), arrowprops={"arrowstyle": "->", "color": MUTED, "lw": 0.8}
            )
        axes.annotate(
            "",
            (53, y),
            (45, y),
            arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.2 if taken else 0.7},
        )
        tasks = fill(listed(row.tasks), 62) if taken else "no task"
        axes.text(54, y + 0.02, row.does, va="bottom", color=colour, weight="semibold" if taken else "normal")
        axes.text(54, y - 0.06, tasks, va="top", color=INK if taken else MUTED, linespacing=1.15)
    return figure
