"""Lists of centres: the GIAS extract, open data made of it, DfE's family hubs, our own list, register offices."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registration.centres.files import cells
from registration.centres.rules import KINDS, canonical_postcode, kind_of_centre
from registration.common.files import Row, Table, day, several, yes_or_no

_LAYOUT = {
    "name": ("establishmentname", "name", "family_hub"),
    "kind": ("kind",),
    "type": (r"typeofestablishment \((name|derived)\)",),
    "status": (r"establishmentstatus \(name\)",),
    "closed on": ("closedate",),
    "authority name": (r"la \(name\)", "local_authority"),
    "authority code": (r"la \(code\)",),
    "authority gss": (r"gsslacode( \(name\))?",),
    "cluster": ("cluster",),
    "rooms": ("rooms",),
    "services": ("services",),
    "urn": ("urn", "unique_reference_number"),
    "address": ("address", "street"),
    "locality": ("locality",),
    "address3": ("address3",),
    "town": ("town",),
    "postcode": ("postcode",),
    "easting": ("easting",),
    "northing": ("northing",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "long", "lon"),
    "lsoa": ("lsoa21cd", r"lsoa \(code\)", "lsoa"),
    "imd_decile": ("imd2019_decile", "imd_decile"),
    "telephone": ("telephonenum", "telephone"),
    "email": ("email",),
    "website": ("schoolwebsite", "website"),
    "participating_from": ("participating_from",),
    "participating_to": ("participating_to",),
    "step_free": ("step_free",),
    "parking": ("parking",),
    "bus": ("bus",),
    "feeding_room": ("feeding_room",),
    "directions": ("directions",),
    "entrance": ("entrance",),
    "languages": ("languages",),
}
_OFFICE_LAYOUT = {
    "name": ("name",),
    "district": ("registration-district",),
    "address": ("address1",),
    "locality": ("address2",),
    "address3": ("address3",),
    "postcode": ("postcode",),
    "website": ("url",),
}
_ADDRESS = ("address", "locality", "address3", "town")
_FACTS: Mapping[str, Callable[[str], Any]] = {
    "urn": cells.positive,
    "easting": cells.easting,
    "northing": cells.northing,
    "latitude": cells.latitude,
    "longitude": cells.longitude,
    "lsoa": str,
    "imd_decile": cells.decile,
    "telephone": str,
    "email": cells.email,
    "participating_from": day,
    "participating_to": day,
    "step_free": yes_or_no,
    "parking": yes_or_no,
    "bus": str,
    "feeding_room": yes_or_no,
    "directions": str,
    "entrance": str,
    "languages": cells.languages,
}
_TYPE = re.compile(r"children.?s cent(re|er)|family hub", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CentreRecord:
    """What a file says of one centre: `facts` by column of the centre's table, only those that the file gives."""

    line: int
    name: str
    postcode: str
    facts: Mapping[str, Any]
    cluster: str | None = None
    rooms: tuple[str, ...] = ()
    services: tuple[cells.Service, ...] = ()
    closed_on: date | None = None


@dataclass(slots=True)
class CentreFile:
    """The centres of a file, how many other rows it has, and the local authorities that its centres belong to."""

    records: list[CentreRecord] = field(default_factory=list)
    skipped: int = 0
    authorities: set[str] = field(default_factory=set)


def read_centres(table: Table, *, today: date, authority: str | None = None) -> CentreFile:
    """Read a list of centres, of one local authority where its name or code is given; FileRefused names every fault.

    Other establishments than children's centres, their linked sites and family hubs are passed over, as are those not
    yet open and closed ones without a usable postcode. Missing addresses and telephone numbers are warnings.
    """
    table.name_columns(_LAYOUT, needed=("name", "postcode"))
    file = CentreFile()
    for row in table:
        if not _wanted(row, authority):
            file.skipped += 1
            continue
        file.authorities.add(row.text("authority name"))
        if record := _centre(row, today):
            file.records.append(record)
    _refuse_repetition(table, file.records)
    return file


def read_offices(table: Table, district: str | None = None) -> CentreFile:
    """Read GOV.UK's list of register offices, of one registration district where its code is given.

    An office that serves two districts stands there twice and is taken once.
    """
    table.name_columns(_OFFICE_LAYOUT, needed=("name", "postcode", "district"))
    file, seen = CentreFile(), set()
    for row in table:
        if district is not None and row.text("district") != district:
            file.skipped += 1
        elif record := _record(row, {"kind": "register_office"}):
            key = (record.name.casefold(), record.postcode)
            file.skipped += key in seen
            file.records += [] if key in seen else [record]
            seen.add(key)
    table.refuse_if_faulty()
    return file


def _wanted(row: Row, authority: str | None) -> bool:
    kind = row.text("type")
    if kind and not _TYPE.search(kind):
        return False
    if row.text("status").casefold() == "proposed to open" or (_is_closed(row) and not _has_postcode(row)):
        return False
    names = {row.text(f"authority {part}").casefold() for part in ("name", "code", "gss")}
    return authority is None or authority.casefold() in names


def _is_closed(row: Row) -> bool:
    return row.text("status").casefold() == "closed"


def _has_postcode(row: Row) -> bool:
    try:
        canonical_postcode(row.text("postcode"))
    except ValueError:
        return False
    return True


def _centre(row: Row, today: date) -> CentreRecord | None:
    facts = {meaning: row.read(meaning, convert) for meaning, convert in _FACTS.items()}
    type_name = row.text("type")
    facts["kind"] = row.read("kind", _kind) or kind_of_centre(row.text("name"), type_name)
    closed_on = row.read("closed on", day)
    if _is_closed(row):
        closed_on = closed_on or today - timedelta(days=1)
    else:
        _warn_of_gaps(row)
    first, last = facts["participating_from"], facts["participating_to"]
    if first and last and last < first:
        row.fault("participating_to", f"is before the first day, {first}")
    return _record(row, facts, closed_on)


def _record(row: Row, facts: dict[str, Any], closed_on: date | None = None) -> CentreRecord | None:
    """Put a row's facts together; None where it has no name or postcode, which is a fault."""
    name, postcode = row.read("name", str, needed=True), row.read("postcode", canonical_postcode, needed=True)
    facts["address"] = ", ".join(part for meaning in _ADDRESS if (part := row.text(meaning))) or None
    facts["website"] = _website(row)
    services = row.read("services", cells.services) or ()
    _drop_halves(facts)
    if name is None or postcode is None:
        return None
    given = {name: value for name, value in facts.items() if value is not None}
    rooms, cluster = several(row.text("rooms")), row.text("cluster") or None
    return CentreRecord(row.line, name, postcode, given, cluster, rooms, services, closed_on)


def _drop_halves(facts: dict[str, Any]) -> None:
    """Leave out half a position; a grid reference of 0, 0 means there is none."""
    for one, other in (("easting", "northing"), ("latitude", "longitude")):
        if facts.get(one) is None or facts.get(other) is None or facts[one] == facts[other] == 0:
            facts[one] = facts[other] = None


def _kind(text: str) -> str:
    kind = re.sub(r"[\s-]+", "_", text.casefold().replace("'", ""))
    if kind not in KINDS:
        raise ValueError(f"is not one of {', '.join(KINDS)}")
    return kind


def _website(row: Row) -> str | None:
    """Read the web address; registers hold much that is none, which is no reason to refuse them."""
    text = row.text("website")
    try:
        return cells.web_address(text) if text else None
    except ValueError as error:
        row.warn("website", str(error))
        return None


def _warn_of_gaps(row: Row) -> None:
    if not any(row.text(meaning) for meaning in _ADDRESS):
        row.warn("address", "is missing: families will not be told the street")
    if not row.text("telephone"):
        row.warn("telephone", "is missing: families will not be told a number")


def _refuse_repetition(table: Table, records: list[CentreRecord]) -> None:
    """Refuse a centre listed twice: by its URN, or by name and postcode where it has none."""
    seen: dict[object, int] = {}
    for record in records:
        urn = record.facts.get("urn")
        key = urn or (record.name.casefold(), record.postcode)
        if key in seen:
            table.add_repeated(record.line, "urn" if urn else "name", str(urn or record.name), seen[key])
        seen.setdefault(key, record.line)
    table.refuse_if_faulty()
