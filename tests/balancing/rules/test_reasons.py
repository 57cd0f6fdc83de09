"""Why a cluster is served no better."""

from dataclasses import replace

import pytest

from registration.balancing.rules.reasons import Reason, held_back, speakers_days
from registration.balancing.rules.rota import OFFICE
from tests.balancing.small import council, registrar, rota


def reasons(instance, made, cluster=1):
    found = next(each for each in instance.clusters if each.id == cluster)
    return dict(held_back(instance, made, found))


@pytest.mark.parametrize(
    ("instance", "made", "reason"),
    [
        (council(registrar(101), registrar(102)), rota((101, 0, 11), (102, 0, 12)), Reason.ROOMS),
        (council(registrar(101, available=[2])), rota(), Reason.NOBODY),
        (council(registrar(101, reach={2: 10})), rota(), Reason.TRAVEL),
        (council(registrar(101)), rota((101, 0, 11)), Reason.HERE),
        (council(registrar(101)), rota((101, 0, 21)), Reason.ELSEWHERE),
        (council(registrar(101)), rota((101, 0, OFFICE)), Reason.ELSEWHERE),
        (council(registrar(101), registrar(102)), rota((101, 0, 11), (102, 0, 21)), Reason.ELSEWHERE),
        (council(registrar(101, contract=1)), rota((101, 4, 11)), Reason.CONTRACT),
        (council(registrar(101)), rota((101, 1, 21)), Reason.CONTRACT),
        (council(registrar(101)), rota((101, 1, 11)), Reason.SPARE),
    ],
)
def test_every_reason_is_found_where_it_is_the_one(instance, made, reason):
    assert held_back_at(instance, made, 0) == reason


def held_back_at(instance, made, half):
    """Give the reason of one half-day: all others of the cluster are without rooms."""
    centres = tuple(
        replace(each, rooms=tuple(count if number == half else 0 for number, count in enumerate(each.rooms)))
        if each.cluster == 1
        else each
        for each in instance.centres
    )
    found = reasons(replace(instance, centres=centres), made)
    others = Reason.ROOMS if len(found) == 1 else next(reason for reason in found if reason != Reason.ROOMS)
    assert sum(found.values()) == 10
    return others


def test_the_most_frequent_reason_comes_first():
    instance = council(registrar(101, available=[0, 1, 2]))
    assert held_back(instance, rota((101, 0, 11), (101, 1, 11)), instance.clusters[0]) == [
        (Reason.NOBODY, 7),
        (Reason.HERE, 2),
        (Reason.SPARE, 1),
    ]


def test_the_days_of_a_language_are_those_of_speakers_within_reach():
    speakers = council(
        registrar(101, available=[0, 6, 7], languages=frozenset({"ur"})),
        registrar(102, available=[8], languages=frozenset({"ur"}), reach={2: 5}),
        registrar(103, languages=frozenset({"pl"})),
    )
    cluster = replace(speakers.clusters[0], language="ur")
    assert speakers_days(speakers, cluster) == [0, 3]
    assert speakers_days(speakers, replace(cluster, language="so")) == []
