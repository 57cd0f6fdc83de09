"""What a family is shown first, against brute force over thousands of made-up weeks."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.booking.rules.choices import (
    LONDON,
    MOST_OTHERS,
    Alternative,
    Band,
    Kind,
    Reason,
    Suggestions,
    Venue,
    Wishes,
    alternatives,
    band_of,
    by_day,
    by_time,
    day_of,
    in_the_evening,
    on_saturday,
    suggest,
)

TUESDAY = date(2026, 11, 24)
LAST = date(2026, 12, 31)
WISHES = Wishes(LAST, LAST)
NEAR, FAR, OFFICE = Venue(1), Venue(2, step_free=True, languages=frozenset({"ur"})), Venue(9, office=True)
PLACES = (NEAR, FAR, OFFICE)
#: Reasons that a time is named for, and not its place.
CLOCK_REASONS = {Reason.SOONER, Reason.SATURDAY, Reason.EVENING}


def at(day: date, clock: str = "9:30") -> int:
    hour, minute = map(int, clock.split(":"))
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).timestamp()) // 60


def later(days: int) -> date:
    return TUESDAY + timedelta(days=days)


def reasons(found: Suggestions) -> list[tuple[Reason, int, int]]:
    return [(one.reason, one.centre_id, one.start) for one in found.others]


def test_nothing_free_is_said_as_such():
    assert suggest([], PLACES, WISHES) == Suggestions(None)
    assert suggest([(7, at(TUESDAY))], PLACES, WISHES) == Suggestions(None)


def test_the_soonest_at_the_nearest_centre_come_first_two_and_then_one_of_each_half_day():
    clocks = ["9:30", "10:00", "10:30", "13:00", "13:30"]
    offers = [(1, at(TUESDAY, clock)) for clock in clocks] + [(1, at(later(1), "9:30"))]
    found = suggest(offers, PLACES, WISHES)
    wanted = [at(TUESDAY, "9:30"), at(TUESDAY, "10:00"), at(TUESDAY, "13:00"), at(later(1), "9:30")]
    assert found.soonest == tuple((1, start) for start in wanted)
    assert found.band is Band.PREFERRED


def test_a_time_sooner_elsewhere_says_how_many_days():
    offers = [(1, at(later(3))), (2, at(later(1))), (9, at(TUESDAY))]
    found = suggest(offers, PLACES, WISHES)
    assert [(one.reason, one.centre_id, one.days) for one in found.others] == [
        (Reason.SOONER, 2, 2),
        (Reason.SOONER, 9, 3),
    ]


def test_the_same_day_elsewhere_is_not_called_sooner():
    found = suggest([(1, at(TUESDAY, "12:00")), (2, at(TUESDAY, "9:00"))], (NEAR, Venue(2)), WISHES)
    assert reasons(found) == [(Reason.ANOTHER_CENTRE, 2, at(TUESDAY, "9:00"))]


def test_a_saturday_and_an_evening_are_offered_at_the_nearest_place_that_has_one():
    evening, saturday = (1, at(later(3), "17:00")), (1, at(later(11), "10:00"))
    soonest = [(1, at(TUESDAY, clock)) for clock in ("9:00", "13:00")] + [(1, at(later(1)))]
    sooner_at_a_farther_place = [(2, at(later(4))), (2, at(later(2), "17:30"))]
    found = reasons(suggest([evening, saturday, *soonest, *sooner_at_a_farther_place], (NEAR, Venue(2)), WISHES))
    assert found[:2] == [(Reason.SATURDAY, *saturday), (Reason.EVENING, *evening)]


def test_a_saturday_shown_already_is_not_offered_again():
    found = suggest([(1, at(later(4))), (2, at(later(4), "11:00"))], (NEAR, Venue(2)), WISHES)
    assert Reason.SATURDAY not in [one.reason for one in found.others]


def test_a_centre_without_steps_is_offered_where_the_nearest_is_not_known_to_be_one():
    found = suggest([(1, at(TUESDAY)), (2, at(later(5)))], PLACES, WISHES)
    assert reasons(found) == [(Reason.STEP_FREE, 2, at(later(5)))]


def test_who_needs_no_steps_sees_such_a_centre_first_even_an_office_or_far_away():
    wishes = Wishes(LAST, LAST, step_free=True)
    assert suggest([(1, at(TUESDAY)), (2, at(later(5)))], PLACES, wishes).soonest == ((2, at(later(5))),)
    office = Venue(9, office=True, step_free=True)
    assert suggest([(1, at(TUESDAY)), (9, at(later(5)))], (NEAR, office), wishes).soonest == ((9, at(later(5))),)


def test_a_centre_that_speaks_the_language_is_offered():
    wishes = Wishes(LAST, LAST, language="ur")
    found = suggest([(1, at(TUESDAY)), (2, at(later(5)))], PLACES, wishes)
    assert reasons(found) == [(Reason.LANGUAGE, 2, at(later(5)))]


def test_offices_come_after_every_centre_but_before_any_late_time():
    office_today, centre_late = (9, at(TUESDAY)), (1, at(LAST + timedelta(days=1)))
    assert suggest([office_today, (2, at(LAST))], PLACES, WISHES).soonest == ((2, at(LAST)),)
    assert suggest([office_today, centre_late], PLACES, WISHES).soonest == (office_today,)
    late = suggest([centre_late], PLACES, WISHES)
    assert (late.band, late.soonest) == (Band.LATE, (centre_late,))


def test_when_only_late_times_are_left_the_soonest_of_all_comes_first_even_at_the_office():
    late = LAST + timedelta(days=1)
    offers = [
        (1, at(late + timedelta(days=9))),
        (2, at(late + timedelta(days=2))),
        (9, at(late)),
        (2, at(late, "13:00")),
    ]
    found = suggest(offers, PLACES, WISHES)
    assert (found.band, found.soonest[:2]) == (Band.LATE, ((9, at(late)), (2, at(late, "13:00"))))
    assert Reason.SOONER not in [one.reason for one in found.others]


def test_of_late_times_at_one_moment_the_nearest_comes_first_and_the_office_last():
    late = LAST + timedelta(days=1)
    found = suggest([(9, at(late)), (2, at(late)), (1, at(late))], PLACES, WISHES)
    assert found.soonest == ((1, at(late)), (2, at(late)))
    assert [one.centre_id for one in found.others] == []


def test_of_late_times_at_one_moment_an_office_that_is_nearer_comes_first():
    late = LAST + timedelta(days=1)
    found = suggest([(9, at(late)), (2, at(late)), (1, at(late))], (OFFICE, NEAR, FAR), WISHES)
    assert found.soonest == ((9, at(late)), (1, at(late)))


def test_nobody_is_sent_past_a_nearer_office_at_the_same_minute():
    sooner, saturday = at(TUESDAY), at(later(4))
    venues = (NEAR, OFFICE, Venue(3))
    found = suggest([(1, at(later(8))), (3, sooner), (9, sooner), (3, saturday), (9, saturday)], venues, WISHES)
    assert reasons(found)[:2] == [(Reason.SOONER, 9, sooner), (Reason.SATURDAY, 9, saturday)]


def test_the_familys_own_centre_stands_before_a_nearer_office_while_it_is_in_time():
    saturday = at(later(4))
    found = suggest([(9, at(TUESDAY)), (1, at(TUESDAY)), (1, saturday), (9, saturday)], (OFFICE, NEAR), WISHES)
    assert found.soonest[0] == (1, at(TUESDAY))
    assert 9 not in [one.centre_id for one in found.others]


def test_who_needs_no_steps_sees_the_soonest_late_time_without_them_where_there_is_one():
    wishes, late = Wishes(LAST, LAST, step_free=True), LAST + timedelta(days=1)
    offers = [(1, at(late)), (2, at(late + timedelta(days=3)))]
    found = suggest(offers, PLACES, wishes)
    assert found.soonest == ((2, at(late + timedelta(days=3))),)
    assert reasons(found) == [(Reason.SOONER, 1, at(late))]
    assert suggest(offers[:1], PLACES, wishes).soonest == ((1, at(late)),)


def test_where_nobody_knows_what_is_near_the_soonest_of_all_places_comes_first():
    offers = [(1, at(later(3))), (2, at(later(1))), (9, at(TUESDAY))]
    found = suggest(offers, PLACES, Wishes(LAST, LAST, near=False))
    assert found.soonest == ((9, at(TUESDAY)), (2, at(later(1))), (1, at(later(3))))
    assert Reason.SOONER not in [one.reason for one in found.others]


def test_sooner_means_sooner_than_the_time_that_is_kept_too():
    offers = [(1, at(later(12))), (2, at(later(1)))]
    after_the_kept_one = suggest(offers, PLACES, Wishes(LAST, LAST, kept=TUESDAY))
    assert Reason.SOONER not in [one.reason for one in after_the_kept_one.others]
    between = suggest(offers, PLACES, Wishes(LAST, LAST, kept=later(4)))
    assert [(one.reason, one.days) for one in between.others] == [(Reason.SOONER, 3)]
    far_off = suggest(offers, PLACES, Wishes(LAST, LAST, kept=later(20)))
    assert [(one.reason, one.days) for one in far_off.others] == [(Reason.SOONER, 11)]


def test_on_the_last_lawful_days_the_nearest_place_with_a_time_at_once_is_offered_an_office_too():
    wishes = Wishes(LAST, LAST, at_once_by=later(1))
    offers = [(1, at(TUESDAY)), (9, at(TUESDAY)), (9, at(later(1)))]
    found = suggest(offers, (OFFICE, NEAR), wishes)
    assert (found.soonest, reasons(found)) == (((1, at(TUESDAY)),), [(Reason.AT_ONCE, 9, at(TUESDAY))])
    assert Reason.AT_ONCE not in [one.reason for one in suggest(offers, (NEAR, OFFICE), wishes).others]
    assert Reason.AT_ONCE not in [one.reason for one in suggest(offers, (OFFICE, NEAR), WISHES).others]
    not_at_once = [(1, at(TUESDAY)), (9, at(later(2)))]
    assert Reason.AT_ONCE not in [one.reason for one in suggest(not_at_once, (OFFICE, NEAR), wishes).others]


def test_who_needs_no_steps_is_offered_the_nearest_place_without_them_at_once():
    wishes = Wishes(LAST, LAST, step_free=True, at_once_by=later(1))
    office, level = Venue(8, office=True, step_free=True), Venue(2, step_free=True)
    found = suggest([(centre, at(TUESDAY)) for centre in (9, 8, 2)], (OFFICE, office, level), wishes)
    assert found.soonest == ((2, at(TUESDAY)),)
    assert reasons(found)[0] == (Reason.AT_ONCE, 8, at(TUESDAY))


def test_a_careful_margin_prefers_its_days_and_hides_nothing_when_they_are_full():
    careful = Wishes(LAST, LAST - timedelta(days=3))
    close, safe = (1, at(LAST)), (2, at(LAST - timedelta(days=3)))
    assert suggest([close, safe], PLACES, careful).soonest == (safe,)
    alone = suggest([close], PLACES, careful)
    assert (alone.band, alone.soonest) == (Band.IN_TIME, (close,))


@pytest.mark.parametrize(
    ("day", "band"),
    [(LAST - timedelta(days=2), Band.PREFERRED), (LAST, Band.IN_TIME), (LAST + timedelta(days=1), Band.LATE)],
)
def test_days_fall_into_bands(day, band):
    assert band_of(day, Wishes(LAST, LAST - timedelta(days=2))) is band


def test_a_day_is_england_s_and_not_the_server_s():
    assert day_of(at(date(2026, 7, 4), "0:30")) == date(2026, 7, 4)
    assert on_saturday(at(date(2026, 7, 4), "0:30"))
    assert in_the_evening(at(TUESDAY, "17:00"))
    assert not in_the_evening(at(TUESDAY, "16:59"))


minutes = st.integers(at(date(2026, 10, 20)), at(date(2027, 4, 10))).map(lambda minute: minute - minute % 30)
offer_sets = st.lists(st.tuples(st.integers(1, 6), minutes), max_size=60)
venue_lists = st.permutations([1, 2, 3, 4, 5]).flatmap(
    lambda order: st.tuples(*(st.builds(Venue, st.just(n), st.booleans(), st.booleans()) for n in order))
)
days_offered = st.dates(date(2026, 10, 20), date(2027, 4, 10))
wish_lists = st.builds(
    lambda last, margin, **others: Wishes(last, last - timedelta(days=margin), **others),
    days_offered,
    st.integers(0, 14),
    step_free=st.booleans(),
    near=st.booleans(),
    kept=st.none() | days_offered,
    at_once_by=st.none() | days_offered,
)


@given(offer_sets, venue_lists, wish_lists)
def test_suggestions_are_free_never_empty_and_never_late_before_in_time(offers, venues, wishes):
    found = suggest(offers, venues, wishes)
    listed = {offer for offer in offers if offer[0] in {venue.id for venue in venues}}
    shown = [*found.soonest, *((one.centre_id, one.start) for one in found.others)]
    assert set(shown) <= listed
    assert len(shown) == len(set(shown))
    assert bool(found.soonest) == bool(listed)
    assert len(found.others) <= MOST_OTHERS
    if listed:
        assert found.band == min(band_of(day_of(start), wishes) for _, start in listed)
        assert {band_of(day_of(start), wishes) for _, start in shown} == {found.band}
        offices = {venue.id for venue in venues if venue.office}
        in_band = {centre for centre, start in listed if band_of(day_of(start), wishes) == found.band}
        everywhere = found.band is Band.LATE or not wishes.near
        if not everywhere and not wishes.step_free and in_band - offices:
            assert found.soonest[0][0] not in offices
        if everywhere and not wishes.step_free:
            in_the_band = [start for _, start in listed if band_of(day_of(start), wishes) == found.band]
            assert found.soonest[0][1] == min(in_the_band)
        assert [start for _, start in found.soonest] == sorted(start for _, start in found.soonest)


#: So few minutes that places have the same ones.
same_minutes = st.builds(lambda days, hours: at(later(days), f"{hours}:00"), st.integers(0, 5), st.integers(16, 17))


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(1, 5), same_minutes), max_size=40), venue_lists, st.booleans())
def test_of_times_at_one_minute_the_nearer_place_is_named(offers, venues, late):
    last = date(2026, 11, 1) if late else LAST
    found = suggest(offers, venues, Wishes(last, last))
    rank = {venue.id: number for number, venue in enumerate(venues)}
    if not found.soonest:
        return
    own = None if late else found.soonest[0][0]
    by_the_clock = [(one.centre_id, one.start) for one in found.others if one.reason in CLOCK_REASONS]
    for centre, start in [found.soonest[0], *by_the_clock]:
        if centre != own:
            assert rank[centre] == min(rank[other] for other, there in offers if there == start)


def test_a_late_family_is_told_of_the_nearer_office_and_not_of_the_place_of_its_soonest_time_at_one_minute():
    # The fourth day at 16:00: more days are shown than the first three, as an evening.
    offers = [(1, at(later(n), "16:00")) for n in range(4)] + [(1, at(later(4), "17:00")), (3, at(later(4), "17:00"))]
    venues = tuple(Venue(n, office=n == 3) for n in (3, 2, 1))
    late = date(2026, 11, 1)
    told = [(one.centre_id, one.start) for one in suggest(offers, venues, Wishes(late, late)).others]
    assert (3, at(later(4), "17:00")) in told
    assert (1, at(later(4), "17:00")) not in told


@given(st.lists(st.tuples(st.integers(1, 6), same_minutes), max_size=40), venue_lists, st.booleans())
def test_starts_in_order_of_time_name_the_nearest_first_where_that_is_known(offers, venues, near):
    order = [venue.id for venue in venues if near or not venue.office]
    order += [venue.id for venue in venues if venue.id not in order] + [6]  # 6 is on no list
    assert by_time(offers, venues, near=near) == sorted(offers, key=lambda offer: (offer[1], order.index(offer[0])))


@given(offer_sets, venue_lists, wish_lists)
def test_a_reason_is_always_true(offers, venues, wishes):
    found = suggest(offers, venues, wishes)
    by_id = {venue.id: venue for venue in venues}
    for one in found.others:
        if one.reason is Reason.SOONER:
            first = day_of(found.soonest[0][1])
            assert (min(first, wishes.kept or first) - day_of(one.start)).days == one.days > 0
        elif one.reason is Reason.AT_ONCE:
            assert day_of(one.start) <= wishes.at_once_by
            assert found.band is not Band.LATE
        elif one.reason is Reason.SATURDAY:
            assert on_saturday(one.start)
        elif one.reason is Reason.EVENING:
            assert in_the_evening(one.start)
        elif one.reason is Reason.STEP_FREE:
            assert by_id[one.centre_id].step_free


@given(offer_sets, venue_lists, st.dates(date(2026, 10, 20), date(2027, 4, 10)))
def test_every_time_is_listed_once_in_time_first_offices_last_each_day(offers, venues, last):
    days = by_day(offers, venues, last)
    listed = [(centre, start) for day in days for centre, starts in day.places for start in starts]
    assert sorted(listed) == sorted({offer for offer in offers if offer[0] in {venue.id for venue in venues}})
    assert [day.day for day in days] == sorted({day.day for day in days})
    assert [day.in_time for day in days] == sorted((day.in_time for day in days), reverse=True)
    offices = {venue.id for venue in venues if venue.office}
    for day in days:
        assert day.count == sum(day_of(start) == day.day for _, start in listed)
        assert [centre in offices for centre, _ in day.places] == sorted(centre in offices for centre, _ in day.places)
        assert all(list(starts) == sorted(starts) for _, starts in day.places)


# -- instead of a time that is gone


def test_alternatives_are_near_in_time_at_the_centre_and_near_in_place_elsewhere():
    wanted = at(TUESDAY, "10:00")
    offers = [
        (1, wanted),
        *((1, at(TUESDAY, clock)) for clock in ("9:00", "9:30", "10:30", "13:00")),
        *((1, at(later(days))) for days in (-3, 1, 6, 20)),
        *((2, at(later(days))) for days in (9, 1)),
        *((3, at(TUESDAY, clock)) for clock in ("9:00", "9:30")),
    ]
    found = alternatives(1, wanted, offers, {2: 4.0, 3: 1.5}.get)
    assert found == (
        Alternative(Kind.SAME_DAY, 1, at(TUESDAY, "9:30")),
        Alternative(Kind.SAME_DAY, 1, at(TUESDAY, "10:30")),
        Alternative(Kind.SAME_DAY, 1, at(TUESDAY, "9:00")),
        Alternative(Kind.SAME_CENTRE, 1, at(later(1))),
        Alternative(Kind.SAME_CENTRE, 1, at(later(-3))),
        Alternative(Kind.SAME_CENTRE, 1, at(later(6))),
        Alternative(Kind.OTHER_CENTRE, 3, at(TUESDAY, "9:00")),
        Alternative(Kind.OTHER_CENTRE, 2, at(later(1))),
        Alternative(Kind.OTHER_CENTRE, 3, at(TUESDAY, "9:30")),
    )


def test_a_centre_at_an_unknown_distance_comes_last():
    offers = [(2, at(TUESDAY)), (3, at(later(1)))]
    found = alternatives(1, at(TUESDAY), offers, {2: None, 3: 90.0}.get)
    assert [one.centre_id for one in found] == [3, 2]


def test_a_register_office_comes_after_the_centres_that_are_as_far_away():
    offers = [(centre, at(TUESDAY)) for centre in (2, 3, 4)]
    found = alternatives(1, at(TUESDAY), offers, {2: 3.0, 3: 3.0, 4: 1.0}.get, offices={2})
    assert [one.centre_id for one in found] == [4, 3, 2]
    found = alternatives(1, at(TUESDAY), offers, lambda _centre: None, offices={2})
    assert [one.centre_id for one in found] == [3, 4, 2]


@given(offer_sets, st.integers(1, 6), minutes)
def test_alternatives_are_free_and_at_most_three_of_each_kind(offers, centre, start):
    found = alternatives(centre, start, offers, float)
    assert {(one.centre_id, one.start) for one in found} <= set(offers) - {(centre, start)}
    for kind in Kind:
        there = [one for one in found if one.kind is kind]
        free = {
            Kind.SAME_DAY: {o for o in offers if o[0] == centre and day_of(o[1]) == day_of(start)} - {(centre, start)},
            Kind.SAME_CENTRE: {o for o in offers if o[0] == centre and day_of(o[1]) != day_of(start)},
            Kind.OTHER_CENTRE: {o for o in offers if o[0] != centre},
        }[kind]
        assert len(there) == min(3, len(free))
        assert {(one.centre_id, one.start) for one in there} <= free
        if kind is not Kind.OTHER_CENTRE:
            assert [abs(one.start - start) for one in there] == sorted(abs(o[1] - start) for o in free)[:3]


# -- each reason once, and only where it is one


def test_noon_and_five_part_the_day():
    clocks = ["11:30", "12:00", "16:30", "17:00"]
    offers = [(1, at(TUESDAY, clock)) for clock in clocks] + [(1, at(later(1), "9:00"))]
    found = suggest(offers, (NEAR,), WISHES)
    assert found.soonest == tuple((1, at(TUESDAY, clock)) for clock in ("11:30", "12:00", "17:00"))


def test_an_evening_shown_already_is_not_offered_again_and_a_morning_is_no_evening():
    shown = suggest([(1, at(TUESDAY, "17:30")), (2, at(later(1), "17:30"))], (NEAR, Venue(2)), WISHES)
    assert Reason.EVENING not in [one.reason for one in shown.others]
    offered = suggest([(1, at(TUESDAY, "9:00")), (2, at(later(1), "17:30"))], (NEAR, Venue(2)), WISHES)
    assert (Reason.EVENING, 2, at(later(1), "17:30")) in reasons(offered)


def test_a_language_spoken_where_the_soonest_is_is_no_reason_to_go_elsewhere():
    speaks = frozenset({"ur"})
    venues = (Venue(1, languages=speaks), Venue(2, languages=speaks))
    found = suggest([(1, at(TUESDAY)), (2, at(later(5)))], venues, Wishes(LAST, LAST, language="ur"))
    assert [one.reason for one in found.others] == [Reason.ANOTHER_CENTRE]


def test_where_two_places_are_shown_no_third_is_named_for_being_another():
    offers = [(1, at(later(3))), (2, at(later(1))), (3, at(later(9)))]
    found = suggest(offers, (NEAR, Venue(2), Venue(3)), WISHES)
    assert reasons(found) == [(Reason.SOONER, 2, at(later(1)))]


def test_at_once_is_until_its_day_and_nothing_is_said_of_it_where_only_the_family_s_own_place_has_it():
    wishes = Wishes(LAST, LAST, at_once_by=later(1))
    on_the_day = [(1, at(TUESDAY)), (9, at(later(1)))]
    assert reasons(suggest(on_the_day, (OFFICE, NEAR), wishes)) == [(Reason.AT_ONCE, 9, at(later(1)))]
    alone = suggest([(1, at(TUESDAY)), (9, at(later(5)))], (NEAR, OFFICE), wishes)
    assert reasons(alone) == []


def test_the_last_lawful_day_itself_is_in_time_in_the_list_of_every_time():
    days = by_day([(1, at(LAST)), (1, at(LAST + timedelta(days=1)))], (NEAR,), LAST)
    assert [(day.day, day.in_time) for day in days] == [(LAST, True), (LAST + timedelta(days=1), False)]


def test_two_places_at_one_minute_that_are_on_no_list_stand_by_their_numbers():
    assert by_time([(8, at(TUESDAY)), (7, at(TUESDAY))], (NEAR,), near=True) == [(7, at(TUESDAY)), (8, at(TUESDAY))]


def test_a_centre_right_next_door_comes_before_one_a_stone_s_throw_away():
    offers = [(centre, at(TUESDAY)) for centre in (2, 3)]
    assert [one.centre_id for one in alternatives(1, at(TUESDAY), offers, {2: 0.5, 3: 0.0}.get)] == [3, 2]
