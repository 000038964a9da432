"""Document -> one self-contained HTML page: same content, order and numbers as the PDF, and no script."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape

from bespoke import paths
from bespoke.report import htmlblocks
from bespoke.report.colour import Accent, accessible
from bespoke.report.model import Document, Section
from bespoke.report.phrases import phrases
from bespoke.report.pictures import MEDIA, logo
from bespoke.report.report_cover import Cover
from bespoke.show import numbers
from bespoke.show.html import element, image

# Nothing is loaded and nothing runs: styles and images are in the file.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(report: Document, cover: Cover, *, single: bool = False) -> str:
    """The report as HTML text. `single` leaves out the cover and the contents."""
    words = phrases(cover.language)
    title = cover.title or (words["question"].format(client=cover.client) if cover.client else "")
    title = title or report.chapters[0].topic
    sections = [_section(s, words) for s in report.sections]
    if single:
        content = element("main", *sections, id="report")
    else:
        front = 1 if report.front else 0
        body = element("main", *sections[:front], _contents(report, words), *sections[front:], id="report")
        content = _cover(cover, title, words) + body + _footer(cover)
    skip = element("a", escape(words["skip"]), href="#report", class_="skip")
    text = _head(title, cover, accessible(cover.accent)) + element("body", skip, content)
    return "<!DOCTYPE html>\n" + element("html", text, lang=cover.language) + "\n"


def _head(title: str, cover: Cover, accent: Accent) -> str:
    css = (paths.templates() / "report" / "html" / "report.css").read_text(encoding="utf-8")
    paper = {"a4": "A4", "us-letter": "letter"}[cover.paper]
    colours = f":root{{--accent:{accent.colour};--tint:{accent.tint}}}@page{{size:{paper}}}\n"
    return element(
        "head",
        element("meta", charset="utf-8"),
        _meta(http_equiv="Content-Security-Policy", content=POLICY),
        _meta(name="viewport", content="width=device-width, initial-scale=1"),
        _meta(name="author", content=_shown(cover.prepared_by)) if cover.prepared_by else "",
        _meta(name="dcterms.date", content=cover.as_of.isoformat()),
        element("title", _text(title)),
        element("style", colours + css),
    )


def _meta(**attributes: str) -> str:
    return element("meta", **attributes)


def _cover(cover: Cover, title: str, words: dict[str, str]) -> str:
    mark = element("p", _text(cover.client), class_="client", dir="auto")
    if cover.logo:
        picture = logo(cover.logo_kind, cover.logo, words["logo"].format(client=cover.client))
        raw = picture.data.encode() if picture.kind == "svg" else base64.b64decode(picture.data)
        mark = image(raw, MEDIA[picture.kind], picture.alt, class_="logo")
    day = numbers.day(cover.as_of, cover.language)
    lines = [(words["as_of"], day), (words["prepared_by"], cover.prepared_by)]
    facts = "".join(
        element("dt", escape(name)) + element("dd", _text(value), dir="auto")
        for name, value in lines
        if value
    )
    return element(
        "header",
        mark,
        element("p", escape(words["report"]), class_="kicker"),
        element("h1", _text(title), dir="auto"),
        element("dl", facts),
        element("p", _text(cover.confidentiality), class_="confidential") if cover.confidentiality else "",
        class_="cover",
    )


def _contents(report: Document, words: dict[str, str]) -> str:
    entries = "".join(map(_entry, report.sections))
    heading = element("h2", escape(words["contents"]), id="contents")
    return element("nav", heading, element("ul", entries), aria_labelledby="contents", class_="contents")


def _entry(section: Section) -> str:
    finding = section.heading if section.heading != section.topic and section.anchor != "summary" else ""
    name = element("span", escape(section.name), class_="name")
    topic = element("strong", _text(section.topic), dir="auto")
    text = topic + (element("span", _text(finding), class_="finding", dir="auto") if finding else "")
    return element("li", element("a", name, element("span", text), href=f"#{section.anchor}"))


def _section(section: Section, words: dict[str, str]) -> str:
    names = [section.name, section.topic if section.heading != section.topic else ""]
    kicker = " · ".join(filter(None, names))
    heading = element("h2", _text(section.heading), id=section.anchor, dir="auto")
    opening = element("p", _text(kicker), class_="kicker") if kicker else ""
    body = htmlblocks.blocks(section.body, words)
    return element("section", opening, heading, body, aria_labelledby=section.anchor, class_="chapter")


def _footer(cover: Cover) -> str:
    parts: Iterable[str] = filter(None, (cover.client, cover.confidentiality))
    return element("footer", _text(" · ".join(parts)))


def _text(text: str) -> str:
    return escape(_shown(text))


def _shown(text: str) -> str:
    return htmlblocks.shown(text)
