"""Logos, drawings and fonts that a typesetter would choke on, or that do more than draw."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke import clients
from bespoke.report import limits, pictures
from tests.attacks.conftest import CLIENT
from tests.png_files import png

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">'
)
LEVELS = "".join(f'<g id="a{n + 1}">{f"<use xlink:href=_#a{n}_/>" * 10}</g>' for n in range(9)).replace(
    "_", '"'
)
LOGOS = {
    "100,000 nested groups": (SVG + "<g>" * 100_000 + "</g>" * 100_000 + "</svg>", "nests more than 100"),
    "entities": (f'<!DOCTYPE svg [<!ENTITY a "b">]>{SVG}<title>&a;</title></svg>', "declares entities"),
    "a file by an entity": (f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{SVG}&a;</svg>', "declares"),
    "a thousand million references": (f'{SVG}<g id="a0"><path/></g>{LEVELS}</svg>', "draws more than 2,000,000"),
    "a circle of references": (f'{SVG}<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g></svg>', "itself"),
    "a script": (f"{SVG}<script>alert(1)</script></svg>", "holds <script>"),
    "an event": (f'{SVG}<rect onclick="alert(1)"/></svg>', "holds a script (onclick)"),
    "HTML": (f"{SVG}<foreignObject><p>x</p></foreignObject></svg>", "holds <foreignObject>"),
    "an animation": (f"{SVG}<animate/></svg>", "holds <animate>"),
    "a filter": (f"{SVG}<filter/></svg>", "holds <filter>"),
    "a picture on the web": (f'{SVG}<image href="http://evil.example/x.png"/></svg>', "refers to 'http://evil"),
    "a file of the machine": (f'{SVG}<image href="file:///etc/passwd"/></svg>', "refers to 'file:///etc"),
    "a drawing in a drawing": (f'{SVG}<image href="data:image/svg+xml;base64,AA"/></svg>', "refers to 'data:image/svg"),
    "a style that loads": (f'{SVG}<style>@import "http://evil.example";</style></svg>', "a style that loads"),
    "a fill that loads": (f'{SVG}<rect fill="url(http://evil.example)"/></svg>', "a style that loads"),
    "no drawing at all": ("<svg", "is no SVG that can be read"),
}  # fmt: skip


def checked(client: Path, name: str, content: bytes) -> list[str]:
    """What `check` says of the folder with this logo."""
    (client / name).write_bytes(content)
    text = (client / "engagement.yaml").read_text()
    (client / "engagement.yaml").write_text(f'{text}\nbranding:\n  logo: "{name}"\n' if "\nbranding:" not in text else
                                            text.replace("\nbranding:", f'\nbranding:\n  logo: "{name}"'))  # fmt: skip
    return [str(p) for p in clients.check(client.parent, CLIENT) if not p.warning]


@pytest.mark.parametrize("what", LOGOS)
def test_a_logo_is_refused_in_check_by_name(client: Path, what: str) -> None:
    """A logo holds what no logo needs."""
    content, said = LOGOS[what]
    problems = checked(client, "logo.svg", content.encode())
    assert len(problems) == 1, problems
    assert 'branding.logo: "logo.svg" ' in problems[0]
    assert said in problems[0]


def test_a_logo_of_too_many_bytes_is_refused(client: Path) -> None:
    """A logo of 11 MB."""
    (problem,) = checked(client, "logo.svg", f"{SVG}<desc>{'x' * 11_000_000}</desc></svg>".encode())
    assert "is larger than 10 MB" in problem


def test_a_small_file_of_many_pixels_is_refused(client: Path) -> None:
    """A PNG of a hundred bytes that unpacks to 81 million pixels."""
    (problem,) = checked(client, "logo.png", png(9_000, 9_000))
    assert "has 9,000 x 9,000 pixels; at most 50 million are taken" in problem


def test_a_bomb_of_pixels_is_refused(client: Path) -> None:
    """A PNG of a hundred bytes that unpacks to 10,000 million pixels."""
    (problem,) = checked(client, "logo.png", png(100_000, 100_000))
    assert "10000000000 pixels" in problem


def test_a_truncated_picture_is_refused(client: Path) -> None:
    """A PNG that breaks off."""
    (problem,) = checked(client, "logo.png", png(9, 9)[:-20])
    assert 'branding.logo: "logo.png" ' in problem


@pytest.mark.parametrize("what", ["100,000 nested groups", "a thousand million references", "a circle of references",
                                  "entities"])  # fmt: skip
def test_a_drawing_in_a_notebook_does_not_reach_the_typesetter(what: str) -> None:
    """The same drawing as the output of somebody's notebook."""
    with pytest.raises(ValueError, match=r"nests|draws more|refers to itself|declares"):
        pictures.from_bytes(LOGOS[what][0].encode(), "alt")


def test_an_ordinary_logo_passes() -> None:
    """Not an attack: gradients, clips, an embedded PNG and a DOCTYPE are what logos hold."""
    text = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        f'{SVG}<metadata><rdf:RDF xmlns:rdf="x"><rdf:li/></rdf:RDF></metadata><defs><linearGradient id="g"><stop/></linearGradient>'
        '<clipPath id="c"><rect/></clipPath></defs><g clip-path="url(#c)"><path style="fill:url(#g)"/>'
        '<image href="data:image/png;base64,AAAA"/><use xlink:href="#c"/></g></svg>'
    )
    limits.check_svg(text.encode(), logo=True)


def test_a_font_of_too_many_bytes_is_refused(client: Path) -> None:
    """A font of 61 MB."""
    (client / "big.ttf").write_bytes(b"\0\1\0\0" + bytes(61_000_000))
    text = (client / "engagement.yaml").read_text()
    (client / "engagement.yaml").write_text(f"{text}\nfonts: [big.ttf]\n")
    assert any('"big.ttf" is larger than 60 MB' in str(p) for p in clients.check(client.parent, CLIENT))
