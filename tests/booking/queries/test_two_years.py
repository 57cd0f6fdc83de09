"""Weekly patterns become sessions, and sessions times for families: over two years, minute for minute as the clock is walked."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import text

from registration.booking.queries import MINUTE, openings
from registration.booking.rules.admission import EVERYTHING, Admission
from registration.booking.rules.slots import LONG_SESSION, Need
from registration.common.db import db
from registration.rota.models import Absence, Registrar, Session
from registration.rota.rules.days import OpenDays, Otherwise
from registration.rota.rules.patterns import HalfDay, Pattern
from registration.rota.rules.planning import Basis, Exceptional, expand, with_rooms
from tests.booking.grid import FIRST, LAST, Half, sittings, starts
from tests.booking.world import make_world

KEPT, USUAL = 30, 30
ANYBODY = Admission(urgent=False, protected_to=date.max)
PACES = {"ann": None, "bo": 20, "cleo": 45}
HOLIDAYS = {date(2026, 12, 25): "Christmas Day", date(2027, 3, 26): "Good Friday", date(2027, 3, 29): "Easter Monday"}
CHANGE = date(2027, 6, 1)  # from here on everybody works otherwise


def clock(minute):
    return time(*divmod(minute, 60))


class Years:
    """Two years drawn by chance: how three registrars work, what is otherwise, who is away, and what is booked."""

    def __init__(self, seed, world):
        self.chance = random.Random(seed)
        self.world, self.centres = world, [world.centres[name] for name in ("sunshine", "elland", "todmorden")]
        self.people = {world.registrars[name]: pace for name, pace in PACES.items()}
        self.halves = [half for who in self.people for half in self.works(who)]
        self.decided = {(self.centres[0], self.a_day()): Otherwise(open=False, reason="Election") for _ in range(20)}
        self.decided[None, date(2026, 12, 25)] = Otherwise(open=True, reason="By wish")
        self.exceptions = list(self.otherwise().values())
        self.away = [(self.chance.choice(list(self.people)), *self.a_span()) for _ in range(60)]

    def a_day(self):
        return FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days))

    def a_span(self):
        begins = datetime.combine(self.a_day(), clock(self.chance.randrange(0, 1440, 15)), UTC)
        return begins, begins + timedelta(minutes=self.chance.choice([20, 45, 300, 1440, 10_000]))

    def works(self, who):
        """Draw a weekly pattern and one that follows it: half-days that do not meet, Saturdays too."""
        for first, last in ((FIRST, CHANGE - timedelta(days=1)), (CHANGE, LAST)):
            for weekday in self.chance.sample(range(1, 7), 4):
                for begins, ends in (self.times(540, 710), self.times(780, 1010), self.times(1030, 1300)):
                    if self.chance.random() < 0.6:
                        yield Half(who, self.chance.choice(self.centres), weekday, begins, ends, first, last)

    def times(self, first, last):
        begins = self.chance.randrange(first, last - 60, 5)
        return begins, self.chance.randrange(begins + 35, last, 5)

    def otherwise(self):
        """Draw days on which a registrar does something else, or nothing, in one half of the day."""
        found = {}
        for who in self.people:
            for _ in range(25):
                day, part = self.a_day(), self.chance.choice(["morning", "afternoon"])
                begins, ends = self.times(*((540, 710) if part == "morning" else (780, 1010)))
                place = HalfDay(day.isoweekday(), self.chance.choice(self.centres), None, clock(begins), clock(ends))
                found[who, day, part] = Exceptional(who, day, part, place if self.chance.random() < 0.6 else None)
        return found

    def basis(self):
        patterns = defaultdict(list)
        for half in self.halves:
            at = HalfDay(half.weekday, half.centre, None, clock(half.begins), clock(half.ends))
            patterns[half.registrar, half.first, half.last].append(at)
        made = [Pattern(who, first, last, tuple(those)) for (who, first, last), those in patterns.items()]
        return Basis(made, self.exceptions, (), OpenDays(HOLIDAYS, self.decided), {})

    def walked(self):
        """Give the sessions as a walk along the clock finds them."""
        closed = {(centre, day) for day in HOLIDAYS for centre in self.centres if (None, day) not in self.decided}
        closed |= {place for place, decided in self.decided.items() if not decided.open}
        instead = {(each.registrar, each.day, each.half) for each in self.exceptions}
        extra = [
            Half(
                e.registrar,
                e.place.centre,
                e.day.isoweekday(),
                minute(e.place.begins),
                minute(e.place.ends),
                e.day,
                e.day,
            )
            for e in self.exceptions
            if e.place is not None
        ]
        return sittings(self.halves, closed, instead) | sittings(extra, closed, set())


def minute(at):
    return at.hour * 60 + at.minute


@pytest.fixture(params=[1, pytest.param(42, marks=pytest.mark.long)])
def years(database, request):
    return Years(request.param, make_world())


@pytest.fixture
def published(database, years):
    """Put the sessions of the patterns, the absences and what is booked into the database; give what is taken."""
    sessions, _ = expand(FIRST, LAST, years.basis())
    rooms = {years.world.centres[name]: those for name, those in years.world.rooms.items()}
    made = []
    for each in with_rooms(sessions, rooms, (), {}):
        kept = KEPT if each.ends - each.begins >= timedelta(minutes=LONG_SESSION) else 0
        place = {"registrar_id": each.registrar, "centre_id": each.centre, "room_id": each.room}
        made.append(Session(**place, begins_at=each.begins, ends_at=each.ends, kept_minutes=kept))
    db.session.add_all(made)
    for who, pace in years.people.items():
        db.session.get(Registrar, who).minutes_per_baby = pace
    for who, begins, ends in years.away:
        away = {"registrar_id": who, "begins_at": begins, "ends_at": ends}
        db.session.add(Absence(**away, reason="other", made_by="staff:1"))
    db.session.flush()
    taken = defaultdict(list)
    for who, begins, ends in years.away:
        taken[who].append((int(begins.timestamp()) // 60, int(ends.timestamp()) // 60))
    for session in years.chance.sample(made, len(made) // 2):
        begin, end = (int(moment.timestamp()) // 60 for moment in (session.begins_at, session.ends_at))
        first = years.chance.randrange(begin, end - 20, 5)
        last = min(end, first + years.chance.choice([20, 30, 45, 75]))
        fill(session, first, last)
        taken[session.registrar_id].append((first, last))
    return taken


def fill(session, first, last):
    """Let a family keep a part of a session."""
    statement = text(
        "INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until, hold_digest)"
        " VALUES (:session, :who, to_timestamp(:first), to_timestamp(:last), 'hold', now() + interval '1 hour', :digest)"
    )
    values = {"session": session.id, "who": session.registrar_id, "first": first * MINUTE, "last": last * MINUTE}
    db.session.execute(statement, values | {"digest": str(session.id).encode()})


def test_sessions_and_starts_over_two_years_are_those_of_a_walk_along_the_clock(years, published):
    walked = years.walked()
    found = list(openings(datetime(2026, 9, 1, tzinfo=UTC), datetime(2028, 12, 1, tzinfo=UTC)))

    spans = {(o.registrar_id, o.centre_id, o.begin, o.end) for o in found}
    assert spans == {(who, centre, those[0], those[-1] + 1) for (who, centre, *_), those in walked.items()}
    assert len(found) > 1000
    by_begin = {(o.registrar_id, o.begin): o for o in found}
    offered = 0
    for (who, *place), those in walked.items():
        opening = by_begin[who, those[0]]
        step, end = years.people[who] or USUAL, those[-1] + 1
        taken = [(max(a, those[0]), b) for a, b in published[who] if a < end and b > those[0]]
        for babies, interpreter, admission in ((1, 0, ANYBODY), (1, 15, EVERYTHING), (2, 0, ANYBODY)):
            kept = 0 if admission.urgent or len(those) < LONG_SESSION else KEPT
            wanted = starts(those, taken, step * babies + interpreter, step, kept)
            assert opening.starts(Need(babies, interpreter), admission) == wanted, place
            offered += len(wanted)
    assert offered > 5000
