"""The invented authority: single families are followed one by one, and many by their shares."""

from dataclasses import replace
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.balancing.rules.simulation import (
    COOL_DOWN,
    LAST_DAY,
    WARM_UP,
    Assumptions,
    Authority,
    Family,
    Policy,
    _Diary,
    invent,
    simulate,
)

#: Five clusters in a row, a kilometre apart, each with one place on every workday at a utilisation of 1.
FIVE = Assumptions(clusters=5, families_per_week=25, weeks=10, imbalance=0)
#: A Monday a little after the last birth that is counted, so that families born on it or later count in no figure.
MONDAY = (WARM_UP + FIVE.weeks + 2) * 7
CONTROL = Policy("control", last_resort=True)


def row(*families, assumptions=FIVE, births=0):
    km = tuple(tuple(float(abs(one - other)) for other in range(5)) for one in range(5))
    weeks = WARM_UP + assumptions.weeks + COOL_DOWN
    return Authority(
        assumptions=assumptions,
        reach=tuple(tuple(sorted(range(5), key=lambda other, own=own: (km[own][other], other))) for own in range(5)),
        km=km,
        capacity=(0.2,) * 5,
        phases=(0.0,) * 5,
        families=families,
        births=((births,) * weeks,) * 5,
    )


def family(days_left=22, calls=MONDAY, cluster=0, soonest=1, *, insists=False, telephones=False):
    return Family(calls + days_left - LAST_DAY, calls, cluster, insists, telephones, calls + soonest)


def crowd(days=70, clusters=range(5), first=0):
    """Fill these clusters' places of so many days; the families were born too late to count in any figure."""
    return [
        Family(MONDAY + day - 14, MONDAY - 40, cluster, True, False, MONDAY + day)
        for cluster in clusters
        for day in range(first, first + days)
        if day % 7 < 5
    ]


# -- one family after another


def test_a_family_has_the_earliest_time_of_its_own_cluster():
    figures = simulate(row(family()), CONTROL, 1)

    assert (figures.families, figures.missed, figures.wait, figures.own, figures.km) == (1, 0, 1, 1, 0)


def test_a_weekend_has_no_places():
    assert simulate(row(family(calls=MONDAY + 4)), CONTROL, 1).wait == 3


def test_who_comes_second_waits_a_day_longer():
    assert simulate(row(family(), family()), CONTROL, 1).wait == 1.5


def test_a_neighbour_one_day_sooner_is_shown_first_where_the_earliest_comes_first():
    sooner = replace(CONTROL, earliest_first=True)
    figures = simulate(row(family(), family()), sooner, 1)

    assert (figures.wait, figures.own, figures.km) == (1, 0.5, 0.5)


def test_who_insists_keeps_to_its_own_cluster_whatever_is_shown_first():
    figures = simulate(row(family(), family(insists=True)), replace(CONTROL, earliest_first=True), 1)

    assert (figures.wait, figures.own) == (1.5, 1)


def test_a_neighbour_is_shown_first_only_where_it_is_worth_the_way():
    a_week = replace(CONTROL, earliest_first=True, sooner_days=7)
    few, many = [family()] * 5, [family()] * 6

    assert simulate(row(*few), a_week, 1).own == 1
    assert simulate(row(*many), a_week, 1).own == 5 / 6


def test_who_insists_goes_elsewhere_before_it_is_missed():
    filled = crowd(clusters=[0])
    figures = simulate(row(*filled, family(insists=True)), CONTROL, 1)

    assert (figures.families, figures.missed, figures.own, figures.km) == (1, 0, 0, 1)


def test_further_than_two_neighbours_only_as_the_last_resort_and_then_the_nearest():
    filled = row(*crowd(clusters=[0, 1, 2]), family())
    without, last = simulate(filled, Policy("narrow"), 1), simulate(filled, CONTROL, 1)

    assert (without.missed, without.far, without.wait) == (1, 0, 0)
    assert (last.missed, last.far, last.km) == (0, 1, 3)


def test_a_family_is_missed_where_no_cluster_has_a_time_by_day_42_and_takes_the_next_after_it():
    filled = [*crowd(days=22), family(days_left=20)]
    later = family(days_left=26, calls=MONDAY + 1, soonest=20)

    assert simulate(row(*filled), CONTROL, 1).missed == 1
    assert simulate(row(*crowd(days=22), later), CONTROL, 1).wait == 22 - 1
    assert simulate(row(*filled, later), CONTROL, 1).wait == 23 - 1, "the first free place is the missed family's"


def test_day_42_itself_is_in_time():
    assert simulate(row(family(days_left=1)), CONTROL, 1).missed == 0
    assert simulate(row(family(days_left=1, soonest=2)), CONTROL, 1).missed == 1


def test_families_of_the_weeks_before_and_after_are_seen_and_not_counted():
    early = family(calls=7, days_left=40)
    late = family(calls=(WARM_UP + FIVE.weeks + 1) * 7, days_left=40)

    assert simulate(row(early, late), CONTROL, 1).families == 0


@pytest.mark.parametrize(
    ("born", "counted"),
    [
        (WARM_UP * 7 - 1, 0),
        (WARM_UP * 7, 1),
        ((WARM_UP + FIVE.weeks) * 7 - 1, 1),
        ((WARM_UP + FIVE.weeks) * 7, 0),
    ],
)
def test_what_is_counted_is_born_from_the_first_day_of_the_first_week_to_the_last_of_the_last(born, counted):
    one = Family(born, born + 3, 0, insists=False, telephones=False, soonest=born + 4)

    assert simulate(row(one), CONTROL, 1).families == counted


def test_a_family_that_nobody_can_see_within_a_year_stands_in_nobodys_way():
    hopeless = Assumptions(clusters=5, families_per_week=0.001, weeks=10, imbalance=0)

    assert simulate(row(family(), assumptions=hopeless), CONTROL, 2).missed == 1


# -- places for few


PROTECTED = replace(CONTROL, protected_share=0.2, near_days=10, opens_days=2, from_utilisation=0)
FRIDAY = 4  # days from MONDAY: the fifth place of a week is the protected one


def test_a_protected_place_is_for_families_near_day_42():
    assert simulate(row(family(soonest=FRIDAY)), PROTECTED, 1).wait == 7
    assert simulate(row(family(soonest=FRIDAY, days_left=10)), PROTECTED, 1).wait == FRIDAY
    assert simulate(row(family(soonest=FRIDAY, days_left=11)), PROTECTED, 1).wait == 7


def test_a_protected_place_opens_to_everybody_shortly_before_its_day():
    assert simulate(row(family(soonest=FRIDAY)), replace(PROTECTED, opens_days=4), 1).wait == FRIDAY
    assert simulate(row(family(soonest=FRIDAY)), replace(PROTECTED, opens_days=3), 1).wait == 7


def test_places_are_protected_only_while_what_is_booked_and_expected_asks_for_it():
    busy = replace(PROTECTED, from_utilisation=1.0)

    assert simulate(row(family(soonest=FRIDAY)), busy, 1).wait == FRIDAY, "nobody else is expected"
    assert simulate(row(family(soonest=FRIDAY), births=5), busy, 1).wait == 7, "a birth for every place"
    assert simulate(row(family(soonest=FRIDAY), births=4), busy, 1).wait == FRIDAY
    five, six = crowd(days=7, clusters=[0], first=7), crowd(days=8, clusters=[0], first=7)
    assert simulate(row(*five, family(soonest=FRIDAY), births=4), busy, 1).wait == FRIDAY, (
        "24 expected, 5 booked, 30 places"
    )
    assert simulate(row(*six, family(soonest=FRIDAY), births=4), busy, 1).wait == 15, "24 expected, 6 booked, 30 places"


def test_a_family_near_its_day_leaves_the_general_place_to_others():
    both = replace(PROTECTED, protected_share=0.5, opens_days=0)
    two_a_day = row(family(days_left=5), family(days_left=22))  # at half the utilisation: one of each kind

    assert simulate(two_a_day, both, 0.5).wait == 1


def test_protected_places_open_to_a_family_that_finds_nothing_else_in_time_anywhere():
    taken = [each for each in crowd() if each.soonest % 7 != FRIDAY]
    figures = simulate(row(*taken, family(days_left=22)), replace(PROTECTED, opens_days=0), 1)

    assert (figures.missed, figures.wait, figures.own) == (0, FRIDAY, 1)
    own = [each for each in taken if each.cluster < 4 or each.soonest != MONDAY + 15]
    figures = simulate(row(*own, family(days_left=22)), replace(PROTECTED, opens_days=0), 1)
    assert (figures.wait, figures.far) == (15, 1), "there is one left, in the farthest cluster"


def test_of_protected_places_the_nearest_clusters_come_first_and_none_after_day_42():
    taken = [each for each in crowd() if each.soonest % 7 != FRIDAY]
    one = [*taken, family(days_left=FRIDAY, calls=MONDAY - 3), family(days_left=5)]
    figures = simulate(row(*one), replace(PROTECTED, near_days=0, opens_days=0), 1)

    assert (figures.families, figures.missed, figures.own) == (2, 0.5, 0.5)


#: Where only the neighbours are offered, a family waits for protected places until they open to it.
NEAR = replace(PROTECTED, last_resort=False)


def test_who_finds_nothing_calls_again_when_more_places_open_to_it():
    taken = [each for each in crowd() if each.soonest % 7 != FRIDAY]
    lucky = family(days_left=22, soonest=1)

    figures = simulate(row(*taken, lucky), replace(NEAR, opens_days=0), 1)

    assert (figures.families, figures.missed) == (1, 0)
    assert figures.wait == 18, "with 10 days left, on the twelfth day, the Friday after that one is open to it"
    assert simulate(row(*taken, lucky), replace(NEAR, opens_days=0, near_days=2), 1).missed == 1


def test_who_calls_again_does_so_before_whoever_calls_later():
    taken = [each for each in crowd() if each.soonest % 7 != FRIDAY]
    first, second = family(days_left=22), family(days_left=22, calls=MONDAY + 5)
    away = family(calls=MONDAY + 60)
    figures = simulate(row(*taken, first, second, away), replace(NEAR, opens_days=0), 1)

    assert (figures.families, figures.missed, figures.own, figures.wait) == (2, 0, 1, (18 + 20) / 2)


DESK = replace(CONTROL, internal_share=0.2, urgent_days=7)


def test_internal_places_are_for_who_telephones_and_for_urgent_families():
    assert simulate(row(family(soonest=FRIDAY)), DESK, 1).wait == 7
    assert simulate(row(family(soonest=FRIDAY, telephones=True)), DESK, 1).wait == FRIDAY
    assert simulate(row(family(soonest=FRIDAY, days_left=7)), DESK, 1).wait == FRIDAY
    assert simulate(row(family(soonest=FRIDAY, days_left=8)), DESK, 1).wait == 7


def test_places_are_divided_as_was_said_and_evenly_over_the_weeks():
    diary = _Diary(10, 0.0, 70 * 7, Policy("", protected_share=0.2, internal_share=0.3))

    assert sum(diary.total) == 700
    assert [sum(kind) for kind in diary.free] == [350, 210, 140]
    assert all(sum(kinds) == total for *kinds, total in zip(*diary.free, diary.total, strict=True))
    weeks = [sum(diary.free[1][day : day + 7]) for day in range(0, 70 * 7, 7)]
    assert set(weeks) == {3}


@given(st.floats(0, 0.6), st.floats(0, 0.39), st.floats(0.1, 3))
def test_no_place_is_given_twice_however_places_are_divided(protected, internal, load):
    """All families together never have more than there is: those of one day and cluster wait for the next place."""
    policy = replace(CONTROL, protected_share=protected, internal_share=internal, from_utilisation=0)
    near = [family(days_left=6, telephones=True)] * 60
    places = simulate(row(*near, assumptions=replace(FIVE, families_per_week=25 * load)), policy, 1)

    assert places.families * (1 - places.missed) <= 5 * (4 * load + 1) + 1e-9


# -- many families


@pytest.fixture(scope="module")
def years():
    return [invent(Assumptions(weeks=60, clusters=5, families_per_week=40), seed) for seed in range(4)]


def missed(years, policy, load=1.0):
    return fmean(simulate(each, policy, load).missed for each in years)


def test_the_same_seed_gives_the_same_answer_and_another_seed_another(years):
    again = invent(Assumptions(weeks=60, clusters=5, families_per_week=40), 1)

    assert again == years[1]
    assert simulate(again, CONTROL, 1) == simulate(years[1], CONTROL, 1)
    assert years[2].families != again.families


def test_births_are_poisson_and_as_many_as_were_said(years):
    weekly = [sum(week) for each in years for week in zip(*each.births, strict=True)]

    assert fmean(weekly) == pytest.approx(40, rel=0.05)
    assert pvariance(weekly) == pytest.approx(40, rel=0.3)
    assert sum(map(len, (each.families for each in years))) == sum(weekly)


def test_as_many_call_late_and_insist_as_was_said(years):
    families = [family for each in years for family in each.families]

    assert fmean(each.calls - each.born >= 27 for each in families) == pytest.approx(0.15, abs=0.02)
    assert fmean(each.insists for each in families) == pytest.approx(0.4, abs=0.02)
    assert fmean(each.telephones for each in families) == pytest.approx(0.2, abs=0.02)


def test_more_places_never_miss_more(years):
    shares = [missed(years, CONTROL, load) for load in (0.8, 0.9, 1.0, 1.1)]

    assert shares == sorted(shares)
    assert shares[0] < 0.001 < shares[-1]


def test_the_last_resort_is_never_worse_than_none(years):
    for load in (0.9, 0.95, 1.0):
        assert missed(years, CONTROL, load) <= missed(years, Policy("narrow"), load)
    assert missed(years, CONTROL, 1.0) < missed(years, Policy("narrow"), 1.0)


def test_protected_places_spare_late_callers_when_every_place_is_needed(years):
    protected = replace(CONTROL, protected_share=0.2, near_days=10, opens_days=4)

    assert missed(years, protected, 1.0) < missed(years, CONTROL, 1.0) / 2
    calm = simulate(years[0], protected, 0.7)
    assert calm == simulate(years[0], CONTROL, 0.7), "and nobody notices them when there are enough"


def test_a_single_cluster_and_no_time_to_stray_are_an_authority_too():
    one = invent(Assumptions(clusters=1, weeks=5, imbalance=1), 3)

    assert one.reach == ((0,),)
    assert simulate(one, CONTROL, 0.5).own == 1


# -- what cannot be


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"late_callers": 1.1}, "late_callers must be a share from 0 to 1, not 1.1"),
        ({"insisting": -0.1}, "insisting"),
        ({"clusters": 0}, "1 to 200 clusters"),
        ({"weeks": 0}, "1 to 2000 weeks"),
        ({"families_per_week": 0}, "families a week"),
        ({"families_per_week": 10_001}, "families a week"),
        ({"soonest_days": 0}, "soonest_days"),
        ({"across_km": 0}, "across_km"),
        ({"imbalance": float("nan")}, "imbalance"),
    ],
)
def test_what_is_no_authority_is_refused_in_a_sentence(values, said):
    with pytest.raises(ValueError, match=said):
        Assumptions(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"protected_share": -0.1},
        {"internal_share": 1},
        {"internal_share": 0.6, "protected_share": 0.6},
        {"near_days": 43},
        {"opens_days": -1},
    ],
)
def test_what_cannot_be_offered_is_refused(values):
    with pytest.raises(ValueError, match="must be from 0 to"):
        Policy("", **values)


@pytest.mark.parametrize("load", [0, 0.05, 2.1, float("nan")])
def test_a_utilisation_beyond_all_sense_is_refused(load):
    with pytest.raises(ValueError, match="utilisation"):
        simulate(row(), CONTROL, load)
