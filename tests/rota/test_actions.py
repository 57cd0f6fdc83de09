"""Importing registrars and sessions: whole or not at all, with every fault named."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from registration.booking.actions.holds import hold
from registration.booking.queries.sessions import taken_in
from registration.booking.rules.requests import HoldRequest
from registration.centres.models import Centre, Room
from registration.common.audit import AuditEvent
from registration.common.files import FileRefused
from registration.rota import actions
from registration.rota.actions import sessions as sessions_file
from registration.rota.models import Registrar, Session
from tests.booking.appointments import NOW, booked
from tests.booking.world import BORN, TUESDAY, at_time, make_world
from tests.rota.plans import decide

HEADER = "registrar,centre,room,date,from,to"
LINE = "Registrar Ann,Elland Children's Centre,Room 1,2026-11-24,9:00,12:30"


@pytest.fixture
def world(database):
    return make_world()


def registrars(text):
    return actions.import_registrars(BytesIO(text.encode()), "staff:1")


def sessions(*lines, header=HEADER):
    return actions.import_sessions(BytesIO("\n".join([header, *lines]).encode()), "staff:1", 30, taken_in)


def counts(outcome):
    return outcome.added, outcome.changed, outcome.unchanged


def faults(*lines, header=HEADER):
    """What a file is refused for; nothing of it is loaded."""
    with pytest.raises(FileRefused) as refused:
        sessions(*lines, header=header)
    return refused.value.lines()


def all_of(database, model):
    database.expire_all()
    return database.scalars(select(model).order_by(model.id)).all()


# ---- registrars


def test_registrars_are_added_with_what_the_file_says(database):
    outcome = registrars("name,grade,may_register_births,languages\nJo Lee,Deputy registrar,yes,en;ur\nAl Ray,,no,\n")
    assert counts(outcome) == (2, 0, 0)
    jo, al = all_of(database, Registrar)
    assert (jo.name, jo.grade, jo.may_register_births, jo.languages) == (
        "Jo Lee",
        "deputy_registrar",
        True,
        ["en", "ur"],
    )
    assert (al.grade, al.may_register_births, al.languages) == ("registrar", False, [])


def test_the_same_registrars_again_change_nothing(database):
    file = "name,grade,may_register_births,languages\nJo Lee,registrar,yes,en\n"
    registrars(file)
    assert counts(registrars(file)) == (0, 0, 1)
    assert [event.after for event in all_of(database, AuditEvent)] == [{"added": 1, "changed": 0}]


def test_a_registrar_is_changed_where_a_cell_says_otherwise_and_kept_where_it_is_empty(database):
    registrars("name,grade,languages\nJo Lee,registrar,en;ur\n")
    assert counts(registrars("name,grade,languages\njo  lee,deputy registrar,\n")) == (0, 1, 0)
    (jo,) = all_of(database, Registrar)
    assert (jo.name, jo.grade, jo.languages) == ("Jo Lee", "deputy_registrar", ["en", "ur"])


def test_every_fault_of_a_list_of_registrars_is_named_and_nothing_loaded(database):
    with pytest.raises(FileRefused) as refused:
        registrars("name,grade,may_register_births,languages\nJo,clerk,maybe,English\n,registrar,,\njo,registrar,,\n")
    assert refused.value.lines() == [
        "line 2: grade, clerk, is no grade: registrar, deputy registrar, superintendent registrar",
        "line 2: may_register_births, maybe, is neither yes nor no",
        "line 2: languages, English, has English, which is no language tag like en, ur or pt-BR",
        "line 3: name, (empty), is missing",
        "line 4: name, jo, is there already, on line 2",
    ]
    assert all_of(database, Registrar) == []


# ---- sessions


def test_a_session_is_published_with_the_minutes_for_the_telephone_desk(world, database):
    short = "Registrar Bo,elland children’s centre,room 2,24/11/2026,13.00,15:00"
    outcome = sessions(LINE, short)
    assert (counts(outcome), list(outcome.warnings)) == ((2, 0, 0), [])
    long, brief = all_of(database, Session)
    assert (long.registrar_id, long.centre_id) == (world.registrars["ann"], world.centres["elland"])
    assert (long.room_id, long.state) == (world.rooms["elland"][0], "published")
    assert (long.begins_at, long.ends_at) == (at_time(TUESDAY, "9:00"), at_time(TUESDAY, "12:30"))
    assert (long.kept_minutes, brief.kept_minutes) == (30, 0)


def test_kept_minutes_and_the_number_of_a_centre_are_taken_where_they_are_written(world, database):
    line = f"Registrar Ann,{world.centres['elland']},Room 1,2026-11-24,9:00,12:30,0"
    sessions(line, header=f"{HEADER},kept_minutes")
    assert all_of(database, Session)[0].kept_minutes == 0


def test_the_same_sessions_again_change_nothing(world, database):
    sessions(LINE)
    assert counts(sessions(LINE)) == (0, 0, 1)
    assert len(all_of(database, Session)) == 1
    assert [event.event for event in all_of(database, AuditEvent)] == ["sessions imported"]


def test_a_file_with_a_header_alone_loads_nothing(world):
    assert counts(sessions()) == (0, 0, 0)


def test_every_fault_of_a_list_of_sessions_is_named_and_nothing_loaded(world, database):
    database.execute(
        text("UPDATE registrar SET may_register_births = false WHERE id = :id"), {"id": world.registrars["dev"]}
    )
    database.execute(
        text("UPDATE centre SET participating_to = '2026-11-01' WHERE id = :id"), {"id": world.centres["todmorden"]}
    )
    assert faults(
        "Nobody,Elland Children's Centre,Room 1,2026-11-24,9:00,12:30",
        "Registrar Dev,Nowhere,Room 1,2026-11-24,9:00,12:30",
        "Registrar Ann,Elland Children's Centre,Room 9,2026-11-24,9:00,12:30",
        "Registrar Ann,Todmorden Children's Centre,Room 1,2026-11-24,9:00,12:30",
        "Registrar Ann,Elland Children's Centre,Room 1,2026-11-31,9am,12:30",
        "Registrar Ann,Elland Children's Centre,Room 1,2026-11-24,12:30,12:30",
        ",,,,,",
        "Registrar Ann,Elland Children's Centre,Room 1,2027-03-28,1:30,4:00",
        "Registrar Ann,Elland Children's Centre,,2026-11-24,9:00,",
    ) == [
        "line 2: registrar, Nobody, is no registrar known here",
        "line 3: registrar, Registrar Dev, may not register births",
        "line 3: centre, Nowhere, is no centre known here",
        "line 4: room, Room 9, is no room of Elland Children’s Centre, which has Room 1, Room 2, Room 3",
        "line 5: centre, Todmorden Children's Centre, does not take part on Tuesday 24 November 2026",
        "line 6: date, 2026-11-31, is not a date like 2026-11-22 or 22/11/2026",
        "line 6: from, 9am, is not a time like 9:30 or 16:00",
        "line 7: to, 12:30, is not after the beginning",
        "line 9: from, 1:30, does not exist that day: the clocks go forward",
        "line 10: to, (empty), is missing",
    ]
    assert all_of(database, Session) == []


def test_a_missing_column_is_named(world):
    assert faults("x", header="registrar")[0].startswith("line 1: centre, (empty), the column is missing")


def test_a_centre_without_rooms_says_so(world, database):
    database.execute(text("DELETE FROM room WHERE centre_id = :id"), {"id": world.centres["elland"]})
    assert faults(LINE) == ["line 2: room, Room 1, is no room of Elland Children’s Centre, which has no room yet"]


def test_two_centres_of_one_name_are_told_apart_by_number(world, database):
    database.get(Centre, world.centres["office"]).name = "Elland Children's Centre"
    database.flush()
    numbers = f"{world.centres['elland']} or {world.centres['office']}"
    told = "line 2: centre, Elland Children's Centre, is the name of several centres: write the number, "
    assert faults(LINE) == [told + numbers]


def test_the_first_of_two_hours_of_one_name_is_taken_and_said(world, database):
    outcome = sessions("Registrar Ann,Elland Children's Centre,Room 1,2026-10-25,1:30,4:00")
    assert [str(each) for each in outcome.warnings] == [
        "line 2: from, 1:30, happens twice that day, for the clocks go back: the first is taken"
    ]
    assert all_of(database, Session)[0].begins_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_bank_holiday_is_a_warning(world):
    outcome = sessions("Registrar Ann,Elland Children's Centre,Room 1,2026-12-25,9:00,12:30")
    assert [str(each) for each in outcome.warnings] == ["line 2: date, 2026-12-25, is a bank holiday (Christmas Day)"]
    assert outcome.added == 1


def test_a_bank_holiday_on_which_the_centre_is_open_is_none(world):
    decide(world, date(2026, 12, 25), is_open=True, place="elland")
    outcome = sessions("Registrar Ann,Elland Children's Centre,Room 1,2026-12-25,9:00,12:30")
    assert (list(outcome.warnings), outcome.added) == ([], 1)


def test_a_day_on_which_the_centre_is_closed_is_refused(world):
    decide(world, TUESDAY, is_open=False, reason="a burst pipe")
    assert faults(LINE) == [
        "line 2: date, 2026-11-24, is a day on which Elland Children’s Centre is closed (a burst pipe)"
    ]


def test_lines_that_overlap_are_named_with_the_line_they_overlap(world):
    assert faults(
        LINE,
        "Registrar Ann,Todmorden Children's Centre,Room 1,2026-11-24,12:00,14:00",
        "Registrar Bo,Elland Children's Centre,Room 1,2026-11-24,12:29,14:00",
    ) == [
        "line 3: registrar, Registrar Ann, has a session at that time on line 2, 9am to 12:30pm",
        "line 4: room, Room 1, has a session at that time on line 2, 9am to 12:30pm",
    ]


def test_a_line_that_overlaps_a_session_there_is_says_which(world):
    world.session("elland", "ann", TUESDAY, "8:00", "10:00")
    assert faults(LINE) == [
        "line 2: registrar, Registrar Ann, has a session at that time already, Tuesday 24 November 2026, 8am to 10am",
        "line 2: room, Room 1, has a session at that time already, Tuesday 24 November 2026, 8am to 10am",
    ]


def test_a_session_that_begins_as_before_is_changed(world, database):
    sessions(LINE)
    assert counts(sessions(LINE.replace("12:30", "11:00"))) == (0, 1, 0)
    (session,) = all_of(database, Session)
    assert (session.ends_at, session.kept_minutes) == (at_time(TUESDAY, "11:00"), 0)


# ---- taken back, or shortened


def withdrawing(*lines):
    return sessions(*lines, header=f"{HEADER},withdrawn")


def test_a_session_is_withdrawn_once_and_can_be_published_again(world, database):
    sessions(LINE)
    assert counts(withdrawing(f"{LINE},yes")) == (0, 1, 0)
    assert counts(withdrawing(f"{LINE},yes")) == (0, 0, 1)
    assert [session.state for session in all_of(database, Session)] == ["withdrawn"]
    assert counts(withdrawing(f"{LINE},no")) == (0, 1, 0)
    assert [session.state for session in all_of(database, Session)] == ["published"]


def test_a_session_withdrawn_makes_room_in_the_same_file(world, database):
    sessions(LINE)
    other = "Registrar Ann,Todmorden Children's Centre,Room 1,2026-11-24,9:30,12:30"
    assert counts(withdrawing(f"{other},", f"{LINE},yes")) == (1, 1, 0)


def test_a_session_can_be_withdrawn_where_the_centre_or_the_registrar_has_left(world, database):
    sessions(LINE)
    database.execute(text("UPDATE registrar SET may_register_births = false"))
    database.execute(text("UPDATE centre SET participating_to = '2026-11-01'"))
    assert counts(withdrawing(f"{LINE},yes")) == (0, 1, 0)


def test_what_is_not_there_cannot_be_withdrawn(world):
    sessions(LINE)
    with pytest.raises(FileRefused) as refused:
        withdrawing(f"{LINE.replace('9:00', '9:30')},yes", f"{LINE.replace('12:30', '12:00')},yes")
    assert [str(fault) for fault in refused.value.faults] == [
        "line 2: withdrawn, yes, names a session that there is not",
        "line 3: withdrawn, yes, names a session that there is not",
    ]


def test_a_session_both_kept_and_withdrawn_is_a_fault(world):
    sessions(LINE)
    with pytest.raises(FileRefused) as refused:
        withdrawing(f"{LINE},no", f"{LINE},yes")
    assert [str(fault) for fault in refused.value.faults] == [
        "line 3: withdrawn, yes, is said otherwise of the same session on line 2"
    ]


def test_a_session_is_not_withdrawn_where_families_have_times_in_it(world, database):
    sessions(LINE)
    one = booked(world.centres["elland"], at_time(TUESDAY, "9:00"))
    two = booked(world.centres["elland"], at_time(TUESDAY, "10:00"), email="b@example.org", mobile=None)
    with pytest.raises(FileRefused) as refused:
        withdrawing(f"{LINE},yes")
    whose = f"2 bookings: {one.reference}, {two.reference}. Move or cancel first"
    assert refused.value.lines() == [f"line 2: withdrawn, yes, would take the time of {whose}"]
    assert all_of(database, Session)[0].state == "published"


def test_a_session_may_be_shortened_up_to_its_last_booking_and_no_further(world, database):
    sessions(LINE)
    one = booked(world.centres["elland"], at_time(TUESDAY, "9:30"))
    assert faults(LINE.replace("12:30", "9:45")) == [
        f"line 2: to, 9:45, would take the time of 1 booking: {one.reference}. Move or cancel first"
    ]
    assert counts(sessions(LINE.replace("12:30", "10:00"))) == (0, 1, 0)


def test_a_family_that_is_booking_just_now_keeps_its_time(world, database):
    sessions(LINE)
    hold(HoldRequest(world.centres["elland"], at_time(TUESDAY, "11:00"), (BORN,), interpreter=False), NOW)
    assert faults(LINE.replace("12:30", "10:00")) == [
        "line 2: to, 10:00, would take a time that a family is booking just now: try again in a few minutes"
    ]
    database.execute(text("UPDATE occupancy SET until = :past"), {"past": datetime.now(UTC) - timedelta(minutes=1)})
    assert counts(sessions(LINE.replace("12:30", "10:00"))) == (0, 1, 0)


# ---- the constraints behind it


def test_another_import_of_the_same_moment_is_a_sentence(world, database, monkeypatch):
    world.session("elland", "ann", TUESDAY, "8:00", "10:00")
    monkeypatch.setattr(sessions_file, "_near", lambda _: [])  # as if the other session came after the look
    with pytest.raises(
        actions.SessionTaken, match="Someone else gave one of these registrars or rooms another session"
    ):
        sessions(LINE)


def test_another_fault_of_the_database_is_not_taken_for_that(world, database, monkeypatch):
    (room,) = database.scalars(select(Room).where(Room.id == world.rooms["elland"][0])).all()
    database.expunge(room)
    room.id = 0
    monkeypatch.setattr(sessions_file.Places, "room", lambda *_: room)
    with pytest.raises(IntegrityError):
        sessions(LINE)


def test_a_day_is_told_in_words():
    assert sessions_file._day(date(2026, 11, 4)) == "Wednesday 4 November 2026"
