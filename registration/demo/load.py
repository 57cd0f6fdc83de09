"""Load the demonstration: once, whole, through the same tables and constraints as everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random

from sqlalchemy import func, select

from registration.balancing.actions import adjust_demand, keep_forecast
from registration.balancing.rules.demand import WEEK, Adjustment, monday_of
from registration.booking.models import Booking, Occupancy
from registration.booking.rules.slots import LONG_SESSION
from registration.centres import gazetteer
from registration.centres.models import (
    Centre,
    CentreService,
    Cluster,
    ImportedFile,
    PlaceOfBirth,
    Postcode,
    RegistrationDistrict,
    Room,
)
from registration.centres.queries import participating_centres
from registration.centres.services.rules import kind_told_by
from registration.common import clock
from registration.common.audit import AuditEvent
from registration.common.authority import Authority, current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.common.holidays import bank_holidays
from registration.demo import diary, invented, rota
from registration.demo.absent import let_one_be_absent
from registration.demo.agreements import add_agreements
from registration.demo.births import add_live_births
from registration.demo.bulk import analyse, copy, reserve
from registration.demo.colleagues import let_colleagues_differ
from registration.demo.history import History, Seat, Story
from registration.demo.homes import EDITION, homes_by_centre, let_families_live_near, neighbourhoods
from registration.demo.mark import MARK, InUse
from registration.demo.people import People
from registration.demo.pilot import let_the_pilot_run
from registration.demo.reach import let_centres_reach
from registration.demo.rights import tell_centres
from registration.demo.same_families import compare_records
from registration.demo.telling import tell_services
from registration.demo.waiting import add_wishes, settle_old
from registration.families.models import Family
from registration.messages.models import Message
from registration.rota.actions.accounts import tie_account
from registration.rota.models import Registrar, Session
from registration.staff.actions import demonstration_accounts
from registration.staff.models import StaffUser
from registration.staff.rules import demonstration_email

SEED = 42
ACTOR = "service"
#: In the cluster where times are few so many times the births are expected that its appointments tell.
MORE_BIRTHS = 1.2
A_YEAR = timedelta(days=365)
#: So many homes are placed to know whose reach area they lie in.
HOMES = 400
FILLED = (Postcode, Session, Family, Booking, Occupancy, Message, AuditEvent)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load made, in rows."""

    centres: int
    registrars: int
    sessions: int
    bookings: int
    postcodes: int


def load(now: datetime) -> Loaded | None:
    """Load the demonstration as it stands at a moment; None, and nothing done, where it was loaded before.

    Raises InUse where families have booked before: invented ones are never mixed among them.
    """
    if not claim(MARK, now):
        return None
    if db.session.scalar(select(Booking.id).limit(1)) is not None:
        raise InUse
    today, chance = civil_date(now), Random(SEED)  # noqa: S311 -- invented data, the same each time
    postcodes = add_postcodes(invented.POSTCODE_DISTRICTS)
    _add_districts()
    rooms = _add_centres(today, _places(postcodes))
    registrars = _add_registrars()
    authority = current_authority()
    days = rota.decide_days(today, rooms)
    planned = [
        each
        for each in diary.sessions(today, bank_holidays())
        if not days.closed(rooms[each.centre, each.room].centre_id, each.day)
    ]
    seats = _add_sessions(planned, registrars, rooms, authority)
    rota.add_patterns(today, registrars, rooms)
    rota.add_draft(today)
    stories = _stories(planned, seats, now, chance, [postcode for postcode, *_ in postcodes], authority)
    bookings = History(chance, now).write(stories)
    add_wishes(now)
    settle_old(now)
    tell_centres(today)
    _add_live_births([postcode for postcode, *_ in postcodes], now)
    _tell_of_births(now)
    let_one_be_absent(now)
    let_colleagues_differ(now)
    let_centres_reach(now)
    _add_accounts(next(room.centre_id for room in rooms.values()), next(iter(registrars.values())))
    tell_services(now)
    compare_records(now)
    let_the_pilot_run(now)
    analyse(FILLED)
    keep_forecast(now)
    return Loaded(len(invented.centres()), len(registrars), len(planned), bookings, len(postcodes))


def _add_live_births(postcodes: Sequence[str], now: datetime) -> None:
    """Let families live near their centres, and the agreement’s source tell of their babies and of others."""
    chance = Random(SEED + 1)  # noqa: S311 -- invented data, the same each time
    homes = homes_by_centre(chance.sample(postcodes, HOMES), civil_date(now))
    let_families_live_near(homes)
    add_live_births(now, add_agreements(now), homes, chance)


def claim(mark: str, now: datetime) -> bool:
    """Note that this data is loaded; False where it was before. Two loads at once wait for each other."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(ImportedFile.__tablename__))))
    if db.session.scalar(select(ImportedFile.id).where(ImportedFile.kind == mark)) is not None:
        return False
    fingerprint = sha256(mark.encode()).hexdigest()
    db.session.add(ImportedFile(kind=mark, sha256=fingerprint, rows=0, imported_at=now, actor="service"))
    db.session.flush()
    return True


# ---- places

PostcodeRow = tuple[str, int | None, int | None, float | None, float | None, str | None]
POSTCODE_COLUMNS = ("postcode", "easting", "northing", "latitude", "longitude", "lad")


def add_postcodes(districts: frozenset[str]) -> list[PostcodeRow]:
    """Put postcodes where look-ups are quick, and give them; what a directory already told of one stays."""
    rows: list[PostcodeRow] = [
        (place.postcode, place.easting, place.northing, place.latitude, place.longitude, place.lad)
        for place in gazetteer.within(districts)
        if place.easting is not None
    ]
    known = set(db.session.scalars(select(Postcode.postcode)))
    areas = neighbourhoods(postcode for postcode, *_ in rows)
    copy(Postcode, [_postcode_row(row, *areas[row[0]]) for row in rows if row[0] not in known])
    return rows


def _postcode_row(row: PostcodeRow, lsoa: str, rank: int) -> dict[str, object]:
    values: dict[str, object] = dict(zip(POSTCODE_COLUMNS, row, strict=True))
    return values | {"lsoa21": lsoa, "imd_rank": rank, "imd_edition": EDITION}


def _places(postcodes: Sequence[PostcodeRow]) -> Mapping[str, Mapping[str, object]]:
    names = POSTCODE_COLUMNS[1:-1]
    return {postcode: dict(zip(names, row, strict=False)) for postcode, *row in postcodes}


def _add_districts() -> None:
    """Add the districts and places of birth that are not there yet: their codes and names are real ones."""
    known = {district.code: district for district in db.session.scalars(select(RegistrationDistrict))}
    for each in invented.districts():
        if each.code not in known:
            known[each.code] = RegistrationDistrict(code=each.code, name=each.name, ours=each.ours)
            db.session.add(known[each.code])
    db.session.flush()
    there = {
        (name, district) for name, district in db.session.execute(select(PlaceOfBirth.name, PlaceOfBirth.district_id))
    }
    for place in invented.birthplaces():
        district = known[place.district]
        if (place.name, district.id) not in there:
            db.session.add(PlaceOfBirth(name=place.name, kind=place.kind, district=district))


def _add_centres(today: date, places: Mapping[str, Mapping[str, object]]) -> dict[tuple[str, str], Room]:
    """Add the centres with what else happens there; give their rooms by names of centre and room."""
    clusters = {cluster.name: cluster for cluster in db.session.scalars(select(Cluster))}
    rooms: dict[tuple[str, str], Room] = {}
    made: dict[str, Centre] = {}
    for each in invented.centres():
        cluster = clusters.setdefault(each.cluster, Cluster(name=each.cluster))
        centre = made[each.name] = _centre(each, cluster, today, places[each.postcode])
        for name in each.rooms:
            rooms[each.name, name] = Room(name=name, centre=centre)
    db.session.add_all(rooms.values())
    db.session.flush()
    for service in invented.services():
        times = {"weekday": service.weekday, "starts": service.starts, "ends": service.ends}
        kind = kind_told_by(service.title)
        db.session.add(CentreService(centre_id=made[service.centre].id, title=service.title, kind=kind, **times))
    db.session.flush()
    return rooms


def _centre(each: invented.InventedCentre, cluster: Cluster, today: date, place: Mapping[str, object]) -> Centre:
    return Centre(
        name=each.name,
        kind=each.kind,
        cluster=cluster,
        address=f"{each.street}, {each.town}",
        postcode=each.postcode,
        telephone=each.telephone,
        participating_from=today - A_YEAR,
        step_free=each.step_free,
        parking=each.parking,
        feeding_room=each.feeding_room,
        languages=list(each.languages),
        bus=each.bus,
        directions=each.directions,
        entrance=each.entrance,
        **place,
    )


def _add_registrars() -> dict[str, int]:
    """Add the registrars; give their numbers by name."""
    for each in invented.registrars():
        languages = list(each.languages)
        person = Registrar(
            name=each.name,
            grade=each.grade,
            may_register_births=each.may_register_births,
            languages=languages,
            home_postcode=each.home or None,
        )
        db.session.add(person)
    db.session.flush()
    names = [each.name for each in invented.registrars()]
    rows = db.session.scalars(select(Registrar).where(Registrar.name.in_(names)))
    return {registrar.name: registrar.id for registrar in rows}


def _add_accounts(own_centre: int, registrar_id: int) -> None:
    """Make an account for each role; the registrar's is that of one of the registrars, so that they have a day of theirs."""
    demonstration_accounts(own_centre)
    owner = select(StaffUser.id).where(StaffUser.email == demonstration_email("registrar"))
    tie_account(db.session.scalars(owner).one(), registrar_id)


def _tell_of_births(now: datetime) -> None:
    """Let a manager say that more babies are to be expected where times are few."""
    cluster = db.session.scalars(select(Cluster).where(Cluster.name == invented.TIGHT)).one()
    first = monday_of(civil_date(now))
    said = Adjustment(cluster.id, first - 6 * WEEK, first + 25 * WEEK, MORE_BIRTHS, None, "New homes at Invented Wharf")
    adjust_demand(said, now, ACTOR)


# ---- sessions and families


def _add_sessions(
    planned: Sequence[diary.PlannedSession],
    registrars: Mapping[str, int],
    rooms: Mapping[tuple[str, str], Room],
    authority: Authority,
) -> list[Seat]:
    """Add the sessions; give the whole of each as a seat, in their order."""
    cards = {card.id: card for card in participating_centres(clock.today())}
    numbers = reserve(Session, len(planned))
    seats = []
    rows = []
    for number, session in zip(numbers, planned, strict=True):
        room = rooms[session.centre, session.room]
        seat = Seat(number, registrars[session.registrar], cards[room.centre_id], session.begins, session.ends)
        seats.append(seat)
        rows.append(session_row(seat, room.id, authority.kept_for_desk_minutes))
    copy(Session, rows)
    return seats


def session_row(seat: Seat, room_id: int, kept_minutes: int) -> dict[str, object]:
    """Give the row of a session; only one of three hours or more keeps minutes for the telephone desk."""
    minutes = (seat.ends - seat.begins).total_seconds() / 60
    return {
        "id": seat.session_id,
        "registrar_id": seat.registrar_id,
        "centre_id": seat.centre.id,
        "room_id": room_id,
        "begins_at": seat.begins,
        "ends_at": seat.ends,
        "kept_minutes": kept_minutes if minutes >= LONG_SESSION else 0,
        "state": "published",
    }


def _stories(
    planned: Sequence[diary.PlannedSession],
    seats: Sequence[Seat],
    now: datetime,
    chance: Random,
    postcodes: Sequence[str],
    authority: Authority,
) -> list[Story]:
    """Invent a family for every appointment; some moved or cancelled since, and one lost its baby."""
    people = People(chance, postcodes)
    lengths = diary.Lengths(authority.minutes_per_baby, authority.interpreter_minutes)
    kept = timedelta(minutes=authority.kept_for_desk_minutes)
    stories = []
    for number, each in enumerate(diary.appointments(planned, now, lengths, chance)):
        whole = seats[each.session]
        family = people.family(each.births, interpreter=each.interpreter, kept=each.ends > whole.ends - kept)
        seat = replace(whole, begins=each.begins, ends=each.ends)
        story = Story(family, each.births, each.interpreter, seat, each.booked_at)
        stories.append(_went_on(story, number, now, chance))
    return stories


def _went_on(story: Story, number: int, now: datetime, chance: Random) -> Story:
    """Let a booking be moved (one in 19) or cancelled (one in 23) since, the second of these for a loss."""
    last = min(now, story.seat.begins)
    then = story.booked_at + (last - story.booked_at) * chance.uniform(0.1, 0.9)
    if number % 23 == 9:  # noqa: PLR2004 -- any remainder will do
        return replace(story, cancelled_at=then, lost=number == 32)  # noqa: PLR2004
    return replace(story, moved_at=then) if number % 19 == 4 else story  # noqa: PLR2004
