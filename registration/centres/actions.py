"""Changes to places: what imported files bring."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, BinaryIO

from sqlalchemy import func, inspect, or_, select

from registration.centres.bulk import Incoming
from registration.centres.files import (
    DEPRIVATION_COLUMNS,
    POSTCODE_COLUMNS,
    CentreFile,
    CentreRecord,
    DistrictRecord,
    deprivation_rows,
    postcode_rows,
    read_birthplaces,
    read_centres,
    read_districts,
    read_offices,
)
from registration.centres.files.cells import Service
from registration.centres.models import (
    Centre,
    CentreService,
    Cluster,
    Deprivation,
    ImportedFile,
    PlaceOfBirth,
    Postcode,
    RegistrationDistrict,
    Room,
)
from registration.centres.queries import imported_place, locate
from registration.centres.rules import UNASSIGNED, Position, Site, latitude_longitude, looks_like, name_words
from registration.centres.services.rules import kind_told_by
from registration.common.db import Model, db
from registration.common.files import Fault, Table

FIRST_ROOM = "Room 1"
POSITION = ("easting", "northing", "latitude", "longitude")
AREA = ("lsoa", "imd_decile")


#: Asks how many families are booked at a centre after a day, as of a moment. Bookings stand above places, so it is handed in.
BookedAfter = Callable[[int, date, datetime], int]


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, and when: the moment is stamped; the civil day is the first on which a new centre takes part.

    `booked_after` says how many families are booked at a centre after a day: a file does not close it over their heads.
    """

    actor: str
    now: datetime
    today: date
    booked_after: BookedAfter = field(default=lambda _centre_id, _last_day, _now: 0)


@dataclass(slots=True)
class Outcome:
    """What an import did, in rows. `before` is when the same file was loaded already; then nothing was done."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    warnings: Sequence[Fault] = ()
    before: datetime | None = None


def import_centres(stream: BinaryIO, by: Importer, authority: str | None = None) -> Outcome:
    """Load a list of centres, of one local authority where its name or code is given.

    A centre known by its URN, else by name and postcode, is updated: an empty cell changes nothing. A new one takes
    part from today in the cluster "unassigned" and has one room, unless the file says otherwise; a closed one stops
    taking part on the day it closed. Raises FileRefused naming every fault; then nothing is loaded.
    """
    table = Table(stream)
    fingerprint = _fingerprint(table.sha256, authority)
    return _once(
        "centres",
        fingerprint,
        by,
        lambda: _load_centres(table, read_centres(table, today=by.today, authority=authority), by),
    )


def import_offices(stream: BinaryIO, by: Importer, district: str | None = None) -> Outcome:
    """Load register offices, where a family may always go, as centres of that kind.

    Takes those of the registration district whose code is given, else of our own district where one is known, else all.
    """
    table = Table(stream)
    code = district or db.session.scalar(select(RegistrationDistrict.code).where(RegistrationDistrict.ours).limit(1))
    fingerprint = _fingerprint(table.sha256, code)
    return _once("offices", fingerprint, by, lambda: _load_centres(table, read_offices(table, code), by))


def import_postcodes(stream: BinaryIO, by: Importer, progress: Callable[[int], None]) -> Outcome:
    """Load a postcode directory, live and terminated; `progress` is told now and then how many rows were read."""
    table = Table(stream)
    return _once(
        "postcodes",
        table.sha256,
        by,
        lambda: _load_rows(table, Postcode, POSTCODE_COLUMNS, postcode_rows(table, progress)),
    )


def import_deprivation(stream: BinaryIO, by: Importer, edition: int | None = None) -> Outcome:
    """Load an edition of England's Index of Multiple Deprivation, told by the file's columns where it is not given."""
    table = Table(stream)
    return _once(
        "deprivation",
        _fingerprint(table.sha256, edition),
        by,
        lambda: _load_rows(table, Deprivation, DEPRIVATION_COLUMNS, deprivation_rows(table, edition)),
    )


def import_districts(stream: BinaryIO, by: Importer, ours: str, codes: BinaryIO | None = None) -> Outcome:
    """Load registration districts, with their statistical codes where given, and mark as ours the one of that name."""
    table, statistical = Table(stream), None if codes is None else Table(codes)
    fingerprint = _fingerprint(table.sha256, ours, None if statistical is None else statistical.sha256)
    return _once("districts", fingerprint, by, lambda: _load_districts(read_districts(table, statistical), ours))


def import_birthplaces(stream: BinaryIO, by: Importer) -> Outcome:
    """Load hospitals and birth centres, in our district and outside it; the districts must be there already."""
    table = Table(stream)
    return _once("birthplaces", table.sha256, by, lambda: _load_birthplaces(table))


def _fingerprint(content: str, *options: object) -> str:
    """Name a file's content together with what it was read for: the same file read otherwise is another import."""
    if not any(options):
        return content
    return sha256(repr((content, *options)).encode()).hexdigest()


def _once(kind: str, fingerprint: str, by: Importer, load: Callable[[], Outcome]) -> Outcome:
    """Load a file unless the same was loaded before; one import at a time."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(ImportedFile.__tablename__))))
    same = (ImportedFile.kind == kind, ImportedFile.sha256 == fingerprint)
    before = db.session.scalar(select(ImportedFile.imported_at).where(*same))
    if before is not None:
        return Outcome(before=before)
    outcome = load()
    rows = outcome.added + outcome.changed + outcome.unchanged
    db.session.add(ImportedFile(kind=kind, sha256=fingerprint, rows=rows, imported_at=by.now, actor=by.actor))
    db.session.flush()
    return outcome


def _load_rows(table: Table, model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Outcome:
    with Incoming(model, columns) as incoming:
        count = incoming.copy(rows)
        for line, key, earlier in incoming.repeated():
            table.add_repeated(line, columns[0], key, earlier)
        table.refuse_if_faulty()
        added, changed = incoming.put(table.lacking)
    _complete_centres()
    return Outcome(added, changed, count - added - changed)


def _complete_centres() -> None:
    """Give centres the position, LSOA and decile that they lack, now that more is known."""
    lacking = or_(Centre.latitude.is_(None), Centre.lsoa.is_(None), Centre.imd_decile.is_(None))
    for centre in db.session.scalars(select(Centre).where(lacking)):
        _complete(centre)
    db.session.flush()


def _complete(centre: Centre) -> None:
    """Give a centre what its postcode tells and nobody has said: position, if it has none, LSOA and decile."""
    unplaced = centre.latitude is None and centre.easting is None
    place = locate(centre.postcode) if unplaced else imported_place(centre.postcode)
    for name in (*(POSITION if unplaced else ()), *AREA) if place else ():
        if getattr(centre, name) is None:
            setattr(centre, name, getattr(place, name))
    if centre.latitude is None and centre.easting is not None and centre.northing is not None:
        degrees = latitude_longitude(centre.easting, centre.northing)
        centre.latitude, centre.longitude = (round(angle, 6) for angle in degrees)


def _load_districts(records: Iterable[DistrictRecord], ours: str) -> Outcome:
    known = {district.code: district for district in db.session.scalars(select(RegistrationDistrict))}
    outcome = Outcome()
    for record in records:
        district = known.get(record.code) or RegistrationDistrict(code=record.code)
        district.name, district.ended_on = record.name, record.ended_on
        district.gss = record.gss or district.gss
        district.ours = record.name.casefold() == ours.casefold() and record.ended_on is None
        _keep(district, outcome)
    db.session.flush()
    return outcome


def _load_birthplaces(table: Table) -> Outcome:
    districts = list(db.session.scalars(select(RegistrationDistrict).order_by(RegistrationDistrict.ended_on)))
    named = {district.name.casefold(): district for district in reversed(districts)}
    coded = {district.code: district for district in districts}
    known = {(place.name, place.district_id): place for place in db.session.scalars(select(PlaceOfBirth))}
    outcome = Outcome()
    for record in read_birthplaces(table, named | coded):
        district = record.district
        place = known.get((record.name, district.id)) or PlaceOfBirth(name=record.name, district_id=district.id)
        place.kind, place.postcode = record.kind, record.postcode or place.postcode
        _keep(place, outcome)
    db.session.flush()
    return outcome


def _keep(row: Model, outcome: Outcome, *, more: bool = False) -> None:
    """Put a row into the session and count whether it is new, changed (`more`: beyond its own columns) or as before."""
    if inspect(row).key is None:
        db.session.add(row)
        outcome.added += 1
    elif more or db.session.is_modified(row):
        outcome.changed += 1
    else:
        outcome.unchanged += 1


def _load_centres(table: Table, file: CentreFile, by: Importer) -> Outcome:
    today = by.today
    outcome = Outcome(skipped=file.skipped)
    known = _Known()
    warnings = list(table.warnings)
    with db.session.no_autoflush:
        stored = [(record, known.store(record, today, outcome, warnings)) for record in file.records]
    sooner = {centre for _, centre in stored if known.ends_sooner(centre)}
    db.session.flush()  # restamps, and so locks, the sessions of a centre that ends sooner: nobody books there meanwhile
    _refuse_where_booked(table, [(record, centre) for record, centre in stored if centre in sooner], by)
    lines = {centre.id: record.line for record, centre in stored}
    warnings += _near_duplicates(table.column("name"), lines, today)
    if len(file.authorities) > 1:
        count = len(file.authorities)
        reason = f"has the centres of {count} local authorities: --authority takes those of one"
        warnings.append(Fault(1, table.column("authority name"), "", reason))
    outcome.warnings = sorted(warnings, key=lambda fault: fault.line)
    return outcome


def _refuse_where_booked(table: Table, stored: Iterable[tuple[CentreRecord, Centre]], by: Importer) -> None:
    """Refuse a file by which a centre closes over the heads of families who are booked there afterwards."""
    for record, centre in stored:
        last_day = centre.participating_to or date.max
        booked = by.booked_after(centre.id, last_day, by.now)
        if booked:
            families = "1 family is" if booked == 1 else f"{booked} families are"
            reason = f"closes on {last_day:%-d %B %Y}, and {families} booked there after it: close it on the page Cover first"
            table.add(Fault(record.line, table.column("name"), centre.name, reason))
    table.refuse_if_faulty()


class _Known:
    """The centres, clusters and rooms there are, to tell what a file's rows speak of."""

    def __init__(self) -> None:
        centres = db.session.scalars(select(Centre).order_by(Centre.id)).all()
        self._ends = {centre.id: centre.participating_to for centre in centres}
        self._by_urn = {centre.urn: centre for centre in centres if centre.urn}
        self._by_name = {(centre.name.casefold(), centre.postcode): centre for centre in centres}
        self._clusters = {cluster.name: cluster for cluster in db.session.scalars(select(Cluster))}
        self._rooms: defaultdict[int, set[str]] = defaultdict(set)
        for centre_id, name in db.session.execute(select(Room.centre_id, Room.name)):
            self._rooms[centre_id].add(name)
        self._services: defaultdict[int, list[CentreService]] = defaultdict(list)
        for service in db.session.scalars(select(CentreService)):
            self._services[service.centre_id].append(service)

    def store(self, record: CentreRecord, today: date, outcome: Outcome, warnings: list[Fault]) -> Centre:
        """Add or update the centre that a record speaks of."""
        centre = self._find(record)
        if centre is None:
            centre = Centre(participating_from=today, cluster=self._cluster(record.cluster or UNASSIGNED))
        elif record.cluster:
            centre.cluster = self._cluster(record.cluster)
        _describe(centre, record)
        if centre.latitude is None:
            warnings.append(
                Fault(record.line, "postcode", record.postcode, "is nowhere known: no distance can be told")
            )
        _settle_days(centre, record)
        more = self._add_rooms(centre, record.rooms)
        more |= self._replace_services(centre, record.services)
        _keep(centre, outcome, more=more)
        return centre

    def ends_sooner(self, centre: Centre) -> bool:
        """Say whether a centre that was known takes part for less long than before."""
        if centre.id not in self._ends or centre.participating_to is None:
            return False
        before = self._ends[centre.id]
        return before is None or centre.participating_to < before

    def _find(self, record: CentreRecord) -> Centre | None:
        urn = record.facts.get("urn")
        if urn in self._by_urn:
            return self._by_urn[urn]
        named = self._by_name.get((record.name.casefold(), record.postcode))
        return None if named and named.urn and urn else named

    def _cluster(self, name: str) -> Cluster:
        return self._clusters.setdefault(name, Cluster(name=name))

    def _add_rooms(self, centre: Centre, wanted: Sequence[str]) -> bool:
        """Add the rooms that the centre lacks, one where it would have none; say whether any was."""
        existing = self._rooms[centre.id] if centre.id else set()
        names = set(wanted or ([] if existing else [FIRST_ROOM])) - existing
        db.session.add_all(Room(centre=centre, name=name) for name in sorted(names))
        return bool(names)

    def _replace_services(self, centre: Centre, wanted: Sequence[Service]) -> bool:
        """Make a centre's weekly services those that the file gives, if it gives any; say whether they changed."""
        old = self._services[centre.id] if centre.id else []
        if not wanted or {(row.title, row.weekday, row.starts, row.ends) for row in old} == set(wanted):
            return False
        for row in old:
            db.session.delete(row)
        if old:
            db.session.flush()  # those go before the new ones come; a new centre is not sent yet, so that it counts as added
        for title, weekday, starts, ends in sorted(set(wanted)):
            times = {"weekday": weekday, "starts": starts, "ends": ends}
            db.session.add(CentreService(centre=centre, title=title, kind=kind_told_by(title), **times))
        return True


def _describe(centre: Centre, record: CentreRecord) -> None:
    """Write down what a record says of a centre, and what its postcode tells beyond that."""
    if centre.postcode != record.postcode:
        for name in (*POSITION, *AREA):
            setattr(centre, name, None)
    centre.name, centre.postcode = record.name, record.postcode
    for name, value in record.facts.items():
        setattr(centre, name, value)
    _complete(centre)


def _settle_days(centre: Centre, record: CentreRecord) -> None:
    """Keep a centre's first day no later than its last: closing ends its part, a new first day begins it again."""
    first, last = centre.participating_from, centre.participating_to
    if last and last < first and "participating_from" in record.facts:
        centre.participating_to = last = None
    if record.closed_on and (last is None or record.closed_on < last):
        centre.participating_to = last = record.closed_on
    if last and last < first:
        centre.participating_from = last


def _near_duplicates(column: str, lines: dict[int, int], today: date) -> Iterator[Fault]:
    """Find the file's centres that look like another centre, in the file or known before, which still takes part."""
    alike: defaultdict[frozenset[str], list[Site]] = defaultdict(list)
    living = or_(Centre.participating_to.is_(None), Centre.participating_to >= today)
    centres = db.session.scalars(select(Centre).where(living, Centre.kind != "register_office")).all()
    for centre in sorted(centres, key=lambda centre: lines.get(centre.id, 0)):
        position = Position(centre.easting, centre.northing, centre.latitude, centre.longitude)
        site = Site(centre.name, centre.postcode, position, lines.get(centre.id))
        others = alike[name_words(site.name)]
        if site.line:
            for other in filter(lambda other: looks_like(site, other), others):
                where = f"on line {other.line}" if other.line else "known before"
                reason = f"may be the same as {other.name}, {other.postcode}, {where}: both are loaded"
                yield Fault(site.line, column, site.name, reason)
        others.append(site)
