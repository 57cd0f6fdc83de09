"""Each thing a council may ask for that cannot be, said in one sentence; and nothing said where all can be."""

import pytest

from registration.balancing.rules.conflicts import conflicts_in_words
from tests.balancing.councils import centre, cluster, council, registrar

UR = frozenset({"ur"})


def pair(**changes):
    return [registrar(0, **changes), registrar(1, **changes)]


def test_nothing_is_said_where_nothing_is_wrong():
    speakers = [registrar(0, languages=UR), registrar(1, languages=UR)]
    instance = council(
        registrars=speakers, office=(1, 1), centres=[centre(booked=[2])], clusters=[cluster(language="ur")]
    )

    assert conflicts_in_words(instance) == []


@pytest.mark.parametrize(
    ("instance", "sentences"),
    [
        (
            council(registrars=[registrar(0), registrar(1, away=[7])], office=(2, 0)),
            [
                "On Thursday afternoon of week 1 the office needs 2, and only 1 is available.",
                "In week 1 the office needs 20 half-days and families have booked 0 sessions, and the contracts give 19.",
            ],
        ),
        (
            council(registrars=pair(away=[7]), office=(1, 0)),
            ["On Thursday afternoon of week 1 the office needs 1, and nobody is available."],
        ),
        (
            council(registrars=[*pair(grade="deputy"), registrar(2, away=[0], contract=9)], office=(0, 1)),
            [
                "On Monday morning of week 1 the office needs 1 full registrar, and nobody is available.",
                "In week 1 the office needs full registrars for 10 half-days, and their contracts give 9.",
            ],
        ),
        (
            council(centres=[centre(rooms=0, booked=[1])]),
            ["On Monday afternoon of week 1 families have booked 1 session at centre library, which has 0 rooms then."],
        ),
        (
            council(centres=[centre(booked=[1])], registrars=[registrar(away=[1])]),
            [
                (
                    "On Monday afternoon of week 1 families have booked 1 session in cluster 0, "
                    "and of the registrars in reach nobody is available."
                ),
            ],
        ),
        (
            council(centres=[centre(booked=[1])], registrars=[registrar()], office=(1, 0)),
            [
                "On Monday afternoon of week 1 the office needs 1 and families have booked 1 session, and only 1 is available.",
                "In week 1 the office needs 10 half-days and families have booked 1 session, and the contracts give 10.",
            ],
        ),
        (
            council(registrars=[registrar(reach={})]),
            ["Centre library must open once in week 1, and nobody in reach is available when it has a room."],
        ),
        (
            council(clusters=[cluster(language="ur")], registrars=[registrar(), registrar(1, languages=UR, reach={})]),
            ["Cluster 0 needs somebody who speaks ur, and nobody who does has it in reach."],
        ),
        (
            council(
                clusters=[cluster(language="ur")], registrars=[registrar(), registrar(1, languages=UR, away=range(10))]
            ),
            [
                (
                    "Cluster 0 needs somebody who speaks ur in week 1, "
                    "and nobody who does and has it in reach is available when there is a room."
                ),
            ],
        ),
    ],
)
def test_what_cannot_be_is_said(instance, sentences):
    assert conflicts_in_words(instance) == sentences
