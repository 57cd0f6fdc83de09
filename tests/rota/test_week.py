"""The week as a table: half-days across, who sits where, what is booked, and what cannot be held as published."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from registration.common.clock import LONDON
from registration.common.db import db
from registration.rota.actions.absences import record_absence
from registration.rota.models import CentreDay, Registrar, Session
from registration.rota.rules.absences import away as away_span
from registration.rota.rules.days import OpenDays, Otherwise
from registration.rota.rules.planning import Away
from registration.rota.rules.week import (
    Sat,
    away_in,
    cells,
    columns,
    faults,
    initials,
    lasting,
    share_of,
    short_names,
    span_of,
    week_to_open,
)
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import FRIDAY, MONDAY, NOW, SATURDAY, THURSDAY, TUESDAY, at_time
from tests.staff.people import page, sign_in_as
from tests.timing import times_as_long

THIS = "/rota/week?from=2026-11-24"
WORKING = [(MONDAY + timedelta(days=n), half) for n in range(5) for half in ("morning", "afternoon")]
SAT = Sat(
    id=1,
    registrar_id=7,
    registrar="Ann Bell",
    may_register_births=True,
    left_on=None,
    centre_id=3,
    room="Room 1",
    begins=at_time(TUESDAY, "9:30"),
    ends=at_time(TUESDAY, "12:00"),
    extra=False,
)


# ---- the table


HOLIDAYS = {date(2027, 3, 26): "Good Friday", date(2027, 3, 29): "Easter Monday"}


@pytest.mark.parametrize(
    ("today", "sits", "opened"),
    [
        (FRIDAY, date(2026, 11, 30), MONDAY),
        (SATURDAY, SATURDAY, MONDAY),
        (SATURDAY, date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 11, 29), None, date(2026, 11, 30)),
        (date(2027, 3, 26), date(2027, 3, 27), date(2027, 3, 22)),
        (date(2027, 3, 26), date(2027, 3, 30), date(2027, 3, 29)),
    ],
)
def test_the_week_that_opens_is_that_of_the_next_working_day_or_sitting(today, sits, opened):
    assert week_to_open(today, sits, HOLIDAYS) == opened


def test_a_working_week_has_ten_half_days_and_more_only_where_somebody_sits():
    assert columns(MONDAY, [SAT]) == WORKING
    evening = replace(SAT, begins=at_time(TUESDAY, "17:00"), ends=at_time(TUESDAY, "19:00"))
    saturday = replace(SAT, begins=at_time(SATURDAY, "10:00"), ends=at_time(SATURDAY, "12:00"))
    more = {(TUESDAY, "evening"), (SATURDAY, "morning"), (SATURDAY, "afternoon")}
    found = columns(MONDAY, [SAT, evening, saturday])
    assert set(found) == set(WORKING) | more
    assert found.index((TUESDAY, "evening")) == 4


@pytest.mark.parametrize("day", [MONDAY, date(2027, 3, 28), date(2026, 10, 25)])
def test_the_half_days_of_a_day_fill_it_without_a_gap(day):
    spans = [span_of((day, half)) for half in ("morning", "afternoon", "evening")]
    whole = (
        datetime.combine(day, datetime.min.time(), LONDON),
        datetime.combine(day + timedelta(days=1), datetime.min.time(), LONDON),
    )
    assert (spans[0][0], spans[-1][1]) == whole
    assert spans[0][1] == spans[1][0]
    assert spans[1][1] == spans[2][0]


def test_every_session_stands_in_the_cell_of_its_row_and_half_day_in_order_of_time():
    later = replace(SAT, id=2, begins=at_time(TUESDAY, "10:00"))
    elsewhere = replace(SAT, id=3, centre_id=4)
    found = cells([later, elsewhere, SAT], lambda sat: sat.centre_id)
    assert {key: [sat.id for sat in those] for key, those in found.items()} == {
        (3, (TUESDAY, "morning")): [1, 2],
        (4, (TUESDAY, "morning")): [3],
    }


@pytest.mark.parametrize(("booked_minutes", "share"), [(0, 0), (75, 50), (149, 99), (150, 100), (180, 100)])
def test_a_session_is_full_only_when_all_of_it_is_booked(booked_minutes, share):
    assert replace(SAT, booked=booked_minutes).share == share


def test_several_sessions_together_are_booked_by_their_minutes():
    long = replace(SAT, ends=at_time(TUESDAY, "17:00"), booked=150)
    assert share_of([long, SAT]) == 25
    assert share_of([]) == 0


def test_a_session_stands_on_in_the_later_half_days_into_which_it_lasts():
    whole_day = replace(SAT, ends=at_time(TUESDAY, "18:00"))
    until_one = replace(SAT, id=2, ends=at_time(TUESDAY, "13:00"))
    shown = [(TUESDAY, "morning"), (TUESDAY, "afternoon"), (TUESDAY, "evening"), (THURSDAY, "afternoon")]
    found = lasting([whole_day, until_one], shown, lambda sat: sat.centre_id)
    assert found == {(3, (TUESDAY, "afternoon")): [whole_day], (3, (TUESDAY, "evening")): [whole_day]}


# ---- names


@given(st.dictionaries(st.integers(1, 60), st.text(alphabet="ABab é'-’", max_size=9), max_size=20))
def test_no_two_registrars_have_the_same_initials(names):
    found = initials(names)
    assert set(found) == set(names)
    assert len(set(found.values())) == len(found)


def test_initials_are_as_short_as_they_can_be():
    names = {1: "Ann Bell", 2: "Cleo Day", 3: "Clara Dunn", 4: "Jo", 5: "Eve Fox", 6: "Eve Fox"}
    assert initials(names) == {1: "AB", 2: "ClDa", 3: "ClDu", 4: "J", 5: "EF5", 6: "EF6"}


def test_centres_are_called_by_their_own_name_where_that_is_enough():
    names = {1: "Bluebell Children's Centre", 2: "Elland Best Start Family Hub", 3: "Elland Library", 4: "Library"}
    assert short_names(names) == {1: "Bluebell", 2: "Elland Best Start Family Hub", 3: "Elland Library", 4: "Library"}


# ---- what cannot be held


def told(sat=SAT, away=(), days=None, *, takes_part=True):
    return faults(sat, away, days or OpenDays({}, {}), lambda *_: takes_part)


def test_nothing_is_wrong_with_a_session_that_can_be_held():
    other_half = Away(7, at_time(TUESDAY, "12:00"), at_time(TUESDAY, "17:00"), "away (sickness)")
    assert told(away=[other_half]) == []
    assert told(days=OpenDays({TUESDAY: "Boxing Day"}, {(3, TUESDAY): Otherwise(open=True, reason="")})) == []


def test_everything_wrong_with_a_session_is_said():
    gone = replace(SAT, may_register_births=False, left_on=TUESDAY)
    ill = Away(7, *away_span(MONDAY, FRIDAY), "away (sickness)")
    assert told(gone, away=[ill, ill]) == ["is away (sickness)", "may not register births", "no longer works here"]
    assert told(takes_part=False) == ["sits at a centre that does not take part that day"]
    assert told(days=OpenDays({TUESDAY: "Boxing Day"}, {})) == ["sits at a centre that is closed: Boxing Day"]


def test_an_absence_shows_in_the_half_days_it_touches():
    morning = [Away(7, *away_span(TUESDAY, TUESDAY, to_midday=True), "away")]
    shown = [half for half in ("morning", "afternoon", "evening") if away_in(morning, *span_of((TUESDAY, half)))]
    assert shown == ["morning"]


# ---- the page


@pytest.fixture
def world(at, database):
    at(NOW)
    return two_mornings()


@pytest.fixture
def manager(client, world):
    sign_in_as(client, "rota_manager")
    return client


def table(answer):
    """Give the lines of the table as {first cell: [texts of the others]}."""
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    rows = [[re.sub(r"\s+", " ", "".join(cell.itertext())).strip() for cell in row] for row in tree.iter("tr")]
    return {row[0]: row[1:] for row in rows[2:] if len(row) > 1}


@pytest.mark.parametrize("number", ["2147483648", "-1"])
def test_a_link_that_names_a_number_no_row_can_have_leads_nowhere(manager, number):
    assert manager.get(f"/rota/week?cluster={number}").status_code == 404
    assert manager.get(f"/rota/extra?centre={number}").status_code == 404


def test_a_week_by_centre_shows_who_sits_when_and_how_much_is_booked(world, manager):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    answer = manager.get(THIS)
    page(answer)
    cell = table(answer)["Sunshine Children’s Centre"][2]
    assert cell == "RA Registrar Ann 9–11 25% booked"
    assert f'href="/day/{world.centres["sunshine"]}/2026-11-24"' in answer.text
    assert "Calder Valley" in answer.text


def test_a_week_by_registrar_shows_where_and_who_is_away_to_those_who_may_know_why(world, client):
    record_absence([world.registrars["dev"]], *away_span(THURSDAY, THURSDAY, to_midday=True), "sickness", "", "staff:1")
    db.session.commit()
    seen = {}
    for role in ("rota_manager", "registrar"):
        client.delete_cookie("session")
        sign_in_as(client, role)
        answer = client.get(f"{THIS}&by=registrars")
        page(answer)
        seen[role] = table(answer)["Registrar Dev (RD)"]
        assert table(answer)["Registrar Ann (RA)"][2].startswith("Sunshine Sunshine Children’s Centre 9–11 0%")
    assert seen == {
        "rota_manager": ["", "", "", "", "", "", "away (sickness)", "", "", ""],
        "registrar": ["", "", "", "", "", "", "away", "", "", ""],
    }


def test_a_week_by_cluster_sums_it_up_and_leads_to_its_centres(world, manager):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    answer = manager.get(f"{THIS}&by=clusters")
    page(answer)
    assert table(answer)["Calder Valley"][2] == "2 sessions 12% booked"
    [link] = re.findall(r'href="(/rota/week\?[^"]*cluster=\d+)"', answer.text)
    assert "Sunshine" in page(manager.get(link.replace("&amp;", "&")))


def test_a_cluster_without_anybody_shows_nothing_of_the_others(manager):
    assert "Sunshine" not in page(manager.get(f"{THIS}&cluster=0"))
    assert "Registrar Ann" not in page(manager.get(f"{THIS}&cluster=0&by=registrars"))


def test_a_session_that_cannot_be_held_is_outlined_and_said_above_the_table(database, world, manager):
    booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    record_absence([world.registrars["ann"]], *away_span(TUESDAY, TUESDAY), "sickness", "", "staff:1")
    database.get(Registrar, world.registrars["bo"]).may_register_births = False
    database.commit()
    said = page(manager.get(THIS))
    assert "Tuesday, 9am, Sunshine Children’s Centre: Registrar Ann is away (sickness)." in said
    assert "Tuesday, 9am, Elland Children’s Centre: Registrar Bo may not register births." in said


def test_a_session_of_the_whole_day_is_seen_in_the_afternoon_too(database, world, manager):
    world.session("todmorden", "cleo", THURSDAY, "9:30", "16:00")
    database.commit()
    assert table(manager.get(THIS))["Todmorden Children’s Centre"][7] == "RC to 16"
    assert table(manager.get(f"{THIS}&by=registrars"))["Registrar Cleo (RC)"][7] == "Todmorden to 16"


def test_a_closed_centre_says_why_and_a_session_in_it_is_wrong(database, world, manager):
    for centre in ("sunshine", "todmorden"):
        closed = CentreDay(
            centre_id=world.centres[centre], day=TUESDAY, open=False, reason="Polling station", made_by="x"
        )
        database.add(closed)
    database.commit()
    answer = manager.get(THIS)
    assert table(answer)["Todmorden Children’s Centre"][2] == "Polling station"
    assert "sits at a centre that is closed: Polling station" in table(answer)["Sunshine Children’s Centre"][2]


def test_bank_holidays_stand_over_their_day(manager):
    assert "Christmas Day" in page(manager.get("/rota/week?from=2026-12-25"))


def test_on_a_weekend_the_week_that_comes_lies_open_once_the_last_session_is_over(manager, world, at):
    assert "Week of 23 November 2026" in page(manager.get("/rota/week"))  # it is a Sunday
    world.session("elland", "ann", SATURDAY, "9:00", "12:00")
    at("2026-11-28T11:59")
    assert "Week of 23 November 2026" in page(manager.get("/rota/week"))
    at("2026-11-28T12:00")
    assert "Week of 30 November 2026" in page(manager.get("/rota/week?from=nonsense"))


def test_one_walks_from_week_to_week(manager):
    first = manager.get("/rota/week?from=2026-11-26&by=registrars").text
    [earlier, this, later] = re.findall(r'href="(/rota/week\?from=[^"]*)">(?:Previous|This|Next) week', first)
    assert "from=2026-11-16" in earlier
    assert "by=registrars" in earlier
    assert "from=2026-11-16" in this  # today is the Sunday of the week before
    assert "Week of 30 November 2026" in page(manager.get(later.replace("&amp;", "&")))


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31", "0001-01-09"])
def test_any_day_leads_to_a_week(manager, day):
    page(manager.get(f"/rota/week?from={day}&by=nothing&cluster=x"))


def test_an_extra_session_is_called_one(database, world, manager):
    world.session("todmorden", "cleo", FRIDAY, "10:00", "10:30").kind = "extra"
    extra = database.get(Session, world.sessions[-1])
    extra.reason = "Cannot travel"
    database.commit()
    assert table(manager.get(THIS))["Todmorden Children’s Centre"][8] == "RC Registrar Cleo 10–10:30 extra 0% booked"


def test_whoever_sits_at_a_centre_that_no_longer_takes_part_is_still_shown(database, world, manager):
    database.execute(text("UPDATE centre SET participating_to = '2026-01-02' WHERE name LIKE 'Sunshine%'"))
    database.commit()
    said = table(manager.get(THIS))
    assert "does not take part" in said["Sunshine Children’s Centre"][2]
    assert said["Sunshine Children’s Centre"][0] == "Not taking part"


@pytest.fixture
def full_week(database, world):
    """A week of two hundred sessions; give its page, and that of a week with none."""
    people = [Registrar(name=f"Person {n:02} Surname") for n in range(10)]
    database.add_all(people)
    database.flush()
    rooms = [(place, room) for place, those in world.rooms.items() for room in those][:10]
    for day in range(5):
        for hour in (8, 10, 13, 15):
            for person, (place, room) in zip(people, rooms, strict=True):
                begins = at_time(date(2026, 12, 7) + timedelta(days=day), f"{hour}:00")
                where = {"centre_id": world.centres[place], "room_id": room, "registrar_id": person.id}
                database.add(Session(**where, begins_at=begins, ends_at=begins + timedelta(minutes=90)))
    database.commit()
    return "/rota/week?from=2026-12-07", "/rota/week?from=2026-12-14"


def test_two_hundred_sessions_ask_the_database_no_more_often(full_week, manager):
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    counts = []
    event.listen(db.engine, "before_cursor_execute", note)
    for week in full_week:
        manager.get(week)
        asked.clear()
        assert manager.get(week).status_code == 200
        counts.append(len(asked))
    event.remove(db.engine, "before_cursor_execute", note)
    assert 0 < counts[0] == counts[1] < 12


@pytest.mark.long  # needs the machine to itself
@pytest.mark.parametrize("by", ["centres", "registrars", "clusters"])
def test_two_hundred_sessions_take_less_than_three_times_the_empty_week(full_week, manager, by):
    full, empty = (f"{week}&by={by}" for week in full_week)
    assert times_as_long(manager, full, empty, limit=3) < 3
