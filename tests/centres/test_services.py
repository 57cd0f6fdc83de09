"""When the services of a centre's timetable happen, and how the timetable comes and goes as a file."""

from datetime import date, time, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select, text

from registration.centres.models import CentreService
from registration.centres.services import actions
from registration.centres.services.files import timetable_file
from registration.centres.services.queries import cancellations, services_on, timetables
from registration.centres.services.rules import (
    Details,
    Kind,
    Weekly,
    health_visitor_there,
    kind_told_by,
    never_happens,
    on_day,
    runs_on,
)
from registration.common.files import FileRefused
from tests.booking.world import MONDAY, TUESDAY, make_world

CLINIC = Details("Weighing clinic", Kind.WEIGHING_CLINIC, 1, time(9), time(11))
HEADER = "centre,title,kind,weekday,starts,ends,first_day,last_day,term_time,bank_holidays,note\n"
WEEK = timedelta(days=7)


def weekly(details=CLINIC, *cancelled, **changes):
    from dataclasses import replace

    return Weekly(1, 7, replace(details, **changes), frozenset(cancelled))


@pytest.fixture
def world(database):
    made = make_world()
    database.execute(text("DELETE FROM centre_service"))
    return made


@pytest.fixture
def sunshine(world):
    return world.centres["sunshine"]


# ---- when


def test_a_service_runs_on_its_weekday_and_on_no_other():
    assert [runs_on(weekly(), MONDAY + timedelta(days=n), ()) for n in range(8)] == [True, *[False] * 6, True]


def test_it_runs_from_its_first_to_its_last_day():
    bounded = weekly(first_on=MONDAY, last_on=MONDAY + WEEK)
    assert [runs_on(bounded, MONDAY + n * WEEK, ()) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_it_does_not_run_on_a_bank_holiday_unless_it_says_so():
    assert not runs_on(weekly(), MONDAY, {MONDAY})
    assert runs_on(weekly(on_holidays=True), MONDAY, {MONDAY})


def test_it_does_not_run_on_a_day_on_which_it_is_cancelled():
    assert [runs_on(weekly(CLINIC, MONDAY), day, ()) for day in (MONDAY, MONDAY + WEEK)] == [False, True]


def test_what_never_falls_between_its_first_and_last_day_never_happens():
    wednesday, friday = MONDAY + timedelta(days=2), MONDAY + timedelta(days=4)
    assert [never_happens(day, wednesday, friday) for day in range(1, 8)] == [
        True,
        True,
        False,
        False,
        False,
        True,
        True,
    ]
    assert not never_happens(2, wednesday, None)
    assert not never_happens(2, None, friday)


def test_a_day_lists_its_services_in_its_order():
    late, early = weekly(title="Late", starts=time(13), ends=time(14)), weekly(title="Early")
    assert [each.details.title for each in on_day([late, early], MONDAY, ())] == ["Early", "Late"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Health Visitor drop-in", Kind.HEALTH_VISITOR),
        ("Baby weighing", Kind.WEIGHING_CLINIC),
        ("Stay & Play", Kind.STAY_AND_PLAY),
        ("Feeding support", Kind.ADVICE),
        ("Baby yoga", Kind.OTHER),
    ],
)
def test_a_title_tells_its_kind(title, kind):
    assert kind_told_by(title) is kind


@pytest.mark.parametrize(("begins", "there"), [("8:30", False), ("8:45", True), ("10:30", True), ("11:00", False)])
def test_a_health_visitor_is_there_if_the_timetable_has_one_while_the_family_is(begins, there):
    visitor = weekly(title="Health visitor", kind=Kind.HEALTH_VISITOR)
    hour, minute = map(int, begins.split(":"))
    start = time(hour, minute)
    end = time(hour + (minute + 30) // 60, (minute + 30) % 60)
    assert health_visitor_there([visitor], MONDAY, start, end, ()) is there
    assert health_visitor_there([visitor], MONDAY, start, end, {MONDAY}) is False
    assert health_visitor_there([weekly()], MONDAY, start, end, ()) is False


def test_of_a_centre_without_a_timetable_nobody_knows():
    assert health_visitor_there([], MONDAY, time(9), time(10), ()) is None


# ---- kept


def test_a_service_is_kept_changed_and_taken_out_with_a_line_in_the_record(database, sunshine):
    number = actions.keep_service(sunshine, None, CLINIC, "staff:1")
    later = Details("Weighing clinic", Kind.WEIGHING_CLINIC, 1, time(10), time(12), note="Book first")
    assert actions.keep_service(sunshine, number, later, "staff:1") == number
    actions.keep_service(sunshine, number, later, "staff:1")
    assert [each.details for each in timetables([sunshine])[sunshine]] == [later]
    actions.remove_service(sunshine, number, "staff:1")
    assert timetables([sunshine]) == {}
    told = database.execute(text("SELECT event, before->>'starts' FROM audit_event ORDER BY id")).all()
    assert told == [("service.kept", None), ("service.kept", "09:00:00"), ("service.removed", "10:00:00")]


def test_a_centre_does_not_have_the_same_thing_twice_at_one_time(sunshine):
    actions.keep_service(sunshine, None, CLINIC, "staff:1")
    with pytest.raises(actions.ThereAlready):
        actions.keep_service(sunshine, None, CLINIC, "staff:1")


def test_a_service_is_not_found_under_another_centre(world, sunshine):
    number = actions.keep_service(sunshine, None, CLINIC, "staff:1")
    with pytest.raises(actions.NoSuchService):
        actions.remove_service(world.centres["elland"], number, "staff:1")


def test_what_is_cancelled_once_is_told_to_no_family_that_day_until_it_takes_place_after_all(sunshine):
    number = actions.keep_service(sunshine, None, CLINIC, "staff:1")
    actions.cancel_once(sunshine, number, MONDAY, "The nurse is ill", "staff:1")
    actions.cancel_once(sunshine, number, MONDAY, "The nurse is away", "staff:1")
    assert services_on(MONDAY, [sunshine]) == {}
    assert [each.title for each in services_on(MONDAY + WEEK, [sunshine])[sunshine]] == ["Weighing clinic"]
    assert [(each.day, each.reason) for each in cancellations(sunshine, MONDAY)] == [(MONDAY, "The nurse is away")]
    assert cancellations(sunshine, TUESDAY) == []
    actions.take_back(sunshine, number, MONDAY, "staff:1")
    assert sunshine in services_on(MONDAY, [sunshine])
    with pytest.raises(actions.TakesPlace):
        actions.take_back(sunshine, number, MONDAY, "staff:1")
    with pytest.raises(actions.NotThatDay):
        actions.cancel_once(sunshine, number, TUESDAY, "", "staff:1")


def test_a_day_on_which_a_service_does_not_happen_anyway_is_not_cancelled(sunshine):
    friday = date(2026, 12, 25)
    clinic = Details("Clinic", Kind.OTHER, 5, time(9), time(10), date(2026, 12, 1), date(2027, 1, 31))
    number = actions.keep_service(sunshine, None, clinic, "staff:1")
    for day in (friday, friday + 10 * WEEK, friday - 5 * WEEK):
        with pytest.raises(actions.NotThatDay):
            actions.cancel_once(sunshine, number, day, "", "staff:1")
    actions.cancel_once(sunshine, number, friday - WEEK, "", "staff:1")


# ---- as a file


def file(*lines):
    return BytesIO((HEADER + "\n".join(lines) + "\n").encode())


def test_a_timetable_is_read_in_once_and_the_same_again_changes_nothing(database, sunshine):
    lines = (
        "Sunshine Children’s Centre,Baby weighing,,Monday,9:30,11:00,,,,,",
        "sunshine children’s centre,Drop-in,Health visitor on site,3,13:00,15:00,2026-12-01,01/03/2027,yes,yes,Ring first",
    )
    assert actions.import_services(file(*lines), "staff:1", MONDAY) == actions.Read(2, 0, 0)
    assert actions.import_services(file(*lines), "staff:1", MONDAY) == actions.Read(0, 0, 2)
    assert [each.details for each in timetables([sunshine])[sunshine]] == [
        Details("Baby weighing", Kind.WEIGHING_CLINIC, 1, time(9, 30), time(11)),
        Details(
            "Drop-in",
            Kind.HEALTH_VISITOR,
            3,
            time(13),
            time(15),
            date(2026, 12, 1),
            date(2027, 3, 1),
            term_time=True,
            on_holidays=True,
            note="Ring first",
        ),
    ]
    changed = lines[0].replace("11:00", "12:00")
    assert actions.import_services(file(changed), "staff:1", MONDAY) == actions.Read(0, 1, 0)
    assert len(database.scalars(select(CentreService)).all()) == 2
    assert database.scalar(text("SELECT count(*) FROM audit_event WHERE event = 'service.imported'")) == 2


def test_what_was_taken_out_can_be_read_in(sunshine):
    actions.keep_service(sunshine, None, Details("=1+1", Kind.OTHER, 7, time(9), time(10), note="-x"), "staff:1")
    content = timetable_file([("Sunshine Children’s Centre", timetables([sunshine])[sunshine])])
    assert b"'=1+1" in content
    assert actions.import_services(BytesIO(content), "staff:1", MONDAY) == actions.Read(0, 0, 1)


def test_every_fault_of_a_timetable_is_named_and_nothing_is_read(database, sunshine):
    lines = (
        "Nowhere,Clinic,,Monday,9:00,10:00,,,,,",
        "Sunshine Children’s Centre,,,Someday,9,10:00,,,,,",
        "Sunshine Children’s Centre,Clinic,Yoga,Monday,11:00,10:00,2027-01-02,2027-01-01,maybe,,",
        f"Sunshine Children’s Centre,{'x' * 81},,Monday,9:00,10:00,,,,,",
        "Sunshine Children’s Centre,Clinic,,Monday,9:00,10:00,,,,,",
        "Sunshine Children’s Centre,Clinic,,Monday,9:00,11:00,,,,,",
    )
    with pytest.raises(FileRefused) as refused:
        actions.import_services(file(*lines), "staff:1", MONDAY)
    assert refused.value.lines() == [
        "line 2: centre, Nowhere, is not a centre of ours",
        "line 3: title, (empty), is missing",
        "line 3: weekday, Someday, is not a day of the week like Tuesday",
        "line 3: starts, 9, is not a time like 9:30 or 14:00",
        "line 4: kind, Yoga, is not one of Stay and play, Weighing clinic, Advice, Health visitor on site, Other",
        "line 4: term_time, maybe, is neither yes nor no",
        "line 4: ends, 10:00, is not after the start",
        "line 4: last_day, 2027-01-01, is before the first day",
        f"line 5: title, {'x' * 59}…, is longer than 80 letters",
        "line 7: title, Clinic, is there already, on line 6",
    ]
    assert database.scalars(select(CentreService)).all() == []


def test_a_file_takes_no_service_that_has_ended_but_the_same_again_after_its_end(sunshine):
    line = "Sunshine Children’s Centre,Clinic,,Monday,9:00,10:00,,2026-11-23,,,"
    assert actions.import_services(file(line), "staff:1", MONDAY) == actions.Read(1, 0, 0)
    assert actions.import_services(file(line), "staff:1", MONDAY + WEEK) == actions.Read(0, 0, 1)
    with pytest.raises(FileRefused) as refused:
        actions.import_services(file(line.replace("10:00", "11:00")), "staff:1", MONDAY + WEEK)
    assert refused.value.lines() == ["line 2: last_day, 2026-11-23, is over"]


def test_a_file_takes_no_service_that_never_happens(sunshine):
    line = "Sunshine Children’s Centre,Clinic,,Tuesday,9:00,10:00,2026-12-02,2026-12-04,,,"
    with pytest.raises(FileRefused, match="last_day, 2026-12-04, comes before this day of the week does"):
        actions.import_services(file(line), "staff:1", MONDAY)


def test_a_timetable_with_headings_only_is_refused(sunshine):
    with pytest.raises(FileRefused, match="there is no service under the headings"):
        actions.import_services(file(), "staff:1", MONDAY)


def test_a_name_that_two_centres_have_is_a_fault(database, world):
    name = "Sunshine Children’s Centre"
    database.execute(
        text("UPDATE centre SET name = :name WHERE id = :id"), {"name": name, "id": world.centres["elland"]}
    )
    with pytest.raises(FileRefused, match="is the name of more than one centre"):
        actions.import_services(file(f"{name},Clinic,,Monday,9:00,10:00,,,,,"), "staff:1", MONDAY)


def test_the_commands_read_in_and_write_out(runner, sunshine, tmp_path, at):
    at("2026-11-22T09:00")
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(file("Sunshine Children’s Centre,Clinic,,Monday,9:00,10:00,,,,,").getvalue())
    done = runner.invoke(args=["centres", "services", "import", str(source)])
    assert (done.exit_code, done.output) == (0, "services: 1 added, 0 changed, 0 as before.\n")
    done = runner.invoke(args=["centres", "services", "export", str(target)])
    assert (done.exit_code, done.output) == (0, "1 services written.\n")
    assert "Sunshine Children’s Centre,Clinic,Other,Monday,09:00,10:00" in target.read_text(encoding="utf-8-sig")
    source.write_bytes(file("Nowhere,Clinic,,Monday,9:00,10:00,,,,,").getvalue())
    done = runner.invoke(args=["centres", "services", "import", str(source)])
    assert (done.exit_code, done.output) == (1, "line 2: centre, Nowhere, is not a centre of ours\n")
