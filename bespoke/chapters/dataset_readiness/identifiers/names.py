"""Names of persons beside a label or a title, in English, German, Spanish, French and Italian."""

from __future__ import annotations

import re

from bespoke.chapters.dataset_readiness.identifiers.shape_patterns import Look

_UP, _LOW = "A-ZÀ-ÖØ-ÞŠŽŁŚ", "a-zß-öø-ÿšžłśńęąćżź"
_WORD = rf"(?:(?:O|D|L)['’])?[{_UP}][{_LOW}]+(?:[-'’][{_UP}][{_LOW}]+)*"
_PARTICLE = r"(?:von|van|de|der|den|del|della|di|da|dos|du|la|le|y|zu|zur|ten|ter|bin|ibn|al|el)"
_FULL = rf"{_WORD}(?:,? (?:{_PARTICLE} ){{0,2}}(?:[{_UP}]\. )?{_WORD}){{1,3}}"
_LABEL = (
    r"(?:[Pp]atient(?:in|e|en)?(?: [Nn]ame)?|PATIENT|Pt(?: [Nn]ame)?|[Nn]ame|NAME|[Ff]ull [Nn]ame"
    r"|[Cc]ustomer(?: [Nn]ame)?|[Cc]lient(?:e|i)?(?: [Nn]ame)?|[Ee]mployee|[Cc]ontact(?: [Pp]erson)?|[Cc]ardholder"
    r"|[Aa]ccount [Hh]older|[Pp]olicyholder|[Ss]igned|[Tt]enant|[Aa]pplicant|[Cc]laimant"
    r"|[Kk]und(?:e|in)|[Vv]ersicherte[rn]?|[Aa]nsprechpartner(?:in)?|[Aa]ntragsteller(?:in)?|[Mm]ieter(?:in)?"
    r"|[Kk]ontoinhaber(?:in)?|[Vv]or- und [Nn]achname|[Mm]andant(?:in)?"
    r"|[Pp]aciente|[Nn]ombre(?: y apellidos| completo)?|[Tt]itular|[Aa]segurad[oa]|[Ss]olicitante|[Ii]nquilin[oa]"
    r"|[Nn]om(?: et prénom| complet)?|[Tt]itulaire|[Aa]ssurée?|[Dd]emandeur|[Ll]ocataire|[Ss]alariée?"
    r"|[Pp]aziente|[Nn]ome(?: e cognome| completo)?|[Ii]ntestatari[oa]|[Aa]ssicurat[oa]|[Rr]ichiedente|[Ii]nquilin[oa])"
)
_PART = (  # a label for one part of a name: one word is enough
    r"(?:[Ff]irst [Nn]ame|[Ll]ast [Nn]ame|[Ss]urname|[Ff]amily [Nn]ame|[Gg]iven [Nn]ame"
    r"|[Vv]orname|[Nn]achname|[Ff]amilienname|[Aa]pellidos?|[Pp]rénom|[Cc]ognome|[Nn]om de famille)"
)
_OFFICE = (  # after a title: an office or a profession, no name
    r"(?:Doktor|Präsident|Minist|Direct|Direk|Professor|Prof|President|Président|Alcald|Maire|Juez|Kanzler|Richter"
    r"|Software|Engineer|Developer|Manager|Analyst|Consultant|Designer|Data|Product|Project|Account|Research|Systems?"
    r"|Universe|World|Speaker|Chairman|Justice|Secretary|Presidente|Avvocato|Giudice|Sindaco|Senator)"
)
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mister|Madam|Herrn?|Frau|Sr|Sra|Srta|D|Dña|Don|Doña|señora?|Señora?|Mme|Mlle|Monsieur|Madame"
    r"|Mademoiselle|Sig|Sig\.ra|Signora?|signora?|Dott|Dott\.ssa)"
)

NAMES = (
    Look(
        "identifier_name",
        re.compile(
            rf"\b{_LABEL}\s?:\s*(?:(?:{_TITLE}|Dr)\.?\s*)?{_FULL}"
            rf"|\b{_PART}\s?:\s*{_WORD}"
            rf"|\b{_LABEL}\s?:\s*[{_UP}]{{2,}}, ?{_WORD}"
        ),
        hint=re.compile(r":\s*[A-ZÀ-Þ](?:[a-zß-ÿ.'’]|[A-ZÀ-Þ]+,)"),
        reach=30,  # the longest label and a blank
    ),
    Look(
        "identifier_name",
        re.compile(
            rf"\b(?:Mr|Mrs|Ms|Miss|Herrn?|Frau|Sr|Sra|Srta|Dña|Don|Doña|[Ss]eñora?|[Ss]eñorita|Mme|Mlle|Monsieur|Madame"
            rf"|Mademoiselle|Sig|Sig\.ra|Sig\.na|[Ss]ignora?|[Ss]ignorina)\.? (?:(?:Dr|Prof|Dott)\. )?"
            rf"(?:{_PARTICLE} )?(?!{_OFFICE}){_WORD}"
        ),
        parts=(
            "mr. ", "mr ", "mrs", "ms. ", "ms ", "miss ", "herr", "frau", "sr. ", "sr ", "sra", "srta", "dña", "don ",
            "doña", "señor", "mme", "mlle", "monsieur", "madame", "mademoiselle", "sig. ", "sig.", "signor",
        ),
    ),
    Look(
        "identifier_name",
        re.compile(
            rf"\b(?:[Mm]y name is|[Ii]ch heiße|[Mm]ein Name ist|[Mm]e llamo|[Mm]i nombre es|[Jj]e m['’]appelle"
            rf"|[Mm]i chiamo|[Ii]l mio nome è) {_WORD}"
        ),
        parts=("name is", "ich heiße", "name ist", "me llamo", "nombre es", "appelle", "mi chiamo", "nome è"),
    ),
    Look(  # elsewhere an initial, or a kind of bacteria
        "identifier_name",
        re.compile(rf"(?<![A-Z]\. )\b(?:M|D)\. (?!{_OFFICE}){_WORD}"),
        parts=("m. ", "d. "),
        countries=("FR", "BE", "CH", "LU", "MC", "ES", "MX", "AR", "CO", "CL", "PE"),
    ),
)  # fmt: skip
