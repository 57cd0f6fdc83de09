"""The funnel from the database: each family once, what happened where, and what is missing."""

from datetime import date, timedelta

import pytest

from registration.booking.models import Booking
from registration.centres.models import Centre
from registration.families import actions
from registration.families.models import Family
from registration.reach.known.actions import set_target
from registration.reach.known.queries import births_told, courses, missing, target_of
from registration.reach.known.rules import At, Joined, Stage, counted, known_on
from registration.reach.models import CentreVisit, FamilyContact
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, at_time
from tests.reach.families import (
    A_DAY,
    BORN,
    TODAY,
    agreement,
    answered,
    link,
    live_birth,
    member,
    said,
    told_only,
)
from tests.staff.people import page, sent, sign_in_as

FIRST = date(2025, 12, 1)


def of(centre_id=None):
    return courses(FIRST, TODAY, TODAY, centre_id)


def test_a_family_under_several_records_is_counted_once(world, here, there):
    one = live_birth(agreement(), here)
    other = answered(here)
    third = answered(there)
    link(one, other)
    link(other, third)
    live_birth(agreement(), here, name="Somebody Else")

    assert len(of(here)[here]) == 2
    assert len(of()[here]) == 2


def test_records_that_are_apart_or_undecided_are_two_families(world, here):
    under = agreement()
    one, other, third = (live_birth(under, here) for _ in range(3))
    link(one, other, "to_review")
    link(other, third, "apart")

    assert len(of(here)[here]) == 3
    assert missing(TODAY).undecided == 1


def test_a_family_that_lost_its_baby_is_counted_nowhere_under_any_record(world, here):
    one, other = live_birth(agreement(), here), answered(here)
    link(one, other)
    actions.mark_lost(other)

    assert of(here) == {}


def test_what_became_of_a_family_is_gathered_from_all_its_records(database, world, here, there):
    under = agreement()
    one = live_birth(under, here, received=TODAY - 10 * A_DAY)
    world.session("sunshine", "ann", TUESDAY, "9:00", "11:00")
    appointment = booked(here, at_time(TUESDAY, "9:30"))
    link(one, appointment.family_id)
    member(one, there, TODAY - 30 * A_DAY, TODAY - 2 * A_DAY)
    row = database.get_one(Booking, appointment.id)
    row.outcome = "declaration_taken"
    database.add_all(
        [
            FamilyContact(
                family_id=one, centre_id=here, contacted_on=TODAY, route="call", result=result, made_by="staff:1"
            )
            for result in ("no_answer", "reached")
        ]
    )
    visit = {"family_id": one, "centre_id": there, "visited_on": TODAY, "source": "eStart", "source_key": "1"}
    database.add(CentreVisit(**visit))
    database.flush()

    [course] = of(here)[here]

    assert course.received_on == TODAY - 10 * A_DAY
    assert course.booked_on == row.created_at.date()
    assert course.registered == (At(here, TUESDAY),)
    assert course.contacted == (At(here, TODAY),)
    assert course.joined == (Joined(there, TODAY - 30 * A_DAY, TODAY - 2 * A_DAY),)
    assert course.visited == (At(there, TODAY),)
    assert course.imd_decile == 2
    assert known_on(course) == TODAY - 30 * A_DAY


def test_a_booking_at_the_register_office_makes_nobody_known(database, world):
    office, here = world.centres["office"], world.centres["sunshine"]
    world.session("office", "ann", TUESDAY, "9:00", "11:00")
    appointment = booked(office, at_time(TUESDAY, "9:30"))
    database.get_one(Family, appointment.family_id).home_centre_id = here
    database.flush()

    [course] = of(here)[here]

    assert course.booked_on is None
    assert counted([course], here, TODAY).stages[Stage.KNOWN] == 0


def test_the_home_told_last_counts_and_a_closed_centre_is_its_successor(database, world, here, there):
    under = agreement()
    one, other = live_birth(under, here), live_birth(under, there)
    link(one, other)
    assert list(of()) == [there]

    closed = database.get_one(Centre, there)
    closed.participating_to, closed.successor_id = TODAY - A_DAY, here
    database.flush()
    assert list(of()) == [here]
    assert len(of(here)[here]) == 1


def test_twins_are_one_family_and_an_older_child_is_no_new_baby(database, world, here):
    number = live_birth(agreement(), here)
    database.get_one(Family, number).born = [date(2024, 1, 1), BORN, BORN + A_DAY]
    database.flush()

    [course] = of(here)[here]

    assert course.born == BORN


def test_a_family_written_down_by_a_centre_is_known_from_then(database, world, here):
    number = answered(here)
    family = database.get_one(Family, number)
    family.source, family.home_centre_id = "moved_in", here
    database.flush()

    [course] = of(here)[here]

    assert known_on(course) == family.created_at.date()


def test_births_told_as_numbers_are_the_greater_of_two_sources(world, here, there):
    one, other = agreement(), agreement()
    told_only(one, here, date(2026, 10, 1), 7)
    told_only(other, here, date(2026, 10, 1), 9)
    told_only(one, there, date(2026, 9, 1), 3)

    assert births_told(FIRST, TODAY, TODAY) == {here: {date(2026, 10, 1): 9}, there: {date(2026, 9, 1): 3}}


def test_what_is_missing_is_named(world, here):
    under = agreement()
    live_birth(under, here)
    live_birth(under, None, born=BORN)
    told_only(under, here, date(2026, 10, 1), 7)

    lacking = missing(TODAY)

    assert date(2026, 11, 1) not in lacking.months
    assert date(2026, 10, 1) not in lacking.months
    assert len(lacking.months) == 10
    assert lacking.without_home == 1


def test_a_centre_aims_at_what_it_set_and_at_the_usual_before(world, here):
    assert (target_of(here).percent, target_of(here).first, target_of(here).contact_days) == (97, "newest", 14)

    set_target(here, 80, "most_deprived", 7, "staff:1")
    set_target(here, 85, "most_deprived", 7, "staff:1")

    assert (target_of(here).percent, target_of(here).first, target_of(here).contact_days) == (85, "most_deprived", 7)


# ---- pages


@pytest.fixture
def many(world, here):
    """Twelve families of one centre, one of which said no."""
    under = agreement()
    numbers = [live_birth(under, here, born=BORN - n * A_DAY, imd=2) for n in range(12)]
    actions.record_answer(numbers[0], said(False, here))
    return numbers


def test_a_manager_reads_the_funnel_in_figures(client, many, here):
    sign_in_as(client, "rota_manager")

    words = page(client.get(f"/reach/{here}"))

    assert "Families with a new baby 12" in words
    assert "Known 12 100 %" in words
    assert "October 2026" in words
    assert "Sunshine" in page(client.get("/reach/"))


def test_who_meets_no_family_reads_no_small_number(client, many, here):
    member(many[3], here)
    sign_in_as(client, "evaluator")

    words = page(client.get(f"/reach/{here}"))

    assert "Joined fewer than 5" in words
    assert "Anna Told" not in words


def test_one_family_that_nobody_knows_hides_neither_a_centre_nor_its_months(client, world, here, there):
    under = agreement()
    for centre in (here, there):
        for n in range(12):
            born = date(2026, 10, 1) + n * A_DAY
            live_birth(under, centre, born=born, received=TODAY + A_DAY * (centre == here and not n))
    sign_in_as(client, "evaluator")

    every, one = page(client.get("/reach/")), page(client.get(f"/reach/{here}"))

    assert "Sunshine Children’s Centre 12 all but fewer than 5 0 0 0 0 at least 66 % 97 %" in every
    assert "Elland Children’s Centre 12 12 0 0 0 0 100 % 97 %" in every
    assert "Known all but fewer than 5 at least 66 %" in one
    assert "October 2026 12 all but fewer than 5 0 0 0 0" in one
    assert client.get(f"/reach/{here}").text.count("<rect") == 2


def test_a_centre_worker_reads_their_own_centres_numbers_only(client, many, here, there):
    sign_in_as(client, "centre_worker", centres=[there])

    assert client.get(f"/reach/{here}").status_code == 403
    assert "Sunshine" not in page(client.get("/reach/"))
    assert client.get("/reach/0").status_code == 404


def test_a_centre_says_what_it_aims_at(client, many, here):
    sign_in_as(client, "centre_worker", centres=[here])

    sent(
        client.post(f"/reach/{here}/target", data={"percent": "80", "first": "longest_waiting", "contact_days": "7"}),
        f"/reach/{here}",
    )

    shown = client.get(f"/reach/{here}").text
    assert "80 %: the centre’s own" in shown
    assert "What the centre aims at is kept." in shown
    wrong = client.post(f"/reach/{here}/target", data={"percent": "101", "first": "newest", "contact_days": "x"})
    assert "Enter a whole number from 1 to 100" in page(wrong, 422)


def test_months_are_counted_from_a_year_ago(world, here):
    live_birth(agreement(), here, born=date(2025, 11, 30))

    assert of(here) == {}
    assert FIRST - timedelta(days=1) == date(2025, 11, 30)
