"""LaTeX formulas, set by Typst and as MathML from what pandoc makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bespoke.report.model import CodeSpan, Formula, Inline
from bespoke.report.pandoc import Tree
from bespoke.show import fonts

_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareMathOperator)\*?\s*\{?\\[A-Za-z]+\}?\s*(?:\[\d\]){0,2}|\\def\s*\\[A-Za-z]+(?:#\d)*"
)
_NAME = re.compile(r"\\[A-Za-z]+")
_NOT_LATEX_MATHS = re.compile(
    r"\\begin\{(?:tabular|table|longtable|figure|tikzpicture|center|itemize|document)"
)
_WRAPPINGS = (
    re.compile(r"^\\\[(?P<inner>.*)\\\]$", re.DOTALL),
    re.compile(r"^\\\((?P<inner>.*)\\\)$", re.DOTALL),
    re.compile(r"^\$\$(?P<inner>.*)\$\$$", re.DOTALL),
    re.compile(r"^\$(?P<inner>(?:\\.|[^$\\])*)\$$", re.DOTALL),
)
_BEGINS_MATHS = re.compile(
    r"\\begin\{(?:equation|align|gather|multline|eqnarray|displaymath|math|[a-zA-Z]?matrix|cases|split)"
)
# What MathJax sets and texmath does not know, in words it knows.
_PLAINER: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), plainer)
    for pattern, plainer in (
        (r"(?<!\\)%[^\n]*\n", "\n"),
        (r"\\label\{[^{}]*\}|\\require\{[^{}]*\}|\\(?:nonumber|notag|displaylimits)\b", ""),
        (r"\\tag\*\{([^{}]*)\}", r"\\qquad \\text{\1}"),
        (r"\\tag\{([^{}]*)\}", r"\\qquad \\text{(\1)}"),
        (r"\\eqref\{([^{}]*)\}", r"\\text{(\1)}"),
        (r"\\ref\{([^{}]*)\}", r"\\text{\1}"),
        (r"\\(?:textcolor|colorbox)\{[^{}]*\}", ""),
        (r"\\htmlClass\{[^{}]*\}|\\(?:class|cssId|style)\{[^{}]*\}", ""),
        (r"\{\s*\\(rm|bf|it|cal|sf|tt)\b\s*([^{}]*)\}", r"{\\math\1{\2}}"),
        (r"\\(cal|bf|rm)\s*\{([^{}]*)\}", r"\\math\1{\2}"),
        (r"\\cal\s+([A-Z])", r"\\mathcal{\1}"),
        (r"\\hbox\b", r"\\mbox"),
        (r"\\href\{[^{}]*\}", ""),
        (r"\\ce\{([^{}]*)\}", r"\\mathrm{\1}"),
        (r"\\argmin(?![A-Za-z])", r"\\operatorname*{arg\\,min}"),
        (r"\\argmax(?![A-Za-z])", r"\\operatorname*{arg\\,max}"),
        (r"\\(?:norm)\{([^{}]*)\}", r"\\lVert \1\\rVert"),
        (r"\\(?:abs)\{([^{}]*)\}", r"\\lvert \1\\rvert"),
        (r"\\begin\{(aligned|gathered|split|cases)\}\[[tcb]\]", r"\\begin{\1}"),
    )
)


def definitions(sources: Iterable[str]) -> dict[str, str]:
    """The macros that formulas of a notebook define: MathJax knows each from there on. Name -> its definition."""
    return {_NAME.findall(whole)[1]: whole for source in sources for whole in _definitions(source)}


def _definitions(source: str) -> list[str]:
    found = []
    for head in _DEFINED.finditer(source):
        if body := _braced(source, head.end()):
            found.append(head[0] + body)
    return found


def _braced(text: str, at: int) -> str:
    """The group in braces that begins here, with its braces; nothing where there is none."""
    start = at + len(text[at:]) - len(text[at:].lstrip())
    if text[start : start + 1] != "{":
        return ""
    depth = 0
    for i in range(start, len(text)):
        if text[i - 1 : i] != "\\":
            depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return text[start : i + 1]
    return ""


def plainer(source: str, macros: dict[str, str]) -> str:
    """The formula in the words that texmath knows, with the macros it uses; nothing where it only defines some."""
    for whole in _definitions(source):
        source = source.replace(whole, "")
    for pattern, words in _PLAINER:
        source = pattern.sub(words, source)
    source = re.sub(r"\n\s*\n", "\n", source).strip()
    used = set(_NAME.findall(source)) & set(macros)
    while more := {n for u in used for n in _NAME.findall(macros[u]) if n in macros} - used:
        used |= more
    return "".join(_as_command(macros[name]) for name in macros if name in used) + source if source else ""


def _as_command(definition: str) -> str:
    r"""`\def\x#1{…}` as `\newcommand{\x}[1]{…}`."""
    found = re.match(r"\\def\s*(\\[A-Za-z]+)((?:#\d)*)\s*(?=\{)", definition)
    if not found:
        return definition
    arguments = f"[{len(found[2]) // 2}]" if found[2] else ""
    return f"\\newcommand{{{found[1]}}}{arguments}{definition[found.end() :]}"


def from_tree(source: str, tree: Tree, *, display: bool) -> Inline:
    """The formula as both writers print it, or its source in code type where it cannot be set."""
    text = " ".join(source.split())
    parts = [block["c"][1] for block in tree if block["t"] == "CodeBlock"]
    if len(parts) != 2 or fonts.uncovered(text):
        return CodeSpan(text)
    return Formula(text, parts[0], parts[1], display=display)


def of_output(latex: str) -> str | None:
    """The formula that a `text/latex` output is; None for a table or a text in LaTeX."""
    text = latex.strip()
    if _NOT_LATEX_MATHS.search(text):
        return None
    for wrapping in _WRAPPINGS:
        if found := wrapping.match(text):
            return found["inner"].replace(r"\displaystyle", "").strip()
    return text if _BEGINS_MATHS.match(text) else None
