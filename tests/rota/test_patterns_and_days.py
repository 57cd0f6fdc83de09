"""Weekly patterns, single half-days, days of centres and rooms: kept with a record, refused with a sentence."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text

from registration.booking.queries.sessions import taken_in
from registration.centres.models import Room
from registration.common.audit import AuditEvent
from registration.rota.actions import days, patterns, rooms
from registration.rota.models import CentreDay, PatternException, PatternHalfDay, Session, WorkingPattern
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import exceptions_between, patterns_between
from registration.rota.rules.days import Otherwise
from registration.rota.rules.patterns import HalfDay, Pattern
from registration.rota.rules.planning import Exceptional
from tests.booking.appointments import NOW, booked
from tests.booking.world import MONDAY, TUESDAY, at_time
from tests.rota.plans import ACTOR, decide, half, otherwise, works
from tests.rota.rules.plans import clock


def refused(sentence, kind=patterns.NotThatPattern):
    return pytest.raises(kind, match=f"^{sentence}")


def events(database):
    return [
        (each.event, each.before, each.after) for each in database.scalars(select(AuditEvent).order_by(AuditEvent.id))
    ]


# ---- versions of a week


def test_a_pattern_is_kept_and_recorded(world, database):
    made = works(world, "ann", half(world, 2, room=1), half(world, 1, "13:00", "16:00"))
    [(key, kept)] = patterns_between(MONDAY, MONDAY).items()
    assert (key, kept.registrar, kept.valid_from, kept.valid_to) == (
        made.id,
        world.registrars["ann"],
        date(2026, 1, 5),
        None,
    )
    assert kept.half_days == (half(world, 1, "13:00", "16:00"), half(world, 2, room=1))
    [(event, before, after)] = events(database)
    assert (event, before) == ("added a weekly pattern", None)
    assert after == {
        "from": "2026-01-05",
        "to": None,
        "half_days": [
            "Tuesday morning 09:00-12:30 Elland Children’s Centre, Room 2",
            "Monday afternoon 13:00-16:00 Elland Children’s Centre",
        ],
    }


def test_a_new_version_ends_the_one_until_further_notice_the_day_before(world, database):
    old = works(world, "ann", half(world))
    works(world, "ann", half(world, 2), first=date(2026, 12, 1))
    assert database.get(WorkingPattern, old.id).valid_to == date(2026, 11, 30)
    assert [event for event, *_ in events(database)] == [
        "added a weekly pattern",
        "ended a weekly pattern",
        "added a weekly pattern",
    ]


def test_a_version_with_a_last_day_ends_one_until_further_notice_for_good_or_lets_it_go_on(world, database):
    new = Pattern(world.registrars["ann"], date(2026, 12, 1), date(2026, 12, 31), (half(world, 2),))
    assert patterns.would_end(new) is None
    old = works(world, "ann", half(world, 1))
    assert patterns.would_end(new).valid_from == date(2026, 1, 5)
    assert patterns.would_end(replace(new, valid_to=None)) is None
    patterns.add_pattern(new, ACTOR, resume=True)
    found = list(patterns_between(date.min, None).values())
    assert [(each.valid_from, each.valid_to) for each in found] == [
        (date(2026, 1, 5), date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), None),
    ]
    assert found[2].half_days == found[0].half_days == (half(world, 1),)
    assert database.get(WorkingPattern, old.id).valid_to == date(2026, 11, 30)


def test_nothing_goes_on_after_a_version_without_a_last_day(world):
    works(world, "ann", half(world, 1))
    patterns.add_pattern(
        Pattern(world.registrars["ann"], date(2026, 12, 1), None, (half(world, 2),)), ACTOR, resume=True
    )
    assert len(patterns_between(date.min, None)) == 2


def test_a_version_of_another_registrar_is_left_alone(world, database):
    theirs = works(world, "bo", half(world))
    works(world, "ann", half(world), first=date(2026, 12, 1))
    assert database.get(WorkingPattern, theirs.id).valid_to is None


def test_overlapping_patterns_are_refused_with_the_days_of_the_other(world, database):
    works(world, "ann", half(world), first=date(2026, 3, 1), last=date(2026, 4, 30))
    told = "Registrar Ann already has a pattern from Sunday 1 March 2026 to Thursday 30 April 2026. Choose days"
    with refused(told):
        works(world, "ann", half(world), first=date(2026, 4, 30))
    works(world, "ann", half(world), first=date(2026, 5, 1))
    with refused("Registrar Ann already has a pattern from Friday 1 May 2026 until further notice"):
        works(world, "ann", half(world), first=date(2026, 5, 1), last=date(2026, 12, 1))
    assert len(database.scalars(select(WorkingPattern)).all()) == 2


@pytest.mark.parametrize(
    ("half_days", "days_", "sentence"),
    [
        ([], {}, "Choose a centre for at least one half-day"),
        ([(1, "9:00", "9:00")], {}, "The end must be after the beginning"),
        ([(1, "9:00", "13:00"), (1, "12:00", "16:00")], {}, "Monday afternoon overlaps"),
        ([(1, "9:00", "13:00")], {"last": date(2025, 1, 1)}, "The last day must be the first day or after it"),
    ],
)
def test_a_faulty_week_is_refused(world, database, half_days, days_, sentence):
    with refused(sentence):
        works(world, "ann", *[half(world, *each) for each in half_days], **days_)
    assert database.scalars(select(WorkingPattern)).all() == []


def test_a_place_that_is_not_there_is_refused(world):
    with refused("There is no such centre"):
        works(world, "ann", HalfDay(1, 0, None, clock("9:00"), clock("12:00")))
    for room in (0, world.rooms["office"][0]):
        with refused("The centre has no such room"):
            works(world, "ann", HalfDay(1, world.centres["elland"], room, clock("9:00"), clock("12:00")))


def test_a_version_ends_sooner_or_later(world, database):
    made = works(world, "ann", half(world))
    patterns.end_pattern(made.id, date(2026, 12, 31), ACTOR)
    patterns.end_pattern(made.id, date(2027, 1, 31), ACTOR)
    assert database.get(WorkingPattern, made.id).valid_to == date(2027, 1, 31)
    _, before, after = events(database)[-1]
    assert (before["to"], after["to"]) == ("2026-12-31", "2027-01-31")


def test_a_version_neither_ends_before_it_begins_nor_into_the_next(world):
    made = works(world, "ann", half(world), last=date(2026, 3, 31))
    works(world, "ann", half(world), first=date(2026, 4, 2))
    patterns.end_pattern(made.id, date(2026, 4, 1), ACTOR)
    with refused("The next pattern is in force from Thursday 2 April 2026 until further notice"):
        patterns.end_pattern(made.id, date(2026, 4, 2), ACTOR)
    with refused("The last day must be the first day or after it"):
        patterns.end_pattern(made.id, date(2026, 1, 4), ACTOR)


def test_a_version_that_has_not_begun_is_taken_out_and_one_that_has_is_not(world, database):
    begun = works(world, "ann", half(world), last=date(2026, 11, 30))
    coming = works(world, "ann", half(world), first=date(2026, 12, 1))
    assert patterns.remove_pattern(coming.id, date(2026, 11, 30), ACTOR) == world.registrars["ann"]
    with refused("This pattern has begun, so it stays in the record"):
        patterns.remove_pattern(begun.id, date(2026, 11, 30), ACTOR)
    with pytest.raises(patterns.NoSuchPattern):
        patterns.remove_pattern(coming.id, date(2026, 11, 30), ACTOR)
    with pytest.raises(patterns.NoSuchPattern):
        patterns.end_pattern(coming.id, date(2026, 11, 30), ACTOR)
    assert len(database.scalars(select(PatternHalfDay)).all()) == 1


# ---- single half-days


def test_an_exception_is_kept_changed_and_taken_out(world, database):
    kept = otherwise(world, "ann", MONDAY, reason="jury")
    again = otherwise(world, "ann", MONDAY, half(world, 1, "10:00", "12:00", place="office", room=0))
    assert again.id == kept.id
    [(key, found)] = exceptions_between(MONDAY, MONDAY, world.registrars["ann"]).items()
    place = half(world, 1, "10:00", "12:00", place="office", room=0)
    assert (key, found) == (kept.id, Exceptional(world.registrars["ann"], MONDAY, "morning", place))
    assert exceptions_between(TUESDAY, TUESDAY) == {}
    with pytest.raises(patterns.NoSuchException):
        patterns.remove_exception(world.registrars["bo"], kept.id, ACTOR)
    patterns.remove_exception(world.registrars["ann"], kept.id, ACTOR)
    assert database.scalars(select(PatternException)).all() == []
    with pytest.raises(patterns.NoSuchException):
        patterns.remove_exception(world.registrars["ann"], kept.id, ACTOR)
    (_, _, first), (_, before, after), (_, last, _) = events(database)
    assert (first["reason"], first["times"], before, after) == ("jury", None, first, last)
    assert (after["times"], after["centre"]) == ("10:00-12:00", "Halifax Register Office")


def test_a_faulty_exception_is_refused(world):
    with refused("Choose morning, afternoon or evening"):
        otherwise(world, "ann", MONDAY, half="night")
    with refused("The end must be after the beginning"):
        otherwise(world, "ann", MONDAY, half(world, 1, "10:00", "9:00"))
    with refused("There is no such centre"):
        otherwise(world, "ann", MONDAY, HalfDay(1, 0, None, clock("9:00"), clock("12:00")))


# ---- days of centres


def test_a_day_is_decided_for_one_centre_or_for_all_and_taken_back(world, database):
    decide(world, TUESDAY, is_open=False, reason="storm")
    decide(world, TUESDAY, is_open=True, place="office", reason="on duty")
    found = open_days(MONDAY, TUESDAY)
    assert (found.closed(world.centres["elland"], TUESDAY), found.closed(world.centres["office"], TUESDAY)) == (
        "storm",
        "",
    )
    decide(world, TUESDAY, is_open=False, reason="flood")
    assert open_days(TUESDAY, TUESDAY).decided[None, TUESDAY] == Otherwise(open=False, reason="flood")
    for row in database.scalars(select(CentreDay)).all():
        days.forget_day(row.id, ACTOR, NOW)
    assert open_days(MONDAY, TUESDAY).decided == {}
    with pytest.raises(days.NoSuchDay):
        days.forget_day(0, ACTOR, NOW)
    told = [event for event, *_ in events(database)]
    assert told == ["decided a day"] * 3 + ["took back a decision on a day"] * 2
    assert events(database)[0][2] == {"day": "2026-11-24", "centre": "all", "open": False, "reason": "storm"}
    assert events(database)[2][1]["reason"] == "storm"


def test_bank_holidays_are_known(world):
    assert open_days(date(2026, 12, 20), date(2026, 12, 26)).closed(1, date(2026, 12, 25)) == "Christmas Day"


def test_boxing_day_on_a_saturday_is_closed_unless_a_manager_decides_otherwise(world):
    saturday, elland = date(2026, 12, 26), world.centres["elland"]
    assert open_days(saturday, saturday).closed(elland, saturday) == "Boxing Day (the day itself)"
    decide(world, saturday, is_open=True, place="elland", reason="busy")
    assert open_days(saturday, saturday).closed(elland, saturday) == ""


def test_closing_a_day_withdraws_what_was_published_for_it(world, database):
    here, elsewhere = world.session("elland", "ann", TUESDAY), world.session("office", "bo", TUESDAY)
    next_day = world.session("elland", "ann", MONDAY)
    assert decide(world, TUESDAY, is_open=False, place="elland") == 1
    assert [each.state for each in (here, elsewhere, next_day)] == ["withdrawn", "published", "published"]
    assert decide(world, TUESDAY, is_open=True, place="elland") == 1
    assert [each.state for each in (here, elsewhere, next_day)] == ["published"] * 3


def test_closing_every_centre_leaves_the_one_that_is_open_all_the_same(world, database):
    here, office = world.session("elland", "ann", TUESDAY), world.session("office", "bo", TUESDAY)
    decide(world, TUESDAY, is_open=True, place="office")
    assert decide(world, TUESDAY, is_open=False) == 1
    assert (here.state, office.state) == ("withdrawn", "published")


def test_a_day_on_which_families_come_is_not_closed_and_they_are_named(world, database):
    session = world.session("elland", "ann", TUESDAY)
    database.flush()
    reference = booked(world.centres["elland"], at_time(TUESDAY, "9:30")).reference
    told = f"Families are booked on Tuesday 24 November 2026: {reference}. Move or cancel first"
    with refused(told, days.FamiliesCome):
        decide(world, TUESDAY, is_open=False)
    assert session.state == "published"
    assert taken_in([session.id])


def test_a_day_on_which_a_family_is_booking_just_now_is_not_closed(world, database):
    session = world.session("elland", "ann", TUESDAY)
    database.execute(
        text("""INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until, hold_digest)
                VALUES (:s, :r, :b, :e, 'hold', clock_timestamp() + interval '5 minutes', 'x')"""),
        {"s": session.id, "r": session.registrar_id, "b": session.begins_at, "e": session.ends_at},
    )
    with refused("Families are booked on Tuesday 24 November 2026, and one is booking just now", days.FamiliesCome):
        decide(world, TUESDAY, is_open=False)


# ---- rooms


def test_a_room_is_added_renamed_and_taken_out(world, database):
    made = rooms.add_room(world.centres["elland"], " The  green room ", ACTOR)
    assert made.name == "The green room"
    assert rooms.rename_room(made.id, "the Green room", ACTOR).name == "the Green room"
    rooms.remove_room(made.id, ACTOR)
    assert database.get(Room, made.id) is None
    assert [event for event, *_ in events(database)] == ["added a room", "renamed a room", "took out a room"]


def test_a_room_that_cannot_be_kept_is_refused(world):
    with refused("The centre has a room called Room 1 already", rooms.NotThatRoom):
        rooms.add_room(world.centres["elland"], "room  1", ACTOR)
    for name in (" ", "x" * 61):
        with refused("Enter a name of at most 60 letters", rooms.NotThatRoom):
            rooms.add_room(world.centres["elland"], name, ACTOR)
    with refused("There is no such centre", rooms.NotThatRoom):
        rooms.add_room(0, "Room", ACTOR)
    with refused("This room is not there any more", rooms.NotThatRoom):
        rooms.remove_room(0, ACTOR)


def test_a_room_with_sessions_or_in_a_pattern_stays(world, database):
    world.session("elland", "ann", TUESDAY)
    works(world, "ann", half(world, room=1))
    for number in (0, 1):
        with refused(r"Room \d has sessions or stands in a weekly pattern, so it stays", rooms.NotThatRoom):
            rooms.remove_room(world.rooms["elland"][number], ACTOR)
    assert database.scalars(select(Session)).all()
