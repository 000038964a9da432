"""Full dates as countries write them, and dates beside a word for birth."""

from __future__ import annotations

import re

from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import Look

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_OTHERS = (  # months of German, Spanish, French and Italian
    r"(?:j[aä]nner|januar|februar|märz|maerz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
    r"|janvier|février|fevrier|mars|avril|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre"
    r"|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre)"
)
_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NUMBERS = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4})"
_BIRTH = (
    r"(?:d\.?o\.?b\.?|date of birth|born(?: on)?|birth ?date"
    r"|geb\.?|geboren(?: am)?|geburtsdatum|geburtstag"
    r"|fecha de nacimiento|f\. ?nac\.?|nacid[oa](?: el)?"
    r"|né\(?e?\)? le|née le|date de naissance|ddn"
    r"|nat[oa](?: il| a [a-z]+ il)?|data di nascita)"
)

DATES = (
    Look(
        "identifier_birth",
        re.compile(
            rf"\b{_BIRTH}[\s:]{{1,3}}(?:{_NUMBERS}|{_DAY}\.? (?:de )?(?:{_OTHERS}|{_MONTH})(?: de)?,? {_YEAR}"
            rf"|{_MONTH} {_DAY},? {_YEAR})",
            re.IGNORECASE,
        ),
        parts=(
            "birth", "born", "dob", "d.o.b", "geb", "nacim", "nacid", "nac.", "né", "naissance", "ddn", "nato", "nata",
            "nascita",
        ),
    ),
    Look(  # begins with a digit, whatever its order, so that the search skips from digit to digit
        "identifier_date",
        re.compile(
            rf"\d(?<!\w\d)(?:(?:(?<=1)9|(?<=2)0)\d\d-\d\d-\d\d"
            rf"|\d?/\d{{1,2}}/(?:{_YEAR}|\d\d)|\d?-\d\d-{_YEAR}|\d?\. ?\d{{1,2}}\. ?{_YEAR}|\d? {_MONTH},? {_YEAR})\b",
            re.IGNORECASE,
        ),
        parts=("0000-00-00", "0/0/", "0/00/", " 0000", ".0000", "-00-0000"),
    ),
    Look(
        "identifier_date",
        re.compile(rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}\b", re.IGNORECASE),
        parts=tuple(f"{day}{comma} 0000" for day in ("0", "st", "nd", "rd", "th") for comma in ("", ",")),
    ),
    Look(
        "identifier_date",
        re.compile(rf"\b(?:{_DAY}|1er)(?:\.|º)? (?:de )?{_OTHERS}(?: del? )?,? ?{_YEAR}\b", re.IGNORECASE),
        parts=(" 0000",),
    ),
)  # fmt: skip
