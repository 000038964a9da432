"""Paths of a drawing in fewer characters: the digits a screen shows, and one number for a line across or down."""

from __future__ import annotations

import re

NUMBER = r"-?\d*\.?\d+(?:e-?\d+)?"
_STEP = re.compile(rf"[MLQCz]|{NUMBER}")


class Foreign(Exception):
    """What no drawing of ours holds."""


def shortened(written: str, digits: int) -> tuple[str, list[tuple[float, float]]]:
    """A path of matplotlib's with numbers of so many digits, and its points. Lines across and down need one number."""
    if _STEP.sub("", written).strip():
        raise Foreign
    out: list[str] = []
    points: list[tuple[float, float]] = []
    step, numbers, last = "", [], ("", "")
    for token in [*_STEP.findall(written), "end"]:
        if token not in "MLQCz" and token != "end":
            numbers.append(number(token))
            continue
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True)) if len(numbers) % 2 == 0 else None
        if pairs is None:
            raise Foreign
        points += pairs
        short = [(short(x, digits), short(y, digits)) for x, y in pairs]
        if step == "L" and len(short) == 1 and last in ((short[0][0], last[1]), (last[0], short[0][1])):
            across = last[1] == short[0][1]
            out.append(f"H{short[0][0]}" if across else f"V{short[0][1]}")
        elif step:
            out.append(step + " ".join(f"{x} {y}" for x, y in short))
        last = short[-1] if short else last
        step, numbers = token, []
    return "".join(out).replace(" -", "-"), points


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
