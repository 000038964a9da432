"""Names and digits that several chapters print alike."""

from __future__ import annotations

from collections.abc import Iterable

from bespoke.show.numbers import money_digits

SERVICES = {
    "anthropic": "Anthropic API", "bedrock": "Bedrock", "vertex": "Vertex AI", "foundry": "Foundry",
    "sagemaker": "SageMaker", "openai": "OpenAI", "hosted": "Specialist host", "own": "Own machines",
}  # fmt: skip


def place_name(place: str) -> str:
    """`bedrock_us` as a reader knows it: `Bedrock, US`."""
    service, _, region = place.partition("_")
    name = SERVICES.get(service, service)
    return f"{name}, {region if region == 'global' else region.upper()}" if region else name


def digits_of(amounts: Iterable[object]) -> int:
    """Digits that leave the smallest amount of a column two figures, at most four."""
    sizes = [abs(value) for value in amounts if isinstance(value, int | float) and value]
    smallest = min(sizes, default=0.0)
    if smallest >= 1 or not sizes:
        return 1 if sizes and smallest < 10 else 0
    return min(4, money_digits(smallest))
