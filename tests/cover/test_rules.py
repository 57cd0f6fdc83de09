"""The plan as a pure rule: least disturbance first, least days left first, never past day 42 while that can be helped."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from registration.booking.rules.slots import Need
from registration.cover.rules import (
    COMFORTABLE_MINUTES,
    QUIET,
    SOONEST_MINUTES,
    Family,
    Ground,
    Seat,
    Sitting,
    Standing,
    Taker,
    Way,
    Whole,
    choices,
    day_of,
    goes_along,
    goes_to,
    plan,
    spoken_in,
    standing,
    take_overs,
    way_to,
)
from registration.cover.rules.moments import first_minute
from registration.rota.rules.times import LONDON

HOME, NEXT, FAR, OFFICE = 1, 2, 3, 9
DAY = 24 * 60
NOW = int(datetime(2026, 11, 22, 9, tzinfo=LONDON).timestamp()) // 60
TUESDAY = NOW + 2 * DAY  # at nine
LAST = date(2026, 12, 31)
ONE = Need(1)


def family(number=1, start=TUESDAY, last=LAST, need=ONE, session=1, speaks="", home=HOME):
    return Family(number, session, home, start, need, last, speaks)


def seat(number=10, centre=HOME, begin=TUESDAY, minutes=30, languages=(), busy=()):
    return Seat(number, number, centre, begin, begin + minutes, busy, 30, frozenset(languages))


def ground(*seats, sittings=(), now=NOW, homes=(HOME,)):
    by_centre = {}
    for each in seats:
        by_centre.setdefault(each.centre_id, []).append(each)
    near = {home: [centre for centre in (NEXT, FAR) if centre != home] for home in homes}
    return Ground(now, now + 4 * DAY, sittings, by_centre, near, {home: [OFFICE] for home in homes})


def ways(families, known):
    return [(each.way, each.centre_id, each.start) for each in plan(families, known)]


def sitting(number=1, centre=HOME, begin=TUESDAY, minutes=180, takers=()):
    return Sitting(
        number, centre, begin, begin + minutes, tuple(Taker(who, frozenset(spoken)) for who, spoken in takers)
    )


# ---- the order of disturbance


def test_a_session_taken_over_comes_before_everything():
    known = ground(seat(), sittings=[sitting(takers=[(7, ())])])
    [proposal] = plan([family()], known)
    assert (proposal.way, proposal.registrar_id, proposal.session_id, proposal.start) == (Way.TAKE_OVER, 7, 1, TUESDAY)


def test_then_the_same_time_then_the_same_centre_the_nearest_centre_the_office_a_call():
    later = TUESDAY + DAY
    everything = [
        seat(15, OFFICE, later),
        seat(14, FAR, later),
        seat(13, NEXT, later),
        seat(12, HOME, later),
        seat(11, HOME, TUESDAY),
    ]
    found = []
    while True:
        [(way, centre, _)] = ways([family()], ground(*everything))
        found.append((way, centre))
        if not everything:
            break
        everything.pop()
    assert found == [
        (Way.SAME_TIME, HOME),
        (Way.SAME_CENTRE, HOME),
        (Way.OTHER_CENTRE, NEXT),
        (Way.OTHER_CENTRE, FAR),
        (Way.OFFICE, OFFICE),
        (Way.CALL, None),
    ]


def test_at_one_centre_the_time_nearest_to_its_own_is_proposed():
    known = ground(seat(11, begin=TUESDAY + 5 * DAY), seat(12, begin=TUESDAY + 90), seat(13, begin=TUESDAY - 120))
    assert ways([family()], known) == [(Way.SAME_CENTRE, HOME, TUESDAY + 90)]


def test_a_time_too_soon_to_be_answered_in_peace_is_proposed_only_where_there_is_no_other():
    soon, peaceful = NOW + SOONEST_MINUTES, NOW + COMFORTABLE_MINUTES
    assert ways([family()], ground(seat(11, begin=soon), seat(12, NEXT, begin=peaceful))) == [
        (Way.OTHER_CENTRE, NEXT, peaceful)
    ]
    assert ways([family()], ground(seat(11, begin=soon))) == [(Way.SAME_CENTRE, HOME, soon)]
    assert ways([family()], ground(seat(11, begin=soon - 1, minutes=30))) == [(Way.CALL, None, None)]


def test_a_time_earlier_than_its_own_needs_two_whole_days_or_that_no_later_one_is_left():
    own = TUESDAY + 3 * DAY  # Friday; two whole days from Sunday on are Monday and Tuesday
    tuesday, wednesday, later = seat(10), seat(11, begin=TUESDAY + DAY), seat(12, FAR, own + 2 * DAY)
    assert ways([family(start=own)], ground(tuesday, wednesday, later)) == [(Way.SAME_CENTRE, HOME, TUESDAY + DAY)]
    assert ways([family(start=own)], ground(tuesday, later)) == [(Way.OTHER_CENTRE, FAR, own + 2 * DAY)]
    assert ways([family(start=own)], ground(tuesday)) == [(Way.SAME_CENTRE, HOME, TUESDAY)]


def test_a_family_that_may_be_sitting_there_is_rung():
    assert ways([family(start=NOW)], ground(seat(begin=NOW), seat(12, begin=TUESDAY))) == [(Way.CALL, None, None)]


def test_its_own_time_today_with_another_registrar_is_never_too_soon():
    assert ways([family(start=NOW + 20)], ground(seat(begin=NOW + 20))) == [(Way.SAME_TIME, HOME, NOW + 20)]


def test_a_family_does_not_wait_weeks_at_its_own_centre_while_another_has_time():
    weeks, soon = TUESDAY + 9 * DAY, TUESDAY + DAY
    assert ways([family()], ground(seat(11, begin=weeks), seat(12, NEXT, soon))) == [(Way.OTHER_CENTRE, NEXT, soon)]
    assert ways([family()], ground(seat(11, begin=weeks))) == [(Way.SAME_CENTRE, HOME, weeks)]


def test_days_are_kept_in_hand_where_another_centre_has_them():
    last = TUESDAY + 5 * DAY
    near, sooner = seat(11, begin=last - DAY), seat(12, NEXT, TUESDAY + DAY)
    assert ways([family(last=day_of(last))], ground(near, sooner)) == [(Way.OTHER_CENTRE, NEXT, TUESDAY + DAY)]
    assert ways([family(last=day_of(last))], ground(near)) == [(Way.SAME_CENTRE, HOME, last - DAY)]


# ---- day 42


def test_the_family_with_the_fewest_days_left_chooses_first():
    early, late = family(2, last=day_of(TUESDAY)), family(1)
    known = ground(seat(11, NEXT, TUESDAY), seat(12, NEXT, TUESDAY + 9 * DAY))
    assert [(each.booking_id, each.start) for each in plan([late, early], known)] == [
        (2, TUESDAY),
        (1, TUESDAY + 9 * DAY),
    ]


def test_no_time_after_day_42_is_proposed_but_a_call():
    known = ground(seat(11, begin=TUESDAY + DAY))
    assert ways([family(last=day_of(TUESDAY))], known) == [(Way.CALL, None, None)]


def test_a_family_whose_own_time_was_late_already_gets_the_nearest_there_is():
    known = ground(seat(11, begin=TUESDAY + 3 * DAY))
    assert ways([family(last=day_of(TUESDAY) - timedelta(days=1))], known) == [
        (Way.SAME_CENTRE, HOME, TUESDAY + 3 * DAY)
    ]


# ---- who takes over


def test_who_takes_over_speaks_what_the_families_need():
    known = [sitting(takers=[(7, ()), (8, ("ur",))])]
    assert dict(take_overs(spoken_in([family(speaks="ur"), family(2)]), known)) == {1: 8}
    assert dict(take_overs(spoken_in([family(speaks="pl")]), known)) == {}


def test_nobody_is_given_two_sessions_at_once_or_too_far_apart_to_reach():
    both = [family(1, session=1, last=LAST), family(2, session=2, last=LAST - timedelta(days=1))]
    after = TUESDAY + 190

    def given_to(centre, begin):
        known = [sitting(1, takers=[(7, ())]), sitting(2, centre, begin, takers=[(7, ()), (8, ())])]
        ordered = sorted(both, key=lambda each: each.last_lawful_day)
        return dict(take_overs(spoken_in(ordered), known))

    assert given_to(HOME, after) == {1: 7, 2: 7}
    assert given_to(NEXT, after) == {2: 7}
    assert given_to(HOME, TUESDAY + 60) == {2: 7}


def test_nobody_is_given_more_half_days_a_week_than_the_contract_has_left():
    monday = TUESDAY + 6 * DAY
    asked = [family(number, session=number) for number in (1, 2, 3)]
    spare = (Taker(7, spare=1),)
    known = [
        Sitting(1, HOME, TUESDAY, TUESDAY + 180, spare),
        Sitting(2, HOME, TUESDAY + DAY, TUESDAY + DAY + 180, spare),
        Sitting(3, HOME, monday, monday + 180, spare),
    ]
    assert dict(take_overs(spoken_in(asked), known)) == {1: 7, 3: 7}


def test_a_whole_day_fills_two_half_days_of_a_contract():
    def given_to(spare):
        whole_day = Sitting(1, HOME, TUESDAY, TUESDAY + 7 * 60, (Taker(7, spare=spare),))
        return dict(take_overs(spoken_in([family(session=1)]), [whole_day]))

    assert given_to(1) == {}
    assert given_to(2) == {1: 7}


def test_whoever_has_the_shortest_way_is_asked_first_then_the_least_loaded():
    far, near, as_near = Taker(1, away_km=15.2), Taker(2, half_days=3, away_km=2.4), Taker(3, half_days=2, away_km=2.1)
    nowhere, there = Taker(4), Taker(5, half_days=4, there=True, away_km=20.0)
    asked = sorted([nowhere, far, near, as_near, there, Taker(6)], key=lambda each: each.rank)
    assert [each.registrar_id for each in asked] == [5, 3, 2, 1, 4, 6]


def test_a_session_without_families_is_left_alone():
    assert dict(take_overs(spoken_in([]), [sitting(takers=[(7, ())])])) == {}


def test_a_registrar_who_speaks_the_familys_language_is_preferred():
    known = ground(seat(11, begin=TUESDAY + 30), seat(12, begin=TUESDAY + 300, languages=("ur",)))
    assert ways([family(speaks="ur")], known) == [(Way.SAME_CENTRE, HOME, TUESDAY + 300)]


# ---- what is offered to choose from


def test_each_time_of_a_centre_is_offered_once():
    known = ground(seat(11, minutes=60), seat(12, minutes=60), seat(13, NEXT, TUESDAY))
    found = [(way, start) for way, start, _ in choices(family(), known)]
    assert found == [(Way.SAME_TIME, TUESDAY), (Way.SAME_CENTRE, TUESDAY + 30), (Way.OTHER_CENTRE, TUESDAY)]


def test_a_way_is_named_by_what_changes():
    assert way_to(HOME, 1, HOME, 1, office=False) is Way.SAME_TIME
    assert way_to(HOME, 1, HOME, 2, office=False) is Way.SAME_CENTRE
    assert way_to(HOME, 1, NEXT, 1, office=False) is Way.OTHER_CENTRE
    assert way_to(HOME, 1, OFFICE, 1, office=True) is Way.OFFICE


# ---- how far a family has come


def test_how_far_a_family_has_come():
    def told(way="same_centre", **changes):
        facts = {"live": True, "displaced": True, "own": False, "offer_state": "sent", "kept": True, "called": False}
        return standing(way=way, **(facts | changes))

    assert told() is Standing.WAITING
    assert told(kept=False) is Standing.TO_CALL
    assert told(offer_state="declined") is Standing.TO_CALL
    assert told(called=True) is Standing.CALLED
    assert told(live=False) is Standing.CANCELLED
    assert told(displaced=False, offer_state="accepted") is Standing.ACCEPTED
    assert told(displaced=False, offer_state="withdrawn") is Standing.MOVED
    assert told("take_over", displaced=False, offer_state="", own=True) is Standing.UNDISTURBED
    assert told(displaced=False, own=True, offer_state="withdrawn") is Standing.RESTORED


def test_a_family_told_by_letter_is_proposed_nothing_that_begins_before_it_could_answer():
    soon, later = seat(10, begin=TUESDAY + 60), seat(11, begin=NOW + 4 * DAY)
    known = ground(soon, later, seat(12, begin=NOW + 4 * DAY - 30, busy=()))
    by_letter = replace(family(), by_post=True)
    assert [start for _, start, _ in choices(by_letter, known)] == [NOW + 4 * DAY]
    assert next(start for _, start, _ in choices(family(), known)) == TUESDAY + 60
    own = ground(seat(13), soon)
    assert ways([by_letter], own) == [(Way.SAME_TIME, HOME, TUESDAY)]
    assert ways([by_letter], ground(soon)) == [(Way.CALL, None, None)]


# ---- whatever the ground

SEATS = st.lists(
    st.builds(
        lambda number, centre, begin, length, spoken: seat(number, centre, NOW + begin * 30, length * 30, spoken),
        st.integers(10, 10_000),
        st.sampled_from([HOME, NEXT, FAR, OFFICE]),
        st.integers(-4, 48 * 12),
        st.integers(1, 7),
        st.sampled_from([(), ("ur",)]),
    ),
    max_size=12,
    unique_by=lambda each: each.session_id,
)
FAMILIES = st.lists(
    st.builds(
        lambda number, begin, days, babies, spoken: family(
            number,
            NOW + begin * 30,
            day_of(NOW) + timedelta(days=days),
            Need(babies),
            session=number % 3,
            speaks=spoken,
        ),
        st.integers(1, 10_000),
        st.integers(-2, 48 * 6),
        st.integers(-3, 14),
        st.integers(1, 3),
        st.sampled_from(["", "ur"]),
    ),
    max_size=10,
    unique_by=lambda each: each.booking_id,
)


@settings(max_examples=150, deadline=None)
@given(families=FAMILIES, seats=SEATS, takers=st.lists(st.integers(1, 3), max_size=2))
def test_every_family_is_proposed_one_thing_and_no_minute_is_proposed_twice(families, seats, takers):
    sittings = [sitting(0, begin=NOW - 60, minutes=60 * 24 * 7, takers=[(who, ()) for who in takers])]
    proposals = plan(families, ground(*seats, sittings=sittings))
    asked = {each.booking_id: each for each in families}
    assert sorted(each.booking_id for each in proposals) == sorted(asked)
    filled = []
    for each in proposals:
        mine = asked[each.booking_id]
        if each.way is Way.CALL:
            assert (each.start, each.session_id) == (None, None)
            continue
        assert each.start == mine.start or each.way not in QUIET
        if each.way is Way.TAKE_OVER:
            continue
        assert each.start > NOW
        assert day_of(each.start) <= mine.last_day
        there = next(one for one in seats if one.session_id == each.session_id)
        end = each.start + mine.need.minutes(there.per_baby)
        assert there.begin <= each.start
        assert end <= there.end
        filled.append((each.session_id, each.start, end))
    filled.sort()
    assert all(one[0] != two[0] or one[2] <= two[1] for one, two in pairwise(filled))


@settings(max_examples=100, deadline=None)
@given(families=FAMILIES, seats=SEATS)
def test_nobody_is_left_to_be_rung_while_a_time_in_reach_stays_free(families, seats):
    known = ground(*seats)
    proposals = {each.booking_id: each for each in plan(families, known)}
    for each in families:
        if proposals[each.booking_id].way is Way.CALL:
            assert list(choices(each, known)) == []


# ---- a centre that closes


def whole(number=1, who=1, centre=HOME, room=10, begin=TUESDAY, minutes=180):
    return Whole(number, who, centre, room, begin, begin + minutes)


ROOMS = {NEXT: [20, 21], FAR: [30], OFFICE: [90]}


def always(_centre, _day):
    return True


def test_sessions_go_to_the_first_centre_with_a_room_free_for_all_of_it():
    leaving = [whole(1, 1), whole(2, 2, room=11), whole(3, 3, room=12), whole(4, 4, begin=TUESDAY + 180)]
    there = [whole(9, 9, NEXT, 20)]
    assert goes_to(leaving, there, [NEXT, FAR], ROOMS, always) == {1: (NEXT, 21), 2: (FAR, 30), 4: (NEXT, 20)}


def test_a_centre_without_rooms_or_closed_that_day_is_passed_over():
    assert goes_to([whole()], [], [NEXT, FAR], {FAR: [30]}, always) == {1: (FAR, 30)}
    assert goes_to([whole()], [], [NEXT, FAR], ROOMS, lambda centre, day: (centre, day) == (FAR, day_of(TUESDAY))) == {
        1: (FAR, 30)
    }
    assert goes_to([whole()], [], [NEXT, FAR], ROOMS, lambda _centre, _day: False) == {}


def test_a_registrar_who_must_be_elsewhere_too_soon_does_not_go_there():
    before, after = whole(8, 1, FAR, 30, TUESDAY - 200), whole(9, 1, FAR, 30, TUESDAY + 200)
    assert goes_to([whole()], [before, after], [NEXT, FAR], ROOMS, always) == {1: (FAR, 30)}
    apart = [replace(after, begin=TUESDAY + 210, end=TUESDAY + 300)]
    assert goes_to([whole()], apart, [NEXT, FAR], ROOMS, always) == {1: (NEXT, 20)}


def test_two_sessions_of_one_registrar_go_where_both_can_be_reached():
    morning, noon = whole(1), whole(2, begin=TUESDAY + 190)
    gone = goes_to(
        [morning, noon],
        [whole(9, 9, NEXT, 20, TUESDAY + 190), whole(8, 8, NEXT, 21, TUESDAY + 190)],
        [NEXT, FAR],
        ROOMS,
        always,
    )
    assert gone == {1: (NEXT, 20)}


def test_a_family_goes_along_with_its_registrar_where_it_can_be_told_in_time():
    known = replace(ground(seat(begin=TUESDAY + DAY)), moves={1: NEXT})
    [proposal] = plan([family()], known)
    assert (proposal.way, proposal.centre_id, proposal.start, proposal.session_id) == (
        Way.SAME_REGISTRAR,
        NEXT,
        TUESDAY,
        1,
    )
    assert goes_along(family(start=NOW + SOONEST_MINUTES), known)
    assert not goes_along(family(start=NOW + SOONEST_MINUTES - 1), known)
    assert not goes_along(family(session=2), known)
    assert not goes_along(replace(family(), by_post=True), known)
    assert goes_along(replace(family(start=NOW + 4 * DAY), by_post=True), known)


def test_a_way_with_the_same_registrar_is_told_to_the_family():
    assert Way.SAME_REGISTRAR not in QUIET


# ---- on the way, and by the clock


def test_a_summer_day_begins_at_midnight_in_england():
    assert first_minute(date(2026, 7, 7)) * 60 == int(datetime(2026, 7, 7, tzinfo=LONDON).timestamp())
    assert isinstance(first_minute(date(2026, 7, 7)), int)


def test_sessions_that_follow_one_another_at_a_centre_need_no_way_between_them_and_elsewhere_they_do():
    first = Whole(1, 7, HOME, 1, TUESDAY, TUESDAY + 60)
    after, later = (
        replace(first, begin=first.end, end=first.end + 60),
        replace(first, begin=first.end + 30, end=first.end + 90),
    )
    assert not first.meets(after)
    assert not after.meets(first)
    assert first.meets(later, 31)
    assert later.meets(first, 31)
    assert not first.meets(later, 30)
    assert not later.meets(first, 30)


def test_one_registrar_takes_two_sessions_that_touch_at_one_centre_and_not_at_two():
    def second(centre):
        return sitting(number=2, centre=centre, begin=TUESDAY + 180, takers=[(7, ())])

    here = sitting(takers=[(7, ())])
    assert list(take_overs({1: (), 2: ()}, [here, second(HOME)])) == [(1, 7), (2, 7)]
    assert list(take_overs({2: (), 1: ()}, [here, second(HOME)])) == [(2, 7), (1, 7)]
    assert list(take_overs({1: (), 2: ()}, [here, second(NEXT)])) == [(1, 7)]
    assert list(take_overs({2: (), 1: ()}, [here, second(NEXT)])) == [(2, 7)]


def test_a_proposal_names_the_family_and_who_sits_there():
    [proposal] = plan([family(number=5)], ground(seat(number=10)))
    assert (proposal.booking_id, proposal.session_id, proposal.registrar_id, proposal.centre_id) == (5, 10, 10, HOME)


def test_of_times_as_near_the_earlier_comes_first_before_and_after_its_own():
    around_it = [seat(number=11, begin=TUESDAY + 60), seat(number=12, begin=TUESDAY + 90)]
    [proposal] = plan([family()], ground(*around_it))
    assert proposal.start == TUESDAY + 60
