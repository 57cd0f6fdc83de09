"""The first pages of the evaluator and the data officer: what they are for, and numbers without families."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from registration.desk.aggregates import WEEKS, answers, uptake, weeks_before
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time, make_world
from tests.staff.people import page, sign_in_as

TODAY = date(2026, 12, 2)  # a Wednesday; the whole week before it is that of TUESDAY
STARTS = [f"{hour}:{minute:02}" for hour in (9, 10, 11, 12) for minute in (0, 30)]


@pytest.fixture
def world(database, at):
    """Eight families on one morning, and one in the week that has not ended."""
    at("2026-11-22T09:00")
    world = make_world()
    world.session("sunshine", "ann", TUESDAY, "9:00", "13:00")
    world.session("elland", "bo", TUESDAY + timedelta(weeks=1), "9:00", "13:00")
    database.commit()
    made = [
        family(world, "sunshine", at_time(TUESDAY, start), share=n != 0, join=n > 2) for n, start in enumerate(STARTS)
    ]
    family(world, "elland", at_time(TUESDAY + timedelta(weeks=1), "9:00"))
    outcome = text("UPDATE booking SET outcome = :outcome WHERE id = ANY(:ids)")
    database.execute(outcome, {"outcome": "registered", "ids": [each.id for each in made[:5]]})
    database.execute(outcome, {"outcome": "did_not_attend", "ids": [made[5].id]})
    database.commit()
    at(f"{TODAY}T09:00")
    return world


def family(world, place, start, **more):
    address = f"{place}.{start:%H%M}@example.org"
    return booked(world.centres[place], start, email=address, mobile=None, **more)


def test_the_weeks_counted_are_whole_and_end_before_this_one():
    assert weeks_before(TODAY) == (date(2026, 10, 5), date(2026, 11, 29))
    assert weeks_before(date(2026, 11, 30)) == (date(2026, 10, 5), date(2026, 11, 29))
    assert WEEKS == 8


def test_appointments_are_counted_by_cluster_with_what_came_of_them(world):
    [found] = uptake(TODAY)
    assert (found.cluster, found.appointments, found.in_time) == ("Calder Valley", 8, 8)
    assert (found.kept, found.missed, found.share, found.join) == (5, 1, 7, 5)
    assert uptake(TUESDAY) == []


def test_a_late_appointment_is_not_in_time(database, world):
    database.execute(text("UPDATE booking SET last_lawful_day = '2026-11-23' WHERE outcome = 'did_not_attend'"))
    assert uptake(TODAY)[0].in_time == 7


def test_the_latest_answer_of_each_family_counts_under_its_own_wording(database, world):
    [found] = answers(TODAY)
    assert (found.families, found.share) == (8, 7)
    again = (
        "INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by)"
        " SELECT family_id, false, 'newer', 'visit', 'staff:1' FROM booking ORDER BY id LIMIT 2"
    )
    database.execute(text(again))
    assert [(each.wording, each.families, each.share) for each in answers(TODAY)] == [
        ("newer", 2, 0),
        (found.wording, 6, 6),
    ]


def test_an_evaluator_is_told_what_the_role_is_for_and_numbers_that_show_nobody(client, world):
    sign_in_as(client, "evaluator")
    said = page(client.get("/staff/"))
    assert "You judge what registering births in children’s centres achieves." in said
    assert "Appointments, 5 October to 29 November" in said
    assert "Calder Valley 8 8 not told not told not told not told" in said
    assert "Where times run dry" in page(client.get("/desk/lists/running-dry"))


def test_a_data_officer_is_told_what_the_role_is_for_and_what_families_allow(client, world):
    sign_in_as(client, "data_officer")
    said = page(client.get("/staff/"))
    assert "You look after what the council may hold and pass on" in said
    assert "8 not told not told" in said
    assert "“The centre has free groups, advice and help…”, version 2026-11-23" in said
    page(client.get("/desk/lists/running-dry"), 403)


def test_an_answer_to_an_earlier_wording_is_told_apart(client, database, world):
    again = (
        "INSERT INTO sharing_answer (family_id, share, wording_version, route, recorded_by)"
        " SELECT family_id, true, '2026-05-01', 'visit', 'staff:1' FROM booking"
    )
    database.execute(text(again))
    database.commit()
    sign_in_as(client, "data_officer")
    assert "Earlier words, version 2026-05-01 8" in page(client.get("/staff/"))


@pytest.mark.parametrize("role", ["evaluator", "data_officer"])
def test_before_there_is_anything_to_count_the_page_says_so(client, database, role):
    sign_in_as(client, role)
    assert "in these eight weeks" in page(client.get("/staff/"))


def test_nobody_else_is_shown_their_pages(client, world):
    sign_in_as(client, "rota_manager")
    said = page(client.get("/staff/"))
    assert "You judge" not in said
    assert "You look after what the council may hold" not in said
