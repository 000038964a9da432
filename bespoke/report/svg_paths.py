"""Paths of a drawing in fewer characters: the digits a screen shows, and one number for a line across or down."""

from __future__ import annotations

import re

NUMBER = r"-?\d*\.?\d+(?:e-?\d+)?"
_STEP = re.compile(rf"[MLQCz]|{NUMBER}")


class Foreign(Exception):
    """What no drawing of ours holds."""


def shortened(path: str, digits: int) -> tuple[str, list[tuple[float, float]]]:
    """A path of matplotlib's with numbers of so many digits, and its points; Foreign where it is another's."""
    if _STEP.sub("", path).strip():
        raise Foreign
    out: list[str] = []
    points: list[tuple[float, float]] = []
    numbers: list[float] = []
    step, last = "", ("", "")
    for token in [*_STEP.findall(path), "end"]:
        if token not in "MLQCz" and token != "end":
            numbers.append(number(token))
            continue
        if len(numbers) % 2:
            raise Foreign
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        points += pairs
        written = [(short(x, digits), short(y, digits)) for x, y in pairs]
        out.append(_step(step, written, last))
        last = written[-1] if written else last
        step, numbers = token, []
    return "".join(out).replace(" -", "-"), points


def _step(step: str, ends: list[tuple[str, str]], last: tuple[str, str]) -> str:
    """One step of a path; a line straight across or down needs one number."""
    if step == "L" and len(ends) == 1:
        [(x, y)] = ends
        if y == last[1]:
            return f"H{x}"
        if x == last[0]:
            return f"V{y}"
    return step + " ".join(f"{x} {y}" for x, y in ends)


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Foreign from error


def short(value: float, digits: int = 1) -> str:
    """`12`, `.5`, `-3.1`: as few characters as these digits need."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else re.sub(r"^(-?)0\.", r"\1.", text)
