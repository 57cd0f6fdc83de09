"""A council as it were if something were otherwise."""

from dataclasses import replace

import pytest

from registration.balancing.rules.figures import demand_of
from registration.balancing.rules.rota import WEEK, Assignment, Cluster, OfficeNeed, pinned
from registration.balancing.rules.scenarios import (
    CentreClosed,
    HalfDayChanged,
    OfficeChanged,
    RegistrarAdded,
    RoomAdded,
    changed_by,
    displaced,
    fault_of,
    heirs,
)
from tests.balancing.small import council, registrar

NEW = RegistrarAdded(900, "New", "registrar", 5, (0, 3), frozenset({"pl"}), 1, {1: 5, 2: 15})


def rooms(instance, number):
    return instance.centre[number].rooms


def shut(instance, *half_days):
    """Give a council in which nothing is open on some half-days: a bank holiday."""
    return replace(
        instance,
        centres=tuple(
            replace(one, rooms=tuple(0 if half in half_days else count for half, count in enumerate(one.rooms)))
            for one in instance.centres
        ),
    )


def births(instance):
    return {one.id: one.births for one in instance.clusters}


def need(instance):
    return sum(demand_of(instance, one).need for one in instance.clusters)


# ---- rooms and the office


def test_a_room_more_is_there_whenever_the_centre_is_open():
    instance = shut(council(), 8, 9)
    made = changed_by(instance, [RoomAdded(11), RoomAdded(11)])
    assert rooms(made, 11) == (3,) * 8 + (0, 0)
    assert rooms(made, 12) == rooms(instance, 12)


def test_the_first_room_of_a_centre_opens_it_whenever_another_is_open():
    instance = shut(council(), 8, 9)
    instance = replace(instance, centres=(replace(instance.centres[0], rooms=(0,) * WEEK), *instance.centres[1:]))
    assert rooms(changed_by(instance, [RoomAdded(11)]), 11) == (1,) * 8 + (0, 0)


def test_the_office_keeps_as_many_as_is_said_on_every_day_that_is_no_holiday():
    instance = shut(council(), 8, 9)
    assert changed_by(instance, [OfficeChanged(2, 1)]).office == (OfficeNeed(2, 1),) * 8 + (OfficeNeed(0, 0),) * 2


def test_a_day_on_which_only_the_office_is_open_is_no_holiday():
    instance = replace(shut(council(), 9), office=(OfficeNeed(1, 0),) * WEEK)
    assert changed_by(instance, [OfficeChanged(3, 0)]).office == (OfficeNeed(3, 0),) * WEEK


# ---- registrars


def test_a_new_registrar_works_the_half_days_said_in_every_week_but_on_holidays():
    made = changed_by(shut(council(weeks=2), 10), [NEW])
    one = made.registrar[900]
    assert [half for half, there in enumerate(one.available) if there] == [0, 3, 13]
    assert (one.contract, one.slots, one.languages, one.reach, one.home) == (2, 5, {"pl"}, {1: 5, 2: 15}, 1)


def test_a_half_day_more_comes_every_week_but_in_those_of_leave_and_on_holidays():
    away = registrar(101, available=(0, 1), contract=2, weeks=3)
    away = replace(away, available=(*away.available[:10], *(False,) * 10, *away.available[20:]))
    instance = shut(council(away, weeks=3), 24)
    one = changed_by(instance, [HalfDayChanged(101, 4, more=True)]).registrar[101]
    assert [half for half, there in enumerate(one.available) if there] == [0, 1, 4, 20, 21]
    assert one.contract == 3


@pytest.mark.parametrize(("available", "before", "after"), [(range(5), 3, 4), (range(3), 10, 10), (range(4), 3, 4)])
def test_a_contract_grows_as_far_as_there_are_half_days(available, before, after):
    instance = council(registrar(101, available=available, contract=before))
    assert changed_by(instance, [HalfDayChanged(101, 3, more=True)]).registrar[101].contract == after


def test_a_half_day_fewer_goes_in_every_week_but_those_that_families_have_booked():
    instance = pinned(
        council(registrar(101, contract=2, weeks=2), registrar(102, weeks=2), weeks=2),
        [Assignment(101, 14, 11), Assignment(101, 15, 11), Assignment(102, 4, 11)],
    )
    made = changed_by(instance, [HalfDayChanged(101, 4, more=False)])
    one = made.registrar[101]
    assert (one.available[4], one.available[14], sum(one.available)) == (False, True, 19)
    assert one.contract == 2  # as many as families have booked of one week
    assert made.registrar[102] == instance.registrar[102]
    assert changed_by(instance, [HalfDayChanged(102, 3, more=False)]).registrar[102].contract == 9


# ---- closures


def test_a_centre_closed_has_no_rooms_and_no_bookings_from_that_day():
    instance = pinned(council(weeks=2), [Assignment(101, 3, 11), Assignment(101, 13, 11), Assignment(102, 13, 12)])
    closing = CentreClosed(11, 4)
    made = changed_by(instance, [closing])
    assert rooms(made, 11) == (1,) * 4 + (0,) * 16
    assert sum(made.centre[11].booked) == 1
    assert made.pins == {Assignment(101, 3, 11), Assignment(102, 13, 12)}
    assert displaced(instance, closing) == 1
    assert births(made) == births(instance)
    assert heirs(instance, [closing]) == {}


def test_a_centre_that_nobody_can_open_any_more_before_it_closes_stays_shut():
    late = registrar(101, available=(6, 7), weeks=2)
    instance = replace(council(late, weeks=2), presence_weeks=1)
    assert not any(rooms(changed_by(instance, [CentreClosed(11, 14)]), 11)[10:])
    assert any(rooms(changed_by(instance, [CentreClosed(11, 14)]), 11)[:10])
    assert any(rooms(changed_by(instance, [CentreClosed(11, 18)]), 11)[10:])


def test_what_stays_booked_before_a_closure_keeps_its_room():
    instance = council(registrar(101, available=(6, 7)))
    centres = tuple(replace(one, booked=(1, *(0,) * 9)) if one.id == 11 else one for one in instance.centres)
    assert rooms(changed_by(replace(instance, centres=centres), [CentreClosed(11, 4)]), 11) == (1, *(0,) * 9)


def test_families_of_a_cluster_without_a_centre_are_expected_in_the_nearest_and_none_is_lost():
    instance = council(weeks=3)
    far = Cluster(3, None, (1.0,) * 8, 500.0, 420.0)
    instance = replace(
        instance,
        clusters=(*instance.clusters, far),
        centres=(*instance.centres, replace(instance.centres[0], id=31, cluster=3)),
    )
    whole = changed_by(instance, [CentreClosed(21, 0)])
    assert heirs(instance, [CentreClosed(21, 0)]) == {21: 1}
    assert births(whole)[2] == pytest.approx((0.0,) * 8)
    assert births(whole)[1] == pytest.approx((20.0,) * 8)
    later = changed_by(instance, [CentreClosed(21, 10)])
    # Of a week's babies born three weeks before, 0.25 have not come at the beginning, and 0.08 in the week of the closure.
    assert births(later)[2][2] == pytest.approx(10 * (1 - 0.25 / 0.55))
    assert births(later)[3] == births(instance)[3]
    for made in (whole, later):
        assert need(made) == pytest.approx(need(instance))


def test_families_who_have_all_come_before_the_weeks_stay_where_they_were():
    instance = replace(council(), curve=(0.0, 1.0))
    made = changed_by(instance, [CentreClosed(21, 0)])
    assert births(made)[2][:4] == (10.0,) * 4
    assert births(made)[1][4:] == pytest.approx((20.0, 20.0))


def test_closures_take_effect_by_their_day_whatever_was_thought_of_first():
    instance = council(weeks=2)
    changes = [CentreClosed(12, 10), CentreClosed(11, 0)]
    assert heirs(instance, changes) == {12: 2}
    assert changed_by(instance, changes) == changed_by(instance, changes[::-1])
    both = [*changes, RoomAdded(11), NEW, CentreClosed(21, 12)]
    assert heirs(instance, both) == {12: 2}
    assert changed_by(instance, both) == changed_by(instance, both[::-1])
    assert sum(sum(one) for one in births(changed_by(instance, both)).values()) == pytest.approx(140.0)


def test_a_language_goes_with_the_families_unless_another_is_spoken_there():
    instance = council()
    here, there = instance.clusters
    polish = replace(instance, clusters=(here, replace(there, language="pl")))
    made = changed_by(polish, [CentreClosed(21, 0)])
    assert [one.language for one in made.clusters] == ["pl", None]
    both = replace(instance, clusters=(replace(here, language="ur"), replace(there, language="pl")))
    assert [one.language for one in changed_by(both, [CentreClosed(21, 0)]).clusters] == ["ur", None]


# ---- what cannot be


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (CentreClosed(99, 0), "There is no such centre or registrar in this plan."),
        (RoomAdded(99), "There is no such centre or registrar in this plan."),
        (HalfDayChanged(999, 0, more=True), "There is no such centre or registrar in this plan."),
        (CentreClosed(12, 4), "There is a change to the same thing already. Take it out first."),
        (HalfDayChanged(101, 0, more=True), "There is a change to the same thing already. Take it out first."),
        (OfficeChanged(5, 5), "There is a change to the same thing already. Take it out first."),
        (CentreClosed(21, 8), "Centre 21 has no rooms then anyway."),
        (HalfDayChanged(102, 0, more=True), "Registrar 102 works that half-day already."),
        (
            HalfDayChanged(102, 2, more=False),
            "Registrar 102 does not work that half-day, or families have booked every one of them.",
        ),
        (HalfDayChanged(101, 1, more=False), ""),
        (CentreClosed(11, 4), ""),
        (RoomAdded(12), ""),
        (NEW, ""),
    ],
)
def test_a_change_that_cannot_be_says_why(new, sentence):
    instance = shut(pinned(council(registrar(101), registrar(102)), [Assignment(102, 2, 11)]), 8, 9)
    before = [CentreClosed(12, 2), HalfDayChanged(101, 0, more=False), OfficeChanged(1, 0), RoomAdded(12), NEW]
    assert fault_of(instance, before, new) == sentence


def test_what_makes_no_difference_says_so():
    instance = council()
    assert fault_of(instance, [], OfficeChanged(0, 0)) == "The register office keeps as many already."
    never = shut(instance, *range(WEEK))
    assert fault_of(never, [], RoomAdded(11)) == "Nothing is open in these weeks, so this makes no difference."
