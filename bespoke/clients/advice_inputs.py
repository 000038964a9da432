"""What of the inputs of the advice cannot be, or cannot all be meant: one line each, with the place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke.clients.files import ClientFile
from bespoke.clients.tables import Numbered
from bespoke.clients.wording import did_you_mean, quote

WORTH = ("value_of_right", "cost_of_wrong")


def check_advice_inputs(
    source: ClientFile, rows: Sequence[Numbered], engagement: dict[str, Any] | None
) -> None:
    """`engagement` is what engagement.yaml itself holds, defaults left aside."""
    for number, row in rows:
        _place(source, number, row)
        _target(source, number, row)
        _worth(source, number, row, engagement or {})
        _data(source, number, row)
    _dataset_task(source, rows, engagement or {})


def _place(source: ClientFile, number: int, row: dict[str, Any]) -> None:
    place = row.get("place")
    if not place:
        return
    from bespoke.facts.places import known_places

    known = known_places()
    if place in known:
        return
    near = did_you_mean(place, known)
    source.say(
        f"{quote(place)} is no place a model is served at; use one of {', '.join(known)}{near}",
        number,
        "place",
    )


def _target(source: ClientFile, number: int, row: dict[str, Any]) -> None:
    today, target = row.get("current_quality"), row.get("target_quality")
    if today is not None and target is not None and target < today:
        message = (
            f"{target} is below current_quality {today}: the target is met already; are the two swapped?"
        )
        source.say(message, number, "target_quality", warning=True)
    if target is not None and target > 1 - 1e-9:
        message = (
            "1 is a target that no system reaches on every case; which share of wrong outputs is tolerable?"
        )
        source.say(message, number, "target_quality", warning=True)


def _worth(source: ClientFile, number: int, row: dict[str, Any], engagement: dict[str, Any]) -> None:
    for name in WORTH:
        if row.get(name) is not None and "currency" not in engagement:
            message = f"{row[name]} of which currency? State `currency` in engagement.yaml: amounts are in it"
            source.say(message, number, name)


def _data(source: ClientFile, number: int, row: dict[str, Any]) -> None:
    if row.get("contains_phi") and row.get("personal_data") is False:
        message = "is false while contains_phi is true: health data about a person are personal data"
        source.say(message, number, "personal_data")


def _dataset_task(source: ClientFile, rows: Sequence[Numbered], engagement: dict[str, Any]) -> None:
    """engagement.yaml names the task whose examples lie in dataset/."""
    named = (engagement.get("dataset") or {}).get("task")
    ids = [row["task_id"] for _, row in rows if "task_id" in row]
    if named is not None and named not in ids:
        source.say(
            f"has no task {quote(named)}, which engagement.yaml names as dataset.task{did_you_mean(named, ids)}"
        )
