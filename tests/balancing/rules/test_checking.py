"""Each rule broken once, and said in words; and the same verdict as another program's, where that is at hand."""

import json
import random
import runpy
from collections import Counter
from dataclasses import replace

import pytest

from registration.balancing.instances import read_instance
from registration.balancing.rules.checking import Rule, broken_rules
from registration.balancing.rules.figures import figures_of
from registration.balancing.rules.generating import generate
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.rota import Assignment, Rota
from tests.balancing.councils import OFFICE, centre, cluster, council, registrar, rota

KEPT = rota((0, 0, "library"))


def broken(instance, sessions):
    return {one.rule: one.sentence for one in broken_rules(instance, sessions)}


def test_a_rota_that_keeps_every_rule_breaks_none():
    assert broken_rules(council(), KEPT) == []


@pytest.mark.parametrize("session", [(9, 0, "library"), (0, 10, "library"), (0, -1, "library"), (0, 0, "pub")])
def test_what_does_not_exist_is_named(session):
    assert broken(council(), rota(*[(0, 0, "library")], session))[Rule.KNOWN].startswith(
        f"Registrar {session[0]}, half-day {session[1]}, centre {session[2]}"
    )


def test_nobody_is_in_two_places_at_once_and_the_first_counts():
    found = broken(council(office=(0, 0)), rota((0, 0, "library"), (0, 0, OFFICE)))

    assert found == {Rule.ONE_PLACE: "Registrar 0 is in two places on Monday morning of week 1."}


def test_nobody_works_when_not_available():
    found = broken(council(registrars=[registrar(away=[3])]), rota((0, 0, "library"), (0, 3, "library")))

    assert found == {Rule.AVAILABLE: "Registrar 0 is not available on Tuesday afternoon of week 1."}


def test_a_contract_is_for_a_week():
    instance = council(weeks=2, registrars=[registrar(contract=1, weeks=2)], presence_weeks=2)

    assert broken(instance, rota((0, 0, "library"), (0, 10, "library"))) == {}
    assert broken(instance, rota((0, 0, "library"), (0, 2, "library"))) == {
        Rule.CONTRACT: "Registrar 0 has 2 sessions in week 1; the contract is 1."
    }


def test_a_day_is_spent_in_one_cluster_or_at_the_office():
    found = broken(council(), rota((0, 2, "library"), (0, 3, OFFICE)))

    assert found == {
        Rule.ONE_PLACE_A_DAY: "Registrar 0 is in two clusters, or a cluster and the office, on Tuesday of week 1."
    }


def test_two_centres_of_one_cluster_are_one_place():
    instance = council(centres=[centre("library"), centre("school")])

    assert broken(instance, rota((0, 0, "library"), (0, 1, "school"))) == {}


def test_a_cluster_out_of_reach_is_named():
    found = broken(council(registrars=[registrar(reach={})]), KEPT)

    assert found == {Rule.REACH: "Cluster 0 is out of registrar 0’s reach (on Monday morning of week 1)."}


def test_a_centre_holds_no_more_sessions_than_it_has_rooms():
    instance = council(registrars=[registrar(0), registrar(1)])

    assert broken(instance, rota((0, 0, "library"), (1, 0, "library"))) == {
        Rule.ROOMS: "Centre library has 1 room on Monday morning of week 1, and 2 sessions are put there."
    }


def test_the_office_needs_people_and_full_registrars_among_them():
    deputy = registrar(1, grade="deputy")
    instance = council(registrars=[registrar(0), deputy], office=(1, 1))
    others = [(0, half, OFFICE) for half in range(2, 10)]

    assert broken(instance, rota((1, 2, "library"), (0, 0, OFFICE), (1, 1, OFFICE), *others)) == {
        Rule.OFFICE_REGISTRARS: "The office needs 1 full registrar on Monday afternoon of week 1, and 0 are there."
    }
    assert broken(instance, rota((1, 2, "library"), (0, 0, OFFICE), *others)) == {
        Rule.OFFICE_STAFF: "The office needs 1 on Monday afternoon of week 1, and 0 are there.",
        Rule.OFFICE_REGISTRARS: "The office needs 1 full registrar on Monday afternoon of week 1, and 0 are there.",
    }


def test_a_booked_session_stays():
    found = broken(council(centres=[centre(booked=[4])]), KEPT)

    assert found == {
        Rule.BOOKED: "Families have booked 1 session at centre library on Wednesday morning of week 1, and 0 are held."
    }


def test_a_centre_with_rooms_opens_once_in_each_run_of_weeks():
    instance = council(weeks=3, presence_weeks=2, registrars=[registrar(weeks=3)], centres=[centre(weeks=3)])

    assert broken(instance, rota((0, 12, "library"))) == {Rule.PRESENCE: "Centre library never opens in week 3."}
    assert broken(instance, rota((0, 22, "library"))) == {Rule.PRESENCE: "Centre library never opens in weeks 1 to 2."}


def test_a_centre_without_rooms_need_not_open():
    assert broken(council(centres=[centre(), centre("shut", rooms=0)]), KEPT) == {}


def test_a_language_comes_once_in_each_run_of_weeks():
    speaker = registrar(1, languages=frozenset({"ur"}))
    instance = council(clusters=[cluster(language="ur")], registrars=[registrar(0), speaker])

    assert broken(instance, rota((1, 0, "library"))) == {}
    assert broken(instance, KEPT) == {Rule.LANGUAGE: "Nobody who speaks ur comes to cluster 0 in week 1."}


def spoilt(instance, sessions, seed):
    """Change a rota at random so that it breaks rules of every kind."""
    chance = random.Random(seed)
    centres = [OFFICE, *(one.id for one in instance.centres)]
    kept = [one for one in sessions.assignments if chance.random() > 0.2]
    moved = [replace(one, centre=chance.choice(centres)) if chance.random() < 0.2 else one for one in kept]
    people = [one.id for one in instance.registrars]
    added = [
        Assignment(
            chance.choice([*people, 999]), chance.randrange(-1, len(instance.half_days) + 1), chance.choice(centres)
        )
        for _ in range(20)
    ]
    return Rota((*moved, *added, Assignment(people[0], 0, 998)))


def test_figures_and_verdict_are_those_of_an_independent_program(real_data):
    folder = real_data.parent / "rota"
    if not (folder / "check.py").is_file():
        pytest.skip("the independent program is not at hand")
    check = runpy.run_path(str(folder / "check.py"))["check"]

    for path in sorted((folder / "instances").glob("*.json")):
        given, instance = json.loads(path.read_bytes()), read_instance(path.read_bytes())
        good = greedy_rota(instance)
        for sessions in (good, spoilt(instance, good, 1), spoilt(instance, good, 2)):
            rows = [
                {"registrar": one.registrar, "t": one.half_day, "centre": one.centre} for one in sessions.assignments
            ]
            before = [{"registrar": one.registrar, "t": one.half_day, "centre": one.centre} for one in good.assignments]
            theirs = check(given, {"assignments": rows}, {"assignments": before})
            ours = figures_of(instance, sessions, good)

            assert Counter(one.rule.value for one in broken_rules(instance, sessions)) == theirs["by_kind"]
            assert ours.lateness == pytest.approx(theirs["late_family_weeks"])
            assert [ours.worst, ours.mean] == pytest.approx([theirs["theta"], theirs["mean_coverage"]])
            assert [round(one, 4) for one in sorted(ours.coverage)[:6]] == theirs["sorted_rho"]
            assert (ours.travel, ours.split_days, ours.sessions) == (
                theirs["travel_minutes"],
                theirs["split_days"],
                theirs["sessions"],
            )
            assert (ours.changed, ours.lost) == (theirs["changed"], theirs["forced"])


def test_a_generated_council_can_be_planned_by_hand():
    for size in ("tiny", "small"):
        for seed in range(10):
            instance = generate(size, seed)
            made = greedy_rota(instance)
            assert made is None or broken_rules(instance, made) == []
