"""Names, addresses and dates of birth in the fields of JSON, wherever it stands in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_KEY = re.compile(r"[\"'](\w[\w -]*)[\"']\s*:\s*[\"']([^\"']{1,80})[\"']")
PARTS = {
    "firstname", "lastname", "surname", "familyname", "givenname", "fullname", "middlename", "patientname",
    "customername", "clientname", "employeename", "contactname", "cardholder", "accountholder", "maidenname",
    "vorname", "nachname", "familienname", "vollername", "apellido", "apellidos", "nombrecompleto", "prenom",
    "prénom", "nomdefamille", "cognome", "nomecognome", "primerapellido", "segundoapellido", "lname", "fname",
}  # fmt: skip
PLAIN = {"name", "nombre", "nom", "nome"}  # of a person only where something beside says so
PERSONS = {
    "patient", "person", "customer", "client", "employee", "user", "contact", "candidate", "applicant", "author",
    "recipient", "sender", "beneficiary", "insured", "claimant", "tenant", "member", "guest", "passenger", "kunde",
    "patientin", "versicherter", "paciente", "cliente", "empleado", "asegurado", "salarié", "paziente", "assicurato",
    "personalinfo", "personalinformation", "personaldetails", "demographics", "patientinfo",
    "patientinformation", "contactinformation", "contactinfo",
}  # fmt: skip
PERSONAL = PARTS | {
    "dob", "dateofbirth", "birthdate", "geburtsdatum", "fechanacimiento", "fechadenacimiento", "datedenaissance",
    "datadinascita", "ssn", "email", "phone", "telephone", "phonenumber", "age", "gender", "sex", "nationality",
}  # fmt: skip
STREETS = {
    "street", "streetaddress", "address", "homeaddress", "addressline1", "address1", "strasse", "straße", "anschrift",
    "adresse", "calle", "direccion", "dirección", "domicilio", "rue", "via", "indirizzo",
}  # fmt: skip
BIRTHS = {"dob", "dateofbirth", "birthdate", "geburtsdatum", "fechanacimiento", "fechadenacimiento",
          "datedenaissance", "datadinascita"}  # fmt: skip
_NAME = re.compile(r"[^\W\d_a-z]['’]?[\w.'’-]*(?:[ ,]+[\w.'’-]+){0,4}")
_EMPTY = {
    "unknown", "none", "null", "n/a", "na", "string", "redacted", "anonymous", "not specified", "not provided",
}  # fmt: skip
DEEPEST = 40


def named_fields(text: str) -> Iterator[tuple[str, str]]:
    """Rule and value of each field that holds a person's name, address or date of birth."""
    if '":' not in text and "':" not in text and '" :' not in text:
        return
    lower = text.lower()
    if not any(word in lower for word in ("name", "nom", "apellido", "street", "addr", "stra", "birth", "dob", "geb",
                                          "calle", "direcc", "domicil", "rue", "via", "indirizzo", "nasc", "nac",
                                          "anschrift", "holder")):  # fmt: skip
        return
    value = _parsed(text)
    if value is not None:
        yield from _of(value, (), 0)
    else:
        yield from _loose(text)


def _parsed(text: str) -> Any:
    inner = text.strip()
    if inner.startswith("```"):
        inner = inner.strip("`").removeprefix("json")
    inner = inner.strip()
    if not inner.startswith(("{", "[")):
        return None
    try:
        return json.loads(inner)
    except (ValueError, RecursionError):
        return None


def _plain(key: str) -> str:
    return re.sub(r"[\s_-]", "", key.lower())


def _of(value: object, parents: tuple[str, ...], depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _of(one, parents, depth + 1)
    elif isinstance(value, dict):
        keys = {_plain(key): key for key in value}
        of_person = bool(parents and parents[-1] in PERSONS) or bool(PERSONAL & set(keys))
        for plain, key in keys.items():
            one = value[key]
            if isinstance(one, (dict, list)):
                yield from _of(one, (*parents, plain), depth + 1)
            elif isinstance(one, str):
                yield from _field(plain, one, of_person)


def _field(key: str, value: str, of_person: bool) -> Iterator[tuple[str, str]]:
    text = value.strip()
    if not text or text.lower() in _EMPTY or text.startswith(("[", "<", "{")):
        return
    if key in PARTS or (key in PERSONS and " " in text) or (key in PLAIN and of_person):
        if _NAME.fullmatch(text):
            yield "identifier_name", text
    elif key in STREETS and any(c.isdigit() for c in text) and any(c.isalpha() for c in text):
        yield "identifier_address", text
    elif key in BIRTHS and any(c.isdigit() for c in text):
        yield "identifier_birth", text


def _loose(text: str) -> Iterator[tuple[str, str]]:
    """The same of JSON that stands inside other text, or is broken: field by field."""
    found = [(_plain(key), value) for key, value in _KEY.findall(text)]
    of_person = bool(PERSONAL & {key for key, _ in found})
    for key, value in found:
        yield from _field(key, value, of_person)
