"""The births by cluster and week that live birth data tell, which the births to expect go by."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registration.balancing.queries import demand
from registration.births.files.rules.columns import Kind
from registration.births.queries import live_births
from registration.centres.models import Centre
from registration.common.db import db
from tests.births.brought import agree, csv_of, row, taken
from tests.booking.world import make_world

WEEK = timedelta(days=7)
FIRST, LAST = date(2026, 9, 28), date(2026, 11, 16)
NOVEMBER = datetime(2026, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    agree()
    agree(source="another")
    return make_world()


def came(*days, moment=NOVEMBER, **how):
    rows = [row(number, DOB=f"{day:%d/%m/%Y}") for number, day in enumerate(days)]
    return taken(csv_of(rows), moment, **how)


def cluster(world, place="sunshine"):
    return db.session.get_one(Centre, world.centres[place]).cluster_id


def test_weeks_are_told_whose_every_day_is_in_a_month_whose_file_came_after_it(world):
    came(date(2026, 10, 5), date(2026, 10, 11), date(2026, 10, 31))
    assert live_births(FIRST, LAST) == {
        cluster(world): {date(2026, 10, 5): 2, date(2026, 10, 12): 0, date(2026, 10, 19): 0}
    }
    came(date(2026, 9, 28), moment=NOVEMBER + timedelta(1))
    assert live_births(FIRST, LAST)[cluster(world)][FIRST] == 1
    assert live_births(FIRST, FIRST) == {cluster(world): {FIRST: 1}}


def test_a_month_whose_file_came_before_its_end_is_not_complete(world):
    came(date(2026, 10, 5), moment=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    assert live_births(FIRST, LAST) == {}
    came(date(2026, 10, 5), moment=datetime(2026, 11, 1, 0, 0, tzinfo=UTC), source="another")
    assert live_births(FIRST, LAST)[cluster(world)][date(2026, 10, 5)] == 1


def test_the_same_babies_of_two_sources_are_counted_once(world):
    came(date(2026, 10, 5), date(2026, 10, 6))
    came(date(2026, 10, 5), source="another")
    assert live_births(FIRST, LAST)[cluster(world)][date(2026, 10, 5)] == 2


def test_a_family_that_lost_its_baby_is_not_counted(world):
    came(date(2026, 10, 5), date(2026, 10, 6))
    taken(csv_of([{"ID": "N0", "Outcome": "died"}]), NOVEMBER, kind=Kind.LOSSES)
    assert live_births(FIRST, LAST)[cluster(world)][date(2026, 10, 5)] == 1


def test_without_files_nothing_is_told(world):
    assert live_births(FIRST, LAST) == {}


def test_the_births_to_expect_go_by_them(world):
    days = [date(2026, 10, 5) + timedelta(days=number % 21) for number in range(84)]
    came(*days)
    told = demand(date(2026, 11, 2)).clusters[cluster(world)]
    assert told.ahead(date(2026, 10, 12), 1)[0].births.value == 28
