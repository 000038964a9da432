"""What must hold between the rows of tasks.csv, failures.csv, codes.csv and phases.csv."""

from __future__ import annotations

from bespoke.clients import known
from bespoke.clients.confusable import alike
from bespoke.clients.files import ClientFile
from bespoke.clients.tables import Numbered, check_references, check_unique
from bespoke.clients.wording import EXAMPLE, first_few, quote

MOST_PHASES = 200


def check_tasks(source: ClientFile, rows: list[Numbered]) -> None:
    check_unique(source, rows, "task_id")
    _name_examples(source, rows, "name")
    for column in ("task_id", "name"):
        numbers = {row[column]: number for number, row in rows if row.get(column)}
        for name, earlier in alike(numbers):
            where = f"{quote(earlier)} in row {numbers[earlier]}"
            message = f"{quote(name)} looks like {where}; a reader will take one for the other"
            source.say(message, numbers[name], column, warning=True)
    for number, row in rows:
        model = row.get("model")
        if model is not None and not known.is_model(model):
            near = source.near(model, known.models()) or f"; known: {first_few(known.models())}"
            source.say(f"{quote(model)} is not a model with a known price{near}", number, "model")


def check_failures(source: ClientFile, rows: list[Numbered], task_ids: list[str] | None) -> None:
    """`task_ids` is None when tasks.csv could not be read: then no reference can be called dangling."""
    check_unique(source, rows, "failure_id")
    _name_examples(source, rows, "prompt")
    if task_ids is None:
        return
    check_references(source, rows, "task_id", task_ids, "is no task_id of tasks.csv")


def _name_examples(source: ClientFile, rows: list[Numbered], column: str) -> None:
    for number, row in rows:
        if row.get(column, "").startswith(EXAMPLE):
            source.say("is still the template's example; overwrite it", number, column, warning=True)


def check_codes(source: ClientFile, rows: list[Numbered], used: set[str] | None) -> None:
    """`used` holds the codes of failures.csv, None when there is no such file to compare with."""
    check_unique(source, rows, "code")
    if used is None:
        source.say("maps codes of failures.csv, which is not there", warning=True)
        return
    check_references(source, rows, "code", sorted(used), "occurs nowhere in failures.csv", warning=True)


def check_judge(source: ClientFile, rows: list[Numbered], failure_ids: list[str]) -> None:
    """Every row labels a failing output that exists, and each of them once."""
    check_unique(source, rows, "failure_id")
    check_references(source, rows, "failure_id", failure_ids, "is no failure_id of failures.csv")


def check_phases(source: ClientFile, rows: list[Numbered]) -> None:
    if len(rows) > MOST_PHASES:
        source.say(f"holds {len(rows)} phases; at most {MOST_PHASES}")
        return
    check_unique(source, rows, "phase")
    names = [row["phase"] for _, row in rows if "phase" in row]
    for number, row in rows:
        days = [row[f"{kind}_days"] for kind in ("low", "likely", "high") if f"{kind}_days" in row]
        if len(days) == 3 and days != sorted(days):
            shown = ", ".join(f"{day:g}" for day in days)
            source.say(f"low, likely and high must rise; they are {shown}", number, "low_days")
        for before in row.get("after", ()):
            if before not in names:
                source.say(
                    f"{quote(before)} is no phase of this file{source.near(before, names)}", number, "after"
                )
    _check_cycles(source, rows)


def _check_cycles(source: ClientFile, rows: list[Numbered]) -> None:
    """Names each circle of phases that wait for each other, once."""
    waits = {row["phase"]: list(row.get("after", ())) for _, row in reversed(rows) if "phase" in row}
    at = {row["phase"]: number for number, row in reversed(rows) if "phase" in row}
    while circle := _circle(waits):
        first = min(circle, key=at.__getitem__)
        turn = circle.index(first)
        path = " → ".join([*circle[turn:], *circle[:turn], first])
        source.say(f"phases wait for each other in a circle: {path}", at[first], "after")
        for phase in circle:
            del waits[phase]


def _circle(waits: dict[str, list[str]]) -> list[str]:
    """One circle, or nothing: what cannot be finished in any order leads round one if followed back."""
    open_phases = dict(waits)
    while ready := [p for p, before in open_phases.items() if not any(b in open_phases for b in before)]:
        for phase in ready:
            del open_phases[phase]
    path: list[str] = []
    if not open_phases:
        return []
    phase = next(iter(open_phases))
    while phase not in path:
        path.append(phase)
        phase = next(before for before in open_phases[phase] if before in open_phases)
    return path[path.index(phase) :]
