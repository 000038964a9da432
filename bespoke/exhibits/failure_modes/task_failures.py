"""Which task fails with what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.chapters.failure_modes import FailureModes
from bespoke.exhibits.display_names import grouped
from bespoke.exhibits.figure_parts import count_map
from bespoke.show.style import FAMILY_NAME


def heat_map(result: FailureModes) -> None:
    """Task by family counts."""
    families = [row.family for row in result.families]
    tasks = list(result.by_task)
    words = [
        f"{result.task_names[task]}: " + ", ".join(f"{FAMILY_NAME[f].lower()} {n}" for f, n in counts.items())
        for task, counts in result.by_task.items()
    ]
    show.figure(
        _draw_heat_map,
        [FAMILY_NAME[family] for family in families],
        [result.task_names[task] for task in tasks],
        [[result.by_task[task].get(family, 0) for family in families] for task in tasks],
        label="fig-failures-heat",
        caption=_heat_caption(result, tasks),
        alt="Heat map of failing outputs by task and family. " + ". ".join(words) + ".",
        source="the failing outputs read",
    )


def _draw_heat_map(families: Sequence[str], tasks: Sequence[str], counts: Sequence[Sequence[int]]) -> Any:
    """Failing outputs: a row for each task, a column for each family."""
    figure, axes = count_map(0.7 + 0.33 * len(tasks), counts, tasks, families, empty="·")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _heat_caption(result: FailureModes, tasks: list[str]) -> str:
    """Tasks by what they mostly fail with, the largest group of tasks first."""
    groups = grouped((_top(result, task), result.task_names[task]) for task in tasks)
    return "; ".join(f"{' and '.join(names)}: mostly {family}" for family, names in groups.items())


def _top(result: FailureModes, task: str) -> str:
    family = result.main_family(task)
    return FAMILY_NAME[family].lower() if family else "unmapped codes"
