"""Weekly patterns read from files, and everything written to files that are read again."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import delete, select

from registration.booking.queries.sessions import taken_in
from registration.centres.models import Centre
from registration.common.audit import AuditEvent
from registration.common.files import FileRefused
from registration.rota import actions
from registration.rota.models import Registrar, Session, WorkingPattern
from registration.rota.queries import exports
from registration.rota.queries.planning import patterns_between
from tests.booking.world import TUESDAY
from tests.rota.plans import ACTOR, half, works

TODAY = date(2026, 11, 22)
HEADER = "registrar,valid_from,valid_to,weekday,centre,room,from,to"
MONDAY = "Registrar Ann,2027-01-04,,Monday,Elland Children's Centre,Room 2,9:00,12:30"
FRIDAY = "Registrar Ann,2027-01-04,,fri,Halifax Register Office,,13.00,16:00"


def load(*lines, header=HEADER):
    return actions.import_patterns(BytesIO("\n".join([header, *lines]).encode()), TODAY, ACTOR)


def faults(*lines):
    """What a file is refused for; nothing of it is loaded."""
    before = patterns_between(date.min, None)
    with pytest.raises(FileRefused) as refused:
        load(*lines)
    assert patterns_between(date.min, None) == before
    return refused.value.lines()


def counts(outcome):
    return outcome.added, outcome.changed, outcome.unchanged


def kept(world, who="ann"):
    return [each for each in patterns_between(date.min, None).values() if each.registrar == world.registrars[who]]


def test_lines_of_one_registrar_and_first_day_are_a_version(world, database):
    other = "Registrar Bo,2027-01-04,2027-02-28,2,Elland Children's Centre,,9:00,16:00"
    assert counts(load(FRIDAY, other, MONDAY)) == (2, 0, 0)
    [ann] = kept(world)
    assert (ann.valid_from, ann.valid_to) == (date(2027, 1, 4), None)
    assert ann.half_days == (half(world, 1, room=1), half(world, 5, "13:00", "16:00", place="office"))
    assert kept(world, "bo")[0].valid_to == date(2027, 2, 28)
    last = database.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (last.event, last.after) == ("imported weekly patterns", {"added": 2, "changed": 0})


def test_the_same_again_changes_nothing_though_the_version_was_ended_since(world):
    later = MONDAY.replace("2027-01-04", "2027-03-01")
    assert counts(load(MONDAY, later)) == (2, 0, 0)
    assert [each.valid_to for each in kept(world)] == [date(2027, 2, 28), None]
    assert counts(load(MONDAY, later)) == (0, 0, 2)


def test_a_version_to_come_is_changed_and_one_that_has_begun_only_ends(world):
    load(MONDAY)
    assert counts(load(FRIDAY)) == (0, 1, 0)
    assert kept(world)[0].half_days == (half(world, 5, "13:00", "16:00", place="office"),)
    assert counts(load(FRIDAY.replace(",,", ",2027-06-30,", 1))) == (0, 1, 0)
    assert kept(world)[0].valid_to == date(2027, 6, 30)
    works(world, "bo", half(world, 1))
    told = faults("Registrar Bo,2026-01-05,,Friday,Elland Children's Centre,,9:00,12:00")
    begun = "has been in force since Monday 5 January 2026: write what is new as a pattern from a later day"
    assert told == [f"line 2: valid_from, 2026-01-05, {begun}"]
    assert counts(load("Registrar Bo,2026-01-05,2026-12-31,Monday,Elland Children's Centre,,9:00,12:30")) == (0, 1, 0)


def test_a_last_day_with_nothing_after_it_is_a_warning(world):
    works(world, "ann", half(world))
    ended = MONDAY.replace(",,", ",2027-01-31,", 1)
    later = MONDAY.replace("2027-01-04", "2027-02-01")
    told = "is the last day of any pattern: from Monday 1 February 2027 they have none"
    assert [str(each) for each in load(ended).warnings] == [f"line 2: valid_to, 2027-01-31, {told}"]
    assert load(ended, later).warnings == []


def test_every_fault_is_named_and_nothing_loaded(world):
    assert faults(
        "Nobody,2027-01-04,,Monday,Elland Children's Centre,,9:00,12:30",
        "Registrar Ann,2027-01-04,,Monday,Nowhere,,9:00,12:30",
        "Registrar Ann,2027-01-04,,Monday,Elland Children's Centre,Room 9,9:00,12:30",
        "Registrar Ann,soon,,Someday,Elland Children's Centre,,nine,12:30",
        "Registrar Bo,2027-01-04,,Monday,Elland Children's Centre,,9:00,12:30",
        "Registrar Bo,2027-01-04,2027-05-01,Tuesday,Elland Children's Centre,,9:00,12:30",
        "Registrar Bo,2027-01-04,,Monday,Elland Children's Centre,,9:00,12:30",
        "Registrar Bo,2027-01-04,,Monday,Elland Children's Centre,,12:00,16:00",
        "Registrar Cleo,2027-01-04,2027-01-01,Monday,Elland Children's Centre,,9:00,12:30",
    ) == [
        "line 2: registrar, Nobody, is no registrar known here",
        "line 3: centre, Nowhere, is no centre known here",
        "line 4: room, Room 9, is no room of Elland Children’s Centre, which has Room 1, Room 2, Room 3",
        "line 5: valid_from, soon, is not a date like 2026-11-22 or 22/11/2026",
        "line 5: weekday, Someday, is not a day of the week like Monday",
        "line 5: from, nine, is not a time like 9:30 or 16:00",
        "line 7: valid_to, 2027-05-01, is said otherwise of the same pattern on an earlier line",
        "line 8: weekday, Monday morning, is there already, on line 6",
        "line 9: from, 12:00, Monday afternoon overlaps the session from 9am to 12:30pm on the same day",
    ]


def test_overlapping_versions_are_refused_whole(world):
    works(world, "bo", half(world, 1), first=date(2027, 2, 1), last=date(2027, 2, 28))
    told = faults(MONDAY, "Registrar Bo,2027-01-04,,Monday,Elland Children's Centre,,9:00,12:30")
    there = "Registrar Bo already has a pattern from Monday 1 February 2027 to Sunday 28 February 2027."
    told_what = f"{there} Choose days that do not overlap, or change that one first"
    assert told == [f"line 3: valid_from, 2027-01-04, {told_what}"]


# ---- written and read again


def test_patterns_written_and_read_again_are_the_same(world):
    load(MONDAY, FRIDAY)
    file = exports.patterns_file()
    assert file.decode("utf-8-sig").splitlines()[:2] == [
        f"{HEADER},weeks",
        "Registrar Ann,2027-01-04,,Monday,Elland Children’s Centre,Room 2,09:00,12:30,every",
    ]
    assert counts(actions.import_patterns(BytesIO(file), TODAY, ACTOR)) == (0, 0, 1)


def test_patterns_of_weeks_that_take_turns_are_written_and_read_again(world):
    weeks_a, weeks_b = f"{MONDAY},A", f"{MONDAY.replace('Room 2', 'Room 1')},b"
    load(weeks_a, weeks_b, header=f"{HEADER},weeks")
    assert kept(world)[0].half_days == (
        replace(half(world, 1, room=1), weeks="a"),
        replace(half(world, 1, room=0), weeks="b"),
    )
    file = exports.patterns_file()
    assert counts(actions.import_patterns(BytesIO(file), TODAY, ACTOR)) == (0, 0, 1)
    assert exports.patterns_file() == file
    with pytest.raises(FileRefused) as refused:
        load(f"{MONDAY},odd", header=f"{HEADER},weeks")
    assert refused.value.lines() == ["line 2: weeks, odd, is neither every, A nor B"]


def test_registrars_written_and_read_again_are_the_same(world, database):
    ann = database.get(Registrar, world.registrars["ann"])
    ann.languages, ann.home_postcode, ann.contracted_sessions, ann.minutes_per_baby = ["en", "ur"], "HX1 1UJ", 6, 40
    ann.left_on = date(2027, 1, 1)
    database.flush()
    file = exports.registrars_file()
    assert file.decode("utf-8-sig").splitlines()[1] == "Registrar Ann,registrar,yes,en;ur,HX1 1UJ,6,40,2027-01-01"
    outcome = actions.import_registrars(BytesIO(file), ACTOR)
    assert counts(outcome) == (0, 0, 4)
    file = file.replace(b"HX1 1UJ,6,40", b"hx5 0ab,7,30")
    assert counts(actions.import_registrars(BytesIO(file), ACTOR)) == (0, 1, 3)
    assert (ann.home_postcode, ann.contracted_sessions, ann.minutes_per_baby) == ("HX5 0AB", 7, 30)


def test_registrars_written_read_and_written_again_are_the_same_file(world, database):
    ann = database.get(Registrar, world.registrars["ann"])
    ann.languages, ann.grade, ann.left_on = ["en", "bfi"], "deputy_registrar", date(2027, 1, 1)
    database.flush()
    file = exports.registrars_file()
    database.execute(delete(Registrar))
    assert counts(actions.import_registrars(BytesIO(file), ACTOR)) == (4, 0, 0)
    assert exports.registrars_file() == file


def test_a_day_of_leaving_is_read_unless_sessions_are_published_from_then_on(world, database):
    world.session("elland", "ann", TUESDAY)
    file = b"name,left_on\nRegistrar Ann,2026-11-24\nRegistrar Bo,2026-11-24\n"
    with pytest.raises(FileRefused) as refused:
        actions.import_registrars(BytesIO(file), ACTOR)
    assert refused.value.lines() == [
        "line 2: left_on, 2026-11-24, has 1 session published from then on: say on the registrar’s own page that they leave"
    ]
    assert counts(actions.import_registrars(BytesIO(file.replace(b"24\nR", b"25\nR")), ACTOR)) == (0, 2, 0)
    assert database.get(Registrar, world.registrars["ann"]).left_on == date(2026, 11, 25)
    assert counts(actions.import_registrars(BytesIO(file.replace(b"24\nR", b"25\nR")), ACTOR)) == (0, 0, 2)


def test_faulty_facts_of_registrars_are_named(database):
    with pytest.raises(FileRefused) as refused:
        actions.import_registrars(
            BytesIO(b"name,home_postcode,contracted_sessions,minutes_per_baby\nJo,nowhere,0,x\n"), ACTOR
        )
    assert [line.partition(", ")[0] for line in refused.value.lines()] == [
        "line 2: home_postcode",
        "line 2: contracted_sessions",
        "line 2: minutes_per_baby",
    ]
    assert "x, is not a whole number from" in refused.value.lines()[2]


def test_sessions_written_and_read_again_are_the_same(world, database):
    world.session("elland", "ann", TUESDAY, kept=20)
    world.session("office", "bo", date(2026, 12, 1))
    database.get(Centre, world.centres["todmorden"]).name = "Elland Children's centre"
    database.flush()
    file = exports.sessions_file(TUESDAY, TUESDAY)
    assert file.decode("utf-8-sig").splitlines()[1:] == [
        f"Registrar Ann,{world.centres['elland']},Room 1,2026-11-24,09:00,12:00,20,"
    ]
    assert counts(actions.import_sessions(BytesIO(file), ACTOR, 30, taken_in)) == (0, 0, 1)
    assert len(database.scalars(select(Session)).all()) == 2
    assert database.scalars(select(WorkingPattern)).all() == []
