"""reports/index.html: every client with its state, date, advice and stale facts. Static, and all text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bespoke.clients import client_names
from bespoke.errors import printable
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.manifest import Manifest
from bespoke.saving import write_atomically

PAGE = "index.html"
LINKED = {"report.html": "Web page", "report.pdf": "PDF", "evidence.pdf": "Evidence"}
READ = ("manifest.json", "problems.txt", PAGE)  # what the page is made of, and its last edition
COLUMNS = ("Client", "State", "As of", "Advice", "Facts stale on that day", "Facts hold until")
MOST = 3  # names of stale facts that are written out

# Nothing is loaded and nothing runs: the styles are in the page.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e4e8ee); --muted: light-dark(#5b6573, #a3adba);
  --hairline: light-dark(#dde2e8, #343c46); --ground: light-dark(#f4f5f7, #101419); --card: light-dark(#fff, #1a1f26);
  --accent: light-dark(#1f4e79, #8db4d6); --good: light-dark(#1d6b48, #7fc7a2); --bad: light-dark(#a3330b, #f0a082); }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--ground);
  font: 1rem/1.5 "Source Sans 3", "Source Sans Pro", system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 84rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { margin: 0; font: 600 2.4rem/1.2 "Source Serif 4", "Source Serif Pro", Georgia, serif; }
.sum { margin: .4rem 0 2rem; color: var(--muted); }
table { border-collapse: collapse; width: 100%; background: var(--card); border-top: 3px solid var(--accent); }
th, td { text-align: left; vertical-align: top; padding: 1rem 1.25rem; border-bottom: 1px solid var(--hairline); }
thead th { font-weight: 600; color: var(--muted); vertical-align: bottom; font-size: .9rem; padding-block: .7rem; }
tbody th { font-weight: 600; font-size: 1.1rem; overflow-wrap: anywhere; min-width: 18rem; }
tbody th a { display: inline-block; font-weight: 400; font-size: .9rem; margin: .45rem .2rem 0 0; padding: .1rem .6rem;
  color: var(--accent); text-decoration: none; white-space: nowrap; border: 1px solid; border-radius: .3rem; }
tbody th a:is(:hover, :focus-visible) { color: var(--card); background: var(--accent); }
.short { white-space: nowrap; } .long { overflow-wrap: anywhere; min-width: 16rem; max-width: 34rem; }
.facts { overflow-wrap: anywhere; font-size: .9em; min-width: 11rem; }
.done { color: var(--good); font-weight: 600; }
.failed { color: var(--bad); font-weight: 600; } .problem { color: var(--bad); }
@media (max-width: 62rem) {
  main { padding-top: 1.5rem; }
  table { background: none; border: 0; }
  table, tbody, tr, tbody th, td { display: block; border: 0; padding: 0; min-width: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { background: var(--card); border-top: 3px solid var(--accent); padding: 1rem 1.1rem; margin-bottom: 1rem; }
  tbody th { margin-bottom: .6rem; }
  td[data-title]::before { content: attr(data-title) ": "; color: var(--muted); font-weight: 400; }
  td:empty { display: none; }
}
@media print { :root { color-scheme: light; } main { max-width: none; padding: 0; font-size: 9pt; }
  tr { break-inside: avoid; } th, td { padding: .4rem .6rem; } }
"""


@dataclass(frozen=True)
class ClientRow:
    """What the page tells of one client; markup only in the links."""

    name: str
    links: str
    state: str
    problems: tuple[str, ...] = ()
    found: Manifest | None = None


def write(reports: Path, client_data: Path) -> None:
    """Write the page anew from what lies in the report folders."""
    rows = [_row(reports / name, name) for name in _names(reports, client_data)]
    head = "".join(f'<th role="columnheader" scope="col">{escape(title)}</th>' for title in COLUMNS)
    page = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reports</title><style>{STYLE}</style></head>
<body><main><h1>Reports</h1>
<p class="sum">{_sum(rows)}</p>
<table role="table">
<thead role="rowgroup"><tr role="row">{head}</tr></thead>
<tbody role="rowgroup">{"".join(map(_markup, rows))}</tbody></table></main></body></html>
"""
    write_atomically(reports / PAGE, page)


def _names(reports: Path, client_data: Path) -> list[str]:
    """Clients with a folder, and those whose report alone is still there."""
    reported = [path.parent.name for path in reports.glob("*/manifest.json")]
    return sorted({*client_names.names(client_data), *reported})


def _row(folder: Path, name: str) -> ClientRow:
    links = " ".join(
        f'<a href="{escape(name)}/{file}">{word}</a>'
        for file, word in LINKED.items()
        if (folder / file).is_file()
    )
    found = manifests.read(folder)
    if (folder / "problems.txt").is_file():
        kept = (folder / "problems.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        return ClientRow(name, links, "failed", tuple(kept) or ("",), found)
    return ClientRow(
        name, links, "done" if found is not None and found.report else "no report yet", (), found
    )


def _sum(rows: Sequence[ClientRow]) -> str:
    """How many clients stand how."""
    states = [row.state for row in rows]
    counted = [
        f"{states.count(state)} {state}" for state in ("done", "failed", "no report yet") if state in states
    ]
    return f"{len(rows)} {'client' if len(rows) == 1 else 'clients'}: {', '.join(counted) or 'none'}"


def _markup(row: ClientRow) -> str:
    found = row.found
    cells = [
        (
            "short done" if row.state == "done" else "short",
            "State",
            f'<span class="failed">{row.state}</span>' if row.problems else row.state,
        ),
        ("short", "As of", escape(found.as_of) if found else ""),
        ("long", "", _advice(row)),
        ("facts", COLUMNS[4], _stale(found) if found else ""),
        ("short", COLUMNS[5], escape(found.holds_until) if found else ""),
    ]
    rest = "".join(
        f'<td role="cell" class="{kind}"{f" data-title={title!r}" if title else ""}>{cell}</td>'
        for kind, title, cell in cells
    )
    links = f"<br>{row.links}" if row.links else ""
    return f'<tr role="row"><th role="rowheader" scope="row">{escape(row.name)}{links}</th>{rest}</tr>\n'


def _advice(row: ClientRow) -> str:
    """What went wrong, then what the last report advises."""
    advice = escape(printable(row.found.advice)) if row.found else ""
    if not row.problems:
        return advice
    more = f" (and {len(row.problems) - 1} more)" if len(row.problems) > 1 else ""
    problem = f'<span class="problem">{escape(printable(row.problems[0]) + more)}</span>'
    return f"{problem}<br>An earlier report says: {advice}" if advice and row.links else problem


def _stale(found: Manifest) -> str:
    if not found.stale:
        return "none"
    listed = "<br>".join(escape(printable(key)) for key in found.stale[:MOST])
    more = f"<br>and {len(found.stale) - MOST} more" if len(found.stale) > MOST else ""
    return f"{len(found.stale)}:<br>{listed}{more}"
