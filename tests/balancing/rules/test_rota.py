"""Half-days in words, runs of weeks, and one order for everything."""

from registration.balancing.rules.rota import blocks, in_order, in_words, rota_of, weeks_in_words
from tests.balancing.councils import centre, council, registrar


def test_half_days_in_words():
    assert in_words(0) == "Monday morning of week 1"
    assert in_words(27) == "Thursday afternoon of week 3"


def test_weeks_are_cut_into_runs_and_said_in_words():
    assert [weeks_in_words(block) for block in blocks(5, 2)] == ["weeks 1 to 2", "weeks 3 to 4", "week 5"]
    assert list(blocks(1, 3)) == [range(10)]


def test_equal_decisions_make_equal_rotas():
    made = rota_of({(10, 1): "b", (2, 1): "a", ("ann", 1): "c", (3, 0): "d"})

    assert [one.registrar for one in made.assignments] == [3, 2, 10, "ann"]
    assert in_order(["b", 10, 9, "a"]) == [9, 10, "a", "b"]


def test_things_are_found_by_their_ids():
    instance = council(registrars=[registrar("ann", grade="deputy")], centres=[centre(rooms=2), centre("school")])

    assert instance.registrar["ann"].is_registrar is False
    assert instance.centre["school"].rooms[0] == 1
    assert instance.rooms_in[0, 3] == 3
    assert list(instance.days) == [0, 1, 2, 3, 4]


def test_a_run_of_half_days_within_one_week_names_that_week_alone():
    assert weeks_in_words(range(10, 11)) == "week 2"
    assert weeks_in_words(range(9, 11)) == "weeks 1 to 2"


def test_numbers_come_in_order_and_before_names():
    assert in_order(["b", 10, "a", 9]) == [9, 10, "a", "b"]
