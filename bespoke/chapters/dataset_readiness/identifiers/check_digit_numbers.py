"""Numbers of persons with check digits: tax, insurance, identity and bank numbers, by country.

The check digits are those of python-stdnum. A number that is digits alone is looked for beside its name only: of
eleven random digits one in ten is a valid one. Numbers of firms (VAT, company registers) are no persons'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import holds_any

# What a number can be in: five digits and more, with marks, blanks and letters between.
TOKEN = re.compile(r"0(?:[ ./-]?[a-z]{0,5}[ ./-]?0){4,}")
DATE = re.compile(r"00?[/.-]00?[/.-]0000|0000-00-00")
TAX, BANK = "identifier_national", "identifier_bank"


@dataclass(frozen=True, slots=True)
class Number:
    """A shape, what checks it, and what must stand in a text (every digit a zero) before it is searched."""

    rule: str
    check: str  # module of stdnum; "" where the shape is all there is
    pattern: re.Pattern[str]
    parts: tuple[str, ...]

    def search(self, text: str, shape: str) -> str:
        if not holds_any(shape, self.parts):
            return ""
        valid = _checker(self.check)
        for match in self.pattern.finditer(text):
            found = match.group(match.lastindex or 0)
            if valid(found):
                return found
        return ""


@cache
def _checker(name: str) -> Callable[[str], bool]:
    if not name:
        return lambda _: True
    checked: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return lambda number: checked(number.replace(" ", "").replace("-", "") if name == "luhn" else number)


def _shaped(check: str, shape: str, *parts: str, rule: str = TAX) -> Number:
    return Number(rule, check, re.compile(rf"(?<![\w.,/-]){shape}(?![\w/-])(?![.,]\d)"), parts)


def _named(check: str, words: str, shape: str, *parts: str, rule: str = TAX) -> Number:
    """Digits beside the words that name them."""
    pattern = rf"(?i:\b(?:{words}))[^\d\n]{{0,25}}?(?<![\w])({shape})(?![\w])"
    return Number(rule, check, re.compile(pattern), parts)


DOCUMENT = r"(?=(?:[A-Z]*\d){4})[A-Z0-9]{7,12}"  # of a passport or a card: capitals and at least four digits

NUMBERS = (
    Number(
        BANK, "iban",
        re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
        ("00 0000 ", "0000000000", "0000 0000"),
    ),
    Number(
        BANK, "luhn", re.compile(r"(?<![\w.-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,4}(?![\w.-]*\d)"),
        ("0000 0000 0000", "0000-0000-0000", "0000000000000"),
    ),
    _shaped("es.dni", r"\d{8}[ -]?[A-HJ-NP-TV-Z]", "00000000"),
    _shaped("es.nie", r"[XYZ]-?\d{7}[ -]?[A-HJ-NP-TV-Z]", "x0000000", "y0000000", "z0000000", "-0000000"),
    _shaped("it.codicefiscale", r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", *(f"00{m}00" for m in "abcdehlmprst")),
    _shaped(
        "fr.nir", r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d",
        "0 00 00", "0000000000",
    ),
    _shaped("ch.ssn", r"756\.\d{4}\.\d{4}\.\d\d", "000.0000.0000"),
    _shaped("be.nn", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", "00.00.00-000"),
    _shaped("cz.rc", r"\d{6}/\d{3,4}", "000000/000"),
    _shaped("se.personnummer", r"(?:19|20)?\d{6}[-+]\d{4}", "000000-0000"),
    _shaped("dk.cpr", r"\d{6}-\d{4}", "000000-0000"),
    _shaped("fi.hetu", r"\d{6}[-+A]\d{3}[0-9A-Y]", "000000-000", "000000a000", "000000+000"),
    _shaped("ro.cnp", r"[1-8]\d{12}", "0000000000000"),
    _shaped("ie.pps", r"\d{7}[A-W][AH]?", "0000000"),
    _shaped("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d\d", "000.000.000-00"),
    _shaped("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d", "000000h", "000000m"),
    _shaped("mx.rfc", r"[A-ZÑ&]{4}\d{6}[A-Z0-9]{3}", "000000"),
    _shaped("cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]", ".000.000-"),
    _shaped("ar.cuit", r"(?:20|23|24|27)-\d{8}-\d", "00-00000000-0"),
    _shaped("do.cedula", r"\d{3}-\d{7}-\d", "000-0000000-0"),
    _shaped("us.itin", r"9\d\d-[5-9]\d-\d{4}", "000-00-0000"),
    _shaped(
        "", r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]",
        "00 00 00", "000000",
    ),
    _named(
        "de.idnr", r"steuer-?\s?id\w*|steuerliche identifikationsnummer|idnr\.?|st-?idnr\.?|tin", r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        "steuer", "idnr", "tin",
    ),
    _named(
        "", r"sozialversicherungsnummer|rentenversicherungsnummer|sv-?nummer|sv-?nr\.?|rvnr\.?|versicherungsnummer",
        r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", "versicherungsnummer", "sv-n", "svn", "rvnr",
    ),
    _named("", r"versichertennummer|kvnr\.?|krankenversichertennummer", r"[A-Z]\d{9}", "versichertennummer", "kvnr"),
    _named("at.vnr", r"sozialversicherungsnummer|sv-?nummer|svnr\.?|sv-?nr\.?", r"\d{4} ?\d{6}", "versicherungsnummer", "sv-n", "svn"),
    _named("gb.nhs", r"nhs(?: number| no\.?)?", r"\d{3}[ -]?\d{3}[ -]?\d{4}", "nhs"),
    _named("gb.utr", r"utr|unique taxpayer reference", r"\d{10}", "utr", "taxpayer"),
    _named("nl.bsn", r"bsn|burgerservicenummer|sofinummer", r"\d{4}\.?\d{2}\.?\d{3}|\d{8}", "bsn", "burgerservice", "sofi"),
    _named("pl.pesel", r"pesel", r"\d{11}", "pesel"),
    _named("pt.nif", r"nif|contribuinte", r"\d{3} ?\d{3} ?\d{3}", "nif", "contribuinte"),
    _named("no.fodselsnummer", r"fødselsnummer|fodselsnummer|personnummer", r"\d{6} ?\d{5}", "dselsnummer", "personnummer"),
    _named("bg.egn", r"egn|егн", r"\d{10}", "egn", "егн"),
    _named("hr.oib", r"oib", r"\d{11}", "oib"),
    _named("gr.amka", r"amka|αμκα", r"\d{11}", "amka", "αμκα"),
    _named("br.cpf", r"cpf", r"\d{11}", "cpf"),
    _named("ec.ci", r"c[eé]dula|c\.?i\.?", r"\d{9}-?\d", "dula", "c.i", " ci"),
    _named("", r"d\.?n\.?i\.?|documento nacional de identidad", r"\d{1,2}\.\d{3}\.\d{3}|\d{7,8}", "dni", "d.n.i", "documento nacional"),
    _named("", r"c[eé]dula de ciudadan[ií]a|c\.c\.", r"\d{1,3}(?:\.\d{3}){2,3}|\d{7,10}", "dula de ciudadan", "c.c."),
    _named("", r"n\.?º? ?(?:de )?(?:la )?seguridad social|nuss|naf", r"\d{2}[ /-]?\d{8}[ /-]?\d{2}", "seguridad social", "nuss", "naf"),
    _named(
        "", r"passport(?: number| no\.?)?|reisepass(?:nummer|nr\.?)?|pasaporte|passeport|passaporto",
        DOCUMENT, "pass", "pasaporte",
    ),
    _named(
        "", r"personalausweis(?:nummer|nr\.?)?|ausweisnummer|carta d['’]identità|carte (?:nationale )?d['’]identité"
        r"|driv(?:er|ing)['’]?s? licen[cs]e(?: number| no\.?)?|führerschein(?:nummer)?|permis de conduire|patente",
        DOCUMENT, "ausweis", "identit", "licen", "hrerschein", "permis", "patente",
    ),
    _named("", r"(?:bank )?account (?:number|no\.?)|kontonummer|numéro de compte|número de cuenta|numero di conto",
           r"\d[\d -]{5,18}\d", "account n", "kontonummer", "compte", "cuenta", "conto", rule=BANK),
)  # fmt: skip


def numbers(text: str, shape: str) -> Iterator[tuple[str, str]]:
    """Rule and number of each kind that a text holds. `shape` is the text in lower case, every digit a zero."""
    if not any(map(_may_be_one, TOKEN.findall(shape))):
        return
    for number in NUMBERS:
        if match := number.search(text, shape):
            yield number.rule, match


def _may_be_one(token: str) -> bool:
    """Not a date alone, nor five digits with a mark in them, such as an amount."""
    return (token.count("0") > 5 or token.isalnum()) and DATE.fullmatch(token) is None
