"""Registration districts of England and Wales, as the government's open registers list them."""

from dataclasses import dataclass
from datetime import date

from registration.centres.files import cells
from registration.common.files import Table, day

_LAYOUT = {"code": ("registration-district",), "name": ("name",), "ended on": ("end-date",), "gss": ("gss",)}


@dataclass(frozen=True, slots=True)
class DistrictRecord:
    """One registration district: its own code, its name, its statistical code, and its end where it has ended."""

    code: str
    name: str
    gss: str | None
    ended_on: date | None


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
