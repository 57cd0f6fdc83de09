"""Whom a centre calls on next, in which order, and who waits too long."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from registration.reach.known.rules import USING
from registration.reach.outreach.rules import NEW, Row, Standing, Why, ordered, overdue, why

TODAY = date(2026, 11, 22)
A_DAY = timedelta(days=1)
NEWBORN = Standing(born=TODAY - 20 * A_DAY, since=TODAY - 15 * A_DAY)


def test_every_combination_gives_the_first_reason_that_applies():
    nexts = (None, TODAY, TODAY + A_DAY)
    wishes = (None, TODAY - A_DAY)
    joins = (None, TODAY - USING, TODAY - USING + A_DAY)
    reached = (None, TODAY - USING, TODAY - A_DAY)
    visits = (None, TODAY - USING, TODAY - A_DAY)
    for next_on, wished, joined, contact, unwanted, visited, born in product(
        nexts, wishes, joins, reached, (False, True), visits, (TODAY - NEW, TODAY - NEW + A_DAY)
    ):
        standing = replace(
            NEWBORN,
            born=born,
            next_on=next_on,
            wished_on=wished,
            joined_on=joined,
            reached_on=contact,
            not_wanted=unwanted,
            visited_on=visited,
        )
        if next_on is not None:
            wanted = Why.NEXT_STEP if next_on <= TODAY else None
        elif wished and not joined:
            wanted = Why.TO_TAKE_IN
        elif unwanted:
            wanted = None
        elif joined:
            lately = [day for day in (joined, visited, contact) if day and day > TODAY - USING]
            wanted = None if lately else Why.NOT_COMING
        else:
            wanted = None if contact or born == TODAY - NEW else Why.NOT_CONTACTED

        assert why(standing, TODAY) is wanted, standing


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({}, True),
        ({"since": TODAY - 14 * A_DAY}, False),
        ({"reached_on": TODAY}, False),
        ({"tried_on": TODAY}, True),
        ({"joined_on": TODAY}, False),
        ({"born": TODAY - NEW}, False),
    ],
)
def test_a_new_family_nobody_reached_within_the_days_waits_too_long(changes, late):
    assert overdue(replace(NEWBORN, **changes), TODAY, 14) is late


def rows():
    return [
        Row(1, replace(NEWBORN, born=TODAY - 9 * A_DAY, since=TODAY - 2 * A_DAY, imd_decile=5), Why.NOT_CONTACTED),
        Row(2, replace(NEWBORN, born=TODAY - 5 * A_DAY, since=TODAY - 1 * A_DAY), Why.NOT_CONTACTED),
        Row(3, replace(NEWBORN, born=TODAY - 7 * A_DAY, since=TODAY - 3 * A_DAY, imd_decile=1), Why.NOT_COMING),
        Row(4, replace(NEWBORN, born=TODAY - 99 * A_DAY, since=TODAY, imd_decile=10), Why.NEXT_STEP),
        Row(5, replace(NEWBORN, born=TODAY - 5 * A_DAY, since=TODAY - 1 * A_DAY), Why.NOT_CONTACTED),
    ]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("newest", [4, 2, 5, 3, 1]),
        ("longest_waiting", [4, 3, 1, 2, 5]),
        ("most_deprived", [4, 3, 1, 2, 5]),
    ],
)
def test_next_steps_come_first_and_the_others_as_the_centre_set(first, wanted):
    assert [row.family_id for row in ordered(reversed(rows()), first)] == wanted
