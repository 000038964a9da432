"""Document -> one self-contained HTML page: both volumes, with contents, search and tables that sort.

Without scripts the page reads the same; the one script in it adds what a reader works with. Faces, styles, script and
pictures are in the file, and its policy lets nothing be loaded and no other script run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from bespoke import paths
from bespoke.report import htmlblocks, tables
from bespoke.report.anchors import slug
from bespoke.report.colour import Accent, accessible, on_dark
from bespoke.report.htmlblocks import Writer, direction, escaped
from bespoke.report.model import Document, Heading, Section, plain, walk
from bespoke.report.phrases import phrases
from bespoke.report.pictures import MEDIA, logo
from bespoke.report.report_cover import Cover
from bespoke.show import numbers
from bespoke.show.elements import element, image

FACES = ("serif-400", "serif-600", "sans-400", "sans-600")  # family and weight, as `build_webfonts` made them
LICENCE = """/* Bespoke Serif and Bespoke Sans are subsets of Source Serif Pro and Source Sans Pro, copyright
2010-2018 Adobe (http://www.adobe.com/), under the SIL Open Font License 1.1 (http://scripts.sil.org/OFL). */
"""
SPOKEN = ("found", "not_found", "copy", "copied", "csv", "dark", "light", "unfold", "fold")
BESIDE = {
    "pdf": "report.pdf",
    "evidence": "evidence.pdf",
    "tables": f"{tables.FOLDER}/",
    "json": tables.INDEX,
}
LONGEST = 48  # characters of a heading in its address


def page(report: Document, cover: Cover, *, single: bool = False) -> str:
    """The report as HTML text. `single` leaves out the cover and the contents."""
    words = phrases(cover.language)
    title = cover.title or (words["question"].format(client=cover.client) if cover.client else "")
    title = title or report.chapters[0].topic
    writer = Writer(words, _places(report))
    if single:
        nav, body = "", "\n".join(_chapter(one, writer) for one in report.sections)
    else:
        nav = _contents(report, writer)
        body = _cover(cover, title, words) + "\n".join(_volumes(report, writer))
    main = element("main", body, id="report")
    skip = element("a", escape(words["skip"]), href="#report", class_="skip")
    foot = "" if single else _footer(cover, words)
    kind = None if single else "whole"
    content = element("body", skip, _bar(nav, cover.client, words), main, foot, class_=kind)
    head = _head(title, cover, writer)
    said = {"table": words["table"], **{key: words[f"page_{key}"] for key in SPOKEN}}
    spoken = json.dumps(said, ensure_ascii=False)
    return "<!DOCTYPE html>\n" + element("html", head, content, lang=cover.language, data_words=spoken) + "\n"


def _head(title: str, cover: Cover, writer: Writer) -> str:
    paper = {"a4": "A4", "us-letter": "letter"}[cover.paper]
    looks = (
        _colours(accessible(cover.accent))
        + f"@page{{size:{paper};margin:16mm}}\n@page wide{{size:{paper} landscape}}\n"
    )
    script = _template("report.js")
    return element(
        "head",
        element("meta", charset="utf-8"),
        _meta(http_equiv="Content-Security-Policy", content=policy(script)),
        _meta(name="viewport", content="width=device-width, initial-scale=1"),
        _meta(name="author", content=htmlblocks.shown(cover.prepared_by)) if cover.prepared_by else "",
        _meta(name="dcterms.date", content=cover.as_of.isoformat()),
        element("title", escaped(title)),
        element(
            "style",
            _faces() + looks + _template("report.css") + htmlblocks.columns_sheet() + writer.styles.sheet(),
        ),
        element("script", script),
    )


def policy(script: str) -> str:
    """What the browser lets the page do: show what is in it, and run this one script."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


def _template(name: str) -> str:
    """A file of the template, without its indentation."""
    text = (paths.templates() / "report" / "html" / name).read_text(encoding="utf-8")
    return re.sub(r"^ +", "", text, flags=re.MULTILINE)


def _faces() -> str:
    rules = []
    for face in FACES:
        family, weight = face.split("-")
        raw = (paths.templates() / "report" / "html" / "fonts" / f"{face}.woff2").read_bytes()
        address = f"data:font/woff2;base64,{base64.b64encode(raw).decode('ascii')}"
        named = f"font-family:'Bespoke {family.title()}';font-weight:{weight}"
        rules.append(f"@font-face{{{named};src:url({address}) format('woff2')}}\n")
    return LICENCE + "".join(rules)


def _colours(accent: Accent) -> str:
    dark = on_dark(accent.asked)
    return (
        f":root{{--accent:{accent.colour};--tint:{accent.tint}}}@supports (color:light-dark(#000,#fff)){{:root{{"
        f"--accent:light-dark({accent.colour},{dark.colour});--tint:light-dark({accent.tint},{dark.tint})}}}}"
    )


def _meta(**attributes: str) -> str:
    return element("meta", **attributes)


# -- the frame --------------------------------------------------------------------------------------


def _bar(nav: str, client: str, words: dict[str, str]) -> str:
    """What stays in sight: contents, search, and the switch to dark; the last two are there for the script."""
    find = element("input", type="search", aria_label=words["page_search"], placeholder=words["page_search"])
    steps = "".join(
        element("button", sign, type="button", aria_label=words[f"page_{name}"], data_step=step)
        for name, sign, step in (("previous", "↑", "-1"), ("next", "↓", "1"))
    )
    search = element("form", find, element("output", aria_live="polite"), steps, role="search", hidden="")
    switch = element("button", type="button", id="switch", hidden="")
    name = element("span", escaped(client), class_="whose", dir=direction(client)) if client else ""
    return element("header", nav, name, search, switch, class_="bar")


def _contents(report: Document, writer: Writer) -> str:
    """The report's sections first; evidence and appendices folded behind it."""
    words = writer.words
    groups = [_entries(report.report, writer, "report")]
    for name, sections in (("evidence", report.evidence), ("appendices", report.appendices)):
        if sections:
            title = element("summary", escape(words[name]))
            groups.append(element("details", title, _entries(sections, writer, name)))
    title = element("summary", escape(words["contents"]))
    whole = element("details", title, *groups, id="contents")
    return element("nav", whole, aria_label=words["contents"])


def _entries(sections: Sequence[Section], writer: Writer, name: str) -> str:
    return element("ul", *(_entry(one, writer) for one in sections), class_=name)


def _entry(section: Section, writer: Writer) -> str:
    mark = element("small", escape(section.name)) + " " if section.name else ""
    link = element("a", mark, escaped(section.topic), href=f"#{section.anchor}", dir=direction(section.topic))
    inner = [
        element("li", element("a", escaped(text), href=f"#{writer.places[id(one)]}", dir=direction(text)))
        for one in section.body
        if isinstance(one, Heading) and one.level == 2 and (text := plain(one.children).strip())
    ]
    return element("li", link, element("ul", *inner) if inner else "")


def _cover(cover: Cover, title: str, words: dict[str, str]) -> str:
    mark = element("p", escaped(cover.client), class_="client", dir=direction(cover.client))
    if cover.logo:
        picture = logo(cover.logo_kind, cover.logo, words["logo"].format(client=cover.client))
        mark = image(picture.raw, MEDIA[picture.kind], picture.alt, class_="logo")
    day = numbers.day(cover.as_of, cover.language)
    lines = [(words["as_of"], day), (words["prepared_by"], cover.prepared_by)]
    facts = "".join(
        element("dt", escape(name)) + element("dd", escaped(value), dir=direction(value))
        for name, value in lines
        if value
    )
    return element(
        "div",
        mark,
        element("p", escape(words["report"]), class_="kicker"),
        element("h1", escaped(title), dir=direction(title)),
        element("dl", facts),
        *(element("p", escaped(remark), class_="remark") for remark in cover.remarks),
        element("p", escaped(cover.confidentiality), class_="confidential") if cover.confidentiality else "",
        class_="cover",
    )


def _footer(cover: Cover, words: Mapping[str, str]) -> str:
    """Whose report this is, and what lies beside it in its folder."""
    parts: Iterable[str] = filter(None, (cover.client, cover.confidentiality))
    links = (element("a", escape(words[f"page_{name}"]), href=path) for name, path in BESIDE.items())
    beside = element("p", escape(words["page_beside"]), " ", " · ".join(links))
    return element("footer", element("p", escaped(" · ".join(parts))), beside)


# -- the sections -----------------------------------------------------------------------------------


def _places(report: Document) -> dict[int, str]:
    """An id for every heading inside a section: its own label, else one made of its words."""
    sections = report.sections
    headings = [(s, b) for s in sections for b in walk(s.body) if isinstance(b, Heading)]
    taken = {section.anchor for section in sections} | {one.label for _, one in headings}
    found: dict[int, str] = {}
    for section, one in headings:
        words = slug(plain(one.children))[:LONGEST].strip("-")
        name, n = one.label or f"{section.anchor}--{words}", 1
        while not one.label and name in taken:
            n += 1
            name = f"{section.anchor}--{words}-{n}"
        taken.add(name)
        found[id(one)] = name
    return found


def _volumes(report: Document, writer: Writer) -> Iterable[str]:
    yield from (_chapter(section, writer) for section in report.report)
    for name, sections in (("evidence", report.evidence), ("appendices", report.appendices)):
        if sections:
            yield element("h2", escape(writer.words[name]), id=f"volume-{name}", class_="volume")
            yield from (_folded(section, writer) for section in sections)


def _chapter(section: Section, writer: Writer) -> str:
    names = [section.name, section.topic if section.heading != section.topic else ""]
    kicker = " · ".join(filter(None, names))
    title = element("a", escaped(section.heading), href=f"#{section.anchor}")
    heading = element("h2", title, id=section.anchor, dir=direction(section.heading))
    opening = element("p", escaped(kicker), class_="kicker") if kicker else ""
    return _section(section, opening, heading, writer.blocks(section.body))


def _folded(section: Section, writer: Writer) -> str:
    """A chapter of the evidence: its name, and the rest behind it."""
    heading = element("h2", escaped(section.heading), id=section.anchor, dir=direction(section.heading))
    name = element("span", escaped(section.name), class_="kicker")
    summary = element("summary", name, " ", heading)
    body = writer.blocks(section.body)
    return _section(section, element("details", summary, body), kind="chapter folded")


def _section(section: Section, *content: str, kind: str = "chapter") -> str:
    return element("section", *content, aria_labelledby=section.anchor, class_=kind)
