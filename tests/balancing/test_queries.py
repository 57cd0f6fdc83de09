"""Births told from the appointments of a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from registration.balancing.actions import adjust_demand
from registration.balancing.queries import MEMORY_WEEKS, demand, expected_births, people_shares
from registration.balancing.rules.demand import SHARE_BIRTHS, USUAL_CURVE, Adjustment
from registration.balancing.rules.intervals import Interval
from registration.booking.models import Booking
from registration.centres.models import Centre, Cluster, Postcode
from tests.booking.appointments import booked
from tests.booking.world import at_time, make_world

THIS = date(2026, 11, 23)
WEDNESDAY = THIS + timedelta(days=2)
WEEK = timedelta(weeks=1)


@pytest.fixture
def world(database):
    """Four places; Todmorden is a cluster of its own. `seen` books a family that came so many weeks ago."""
    world = make_world()
    hills = Cluster(name="Hills")
    database.add(hills)
    database.flush()
    database.get(Centre, world.centres["todmorden"]).cluster = hills
    world.hills, world.valley = hills.id, database.get(Centre, world.centres["sunshine"]).cluster_id
    sessions, number = set(), iter(range(10_000))

    def seen(weeks_ago, lag=2, place="sunshine", babies=1, **changes):
        monday = THIS - weeks_ago * WEEK
        turn = next(number)
        day = monday + timedelta(days=turn % 5)
        if (place, day) not in sessions:
            sessions.add((place, day))
            world.session(place, {"sunshine": "ann", "todmorden": "cleo"}[place], day, "8:00", "20:00")
        start = at_time(day, "8:00") + timedelta(minutes=30 * (turn // 5))
        born = monday - lag * WEEK + timedelta(days=turn % 7 if lag > 1 else 0)
        told = {"email": f"family{turn}@example.org", "mobile": None, "name": f"Family {turn}"}
        return booked(
            world.centres[place], start, start - timedelta(days=3), births=(born,) * babies, **(told | changes)
        )

    world.seen = seen
    return world


def test_a_service_without_families_expects_none_and_knows_the_usual_curve(world):
    found = demand(THIS)

    assert found.curve.values == USUAL_CURVE
    assert {each.per_week for each in found.clusters.values()} == {0.0}
    assert set(found.clusters) == {world.hills, world.valley}
    assert found.ahead(THIS, 2)[world.hills][1].births == Interval(0, 0, 0)


def test_births_are_counted_by_the_week_of_birth_and_where_the_family_came(world):
    for weeks_ago in range(1, 13):
        world.seen(weeks_ago)
        world.seen(weeks_ago)
        world.seen(weeks_ago, place="todmorden")

    valley, hills = expected_births(WEDNESDAY)[world.valley], expected_births(WEDNESDAY)[world.hills]

    # Of the weeks of birth -8 to -1 those from -3 on have been seen; the curve of 2 weeks has moved towards all at once.
    assert (valley.births, hills.births) == (12, 6)
    assert valley.weeks == 7, "of the babies of last week none can have been seen"
    assert 1 < valley.per_week < 2.6
    assert hills.per_week == pytest.approx(valley.per_week / 2, rel=0.01)
    past = valley.ahead(THIS - 8 * WEEK, 8)
    assert past[0].births.value == pytest.approx(2, abs=0.1)


def test_the_curve_is_told_from_births_whose_every_family_has_come(world):
    for weeks_ago in range(6, 20):
        world.seen(weeks_ago, lag=1)
    world.seen(1, lag=4)

    told = demand(THIS).curve

    assert told.babies == 13, "those born in the last six weeks, and before the service began, are left out"
    assert told.values[1] == pytest.approx((13 + 0.15 * 50) / 63)


def test_twins_are_two_births(world):
    world.seen(5, babies=2)

    assert expected_births(THIS)[world.valley].births == 2


def test_a_family_counts_once_whatever_came_of_its_first_appointment(world, database):
    for outcome in ("did_not_attend", "unable", "registered"):
        made = world.seen(4)
        database.execute(update(Booking).where(Booking.id == made.id).values(outcome=outcome))
    gone = world.seen(4)
    database.execute(update(Booking).where(Booking.id == gone.id).values(state="cancelled"))

    assert expected_births(THIS)[world.valley].births == 1


def test_what_is_still_to_come_and_what_is_long_past_does_not_count(world):
    world.seen(0)
    world.seen(MEMORY_WEEKS + 1)

    assert expected_births(WEDNESDAY)[world.valley].births == 0


def test_a_young_service_is_not_thought_to_have_had_no_births(world):
    for _ in range(20):
        world.seen(1, lag=2)

    # One week of appointments with a third of a week's babies of each of three weeks before: far more than 20 in 8 weeks.
    assert expected_births(THIS)[world.valley].per_week > 5


def test_an_appointment_on_sunday_night_belongs_to_the_week_of_the_english_clock(world, database):
    made = world.seen(1)
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    database.execute(
        update(Booking).where(Booking.id == made.id).values(begins_at=late, ends_at=late + timedelta(minutes=30))
    )

    assert demand(THIS).clusters[world.valley].births == 1
    summer = datetime(2026, 6, 28, 23, 30, tzinfo=UTC)  # half past midnight on Monday 29 June in England
    database.execute(
        update(Booking).where(Booking.id == made.id).values(begins_at=summer, ends_at=summer + timedelta(minutes=30))
    )
    assert demand(date(2026, 6, 29)).clusters[world.valley].births == 0


def test_live_births_stand_in_the_place_of_appointments_in_the_clusters_that_have_them(world):
    for weeks_ago in range(2, 13):
        world.seen(weeks_ago)
        world.seen(weeks_ago, place="todmorden")
    asked = []

    def live(first, last):
        asked.append((first, last))
        return {world.hills: {first + number * WEEK: 30 for number in range(8)}}

    found = demand(WEDNESDAY, live).clusters

    assert asked == [(THIS - 8 * WEEK, THIS - WEEK)]
    assert found[world.hills].births == 240
    assert found[world.hills].ahead(THIS - WEEK, 1)[0].births == Interval(30, 30, 30)
    assert found[world.valley].births == expected_births(WEDNESDAY)[world.valley].births


def test_a_managers_word_counts_in_its_cluster_and_weeks(world):
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    adjust_demand(Adjustment(world.hills, THIS, THIS + WEEK, None, 12, "A new estate"), now, "staff:1")
    adjust_demand(Adjustment(world.hills, THIS + WEEK, THIS + WEEK, None, 15, "More of it"), now, "staff:1")

    weeks = demand(WEDNESDAY).ahead(WEDNESDAY, 3)

    assert [each.births.value for each in weeks[world.hills]] == [12, 15, 0]
    assert weeks[world.hills][1].adjustment.reason == "More of it"
    assert {each.adjustment for each in weeks[world.valley]} == {None}


def postcodes(world, database):
    """Give the Halifax centre and Todmorden a directory: three LSOAs near Halifax, one near Todmorden, others elsewhere."""
    rows = [
        ("HX1 5ET", 408637, 425055, "E08000033", "E01000001", None),
        ("HX1 5EU", 408700, 425100, "E08000033", "E01000001", None),
        ("HX2 1AA", 408000, 425000, "E08000033", "E01000002", None),
        ("HX5 0AB", 410780, 420850, "E08000033", "E01000003", None),
        ("OL14 5AA", 393629, 424087, "E08000033", "E01000004", None),
        ("OL14 5AB", 393630, 424090, "E08000033", "E01000009", "201901"),
        ("OL14 5AC", None, None, "E08000033", "E01000008", None),
        ("LS1 1AA", 430000, 433000, "E08000035", "E01000007", None),
    ]
    names = ("postcode", "easting", "northing", "lad", "lsoa21", "terminated")
    database.add_all(Postcode(**dict(zip(names, row, strict=True))) for row in rows)
    database.flush()


def test_people_belong_to_the_nearest_cluster_by_lsoa_and_only_those_of_the_authority(world, database):
    assert people_shares(THIS) == {}
    postcodes(world, database)

    assert people_shares(THIS) == {world.valley: 3, world.hills: 1}


def test_of_a_directory_without_lsoas_postcodes_are_counted(world, database):
    postcodes(world, database)
    database.execute(update(Postcode).values(lsoa21=None))

    assert people_shares(THIS) == {world.valley: 4, world.hills: 1}


def test_nobody_is_taken_to_live_by_a_register_office_or_a_centre_that_takes_no_part(world, database):
    postcodes(world, database)
    database.execute(
        update(Centre).where(Centre.id == world.centres["todmorden"]).values(participating_from=THIS + WEEK)
    )
    assert people_shares(THIS) == {world.valley: 4}
    assert people_shares(THIS + WEEK) == {world.valley: 3, world.hills: 1}
    database.execute(update(Centre).where(Centre.id == world.centres["todmorden"]).values(kind="register_office"))
    assert people_shares(THIS + WEEK) == {world.valley: 4}


def test_a_cluster_that_saw_nobody_is_expected_to_have_births_by_its_people(world, database):
    postcodes(world, database)
    for weeks_ago in range(1, 20):
        for _ in range(4):
            world.seen(weeks_ago)

    found = expected_births(THIS)

    assert found[world.hills].births == 0
    assert 0.5 < found[world.hills].per_week < 1.5 < found[world.valley].per_week < 4
    assert found[world.hills].per_week == pytest.approx(SHARE_BIRTHS / found[world.hills].rate.weeks)
