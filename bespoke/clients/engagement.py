"""engagement.yaml: one mapping, checked key by key and then as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bespoke.clients import known, open_work, plausible
from bespoke.clients.files import LARGEST_YAML, ClientFile, read_bytes, read_text, usable
from bespoke.clients.opening import open_inside
from bespoke.clients.records import MISFIT, Key, dotted, fit_record
from bespoke.clients.schema import ROLES, Engagement
from bespoke.clients.wording import EXAMPLE, did_you_mean, quote
from bespoke.clients.yaml_tree import Tree, read_tree
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
    text = read_text(source, largest=LARGEST_YAML)
    tree = read_tree(source, text) if text is not None else None
    if tree is None:
        return None

    def say(key: Key, message: str) -> None:
        source.say(message, tree.line(key), dotted(key))

    work = open_work.completed(tree.value)
    typed = fit_record(work.tree, Engagement, (), say)
    if typed is MISFIT:
        return None
    if work.ranges:
        typed |= {"unknown": work.unknown, "ranges": work.ranges}
    if work.unknown:
        source.say(f"not known, and assumed instead: {work.told()}", tree.line(("rates",)), warning=True)
    for check in (
        _examples,
        _currency,
        _calendar,
        _dates,
        _access,
        _thresholds,
        _files,
        _accent,
        _code_set,
        _owners,
        _plausible,
    ):
        check(source, tree, typed)
    return dict(typed)


def _examples(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    for name in ("client", "prepared_by"):
        if typed.get(name, "").startswith(EXAMPLE):
            message = "is still the template's example; overwrite it"
            source.say(message, tree.line((name,)), name, warning=True)


def _currency(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    currency = typed.get("currency", "USD")
    if currency != "USD" and currency not in known.currencies():
        source.say(
            f"{quote(currency)} cannot be turned into US dollars; state rates in one of"
            f" {', '.join(known.currencies())}",
            tree.line(("currency",)),
            "currency",
        )


def _calendar(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    country, subdivision = typed.get("country"), typed.get("subdivision")
    if country is None:
        return
    if known.subdivisions(country) is None:
        near = did_you_mean(country, known.countries())
        message = f"{quote(country)} has no holiday calendar; use a two-letter country code such as US{near}"
        source.say(message, tree.line(("country",)), "country")
    elif subdivision is not None and not known.is_subdivision(country, subdivision):
        codes = known.subdivisions(country) or ()
        listed = f"one of {', '.join(codes)}" if codes else f"empty: {country} has one calendar"
        source.say(
            f"{quote(subdivision)} has no holiday calendar in {country}; must be {listed}",
            tree.line(("subdivision",)),
            "subdivision",
        )


def _dates(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    as_of, start = typed.get("as_of"), typed.get("start")
    if as_of and start and start < as_of:
        message = f"{start} is before as_of {as_of}; the plan then starts in the past"
        source.say(message, tree.line(("start",)), "start", warning=True)


def _access(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    """Answers that cannot both be true. An access nobody has asked about contradicts nothing."""
    access = typed.get("access", {})

    def contradicts(flag: str, message: str) -> None:
        source.say(message, tree.line(("access", flag)), f"access.{flag}")

    if access.get("private_haiku_arrangement") and access.get("aws_bedrock") is False:
        contradicts(
            "private_haiku_arrangement",
            "is true while aws_bedrock is false; the arrangement lives on Bedrock, so correct one of them",
        )
    doors = ("anthropic_api", "anthropic_enterprise", "aws_bedrock")
    others = access.get("google_vertex") or access.get("microsoft_foundry")
    if access.get("distillation_authorised") and not others and all(access.get(d) is False for d in doors):
        contradicts(
            "distillation_authorised",
            f"is true while {', '.join(doors)} are all false; no Claude is left to distil from",
        )


def _thresholds(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    if not typed.get("thresholds"):
        return
    names = known.threshold_names()
    for name in typed["thresholds"]:
        if name not in names:
            key: Key = ("thresholds", name)
            message = f"unknown threshold{did_you_mean(name, names)}; `bespoke facts` lists them"
            source.say(message, tree.line(key), dotted(key))


def _files(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    logo = typed.get("branding", {}).get("logo")
    if logo is not None and _file(source, tree, ("branding", "logo"), logo, LOGOS):
        _logo(source, tree, logo)
    for place, font in enumerate(typed.get("fonts", ())):
        if _file(source, tree, ("fonts", place), font, FONTS):
            _font(source, tree, ("fonts", place), font)


def _accent(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    """A colour too pale for text is darkened in the report; its owner should hear of it before."""
    from bespoke.report.colour import accessible

    colour = typed.get("branding", {}).get("accent")
    note = accessible(colour).note if colour else ""
    if note:
        key: Key = ("branding", "accent")
        source.say(note, tree.line(key), dotted(key), warning=True)


def _code_set(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    """Where the file has to lie; what is in it is told of the file itself."""
    name = typed.get("evaluation", {}).get("code_set")
    if name is None:
        return
    path = Path(name.replace("\\", "/"))
    if path.is_absolute() or len(path.parts) != 2 or path.parts[0] != CODE_SET_IN.rstrip("/"):
        key: Key = ("evaluation", "code_set")
        message = (
            f"{quote(name)} must be the path of a file in {CODE_SET_IN}, such as {CODE_SET_IN}{_ORDER_FILE}"
        )
        source.say(message, tree.line(key), dotted(key))
        del typed["evaluation"]["code_set"]


def _owners(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    """Roles are those that plans give work to."""
    for role in typed.get("owners", ()):
        if role not in ROLES:
            key: Key = ("owners", role)
            message = (
                f"no work is given to this role{did_you_mean(role, ROLES)}; there are {', '.join(ROLES)}"
            )
            source.say(message, tree.line(key), dotted(key))


def _plausible(source: ClientFile, tree: Tree, typed: dict[str, Any]) -> None:
    """Rates and amounts that are most likely a slip."""
    for key, message in plausible.two_meanings(tree.value):
        source.say(message, tree.line(key), dotted(key), warning=True)
    if "as_of" not in typed:
        return
    for name, message in plausible.rates(
        typed.get("rates", {}), typed.get("currency", "USD"), typed["as_of"]
    ):
        source.say(message, tree.line(("rates", name)), f"rates.{name}", warning=True)


def _logo(source: ClientFile, tree: Tree, name: str) -> None:
    """A picture that a typesetter would choke on is told here, before anything is run."""
    from bespoke.report.pictures import check_logo

    key: Key = ("branding", "logo")
    found = ClientFile(source.root, source.root / name.replace("\\", "/"), source.shown)
    raw = read_bytes(found, LARGEST_PICTURE)
    try:
        if raw is not None:
            check_logo(raw, svg=name.lower().endswith(".svg"))
    except (ValueError, OSError) as error:
        source.say(f"{quote(name)} {printable(str(error))}", tree.line(key), dotted(key))
    for problem in found.problems:
        source.say(f"{quote(name)} {problem.message}", tree.line(key), dotted(key))


def _font(source: ClientFile, tree: Tree, key: Key, name: str) -> None:
    from bespoke.show.fonts import code_points

    path = source.root / name.replace("\\", "/")
    if path.stat().st_size > LARGEST_FONT:
        source.say(f"{quote(name)} is larger than {LARGEST_FONT // 10**6} MB", tree.line(key), dotted(key))
        return
    try:
        code_points((path,))
    except BespokeError as error:
        source.say(f"{quote(name)} is {error.problems[0].message}", tree.line(key), dotted(key))


def _file(source: ClientFile, tree: Tree, key: Key, name: str, kinds: dict[str, tuple[bytes, ...]]) -> bool:
    """Whether a file that the engagement names is inside the folder, there, and what its ending says."""

    def say(message: str) -> None:
        source.say(f"{quote(name)} {message}", tree.line(key), dotted(key))

    path = Path(name.replace("\\", "/"))
    if not name.strip() or path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
        say("must be the path of a file inside the client folder")
        return False
    if path.suffix.lower() not in kinds:
        say(f"must end in {' or '.join(kinds)}")
        return False
    found = ClientFile(source.root, source.root / path, source.shown)
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
