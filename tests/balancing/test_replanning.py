"""A rota mended after an absence: a choice of plans, few changes for the others against few times lost."""

import pytest

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import Assignment, pinned
from registration.balancing.solver.conflicts import Impossible, NothingFound
from registration.balancing.solver.highs import Clock
from registration.balancing.solver.replanning import MOST_CHANGES, mend, without
from tests.balancing.councils import centre, council, registrar, rota


def others_changed(before, after, away):
    was = {key: place for key, place in before.places().items() if key not in away}
    now = after.places()
    return sum(was.get(key) != now.get(key) for key in was.keys() | now.keys())


@pytest.mark.parametrize("seed", range(5))
def test_the_plans_are_a_choice_between_changes_and_times_lost(seed):
    instance = generate("small", seed + 30)
    before = greedy_rota(instance)
    busiest = max(instance.registrars, key=lambda one: sum(each.registrar == one.id for each in before.assignments))
    away = {(busiest.id, half) for half in range(20, 24)}

    plans = mend(instance, before, away)

    lost = sum((each.registrar, each.half_day) in away for each in before.assignments)
    assert [plan.changed for plan in plans] == sorted({plan.changed for plan in plans})
    assert [plan.times_lost for plan in plans] == sorted({plan.times_lost for plan in plans}, reverse=True)
    for plan in plans:
        assert broken_rules(without(instance, away), plan.rota) == []
        assert plan.sessions_lost == lost
        assert plan.changed == others_changed(before, plan.rota, away)
    assert all(plan.changed <= MOST_CHANGES * lost for plan in plans[1:])


def test_a_colleague_who_is_free_steps_in_or_nobody_is_disturbed():
    instance = council(
        centres=[centre("library", rooms=2)], registrars=[registrar(0, away=range(1, 10)), registrar(1, slots=5)]
    )
    before = rota((0, 0, "library"), (1, 2, "library"))

    plans = mend(instance, before, {(0, 0)})

    assert [(plan.changed, plan.times_lost) for plan in plans] == [(0, 6), (1, 1)]
    assert plans[0].rota == rota((1, 2, "library"))
    assert plans[0].figures.lost is None or plans[0].figures.lost == 1


def test_a_booked_session_is_taken_over_whatever_it_changes():
    instance = council(
        centres=[centre("library", booked=[0]), centre("school")], registrars=[registrar(0), registrar(1)]
    )
    before = rota((0, 0, "library"), (1, 0, "school"))

    plans = mend(pinned(instance, [Assignment(0, 0, "library")]), before, {(0, 0)})

    assert plans[0].changed == 2
    assert {(one.registrar, one.half_day, one.centre) for one in plans[0].rota.assignments} >= {(1, 0, "library")}


def test_an_absence_of_nobody_who_works_changes_nothing():
    plans = mend(council(), rota((0, 0, "library")), {(0, 5)})

    assert [(plan.changed, plan.sessions_lost, plan.times_lost) for plan in plans] == [(0, 0, 0)]


def test_a_centre_that_opened_only_then_opens_in_another_week_of_its_run():
    instance = council(
        weeks=2,
        presence_weeks=2,
        language_weeks=2,
        centres=[centre(weeks=2)],
        registrars=[registrar(weeks=2, away=range(1, 10))],
    )

    plans = mend(instance, rota((0, 0, "library")), {(0, 0)})

    assert all(one.half_day >= 10 for one in plans[0].rota.assignments)


def test_what_cannot_be_kept_without_them_is_said():
    instance = council(centres=[centre(booked=[0])], office=(0, 0))

    with pytest.raises(Impossible, match="nobody is available"):
        mend(instance, rota((0, 0, "library")), {(0, 0)})


def test_what_only_together_cannot_be_kept_is_said():
    instance = council(
        centres=[centre("library", booked=[0, 1])],
        registrars=[registrar(0), registrar(1, contract=1), registrar(2, away=range(2, 10), reach={})],
        presence_weeks=1,
    )

    with pytest.raises(Impossible, match="give way"):
        mend(instance, rota((0, 0, "library"), (0, 1, "library")), {(0, 0), (0, 1)})


def test_without_time_nothing_is_found():
    with pytest.raises(NothingFound):
        mend(generate("small", 31), greedy_rota(generate("small", 31)), {(0, 0)}, Clock(stop=lambda: True))
