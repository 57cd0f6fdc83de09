"""What known, contacted, registered, joined and using mean, tried exhaustively."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.reach.known.rules import (
    MONTHS,
    USING,
    At,
    Band,
    Count,
    Course,
    Joined,
    Stage,
    added_up,
    band,
    by_band,
    by_month,
    counted,
    known_on,
    lives_in,
    member_before,
    month_of,
    months_to,
    stages,
)

HERE, THERE = 1, 2
TODAY = date(2026, 11, 22)
A_DAY = timedelta(days=1)
BABY = Course(born=date(2026, 11, 1), home=HERE)
DAYS = (None, TODAY - A_DAY, TODAY, TODAY + A_DAY)


def test_known_is_the_first_that_anything_told_and_not_before_its_day():
    for received, booked, added, registered, joined in product(DAYS, repeat=5):
        course = replace(
            BABY,
            received_on=received,
            booked_on=booked,
            added_on=added,
            registered=() if registered is None else (At(THERE, registered),),
            joined=() if joined is None else (Joined(THERE, joined),),
        )
        told = [day for day in (received, booked, added, registered, joined) if day is not None]

        assert known_on(course) == (min(told) if told else None)
        assert (Stage.KNOWN in stages(course, HERE, TODAY)) is any(day <= TODAY for day in told)


@pytest.mark.parametrize(("stage", "field"), [(Stage.CONTACTED, "contacted"), (Stage.REGISTERED, "registered")])
@pytest.mark.parametrize("centre", [HERE, THERE])
@pytest.mark.parametrize("day", DAYS[1:])
def test_what_happened_at_this_centre_by_the_day_counts(stage, field, centre, day):
    course = replace(BABY, **{field: (At(centre, day),)})

    assert (stage in stages(course, HERE, TODAY)) is (centre == HERE and day <= TODAY)


def test_only_a_member_of_this_centre_who_was_there_within_thirteen_weeks_uses_it():
    visits = [*DAYS, TODAY - USING, TODAY - USING + A_DAY]
    places = (HERE, THERE)
    for centre, joined_on, left_on, visited, where in product(places, DAYS[1:], DAYS, visits, places):
        course = replace(
            BABY,
            joined=(Joined(centre, joined_on, left_on),),
            visited=() if visited is None else (At(where, visited),),
        )
        member = centre == HERE and joined_on <= TODAY and (left_on is None or left_on > TODAY)
        there = visited is not None and where == HERE and TODAY - USING < visited <= TODAY

        found = stages(course, HERE, TODAY)

        assert (Stage.JOINED in found) is member
        assert (Stage.USING in found) is (member and there)


def test_a_family_lives_where_it_was_last_told_to_until_it_leaves():
    assert lives_in(BABY, HERE, TODAY)
    assert not lives_in(BABY, THERE, TODAY)
    assert not lives_in(replace(BABY, left_area_on=TODAY), HERE, TODAY)
    assert lives_in(replace(BABY, left_area_on=TODAY + A_DAY), HERE, TODAY)


@pytest.mark.parametrize(("days", "before"), [(-1, True), (0, False), (1, False)])
def test_a_prior_member_joined_before_this_baby_was_born(days, before):
    course = replace(BABY, joined=(Joined(HERE, BABY.born + days * A_DAY),))

    assert member_before(course, HERE) is before
    assert member_before(course, THERE) is False


def test_families_are_counted_by_stage_and_births_are_the_whole_where_more_were_told():
    member = replace(BABY, received_on=TODAY, joined=(Joined(HERE, date(2026, 1, 1)),))

    count = counted([BABY, member], HERE, TODAY)

    assert count == Count(
        2,
        {
            Stage.KNOWN: 1,
            Stage.CONTACTED: 0,
            Stage.REGISTERED: 0,
            Stage.JOINED: 1,
            Stage.USING: 0,
        },
        before=1,
    )
    assert counted([BABY, member], HERE, TODAY, births=5).families == 5
    assert counted([BABY, member], HERE, TODAY, births=1).families == 2
    assert count.share(Stage.KNOWN) == 0.5
    assert counted([], HERE, TODAY).share(Stage.KNOWN) is None


def test_funnels_that_share_no_family_are_added_up():
    one = counted([replace(BABY, received_on=TODAY)], HERE, TODAY, births=3)

    assert added_up([one, one]).families == 6
    assert added_up([one, one]).stages[Stage.KNOWN] == 2
    assert added_up([]).families == 0


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_twelve_months_end_with_the_one_of_the_day(day):
    months = months_to(day)

    assert len(months) == MONTHS
    assert months[-1] == month_of(day)
    assert all(month_of(later - A_DAY) == earlier for earlier, later in pairwise(months))


def test_month_by_month_each_family_stands_in_the_month_of_its_baby():
    told = by_month(
        [BABY, replace(BABY, born=date(2026, 10, 31)), replace(BABY, born=date(2025, 11, 30))],
        HERE,
        TODAY,
        {date(2026, 9, 1): 4},
    )

    assert [(month, count.families) for month, count in told if count.families] == [
        (date(2026, 9, 1), 4),
        (date(2026, 10, 1), 1),
        (date(2026, 11, 1), 1),
    ]


@pytest.mark.parametrize(
    ("decile", "wanted"),
    [(None, Band.UNKNOWN), *((n, Band.DEPRIVED) for n in (1, 2, 3)), *((n, Band.OTHER) for n in range(4, 11))],
)
def test_the_most_deprived_three_tenths_are_apart(decile, wanted):
    assert band(decile) is wanted


def test_by_deprivation_every_family_stands_in_one_band():
    families = [replace(BABY, imd_decile=decile) for decile in (None, 1, 3, 4, 10)]

    assert [(each, count.families) for each, count in by_band(families, HERE, TODAY)] == [
        (Band.DEPRIVED, 2),
        (Band.OTHER, 2),
        (Band.UNKNOWN, 1),
    ]


def test_each_row_of_a_table_counts_this_centre_as_of_this_day():
    """What happened at another centre, or comes tomorrow, is in none of its columns, whichever way the table is cut."""
    here = replace(BABY, received_on=TODAY, contacted=(At(HERE, TODAY),), imd_decile=1)
    elsewhere = replace(BABY, received_on=TODAY, contacted=(At(THERE, TODAY),), imd_decile=1)
    tomorrow = replace(BABY, received_on=TODAY, contacted=(At(HERE, TODAY + A_DAY),), imd_decile=1)
    courses = [here, elsewhere, tomorrow]
    whole = counted(courses, HERE, TODAY)
    assert (whole.families, whole.stages[Stage.CONTACTED]) == (3, 1)
    bands = dict(by_band(courses, HERE, TODAY))
    assert bands[Band.DEPRIVED].stages == whole.stages
    assert added_up(bands.values()).stages == whole.stages
    months = dict(by_month(courses, HERE, TODAY, {}))
    assert months[date(2026, 11, 1)].stages == whole.stages


def test_families_known_before_are_added_up_too():
    member = replace(BABY, received_on=TODAY, joined=(Joined(HERE, BABY.born - A_DAY),))
    counts = [counted([member], HERE, TODAY), counted([member, member], HERE, TODAY), counted([], HERE, TODAY)]
    assert added_up(counts).before == sum(each.before for each in counts)
    assert isinstance(added_up(counts).before, int)
