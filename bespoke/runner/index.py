"""reports/index.html: every client with its state, date, advice and stale facts. Static, and all text escaped."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from bespoke.clients import naming
from bespoke.errors import printable
from bespoke.runner import manifest as manifests
from bespoke.runner.manifest import Manifest
from bespoke.saving import write_atomically

COLUMNS = ("Client", "State", "As of", "Advice", "Facts stale on that day", "Facts hold until")
MOST = 3  # names of stale facts that are written out

# Nothing is loaded and nothing runs: the styles are in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
body { margin: 2rem auto; max-width: 72rem; padding: 0 1.25rem; color: #1c2430; background: #fff;
  font: 1rem/1.5 "Source Sans 3", "Source Sans Pro", system-ui, "Segoe UI", Roboto, sans-serif; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid #c9d0d9; }
th { font-weight: 600; color: #5b6573; }
td { overflow-wrap: anywhere; }
.failed { color: #a3330b; font-weight: 600; }
.wide { overflow-x: auto; }
"""


def write(reports: Path, client_data: Path) -> None:
    """Write the page anew from what lies in the report folders."""
    rows = "".join(_row(reports / name, name) for name in _names(reports, client_data))
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in COLUMNS)
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reports</title><style>{STYLE}</style></head>
<body><main><h1>Reports</h1>
<div class="wide" role="region" aria-label="Every client" tabindex="0"><table>
<thead><tr>{head}</tr></thead>
<tbody>{rows}</tbody></table></div></main></body></html>
"""
    write_atomically(reports / "index.html", page)


def _names(reports: Path, client_data: Path) -> list[str]:
    """Clients with a folder, and those whose report alone is still there."""
    reported = [path.parent.name for path in reports.glob("*/manifest.json")]
    return sorted({*naming.names(client_data), *reported})


def _row(folder: Path, name: str) -> str:
    found = manifests.read(folder)
    cells = [_client(folder, name), *_state(folder, found)]
    if found is not None:
        cells += [
            escape(found.as_of),
            escape(_shown(found.advice)),
            escape(_stale(found)),
            escape(found.holds_until),
        ]
    cells += [""] * (len(COLUMNS) - len(cells))
    heading, *rest = cells
    return f'<tr><th scope="row">{heading}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>\n'


def _client(folder: Path, name: str) -> str:
    """The name, and links to whichever forms of the report exist."""
    links = [
        f'<a href="{escape(name)}/{file}">{word}</a>'
        for file, word in (("report.html", "HTML"), ("report.pdf", "PDF"))
        if (folder / file).is_file()
    ]
    return f"{escape(name)} {' '.join(links)}".strip()


def _state(folder: Path, found: Manifest | None) -> Iterator[str]:
    problems = folder / "problems.txt"
    if problems.is_file():
        lines = problems.read_text(encoding="utf-8", errors="replace").splitlines() or [""]
        more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
        older = "; the report is an earlier one" if found is not None and found.report else ""
        yield f'<span class="failed">failed{older}</span><br>{escape(_shown(lines[0]) + more)}'
    elif found is None or not found.report:
        yield "no report yet"
    else:
        yield "done"


def _stale(found: Manifest) -> str:
    if not found.stale:
        return "none"
    more = f" and {len(found.stale) - MOST} more" if len(found.stale) > MOST else ""
    return f"{len(found.stale)}: {', '.join(found.stale[:MOST])}{more}"


def _shown(text: str) -> str:
    return printable(text)
