"""A file held against what is known: what taking it in would do. Nothing is changed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from registration.births.agreements.queries import agreement_in_force
from registration.births.files.queries import kept_keys, key_of, known_births, loss_key, taken_before
from registration.births.files.rules.births import Baby, Reader, Told
from registration.births.files.rules.columns import Column, Kind, Why, become
from registration.births.files.rules.counts import Count, counts, is_neighbourhood, is_ward
from registration.births.files.rules.deciding import Decision, decide
from registration.births.files.rules.sheet import Faults, Line, Sheet
from registration.centres.homes import Homes, middles
from registration.centres.queries import places_of
from registration.centres.rules import Place
from registration.common import contacts
from registration.common.clock import civil_date
from registration.common.errors import Refused
from registration.families.models import SharingAgreement


class NoAgreement(Refused):
    """No agreement is in force with this source today, so nothing of it may be taken in."""


class FileTakenBefore(Refused):
    """This file was taken in before: nothing is to be done."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"This file was taken in on {civil_date(at):%-d %B %Y}: nothing is to be done.")


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it was brought: its table, whose it is, what it tells of, and what was said of its columns."""

    sheet: Sheet
    source: str
    kind: Kind
    name: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a family lives: its centre and the decile of its area; `outside` of every authority of ours."""

    centre_id: int | None = None
    imd_decile: int | None = None
    outside: bool = False


@dataclass(slots=True)
class Look:
    """What a file would do. Babies of families outside the authority are left at the door and only counted."""

    brought: Brought
    agreement: SharingAgreement
    columns: tuple[Column, ...]
    told: Told
    decision: Decision = field(default_factory=Decision)
    homes: Mapping[str, Home] = field(default_factory=dict)
    outside: int = 0
    unplaced: int = 0
    counted: Sequence[tuple[int, Count]] = ()

    @property
    def rows(self) -> int:
        """Count the rows of the file."""
        return len(self.brought.sheet.lines)

    @property
    def dropped(self) -> list[str]:
        """Give the headings of the columns that are not taken."""
        return [column.heading for column in self.columns if column.why is not Why.TAKEN]

    def home(self, postcode: str | None) -> Home:
        """Give where a postcode lies; nowhere, where it is not told or in no directory."""
        return self.homes.get(postcode or "", Home())


def agreement_of(source: str, today: date) -> SharingAgreement:
    """Give the agreement in force with a source; NoAgreement is raised where there is none."""
    agreement = agreement_in_force(source, today)
    if agreement is None:
        raise NoAgreement
    return agreement


def refuse_again(source: str, sheet: Sheet) -> None:
    """Raise FileTakenBefore where the very same file of a source was taken in."""
    if at := taken_before(source, sheet.sha256):
        raise FileTakenBefore(at)


def look(brought: Brought, today: date) -> Look:
    """Read a file under its source's agreement and hold it against what is known.

    Raises NoAgreement, FileTakenBefore, and FileRefused naming every fault.
    """
    agreement = agreement_of(brought.source, today)
    refuse_again(brought.source, brought.sheet)
    columns, faults = become(brought.sheet, brought.kind, agreement.items, brought.said)
    if faults.count:
        faults.join(brought.sheet.faults)
        faults.refuse()
    if brought.kind is Kind.COUNTS:
        counted = _counted(counts(brought.sheet, columns, today), columns, today)
        return Look(brought, agreement, columns, Told((), (), 0, ()), counted=counted)
    told = Reader(brought.sheet, columns, today, contacts.mobile, contacts.email).told(brought.kind)
    found = Look(brought, agreement, columns, told)
    _decide(found, today)
    return found


def _decide(found: Look, today: date) -> None:
    source, families = found.brought.source, found.told.families
    babies = [baby for family in families for baby in family]
    found.homes = homes_of({baby.postcode for baby in babies if baby.postcode}, today)
    keys = {baby: key_of(source, baby) for baby in babies}
    known = known_births(source, set(keys.values()), {baby.born for baby in babies})
    told_lost = {baby: loss_key(f"{baby.born}|{' '.join(baby.mother.names)}") for baby in babies}
    kept = kept_keys(set(told_lost.values()))
    lost = {keys[baby] for baby, key in told_lost.items() if key in kept}
    found.decision = decide(families, keys, known, lost)
    _leave_outside(found)


def _leave_outside(found: Look) -> None:
    """Leave new families that live outside of our authority at the door, and count those whose home is not known."""
    inside: list[tuple[int | None, tuple[tuple[str, Baby], ...]]] = []
    for there, babies in found.decision.added:
        home = found.home(babies[0][1].postcode)
        if home.outside and there is None:
            found.outside += len(babies)
        else:
            inside.append((there, babies))
            found.unplaced += len(babies) if home.centre_id is None else 0
    found.decision.added = inside


def homes_of(postcodes: set[str], today: date) -> dict[str, Home]:
    """Say, by postcode, whose reach area it lies in; those in no directory are left out."""
    homes = Homes(today)
    ours = homes.authorities()
    found = {}
    for postcode, place in places_of(postcodes).items():
        outside = bool(ours) and place.lad is not None and place.lad not in ours
        found[postcode] = Home(outside=True) if outside else Home(homes.of(place), place.imd_decile)
    return found


def _counted(told: Sequence[Count], columns: Sequence[Column], today: date) -> Sequence[tuple[int, Count]]:
    """Find the centre that each count belongs to; an area nobody knows is a fault."""
    homes, faults = Homes(today), Faults()
    codes = {count.area for count in told if is_neighbourhood(count.area) or is_ward(count.area)}
    middle = middles(codes)
    heading = next(column.heading for column in columns if column.ours == "area")
    found = []
    for count in told:
        area = count.area
        number = homes.of_area(area, middle.get(area, Place(area))) if area in codes else homes.named(area)
        if number is None:
            faults.add(count.line, heading, area, "is no centre, neighbourhood or ward known here")
        else:
            found.append((number, count))
    faults.refuse()
    return found


def kept_sheet(sheet: Sheet, columns: Sequence[Column]) -> dict[str, Any]:
    """Give a table as it waits for its taking in: what must never be taken is emptied at once."""
    never = {column.place for column in columns if column.why is Why.NEVER}
    lines = [
        [line.number, *("" if place in never else cell for place, cell in enumerate(line.cells))]
        for line in sheet.lines
    ]
    return {"sha256": sheet.sha256, "header": sheet.header, "header_line": sheet.header_line, "lines": lines}


def sheet_of(kept: Mapping[str, Any]) -> Sheet:
    """Give the table that `kept_sheet` kept."""
    lines = tuple(Line(number, tuple(cells)) for number, *cells in kept["lines"])
    return Sheet(kept["sha256"], tuple(kept["header"]), kept["header_line"], lines)
