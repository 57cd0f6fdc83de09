"""Registration districts of England and Wales, as the government's open registers list them, and places of birth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from registration.centres.files import cells
from registration.centres.rules import BIRTHPLACE_KINDS, canonical_postcode
from registration.common.files import Table, day

D = TypeVar("D")

_BIRTHPLACES = {"name": ("name",), "kind": ("kind",), "district": ("district",), "postcode": ("postcode",)}
_LAYOUT = {"code": ("registration-district",), "name": ("name",), "ended on": ("end-date",), "gss": ("gss",)}


@dataclass(frozen=True, slots=True)
class DistrictRecord:
    """One registration district: its own code, its name, its statistical code, and its end where it has ended."""

    code: str
    name: str
    gss: str | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class BirthplaceRecord(Generic[D]):
    """One place where babies are born, and its district."""

    name: str
    kind: str
    district: D
    postcode: str | None


def read_birthplaces(table: Table, districts: Mapping[str, D]) -> list[BirthplaceRecord[D]]:
    """Read the service's own list of places of birth; districts by code or name in small letters. May be refused."""
    table.name_columns(_BIRTHPLACES, needed=("name", "kind", "district"))

    def known(text: str) -> D:
        """Give the district of a name; ValueError says that it is none of those loaded."""
        if text.casefold() not in districts:
            raise ValueError("is not a registration district known here: load the districts first")
        return districts[text.casefold()]

    records: dict[tuple[str, D], BirthplaceRecord[D]] = {}
    for row in table:
        name, kind = row.read("name", str, needed=True), row.read("kind", _kind, needed=True)
        district, postcode = row.read("district", known, needed=True), row.read("postcode", canonical_postcode)
        if name and kind and district:
            if (name, district) in records:
                row.fault("name", "is there already")
            records[name, district] = BirthplaceRecord(name, kind, district, postcode)
    table.refuse_if_faulty()
    return list(records.values())


def _kind(text: str) -> str:
    if text not in BIRTHPLACE_KINDS:
        raise ValueError(f"is not one of {', '.join(BIRTHPLACE_KINDS)}")
    return text


def read_districts(table: Table, codes: Table | None = None) -> list[DistrictRecord]:
    """Read the register of districts, and their statistical codes where given; FileRefused names every fault."""
    statistical = {} if codes is None else _statistical_codes(codes)
    table.name_columns(_LAYOUT, needed=("code", "name"))
    records: dict[str, DistrictRecord] = {}
    for row in table:
        code, name = row.read("code", str, needed=True), row.read("name", str, needed=True)
        gss, ended_on = row.read("gss", cells.gss), row.read("ended on", day)
        if code in records:
            row.fault("code", "is there already")
        elif code and name:
            records[code] = DistrictRecord(code, name, gss or statistical.get(code), ended_on)
    table.refuse_if_faulty()
    return list(records.values())


def _statistical_codes(table: Table) -> dict[str, str]:
    table.name_columns(_LAYOUT, needed=("code", "gss"))
    codes = {}
    for row in table:
        code, gss = row.read("code", str, needed=True), row.read("gss", cells.gss, needed=True)
        if code and gss:
            codes[code] = gss
    table.refuse_if_faulty()
    return codes
