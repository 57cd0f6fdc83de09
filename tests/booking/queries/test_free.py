"""The free times that a process remembers are always those that a process which remembers nothing would compute."""

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from registration.booking.actions import changes, holds
from registration.booking.actions.bookings import book
from registration.booking.actions.refusals import BookingRefused
from registration.booking.queries import MINUTE, free, free_days, free_places
from registration.booking.rules.requests import AvailabilityRequest, HoldRequest
from registration.common.db import db
from registration.factory import create_app
from tests.booking.appointments import NOW, REQUEST
from tests.booking.world import BORN, FRIDAY, MONDAY, TODAY, TUESDAY, WEDNESDAY, at_time, make_world, minute_of
from tests.conftest import settings as app_settings

DAYS = (MONDAY, TUESDAY, WEDNESDAY)
CENTRES = ("sunshine", "elland")
REGISTRARS = ("ann", "bo", "cleo")
PRESSED = TODAY - timedelta(days=38)  # few days left: the desk's minutes too
#: Families that different answers are remembered for.
FAMILIES = {
    "one": ((BORN,), False),
    "twins": ((BORN, BORN), False),
    "interpreter": ((BORN,), True),
    "pressed": ((PRESSED,), False),
}


def asking(births=(BORN,), *, interpreter=False, first=TODAY, last=TODAY + timedelta(days=41), **more):
    return AvailabilityRequest(births, interpreter, first, last, **more)


def answer(request, now=NOW):
    return [(day.centre_id, day.day, day.starts) for day in free_days(request, now)]


@pytest.fixture(scope="module")
def council(new_database, tmp_path_factory):
    """A council on a database of its own, with real commits, asked by three processes."""
    address = new_database("free_days")
    processes = [create_app(app_settings(address, tmp_path_factory.mktemp("process"))) for _ in range(3)]
    yield Council(*processes)
    for process in processes:
        with process.app_context():
            db.engine.dispose()


class Council:
    """Everything that can happen to free times, done by number so that a sequence of it can be drawn.

    Two processes remember what they saw; the third is made to forget before each time it is asked.
    """

    def __init__(self, one, other, forgetful):
        self.one, self.other, self.forgetful = one, other, forgetful
        self.tokens, self.booked = [], []
        with one.app_context():
            self.world = make_world()
            db.session.commit()

    def begin(self):
        """Start over: sessions on three days at two centres, and nothing booked."""
        self.tokens, self.booked = [], []
        with self.one.app_context():
            for table in ("occupancy", "request_key", "message", "booking", "sharing_answer", "family", "session"):
                db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
            for table in ("session", "occupancy"):  # so that the same numbers do the same each time
                db.session.execute(text(f"ALTER TABLE {table} ALTER COLUMN id RESTART"))
            db.session.execute(text("UPDATE registrar SET may_register_births = true, minutes_per_baby = NULL"))
            db.session.execute(text("UPDATE centre SET participating_to = NULL"))
            for number, day in enumerate(DAYS):
                self.world.session("sunshine", "ann", day, "9:00", "12:00", kept=30)
                self.world.session("elland", REGISTRARS[1 + number % 2], day, "9:00", "10:30")
            db.session.commit()

    def refusable(self, work):
        """Do something that may be refused, whole or not at all."""
        with self.one.app_context():
            try:
                done = work()
                db.session.commit()
            except (BookingRefused, IntegrityError):
                db.session.rollback()
                return None
        return done

    def execute(self, statement, **values):
        return self.refusable(lambda: db.session.execute(text(statement), values).rowcount)

    # -- what families do

    def hold(self, number):
        """Keep a free time, or now and then one that may be none."""
        births, interpreter = list(FAMILIES.values())[number % 4]
        free_times = [(centre, start) for centre, _, those in self.ask(self.one, number % 4) for start, _ in those]
        where, when = self.centre(number // 4), self.start(number // 8)
        if free_times and number % 7:
            where, minute = self.pick(free_times, number)
            when = datetime.fromtimestamp(minute * MINUTE, UTC)
        kept = self.refusable(lambda: holds.hold(HoldRequest(where, when, births, interpreter), NOW))
        if kept:
            self.tokens.append(kept.token)

    def book(self, number):
        if self.tokens:
            contact = f"f{len(self.booked)}.{number}@example.org"
            wanted = replace(REQUEST, hold=self.tokens.pop(number % len(self.tokens)), email=contact, mobile=None)
            made = self.refusable(lambda: book(wanted, NOW))
            if made:
                self.booked.append(made.public_id)

    def move(self, number):
        free_times = [(centre, start) for centre, _, those in self.ask(self.one, 0) for start, _ in those]
        if self.booked and free_times:
            where, minute = self.pick(free_times, number)
            when = datetime.fromtimestamp(minute * MINUTE, UTC)
            self.refusable(lambda: changes.move(self.pick(self.booked, number // 3), where, when, NOW))

    def cancel(self, number):
        if self.booked:
            self.refusable(lambda: changes.cancel(self.pick(self.booked, number), NOW))

    def undo(self, number):
        if self.booked:
            self.refusable(lambda: changes.undo_cancel(self.pick(self.booked, number), NOW))

    def bereavement(self, number):
        if self.booked:
            self.refusable(lambda: changes.cancel_for_bereavement(self.pick(self.booked, number), NOW))

    def release(self, number):
        if self.tokens:
            self.refusable(lambda: holds.release(self.pick(self.tokens, number)))

    def extend(self, number):
        if self.tokens:
            self.refusable(lambda: holds.extend(self.pick(self.tokens, number)))

    def expire(self, number):
        self.execute("UPDATE occupancy SET until = clock_timestamp() WHERE kind = 'hold' AND id % 3 = :n", n=number % 3)

    def let_time_pass(self, number):
        """Let a hold run out by itself after both processes have seen it."""
        soon = "UPDATE occupancy SET until = clock_timestamp() + interval '40 ms' WHERE kind = 'hold' AND id % 2 = :n"
        if self.execute(soon, n=number % 2):
            self.ask(self.one, number)
            self.ask(self.other, number)
            time.sleep(0.05)

    # -- what the council does

    def new_session(self, number):
        self.execute(
            "INSERT INTO session (registrar_id, centre_id, room_id, begins_at, ends_at, kept_minutes)"
            " VALUES (:who, :where, :room, :begins, CAST(:begins AS timestamptz) + interval '2 hours', :kept)",
            who=self.world.registrars[self.pick(REGISTRARS, number)],
            where=self.centre(number // 3),
            room=self.world.rooms[self.pick(CENTRES, number // 3)][number % 3],
            begins=self.start(number // 6),
            kept=number % 60,
        )

    def withdraw(self, number):
        self.execute("UPDATE session SET state = 'withdrawn' WHERE id % 4 = :n", n=number % 4)

    def publish(self, number):
        self.execute("UPDATE session SET state = 'published' WHERE id % 2 = :n", n=number % 2)

    def delete_session(self, number):
        self.execute(
            "DELETE FROM session s WHERE s.id % 3 = :n AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.session_id = s.id)"
            " AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.session_id = s.id)",
            n=number % 3,
        )

    def shift_session(self, number):
        later = timedelta(minutes=15 * (number % 5), days=number % 2)
        shift = "UPDATE session SET begins_at = begins_at + :later, ends_at = ends_at + :later, centre_id = :where"
        free_only = " WHERE id % 4 = :n AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.session_id = session.id)"
        self.execute(shift + free_only, later=later, where=self.centre(number // 5), n=number % 4)

    def absence(self, number):
        self.execute(
            "INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind)"
            " SELECT id, registrar_id, begins_at, begins_at + interval '45 minutes', 'absence' FROM session WHERE id % 5 = :n",
            n=number % 5,
        )

    def back_again(self, number):
        self.execute("DELETE FROM occupancy WHERE kind = 'absence' AND id % 2 = :n", n=number % 2)

    def licence(self, number):
        who = self.world.registrars[self.pick(REGISTRARS, number)]
        self.execute("UPDATE registrar SET may_register_births = NOT may_register_births WHERE id = :who", who=who)

    def pace(self, number):
        own, who = (None, 20, 45)[number % 3], self.world.registrars[self.pick(REGISTRARS, number // 3)]
        self.execute("UPDATE registrar SET minutes_per_baby = :own WHERE id = :who", own=own, who=who)

    def kept_minutes(self, number):
        self.execute("UPDATE session SET kept_minutes = :kept WHERE id % 2 = :n", kept=15 * (number % 5), n=number % 2)

    def take_part(self, number):
        last = (None, *DAYS)[number % 4]
        self.execute(
            "UPDATE centre SET participating_to = :last WHERE id = :where", last=last, where=self.centre(number)
        )

    # -- asking

    def centre(self, number):
        return self.world.centres[self.pick(CENTRES, number)]

    def start(self, number):
        return at_time(self.pick(DAYS, number), "9:00") + timedelta(minutes=15 * (number // 3 % 12))

    def pick(self, those, number):
        return those[number % len(those)]

    def ask(self, process, number):
        births, interpreter = list(FAMILIES.values())[number % 4]
        narrow = {"centre_ids": (self.centre(number),)} if number % 3 == 1 else {}
        day = DAYS[number // 4 % 3]
        span = {"first": day, "last": day} if number % 5 == 4 else {}
        with process.app_context():
            return answer(asking(births, interpreter=interpreter, **span, **narrow))

    def ask_one(self, number):
        self.ask(self.one, number)

    def ask_other(self, number):
        self.ask(self.other, number)

    def all_agree(self):
        """Hold what the processes remember against what is so, for every family."""
        self.forgetful.extensions.pop("booking.free", None)
        for births, interpreter in FAMILIES.values():
            wanted = asking(births, interpreter=interpreter)
            told = []
            for process in (self.forgetful, self.one, self.other):
                with process.app_context():
                    told.append(answer(wanted))
            assert told[1] == told[0]
            assert told[2] == told[0]


STEPS = [
    Council.hold,
    Council.book,
    Council.move,
    Council.cancel,
    Council.undo,
    Council.bereavement,
    Council.release,
    Council.extend,
    Council.expire,
    Council.let_time_pass,
    Council.new_session,
    Council.withdraw,
    Council.publish,
    Council.delete_session,
    Council.shift_session,
    Council.absence,
    Council.back_again,
    Council.licence,
    Council.pace,
    Council.kept_minutes,
    Council.take_part,
    Council.ask_one,
    Council.ask_other,
]
OFTEN = STEPS + [Council.hold] * 12 + [Council.book] * 10 + [Council.move, Council.cancel, Council.undo] * 3


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(OFTEN), st.integers(0, 400)), min_size=3, max_size=15))
def test_whatever_happens_every_process_knows_it(council, steps):
    council.begin()
    council.all_agree()
    for step, number in steps:
        step(council, number)
        council.ask(council.one, number)
    council.all_agree()


@pytest.mark.long  # a long life
def test_a_long_life_of_a_council_leaves_nobody_behind(council):
    chance = random.Random(42)
    done = Counter()
    booked = 0
    for number in range(160):
        if number % 40 == 0:
            booked += len(council.booked)
            council.begin()
        step = chance.choice(OFTEN)
        step(council, chance.randrange(400))
        done[step] += 1
        council.all_agree()
    assert set(done) == set(STEPS)
    assert booked > 10


# ---- each way on its own


@pytest.fixture
def world(database):
    made = make_world()
    made.session("sunshine", "ann", TUESDAY, "9:00", "10:30")
    made.session("elland", "bo", TUESDAY, "9:00", "10:00")
    database.commit()
    return made


def starts(world, place="sunshine", **more):
    """Give the clock times of a place's free starts."""
    wanted = asking(**more)
    found = [minute for centre, _, those in answer(wanted) if centre == world.centres[place] for minute, _ in those]
    return [datetime.fromtimestamp(minute * MINUTE, UTC).strftime("%-H:%M") for minute in found]


def test_what_is_remembered_is_the_very_same_and_asks_no_session_again(app, world, monkeypatch):
    first = free_days(asking(), NOW)
    monkeypatch.setattr(free, "openings", lambda *_: pytest.fail("nothing changed and yet it was read again"))
    again = free_days(asking(), NOW)
    assert [id(day) for day in again] == [id(day) for day in first]


def test_where_nothing_changed_one_question_to_the_database_is_enough(world):
    free_days(asking(), NOW)
    asked = []
    listen = partial(event.listen, db.session.get_bind(), "before_cursor_execute")
    note = lambda *told: asked.append(told[2])  # noqa: E731 -- it is taken off again below
    listen(note)
    free_days(asking(), NOW)
    event.remove(db.session.get_bind(), "before_cursor_execute", note)
    assert len(asked) == 1
    assert "GROUP BY" not in asked[0]


def test_only_the_day_that_changed_is_read_again(world, monkeypatch):
    first = free_days(asking(), NOW)
    world.session("elland", "cleo", FRIDAY, "9:00", "10:00")
    read = []
    openings = free.openings
    monkeypatch.setattr(free, "openings", lambda *span: read.append(span[:3]) or openings(*span))
    again = free_days(asking(), NOW)
    assert again[:2] == first
    assert read == [(at_time(FRIDAY, "0:00"), at_time(FRIDAY + timedelta(days=1), "0:00"), (world.centres["elland"],))]


def test_sessions_that_go_and_others_that_change_never_look_like_nothing_happened(database, world):
    """Two stamps, then one that is their sum: a sum would be the same, and the free times of a gone session stay."""
    world.session("sunshine", "cleo", TUESDAY, "9:00", "10:30", room=1)
    assert Counter(dict(free_places(asking(), NOW)[world.centres["sunshine"]])).total() == 6
    stamps = text("SELECT stamp FROM session WHERE centre_id = :centre ORDER BY id")
    one, other = database.execute(stamps, {"centre": world.centres["sunshine"]}).scalars()
    database.execute(text("DELETE FROM session WHERE stamp = :stamp"), {"stamp": other})
    database.execute(text("SELECT setval('change_stamp', :last)"), {"last": one + other - 1})
    database.execute(text("UPDATE session SET kept_minutes = 0 WHERE stamp = :stamp"), {"stamp": one})
    assert database.execute(stamps, {"centre": world.centres["sunshine"]}).scalar_one() == one + other

    assert Counter(dict(free_places(asking(), NOW)[world.centres["sunshine"]])).total() == 3


def test_a_hold_that_runs_out_by_itself_is_seen_at_that_moment(database, world):
    holds.hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "9:30"), (BORN,), interpreter=False), NOW)
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() + interval '0.2 s'"))
    assert starts(world) == ["9:00", "10:00"]
    database.execute(text("SELECT pg_sleep(0.25)"))
    assert starts(world) == ["9:00", "9:30", "10:00"]


def test_a_day_is_trusted_again_a_minute_after_its_last_hold_ran_out(app, database, world):
    holds.hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "9:30"), (BORN,), interpreter=False), NOW)
    for seconds, trusted in ((30, False), (61, True)):
        ended = text("UPDATE occupancy SET until = clock_timestamp() - make_interval(secs => :seconds)")
        database.execute(ended, {"seconds": seconds})
        first = {id(day) for day in free_days(asking(), NOW)}
        second = {id(day) for day in free_days(asking(), NOW)}
        assert (first == second) is trusted


def test_a_booking_made_in_the_last_moment_of_its_hold_is_seen_once_it_stands(new_database, tmp_path):
    """The reader looks after the hold has run out and before the booking of it is kept."""
    app = create_app(app_settings(new_database("last_moment"), tmp_path))
    with app.app_context():
        world = make_world()
        world.session("sunshine", "ann", TUESDAY, "9:00", "10:00")
        db.session.commit()
        kept = holds.hold(
            HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "9:00"), (BORN,), interpreter=False), NOW
        )
        db.session.execute(text("UPDATE occupancy SET until = clock_timestamp() + interval '2 s'"))
        db.session.commit()
        book(replace(REQUEST, hold=kept.token), NOW)  # not kept yet
        db.session.execute(text("SELECT pg_sleep(2)"))
        with app.app_context():  # another connection
            assert starts(world) == ["9:00", "9:30"]
        db.session.commit()
        with app.app_context():
            assert starts(world) == ["9:30"]
        db.engine.dispose()


def test_a_booking_moved_within_its_session_is_seen(world):
    kept = holds.hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "9:00"), (BORN,), interpreter=False), NOW)
    made = book(replace(REQUEST, hold=kept.token), NOW)
    assert starts(world) == ["9:30", "10:00"]
    changes.move(made.public_id, world.centres["sunshine"], at_time(TUESDAY, "10:00"), NOW)
    assert starts(world) == ["9:00", "9:30"]


def test_a_session_that_is_cut_short_put_off_or_taken_elsewhere_is_seen(database, world):
    assert starts(world) == ["9:00", "9:30", "10:00"]
    for change, there, elsewhere in (
        ("ends_at = ends_at - interval '30 minutes'", ["9:00", "9:30"], ["9:00", "9:30"]),
        ("begins_at = begins_at + interval '15 minutes'", ["9:15"], ["9:00", "9:30"]),
        (f"centre_id = {world.centres['todmorden']}", [], ["9:00", "9:30"]),
        (f"centre_id = {world.centres['elland']}", [], ["9:00", "9:15", "9:30"]),
        ("state = 'withdrawn'", [], ["9:00", "9:30"]),
    ):
        database.execute(text(f"UPDATE session SET {change} WHERE id = {world.sessions[0]}"))  # noqa: S608
        assert (starts(world), starts(world, "elland")) == (there, elsewhere)


def test_a_centre_offers_no_time_on_a_day_it_does_not_take_part(database, world):
    world.session("sunshine", "ann", FRIDAY, "9:00", "9:30")
    assert starts(world) == ["9:00", "9:30", "10:00", "9:00"]
    for first, last, left in (
        ("2026-01-01", str(WEDNESDAY), ["9:00", "9:30", "10:00"]),
        (str(WEDNESDAY), None, ["9:00"]),
        (str(TUESDAY), str(FRIDAY), ["9:00", "9:30", "10:00", "9:00"]),
        ("2026-01-01", str(MONDAY), []),
    ):
        took_part = text("UPDATE centre SET participating_from = :first, participating_to = :last WHERE id = :id")
        database.execute(took_part, {"first": first, "last": last, "id": world.centres["sunshine"]})
        assert starts(world) == left


def test_every_length_is_remembered_by_itself(world):
    assert starts(world) == ["9:00", "9:30", "10:00"]
    assert starts(world, births=(BORN, BORN)) == ["9:00", "9:30"]
    assert starts(world, interpreter=True) == ["9:00", "9:30"]
    assert starts(world, births=(BORN, BORN), interpreter=True) == ["9:00"]
    assert starts(world) == ["9:00", "9:30", "10:00"]


def test_a_booking_being_moved_counts_its_own_time_as_free_and_nobody_elses(world):
    kept = holds.hold(HoldRequest(world.centres["sunshine"], at_time(TUESDAY, "9:00"), (BORN,), interpreter=False), NOW)
    made = book(replace(REQUEST, hold=kept.token), NOW)
    assert starts(world) == ["9:30", "10:00"]
    assert starts(world, keep_for=made.id) == ["9:00", "9:30", "10:00"]
    assert starts(world, keep_for=made.id + 1) == ["9:30", "10:00"]
    assert starts(world) == ["9:30", "10:00"]


def test_a_start_counts_a_place_for_every_registrar_who_is_free(world):
    world.session("sunshine", "cleo", TUESDAY, "9:30", "10:30", room=1)
    nine, half_past, ten = (minute_of(TUESDAY, clock) for clock in ("9:00", "9:30", "10:00"))
    assert free_places(asking(), NOW)[world.centres["sunshine"]] == {nine: 1, half_past: 2, ten: 2}


def test_only_the_days_and_centres_asked_for_are_given_in_order(world):
    world.session("sunshine", "ann", FRIDAY, "9:00", "9:30")
    sunshine, elland = world.centres["sunshine"], world.centres["elland"]

    def found(**more):
        return [(day.centre_id, day.day) for day in free_days(asking(**more), NOW)]

    assert found() == [(sunshine, TUESDAY), (sunshine, FRIDAY), (elland, TUESDAY)]
    assert found(first=TUESDAY, last=TUESDAY) == [(sunshine, TUESDAY), (elland, TUESDAY)]
    assert found(first=WEDNESDAY) == [(sunshine, FRIDAY)]
    assert found(centre_ids=(elland,)) == [(elland, TUESDAY)]
    assert found(centre_ids=()) == []
    assert all(
        one.starts[0] < other.starts[0] for one, other in pairwise(free_days(asking(centre_ids=(sunshine,)), NOW))
    )


def test_a_session_belongs_to_its_day_in_england(world):
    summer = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight on the second
    world.session("sunshine", "ann", summer.date() + timedelta(days=1), "0:30", "1:00")
    second = summer.date() + timedelta(days=1)
    given = free_days(asking(first=second, last=second), NOW)
    assert [(day.day, day.starts) for day in given] == [(second, ((int(summer.timestamp()) // MINUTE, 1),))]
    assert free_days(asking(first=summer.date(), last=summer.date()), NOW) == []


def test_starts_sooner_than_the_councils_notice_fall_away_while_the_day_is_remembered(world):
    assert starts(world) == ["9:00", "9:30", "10:00"]
    for now, left in (("8:00", 3), ("8:01", 2), ("9:00", 1), ("9:01", 0)):
        days = free_days(asking(centre_ids=(world.centres["sunshine"],)), at_time(TUESDAY, now))
        assert sum(len(day.starts) for day in days) == left


def test_no_more_is_remembered_than_a_process_can_hold(app, world, monkeypatch):
    monkeypatch.setitem(app.extensions, "booking.free", {})
    monkeypatch.setattr(free, "MOST_REMEMBERED", 3)
    for births in ((BORN,), (BORN, BORN), (BORN,) * 3):
        before = answer(asking(births))
        assert answer(asking(births)) == before
        assert len(app.extensions["booking.free"]) <= 3 + 2


def test_no_more_answers_are_remembered_whole_than_a_process_can_hold(app, world, monkeypatch):
    monkeypatch.setitem(app.extensions, "booking.free.whole", {})
    monkeypatch.setattr(free, "MOST_WHOLE", 2)
    for days in range(6):
        answer(asking(last=TODAY + timedelta(days=days)))
        assert len(app.extensions["booking.free.whole"]) <= 3
