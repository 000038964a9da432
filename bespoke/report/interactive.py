"""What only a browser or a kernel can show: drawn where a static renderer is installed, else said in a box."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from bespoke.errors import BespokeError
from bespoke.report.model import Block, CalloutBox, Link, Paragraph, TextRun

PLOTLY = "application/vnd.plotly.v1+json"
VEGA = re.compile(r"application/vnd\.vega(lite)?\.v(\d+)(?:\.\d+)*\+json")
WIDGET = "application/vnd.jupyter.widget-view+json"
BOKEH = "application/vnd.bokehjs_exec.v0+json"
SILENT = ("application/vnd.bokehjs_load.v0+json", "application/vnd.holoviews_load.v0+json")
SCRIPTS = ("application/javascript", "text/javascript")
# Sections of the text of an output that name what drew it, and what to do instead.
_LIBRARIES = (
    ("plotly", "plotly"), ("vega", "altair"), ("alt.", "altair"), ("altair", "altair"), ("bokeh", "bokeh"),
    ("bk-root", "bokeh"), ("folium", "folium"), ("leaflet", "folium"), ("echarts", "echarts"),
    ("highcharts", "highcharts"), ("vis-network", "pyvis"), ("youtube", "youtube"),
)  # fmt: skip
_SET_UP = re.compile(
    r"PlotlyConfig|require\.config|requirejs|MathJax|mpl\.|root\._bokeh|BokehJS|HoloViews|shap\.|initjs|"
    r"load_resource|IPython\.notebook|IPython\.OutputArea|itables"
)
_QUOTED = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
EMBEDDED = re.compile(
    rf"<(?P<tag>iframe|video|audio|canvas|object|applet)\b(?P<about>{_QUOTED})(?:/>|>.*?</(?P=tag)\s*>)"
    rf"|<embed\b(?P<alone>{_QUOTED})>",
    re.DOTALL | re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"<(script|style)\b.*?</\1\s*>|<(?:link|meta)\b[^>]*>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)
_ADDRESS = re.compile(r"(?:src|data)\s*=\s*[\"']?(https?://[^\"'\s>]+|//[^\"'\s>]+)", re.IGNORECASE)


def library(text: str) -> str:
    """Which library drew an output, by its text; nothing where it does not say."""
    lowered = text.lower()
    return next((name for mark, name in _LIBRARIES if mark in lowered), "")


def sets_up(html: str) -> bool:
    """Whether an output of scripts only prepares later ones, and shows nothing itself."""
    rest = _SCRIPT.sub("", html)
    return not re.search(r"<(?!/)", rest) and (
        bool(_SET_UP.search(html)) or not re.search("<script", html, re.I)
    )


def shown_by(data: Mapping[str, Any]) -> str:
    """The library whose chart an output is; nothing where it is no chart that we know by its type."""
    for media in data:
        if media == PLOTLY:
            return "plotly"
        if VEGA.fullmatch(media):
            return "altair"
        if media == BOKEH:
            return "bokeh"
    return ""


def scripted(data: Mapping[str, Any]) -> bool:
    """Whether an output is a script that shows something: not one that only prepares later ones."""
    if any(media in data for media in SILENT):
        return False
    scripts = ["".join(data[media]) for media in SCRIPTS if media in data]
    return bool(scripts) and not any(map(_SET_UP.search, scripts))


def says_nothing(plain: str) -> bool:
    """Whether the plain text of an output only names the object that it was."""
    return not plain.strip() or bool(
        re.fullmatch(r"<[\w.]+(?: object)?(?: at 0x\w+)?(?: ?/)?>", plain.strip())
    )


def unprintable(data: Mapping[str, Any]) -> str:
    """What an output holds that no form of it can be printed; nothing where it holds no such thing."""
    for media in data:
        if media.startswith(("application/", "video/", "audio/", "model/")) and media not in SCRIPTS + SILENT:
            return re.sub(r"^(?:x-|vnd\.)|(?:\.v\d+)?\+json$", "", media.partition("/")[2])
    return ""


def folded(html: str) -> bool:
    """Whether a piece of HTML is made to be unfolded by clicks: its plain text then says more."""
    return 'class="sk-top-container"' in html or "class='xr-wrap'" in html or "xr-text-repr-fallback" in html


def draws(html: str, *, shown: bool) -> bool:
    """Whether a script in a piece of HTML draws what its words and tables do not show."""
    lowered = html.lower()
    if "<script" not in lowered:
        return not shown and bool(re.search(r"<div[^>]*\bid\s*=", lowered))
    return not shown or bool(
        library(_SCRIPT.sub("", html)) or re.search(r"<div[^>]*\bid\s*=[^>]*>\s*</div>", html)
    )


def box(name: str, number: str, words: Mapping[str, str], address: str = "") -> list[Block]:
    """The visible place of something that is not printed: which cell, what, and what to do."""
    what = words["lost_thing"] if not name else words["lost_named"].format(name=name)
    remedy = words.get(f"remedy_{name}") or words["remedy"]
    body: list[Block] = [Paragraph([TextRun(words["lost"].format(cell=number, what=what, remedy=remedy))])]
    if address:
        url = f"https:{address}" if address.startswith("//") else address
        body.append(Paragraph([Link(url, [TextRun(url)])]))
    return [CalloutBox("missing", body)]


def embedded_address(about: str) -> str:
    found = _ADDRESS.search(about)
    return found[1] if found else ""


def drawn(data: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """A chart's picture by its library's own renderer: media type and bytes. None where that is not installed."""
    html = "".join(data.get("text/html", ""))
    for media, content in [*data.items(), *(_written(html) if "<script" in html else ())]:
        if media == PLOTLY and find_spec("plotly") and find_spec("kaleido"):
            return _plotly(content)
        if (found := VEGA.fullmatch(media)) and find_spec("vl_convert"):
            return _vega(content, lite=bool(found[1]))
    return None


def _written(html: str) -> list[tuple[str, Any]]:
    """The chart that a script in a piece of HTML draws, as altair and plotly write it there."""
    read = json.JSONDecoder().raw_decode
    try:
        if found := re.search(r"\}\)\((?=\{)", html):  # (function(spec, …){…})({…}, {…})
            chart, _ = read(html, found.end())
            if "$schema" in chart:
                lite = "vega-lite" in str(chart["$schema"])
                return [(f"application/vnd.vega{'lite' if lite else ''}.v5+json", chart)]
        if found := re.search(r"Plotly\.newPlot\(\s*\"[^\"]*\"\s*,\s*(?=\[)", html):
            data, end = read(html, found.end())
            layout, _ = read(html, end + len(html[end:]) - len(html[end:].lstrip(", \n")))
            return [(PLOTLY, {"data": data, "layout": layout})]
    except (ValueError, TypeError):
        pass
    return []


def _plotly(figure: Any) -> tuple[str, bytes] | None:
    try:
        import plotly.io

        return "image/png", bytes(plotly.io.to_image(dict(figure), format="png", scale=2, validate=False))
    except Exception:  # kaleido fails in many ways, one of them for want of a browser
        return None


def _vega(specification: object, *, lite: bool) -> tuple[str, bytes] | None:
    import vl_convert

    text = json.dumps(specification)
    convert = vl_convert.vegalite_to_png if lite else vl_convert.vega_to_png
    try:
        return "image/png", bytes(convert(text, scale=2, allowed_base_urls=[]))  # nothing is fetched
    except (ValueError, BespokeError):
        return None
