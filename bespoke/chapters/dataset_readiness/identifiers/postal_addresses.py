"""Postal addresses, postal codes and number plates."""

from __future__ import annotations

import re

from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import Look, holds_any

_UP, _LOW = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_CAP = rf"[{_UP}][{_LOW}{_UP}'’.-]+"
_OF = r"(?:de la |de las |de los |de l['’]|del |della |delle |dei |degli |des |de |du |d['’]|di |dell['’])?"
_STATE = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"

PLACES = (
    Look(
        "identifier_address",
        re.compile(
            rf"\b\d{{1,5}}[A-Za-z]?,? (?:[NSEW]\.? )?(?:{_CAP} ){{1,3}}"
            r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Close|Crescent|Terrace"
            r"|Place|Pl|Square|Gardens|Grove|Parkway|Pkwy|Circle|Highway|Hwy)\b"
        ),
        hint=re.compile(rf"\d[A-Za-z]?,? (?:[NSEW]\.? )?[{_UP}][{_LOW}{_UP}'’.-]+ "),
    ),
    Look(
        "identifier_address",
        re.compile(
            rf"\b(?!(?:Der|Die|Das|Den|Dem|Des|Ein|Eine|Jeder|Am|Im|Vom|Zum|Zur) )[{_UP}][{_LOW}]+(?:-[{_UP}][{_LOW}]+)*[- ]?(?:[Ss]traße|[Ss]trasse|[Ss]tr\.|[Ww]eg|[Gg]asse|[Aa]llee"
            r"|[Pp]latz|[Rr]ing|[Dd]amm|[Uu]fer|[Cc]haussee|[Ss]teig|[Hh]of) \d{1,4} ?[a-z]?\b"
            rf"|\b(?:Am|Im|An der|Zum|Zur|Auf der) {_CAP}(?: {_CAP})? \d{{1,4}} ?[a-z]?(?=,? \d{{5}})"
        ),
        parts=("straße 0", "strasse 0", "str. 0", "weg 0", "gasse 0", "allee 0", "platz 0", "ring 0", "damm 0", "ufer 0",
               "chaussee 0", "steig 0", "hof 0", "am ", "im ", "an der ", "zum ", "zur ", "auf der "),
    ),
    Look(
        "identifier_address",
        re.compile(
            rf"(?:\bC/ ?|\b(?:[Cc]alle|[Aa]vda?\.?|[Aa]venida|[Pp]aseo|[Pp]laza|[Pp]za\.?|[Cc]amino|[Rr]onda|[Tt]ravesía|[Cc]arretera)"
            rf" ){_OF}{_CAP}(?: {_OF}{_CAP}){{0,3}},? (?:n\.?[º°o]? ?|número |núm\. )?\d{{1,4}}\b"
        ),
        parts=("c/", "calle ", "avd", "avenida ", "paseo ", "plaza ", "pza", "camino ", "ronda ", "travesía ", "carretera "),
    ),
    Look(
        "identifier_address",
        re.compile(
            rf"\b\d{{1,4}}(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Aa]llée"
            rf"|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage) {_OF}{_CAP}"
        ),
        hint=re.compile(r"\d(?: ?(?:bis|ter))?,? (?:[Rr]ue|[Aa]v|[Bb]|[Pp]|[Cc]|[Aa]l|[Ii]mp|[Qq]uai|[Rr]out|[Ss]q)"),
    ),
    Look(
        "identifier_address",
        re.compile(
            rf"\b(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Pp]iazzale|[Cc]orso|[Ll]argo|[Vv]icolo|[Ss]trada|P\.zza|V\.le) {_OF}{_CAP}"
            rf"(?: {_OF}{_CAP}){{0,3}},? (?:n\.? ?)?\d{{1,4}}\b"
        ),
        parts=("via ", "viale ", "piazza", "corso ", "largo ", "vicolo ", "strada ", "p.zza", "v.le"),
    ),
    Look(
        "identifier_zip",
        re.compile(rf"\b(?:(?:{_STATE}) \d{{5}}(?:-\d{{4}})?|(?i:zip)(?: code)?[: ]+\d{{5}})\b"),
        parts=("00000",),
    ),
    Look(
        "identifier_zip",
        re.compile(
            r"\b(?:[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKPSTUW]? \d[ABD-HJLNP-UW-Z]{2}"
            rf"|(?:(?:D|A|CH|F|I|E)-)\d{{4,5}} {_CAP}"
            r"|(?i:plz|c\.?p\.?|cap|código postal|code postal|postleitzahl|postcode)[: ]+\d{4,5})\b"
        ),
        parts=("0 0", "-0000", "plz", "cp", "c.p", "cap", "postal", "postleitzahl", "postcode"),
    ),
)  # fmt: skip

_LABEL = (
    r"(?i:kennzeichen|amtl\. kennz\.|matr[ií]cula|immatricul\w*|plaque|targa(?:to|ta)?|licen[cs]e plate|number plate"
    r"|plate|registration|reg\.? no\.?|vehicle reg\w*)"
)
_ANY = r"[A-ZÄÖÜ]{1,3}[ -]?[A-Z]{0,2}[ -]?\d{1,4}[ -]?[A-Z]{0,3}|\d{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}|[A-Z]{2}\d{2} ?[A-Z]{3}|\d[A-Z]{3}\d{3}"
LABELLED = re.compile(rf"\b{_LABEL}[^\n\d]{{0,20}}?[: ](?-i:({_ANY}))(?!\w)")
LABELS = ("kenn", "matr", "plaque", "targa", "plate", "regist", "reg no", "reg. no", "vehicle reg")
BY_COUNTRY = {
    "DE": (re.compile(r"(?<![\w-])[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{2,4}[EH]?(?![\w-])"), ("-",)),
    "FR": (re.compile(r"(?<![\w-])[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2}(?![\w-])"), ("-000-",)),
    "GB": (re.compile(r"(?<![\w-])[A-Z]{2}\d{2} [A-Z]{3}(?![\w-])"), ("00 ",)),
    "ES": (re.compile(r"(?<![\w-])\d{4} [B-DF-HJ-NP-TV-Z]{3}(?![\w-])"), ("0000 ",)),
    "IT": (re.compile(r"(?<![\w-])[A-HJ-NPR-TV-Z]{2} ?\d{3} ?[A-HJ-NPR-TV-Z]{2}(?![\w-])"), ("000",)),
}
ALWAYS = ("FR",)  # a shape that hardly anything else has


def plates(text: str, shape: str, country: str) -> str:
    """A number plate beside a word that says so, or in the form of the engagement's country; "" without one."""
    if holds_any(shape, LABELS) and (match := LABELLED.search(text)):
        return match.group(1)
    for place in dict.fromkeys((*ALWAYS, country)):
        if place in BY_COUNTRY:
            pattern, parts = BY_COUNTRY[place]
            if holds_any(shape, parts) and (match := pattern.search(text)):
                return match.group()
    return ""
