"""The cheapest repair of clusters small enough to see it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from registration.balancing.rules.repair import MOST, HalfDayMore, repair
from tests.balancing.rules.test_alarm import DAYS, NO_PLACES, ahead, born, on, one

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def half_day(day=10, places=7, registrar=1, room=1, minutes=10, spare=1, hour=0):
    begins = MONDAY + timedelta(days=day, hours=hour)
    return HalfDayMore(registrar, 5, room, begins, begins + timedelta(hours=3), day, places, minutes, spare)


def found(world, *candidates):
    return repair(ahead({1: world}), 1, candidates, seed=1, draws=5)


def chosen(result):
    return [(each.day, each.registrar) for each in result.half_days]


def test_the_half_day_is_found_in_which_the_families_can_come():
    result = found(one(born(5)), half_day(day=40), half_day(day=10), half_day(day=12))

    assert chosen(result) == [(10, 1)]
    assert (result.missed, result.is_enough, result.opens_desk) == (0, True, False)


def test_the_half_day_with_more_places_comes_before_an_earlier_one():
    assert chosen(found(one(born(9)), half_day(day=10, places=6), half_day(day=12, places=9, registrar=2))) == [(12, 2)]


def test_of_equal_half_days_at_one_time_that_of_the_shortest_journey_is_taken():
    result = found(one(born(5)), half_day(registrar=1, minutes=30), half_day(registrar=2, minutes=5))
    assert chosen(result) == [(10, 2)]


def test_as_many_half_days_are_taken_as_are_needed_and_no_more():
    days = [half_day(day, 3, registrar=day) for day in (8, 9, 10, 11)]
    assert chosen(found(one(born(8)), *days)) == [(8, 8), (9, 9), (10, 10)]


def test_fewer_than_one_missed_is_enough():
    assert found(one(born(5, sure=True)), half_day(places=4)).is_enough is False
    assert found(one(born(4.5)), half_day(places=4)).is_enough is True


def test_what_cannot_help_anybody_is_left():
    result = found(one(born(5)), half_day(day=40))
    assert (chosen(result), result.missed, result.is_enough) == ([], 5, False)
    assert chosen(found(one(born(5)))) == []


def test_beyond_so_many_half_days_the_rota_is_to_be_planned_anew():
    result = found(one(born(50)), *(half_day(day % 7 + 7, 3, day, room=day) for day in range(1, 12)))
    assert len(result.half_days) == MOST
    assert not result.is_enough


def test_nobody_and_no_room_is_in_two_places_at_once():
    candidates = (half_day(places=4), half_day(places=4, room=2, spare=2), half_day(places=4, registrar=2))
    assert chosen(found(one(born(9)), *candidates)) == [(10, 1)]
    apart = half_day(places=4, registrar=2, room=2)
    assert chosen(found(one(born(9)), *candidates, apart)) == [(10, 1), (10, 2)]
    later = half_day(places=4, hour=3, spare=2)
    assert chosen(found(one(born(9)), half_day(places=4, spare=2), later)) == [(10, 1), (10, 1)]


def test_nobody_works_beyond_the_contract():
    days = [half_day(day, 3, spare=2) for day in (7, 8, 9)]
    assert chosen(found(one(born(9)), *days)) == [(7, 1), (8, 1)]
    assert chosen(found(one(born(9)), *days, half_day(14, 3, spare=1))) == [(7, 1), (8, 1), (14, 1)]


def test_the_desks_places_are_opened_first_where_that_is_enough():
    kept = on({10}, kind=2, count=5)
    result = found(one(born(5), places=kept), half_day())
    assert (result.opens_desk, chosen(result), result.missed) == (True, [], 0)

    too_few = on({10}, kind=2, count=3)
    result = found(one(born(5), places=too_few), half_day())
    assert (result.opens_desk, chosen(result)) == (False, [(10, 1)])
    assert len(NO_PLACES.everybody) == DAYS
    assert replace(result, missed=1.0).is_enough is False
