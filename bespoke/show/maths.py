"""`$…$` and `$$…$$` in Markdown, read so that prices stay prices.

The rule is pandoc's (Manual, "tex_math_dollars"): the opening dollar is followed by a non-space, the closing
one is preceded by a non-space and not followed by a digit; `\\$` is a dollar sign.
"""

from __future__ import annotations

from typing import Any

INLINE = r"\$(?=[^\s$])(?P<inline_math_text>(?:\\[\s\S]|[^\\$])+?)(?<=[^\s\\])\$(?!\d)"
BLOCK = r"^ {0,3}\$\$[ \t]*\n?(?P<block_math_text>(?:\\[\s\S]|[^\\$])+?)\n?[ \t]*\$\$[ \t]*$"


def plugin(markdown: Any) -> None:
    """A mistune plugin: tokens `inline_math` and `block_math` with the formula's source as `raw`."""
    markdown.inline.register("inline_math", INLINE, _inline, before="link")
    markdown.block.register("block_math", BLOCK, _block, before="list")


def _inline(inline: Any, match: Any, state: Any) -> int:
    state.append_token({"type": "inline_math", "raw": match.group("inline_math_text").strip()})
    return int(match.end())


def _block(block: Any, match: Any, state: Any) -> int:
    state.append_token({"type": "block_math", "raw": match.group("block_math_text").strip()})
    return int(match.end()) + 1
