"""`bespoke explore`: the controls of every chapter as a local page, served by Voila on this machine alone."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError

CELL = """from bespoke.explore.localpage import chapters

chapters({client!r}, client_data={client_data!r}, reports={reports!r}, as_of={as_of!r})"""


def chapters(client: str, *, client_data: str, reports: str, as_of: str = "") -> Any:
    """The controls of all chapters in tabs; each is made when it is first looked at."""
    import ipywidgets as w
    from IPython.display import HTML, display

    from bespoke import workbook
    from bespoke.explore.look import problem_line
    from bespoke.explore.picker import Picker

    stems = list(CHAPTERS)
    tabs = w.Tab([w.VBox() for _ in stems], titles=[_title(stem) for stem in stems])
    pickers: dict[str, Picker] = {}

    def made(_: object = None) -> None:
        place, stem = tabs.children[tabs.selected_index or 0], stems[tabs.selected_index or 0]
        if stem in pickers:
            pickers[stem].refresh()
            return
        try:
            book = workbook.open(stem, client=client, client_data=client_data, reports=reports, as_of=as_of)
            pickers[stem] = Picker(book)
            place.children = (pickers[stem].box,)
        except BespokeError as error:
            place.children = (w.HTML(problem_line(str(error))),)

    display(HTML(_dark()))
    tabs.observe(made, "selected_index")
    tabs.selected_index = 0
    made()
    return tabs


def _dark() -> str:
    """JupyterLab's dark colours, which nbconvert brings, for readers whose system asks for a dark page."""
    from jupyter_core.paths import jupyter_path

    places = (
        Path(place) / "theme-dark.css" for place in jupyter_path("nbconvert", "templates", "lab", "static")
    )
    css = next((place.read_text(encoding="utf-8") for place in places if place.is_file()), "")
    page = (
        ":root{color-scheme:dark}body{background:var(--jp-layout-color0);color:var(--jp-content-font-color1)}"
    )
    return f'<style media="(prefers-color-scheme: dark)">{css}{page if css else ""}</style>'


def _title(stem: str) -> str:
    words = CHAPTERS[stem].name.replace("_", " ")
    return words[:1].upper() + words[1:]


def serve(
    client: str,
    client_data: Path,
    reports: Path,
    *,
    as_of: str,
    port: int,
    browser: bool,
    say: Callable[[str], None],
) -> None:
    """Serve the page until Ctrl-C, on this machine alone; it asks for a token that only its address holds.

    `port` is where to listen, or 0 for any that is free; `say` gets the address. Raises BespokeError where Voila is
    not installed or the client cannot be read.
    """
    import nbformat

    from bespoke import clients

    clients.load(client_data, client)  # its problems belong here, not into the page
    try:
        from voila.app import Voila
    except ImportError as error:
        raise BespokeError("Voila is not installed: pip install voila") from error
    cell = CELL.format(
        client=client, client_data=str(client_data.resolve()), reports=str(reports.resolve()), as_of=as_of
    )
    with tempfile.TemporaryDirectory(prefix="bespoke-explore-") as folder:
        notebook = Path(folder) / "explore.ipynb"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        cells = [nbformat.v4.new_code_cell(cell)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), notebook)
        token, place = secrets.token_urlsafe(), port or _free_port()
        say(f"http://127.0.0.1:{place}/?token={token}")
        say("Ctrl-C ends it.")
        Voila.launch_instance([str(notebook), *options(place, token), *([] if browser else ["--no-browser"])])


def options(port: int, token: str) -> list[str]:
    """How Voila serves: to this machine alone, and quietly."""
    found = ["--Voila.ip=127.0.0.1", f"--port={port}", f"--token={token}", "--Voila.log_level=ERROR"]
    if os.name == "posix":  # kernels speak over sockets of a private folder, not over ports of the machine
        found.append("--KernelManager.transport=ipc")
    return [*found, "--Voila.port_retries=0"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
