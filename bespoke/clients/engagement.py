"""engagement.yaml: one mapping, checked key by key and then as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bespoke.clients import known, open_work, plausible
from bespoke.clients.files import ClientFile, read_bytes, usable
from bespoke.clients.opening import open_inside
from bespoke.clients.records import MISFIT, Key, fit_record
from bespoke.clients.schema import ROLES, Engagement
from bespoke.clients.wording import EXAMPLE, did_you_mean, quote
from bespoke.clients.yaml_tree import Tree, read_yaml
from bespoke.errors import BespokeError, printable

LOGOS: dict[str, tuple[bytes, ...]] = {".svg": (b"<",), ".png": (b"\x89PNG\r\n\x1a\n",)}
LARGEST_FONT = 60_000_000  # bytes; one that has every script there is has 40 MB
LARGEST_PICTURE = 64_000_000  # bytes that are read to say of a logo that it is too large
FONTS: dict[str, tuple[bytes, ...]] = {
    ".otf": (b"OTTO", b"\0\1\0\0"),
    ".ttf": (b"\0\1\0\0", b"true"),
    ".ttc": (b"ttcf",),
}
_ORDER_FILE = "icd10cm-order-2027.txt"
CODE_SET_IN = "evaluation/"  # where a release of the code set lies, so that a change of it is seen by a run


def read_engagement(source: ClientFile) -> dict[str, Any] | None:
    """The typed keys that fit; None when the file cannot be read at all."""
    tree = read_yaml(source)
    if tree is None:
        return None
    work = open_work.completed(tree.value)
    typed = fit_record(work.tree, Engagement, (), tree.say)
    if typed is MISFIT:
        return None
    if work.ranges:
        typed |= {"unknown": work.unknown, "ranges": work.ranges}
    if work.unknown:
        source.say(f"not known, and assumed instead: {work.told()}", tree.line(("rates",)), warning=True)
    for check in (
        _examples, _currency, _calendar, _dates, _access, _thresholds, _files, _accent, _code_set, _owners, _plausible,
    ):  # fmt: skip
        check(tree, typed)
    return dict(typed)


def _examples(tree: Tree, typed: dict[str, Any]) -> None:
    for name in ("client", "prepared_by"):
        if typed.get(name, "").startswith(EXAMPLE):
            tree.say((name,), "is still the template's example; overwrite it", warning=True)


def _currency(tree: Tree, typed: dict[str, Any]) -> None:
    currency = typed.get("currency", "USD")
    if currency != "USD" and currency not in known.currencies():
        message = f"{quote(currency)} cannot be turned into US dollars; state rates in one of"
        tree.say(("currency",), f"{message} {', '.join(known.currencies())}")


def _calendar(tree: Tree, typed: dict[str, Any]) -> None:
    country, subdivision = typed.get("country"), typed.get("subdivision")
    if country is None:
        return
    if known.subdivisions(country) is None:
        near = did_you_mean(country, known.countries())
        message = f"{quote(country)} has no holiday calendar; use a two-letter country code such as US{near}"
        tree.say(("country",), message)
    elif subdivision is not None and not known.is_subdivision(country, subdivision):
        codes = known.subdivisions(country) or ()
        listed = f"one of {', '.join(codes)}" if codes else f"empty: {country} has one calendar"
        message = f"{quote(subdivision)} has no holiday calendar in {country}; must be {listed}"
        tree.say(("subdivision",), message)


def _dates(tree: Tree, typed: dict[str, Any]) -> None:
    as_of, start = typed.get("as_of"), typed.get("start")
    if as_of and start and start < as_of:
        message = f"{start} is before as_of {as_of}; the plan then starts in the past"
        tree.say(("start",), message, warning=True)


def _access(tree: Tree, typed: dict[str, Any]) -> None:
    """Answers that cannot both be true. An access nobody has asked about contradicts nothing."""
    access = typed.get("access", {})

    if access.get("private_haiku_arrangement") and access.get("aws_bedrock") is False:
        tree.say(
            ("access", "private_haiku_arrangement"),
            "is true while aws_bedrock is false; the arrangement lives on Bedrock, so correct one of them",
        )
    doors = ("anthropic_api", "anthropic_enterprise", "aws_bedrock")
    others = access.get("google_vertex") or access.get("microsoft_foundry")
    if access.get("distillation_authorised") and not others and all(access.get(d) is False for d in doors):
        tree.say(
            ("access", "distillation_authorised"),
            f"is true while {', '.join(doors)} are all false; no Claude is left to distil from",
        )


def _thresholds(tree: Tree, typed: dict[str, Any]) -> None:
    names = known.threshold_names() if typed.get("thresholds") else ()
    for name in typed.get("thresholds", ()):
        if name not in names:
            message = f"unknown threshold{did_you_mean(name, names)}; `bespoke facts` lists them"
            tree.say(("thresholds", name), message)


def _files(tree: Tree, typed: dict[str, Any]) -> None:
    logo = typed.get("branding", {}).get("logo")
    if logo is not None and _file(tree, ("branding", "logo"), logo, LOGOS):
        _logo(tree, logo)
    for place, font in enumerate(typed.get("fonts", ())):
        if _file(tree, ("fonts", place), font, FONTS):
            _font(tree, ("fonts", place), font)


def _accent(tree: Tree, typed: dict[str, Any]) -> None:
    """A colour too pale for text is darkened in the report; its owner should hear of it before."""
    from bespoke.report.colour import accessible

    colour = typed.get("branding", {}).get("accent")
    note = accessible(colour).note if colour else ""
    if note:
        tree.say(("branding", "accent"), note, warning=True)


def _code_set(tree: Tree, typed: dict[str, Any]) -> None:
    """Where the file has to lie; what is in it is told of the file itself."""
    name = typed.get("evaluation", {}).get("code_set")
    if name is None:
        return
    path = Path(name.replace("\\", "/"))
    if path.is_absolute() or len(path.parts) != 2 or path.parts[0] != CODE_SET_IN.rstrip("/"):
        such = f"such as {CODE_SET_IN}{_ORDER_FILE}"
        tree.say(
            ("evaluation", "code_set"), f"{quote(name)} must be the path of a file in {CODE_SET_IN}, {such}"
        )
        del typed["evaluation"]["code_set"]


def _owners(tree: Tree, typed: dict[str, Any]) -> None:
    """Roles are those that plans give work to."""
    for role in typed.get("owners", ()):
        if role not in ROLES:
            near = did_you_mean(role, ROLES)
            tree.say(("owners", role), f"no work is given to this role{near}; there are {', '.join(ROLES)}")


def _plausible(tree: Tree, typed: dict[str, Any]) -> None:
    """Rates and amounts that are most likely a slip."""
    for key, message in plausible.two_meanings(tree.value):
        tree.say(key, message, warning=True)
    if "as_of" in typed:
        given = typed.get("rates", {}), typed.get("currency", "USD"), typed["as_of"]
        for name, message in plausible.rates(*given):
            tree.say(("rates", name), message, warning=True)


def _logo(tree: Tree, name: str) -> None:
    """A picture that a typesetter would choke on is told here, before anything is run."""
    from bespoke.report.pictures import check_logo

    key: Key = ("branding", "logo")
    found = _named(tree, name)
    raw = read_bytes(found, LARGEST_PICTURE)
    try:
        if raw is not None:
            check_logo(raw, svg=name.lower().endswith(".svg"))
    except (ValueError, OSError) as error:
        tree.say(key, f"{quote(name)} {printable(str(error))}")
    for problem in found.problems:
        tree.say(key, f"{quote(name)} {problem.message}")


def _font(tree: Tree, key: Key, name: str) -> None:
    from bespoke.show.fonts import code_points

    path = _named(tree, name).path
    if path.stat().st_size > LARGEST_FONT:
        tree.say(key, f"{quote(name)} is larger than {LARGEST_FONT // 10**6} MB")
        return
    try:
        code_points((path,))
    except BespokeError as error:
        tree.say(key, f"{quote(name)} is {error.problems[0].message}")


def _named(tree: Tree, name: str) -> ClientFile:
    """A file that the engagement names, with problems of its own."""
    return ClientFile(tree.source.root, tree.source.root / name.replace("\\", "/"), tree.source.shown)


def _file(tree: Tree, key: Key, name: str, kinds: dict[str, tuple[bytes, ...]]) -> bool:
    """Whether a file that the engagement names is inside the folder, there, and what its ending says."""

    def say(message: str) -> None:
        tree.say(key, f"{quote(name)} {message}")

    path = Path(name.replace("\\", "/"))
    if not name.strip() or path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        say("must be the path of a file inside the client folder")
        return False
    if path.suffix.lower() not in kinds:
        say(f"must end in {' or '.join(kinds)}")
        return False
    found = _named(tree, name)
    if usable(found):
        try:
            with open_inside(found.root, found.path) as file:
                head = file.read(256).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        except OSError as error:
            found.say(f"cannot be read: {error.strerror}")
        else:
            if not head.startswith(kinds[path.suffix.lower()]):
                found.say(f"is not a {path.suffix[1:].upper()} file; put the real file there")
    for problem in found.problems:
        say(problem.message)
    return not found.problems
