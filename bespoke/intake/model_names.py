"""The name the price book has for a model, from the many that logs have."""

from __future__ import annotations

import re
from functools import lru_cache

from bespoke.facts import price_book

_REGION = re.compile(r"^(us-gov|us|eu|apac|jp|au|ca|sa|me|af)\.")
_VENDOR = re.compile(
    r"^(global\.)?(anthropic|bedrock|bedrock_converse|vertex_ai|azure_ai|azure|openai|openrouter|amazon)[./]"
)
_VERSION = re.compile(r"(-v\d+)?(:\d+)?(:[a-z0-9]+)?$")


@lru_cache(maxsize=4096)
def known_as(name: str) -> tuple[str, bool]:
    """(name, regional): the price book's name, or the log's own where no price is known; whether a region is named."""
    bare = name.strip().rsplit("/", 1)[-1] if name.startswith("arn:") else name.strip()
    regional = bool(_REGION.match(bare))
    bare = _REGION.sub("", bare)
    for candidate in _candidates(bare):
        if price_book.is_known(candidate):
            return price_book.canonical(candidate), regional
    return name.strip(), regional


def _candidates(bare: str) -> list[str]:
    plain = bare
    while (shorter := _VENDOR.sub("", plain)) != plain:
        plain = _REGION.sub("", shorter)
    spoken = re.sub(r"[ .]", "-", plain.lower())  # the console writes Claude Haiku 4.5
    return [bare, plain, _VERSION.sub("", plain), plain.replace("@", "-"), spoken, f"global.amazon.{plain}"]
