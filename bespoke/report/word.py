"""The report as a Word document: its order, and its look as styles that whoever edits it can change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

from bespoke.report import columns, widths
from bespoke.report.colour import accessible
from bespoke.report.htmlblocks import shown
from bespoke.report.model import Block, Document, DocumentTable, Picture, Section
from bespoke.report.office_packages import changed, described, replaced
from bespoke.report.pandoc_tree import NONE, Node, Writer, document, node, properties, styled, words
from bespoke.report.phrases import phrases
from bespoke.report.pictures import logo
from bespoke.report.report_cover import Cover

SIZES = (9.0, 8.5, 8.0)  # points: of the type in tables
FACE = "Calibri"
GREY = "5B6573"
_PAPER = {"a4": (11906, 16838), "us-letter": (12240, 15840)}  # twentieths of a point
_TEXT = round(widths.TEXT_WIDTH * 20)
LOGO = 120.0  # points


def tree(report: Document, cover: Cover, picture: Callable[[Picture], str]) -> Node:
    """Cover, contents, then the sections of the first volume, each on a page of its own."""
    said = phrases(cover.language)
    writer = Writer(said, picture, widths.TEXT_WIDTH, SIZES)
    blocks = [*_cover(cover, writer, said), *_contents(report, said)]
    for section in report.report:
        blocks += _section(section, writer)
    return document(blocks, properties(cover, said, f"{said['report']} · {cover.client}"))


def _cover(cover: Cover, writer: Writer, said: dict[str, str]) -> list[Node]:
    """What stands below the title, besides the names."""
    lines = [*cover.remarks, cover.confidentiality]
    found = [styled("Cover Note", [node("Para", words(line))]) for line in lines if line]
    if cover.logo:
        mark = logo(cover.logo_kind, cover.logo, said["logo"].format(client=cover.client))
        wide = min(mark.width or LOGO, LOGO)
        found.append(styled("Cover Note", [node("Para", [writer.image(mark, wide)])]))
    return found


def _contents(report: Document, said: dict[str, str]) -> list[Node]:
    """Links to the sections. A table of contents of Word's own would ask everyone who opens the file a question."""
    entries = []
    for section in report.report:
        name = [*words(section.name), node("Space")] if section.name else []
        text = [node("Strong", [*name, *words(section.topic)])]
        if section.heading != section.topic:
            text += [node("LineBreak"), *words(section.heading)]
        entries.append(
            styled("Contents", [node("Para", [node("Link", [NONE, text, [f"#{section.anchor}", ""]])])])
        )
    return [styled("Contents Heading", [node("Para", words(said["contents"]))]), *entries]


def _section(section: Section, writer: Writer) -> list[Node]:
    kicker = " · ".join(filter(None, (section.name, section.topic)))
    return [
        styled("Kicker Running On" if section.short else "Kicker", [node("Para", words(kicker))]),
        node("Header", [1, [section.anchor, [], []], words(section.heading)]),
        *writer.blocks([part for block in section.body for part in _parts(block)]),
    ]


def _parts(block: Block) -> Sequence[Block]:
    """A table too wide for the page as several below each other."""
    return columns.parts(block, SIZES, turn=False) if isinstance(block, DocumentTable) else [block]


# -- the look ---------------------------------------------------------------------------------------


def look(reference: bytes, cover: Cover) -> bytes:
    """Pandoc's reference document in the client's colours, on its paper, with a running foot."""
    colour = accessible(cover.accent)
    accent, tint = colour.colour.removeprefix("#"), colour.tint.removeprefix("#")
    return changed(
        reference,
        {
            "word/styles.xml": lambda text: _styles(text, accent, tint),
            "word/theme/theme1.xml": lambda text: _theme(text, accent),
            "word/document.xml": lambda text: _page(text, cover),
            "word/_rels/document.xml.rels": lambda text: replaced(
                text,
                "</Relationships>",
                '<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" '
                'Id="rId90" Target="footer1.xml" /></Relationships>',
            ),
            "[Content_Types].xml": lambda text: replaced(
                text,
                "</Types>",
                '<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-'
                'officedocument.wordprocessingml.footer+xml" /></Types>',
            ),
        },
        {"word/footer1.xml": _foot(cover)},
    )


def _theme(text: str, accent: str) -> str:
    text = re.sub(r'(<a:accent1>\s*<a:srgbClr val=")[0-9A-F]{6}', rf"\g<1>{accent}", text, count=1)
    text = re.sub(r'(<a:hlink>\s*<a:srgbClr val=")[0-9A-F]{6}', rf"\g<1>{accent}", text, count=1)
    return re.sub(r'(<a:(?:major|minor)Font>\s*<a:latin typeface=")[^"]*("[^>]*/>)', rf'\g<1>{FACE}"/>', text)


def _page(text: str, cover: Cover) -> str:
    wide, high = _PAPER[cover.paper]
    margin = (wide - _TEXT) // 2
    page = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId90"/>'
        f'<w:pgSz w:w="{wide}" w:h="{high}"/><w:pgMar w:top="1304" w:bottom="1304" w:left="{margin}" '
        f'w:right="{margin}" w:header="567" w:footer="567" w:gutter="0"/><w:titlePg/></w:sectPr>'
    )
    return re.sub(r"<w:sectPr>.*</w:sectPr>", page, text, count=1, flags=re.DOTALL)


def _foot(cover: Cover) -> str:
    running = escape(shown(" · ".join(filter(None, (cover.client, cover.confidentiality)))))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr>'
        f'<w:pStyle w:val="Footer"/><w:tabs><w:tab w:val="right" w:pos="{_TEXT}"/></w:tabs></w:pPr>'
        f'<w:r><w:t xml:space="preserve">{running}</w:t></w:r><w:r><w:tab/></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
    )


def _styles(text: str, accent: str, tint: str) -> str:
    """The house's paragraph and table styles in place of pandoc's, and those of our own behind them."""
    for name, style in _paragraphs(accent, tint).items():
        identifier = _identifier(name)
        text = re.sub(
            rf'\s*<w:style\b[^>]*w:styleId="{identifier}"(?:(?!</w:style>).)*</w:style>',
            "",
            text,
            flags=re.DOTALL,
        )
        text = replaced(text, "</w:styles>", f"{style}</w:styles>")
    text = re.sub(
        r'\s*<w:style\b[^>]*w:styleId="Table"(?:(?!</w:style>).)*</w:style>', "", text, flags=re.DOTALL
    )
    links = rf'\g<1><w:color w:val="{accent}"/>'
    text = re.sub(
        r'(w:styleId="Hyperlink"(?:(?!</w:style>).)*)<w:color [^>]*/>', links, text, count=1, flags=re.DOTALL
    )
    return replaced(text, "</w:styles>", f"{_table(accent)}</w:styles>")


def _paragraphs(accent: str, tint: str) -> dict[str, str]:
    box = (
        f'<w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="{accent}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{tint}"/>'
    )
    kicker = '<w:keepNext/>{}<w:spacing w:before="{}" w:after="0"/>'
    return {
        "Normal": _style("Normal", 10.5, '<w:spacing w:after="120" w:line="264" w:lineRule="auto"/>', based=""),
        "Body Text": _style("Body Text", 10.5, '<w:spacing w:before="0" w:after="120"/>'),
        "Title": _style("Title", 30, '<w:spacing w:before="2400" w:after="240"/>', colour=accent, bold=True),
        "Subtitle": _style("Subtitle", 14, '<w:spacing w:after="600"/>', colour=GREY),
        "Author": _style("Author", 11, '<w:spacing w:after="40"/>'),
        "Date": _style("Date", 11, '<w:spacing w:after="40"/>'),
        "Cover Note": _style("Cover Note", 11, '<w:spacing w:before="40" w:after="40"/>', colour=GREY),
        "Contents Heading": _style(
            "Contents Heading", 16, '<w:pageBreakBefore/><w:spacing w:after="160"/>', colour=accent, bold=True
        ),
        "Contents": _style("Contents", 10.5, '<w:keepLines/><w:spacing w:after="100"/>'),
        "Kicker": _style("Kicker", 9.5, kicker.format("<w:pageBreakBefore/>", 0), colour=GREY),
        "Kicker Running On": _style("Kicker Running On", 9.5, kicker.format("", 480), colour=GREY),
        "heading 1": _heading(1, 18, accent, 240),
        "heading 2": _heading(2, 13, accent, 120),
        "heading 3": _heading(3, 11.5, accent, 80),
        "heading 4": _heading(4, 10.5, accent, 60),
        "Callout": _style(
            "Callout", 10.5, f'<w:keepLines/>{box}<w:spacing w:before="0" w:after="60"/><w:ind w:left="227"/>'
        ),
        "Table Caption": _style(
            "Table Caption", 9.5, '<w:keepNext/><w:keepLines/><w:spacing w:before="200" w:after="80"/>'
        ),
        "Image Caption": _style("Image Caption", 9.5, '<w:keepLines/><w:spacing w:before="60" w:after="160"/>'),
        "Captioned Figure": _style("Captioned Figure", 10.5, '<w:keepNext/><w:spacing w:before="160" w:after="0"/>'),
        "Source Note": _style("Source Note", 8.5, '<w:spacing w:before="60" w:after="200"/>', colour=GREY),
        "Compact": _style("Compact", 9, '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'),
        "Source Code": _style("Source Code", 8.5, '<w:spacing w:after="60" w:line="240" w:lineRule="auto"/>'),
        "footer": _style("footer", 8.5, "", colour=GREY),
    }  # fmt: skip


def _style(
    name: str, size: float, paragraph: str, *, colour: str = "", bold: bool = False, based: str = "Normal"
) -> str:
    """One paragraph style; sizes in Word are half points."""
    standing = 'w:default="1" ' if name == "Normal" else ""
    runs = "<w:b/>" if bold else ""
    runs += f'<w:color w:val="{colour}"/>' if colour else ""
    runs += f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>'
    above = f'<w:basedOn w:val="{based}"/>' if based else ""
    return (
        f'<w:style w:type="paragraph" {standing}w:styleId="{_identifier(name)}"><w:name w:val="{name}"/>'
        f"{above}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{runs}</w:rPr></w:style>"
    )


def _identifier(name: str) -> str:
    """Of a style, as Word makes it from the name."""
    return name[0].upper() + name[1:].replace(" ", "")


def _heading(level: int, size: float, accent: str, after: int) -> str:
    outline = f'<w:outlineLvl w:val="{level - 1}"/>'
    before = 40 if level == 1 else 280
    spacing = f'<w:keepNext/><w:keepLines/><w:spacing w:before="{before}" w:after="{after}"/>{outline}'
    return _style(f"heading {level}", size, spacing, colour=accent, bold=True)


def _table(accent: str) -> str:
    """Rules under the head and the rows; no row breaks over a page."""
    rule = '<w:{} w:val="single" w:sz="{}" w:space="0" w:color="{}"/>'
    return (
        '<w:style w:type="table" w:default="1" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>'
        f"{rule.format('bottom', 4, 'C9D0D9')}{rule.format('insideH', 4, 'C9D0D9')}</w:tblBorders><w:tblCellMar>"
        '<w:top w:w="20" w:type="dxa"/><w:left w:w="60" w:type="dxa"/><w:bottom w:w="20" w:type="dxa"/>'
        '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr><w:trPr><w:cantSplit/></w:trPr>'
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
        f'{rule.format("bottom", 8, accent)}</w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>'
    )


def finished(written: bytes, descriptions: Mapping[str, str]) -> bytes:
    """No row breaks over a page, and every picture is described, wherever a reader looks for that."""
    return changed(written, {"word/document.xml": lambda text: _whole_rows(described(text, descriptions))})


def _whole_rows(text: str) -> str:
    text = text.replace("<w:tr><w:trPr>", "<w:tr><w:trPr><w:cantSplit/>")
    return re.sub(r"<w:tr>(?!<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", text)
