"""Sessions get their centres: booked rooms stay, every centre opens, people stay where they were."""

from hypothesis import assume, given
from hypothesis import strategies as st

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.naming import name_centres
from registration.balancing.rules.rota import rota_of
from tests.balancing.councils import OFFICE, centre, cluster, council, registrar


def two(**changes):
    people = [registrar(0), registrar(1)]
    return council(centres=[centre("library", **changes), centre("school")], registrars=people)


def test_booked_rooms_come_first():
    assert name_centres(two(booked=[0]), {(1, 0): 0, (1, 2): 0}, {}) == {(1, 0): "library", (1, 2): "school"}


def test_the_office_needs_no_centre():
    assert name_centres(two(), {(0, 0): OFFICE}, {}) == {(0, 0): OFFICE}


def test_every_centre_opens_where_that_can_be():
    named = name_centres(two(), {(0, 0): 0, (0, 1): 0}, {})

    assert sorted(named.values()) == ["library", "school"]


def test_a_centre_gives_way_to_one_that_has_no_other_chance():
    choosy = centre("choosy", rooms=0)
    choosy = type(choosy)("choosy", 0, (1,) + (0,) * 9, choosy.booked)
    instance = council(centres=[centre("library"), choosy])

    assert name_centres(instance, {(0, 0): 0, (0, 3): 0}, {}) == {(0, 0): "choosy", (0, 3): "library"}


def test_a_centre_without_any_chance_stays_shut():
    choosy = centre("choosy", rooms=0)
    choosy = type(choosy)("choosy", 0, (1,) + (0,) * 9, choosy.booked)
    instance = council(centres=[choosy, centre("library", rooms=0)])

    assert name_centres(instance, {(0, 3): 0}, {}) == {}


def test_people_stay_where_they_were_before():
    named = name_centres(two(), {(0, 0): 0, (1, 0): 0, (0, 2): 0, (1, 2): 0}, {(0, 0): "school", (1, 2): "school"})

    assert named == {(0, 0): "school", (1, 0): "library", (0, 2): "library", (1, 2): "school"}


def test_a_former_centre_without_room_is_left():
    instance = council(centres=[centre("library", rooms=0), centre("school")])

    assert name_centres(instance, {(0, 0): 0}, {(0, 0): "library"}) == {(0, 0): "school"}


def test_a_day_is_spent_at_one_centre():
    instance = council(
        clusters=[cluster()],
        centres=[centre("library"), centre("school")],
        registrars=[registrar(0), registrar(1)],
    )

    named = name_centres(instance, {(one, half): 0 for one in (0, 1) for half in range(10)}, {})

    assert all(named[one, half] == named[one, half + 1] for one in (0, 1) for half in range(0, 10, 2))
    assert len(set(named.values())) == 2


def test_where_a_booked_room_waits_nobody_takes_another():
    named = name_centres(two(booked=[0]), {(0, 0): 0}, {(0, 0): "school"})

    assert named == {(0, 0): "library"}


def test_whoever_finds_no_room_is_left_out_and_the_rules_say_so():
    assert name_centres(two(), {(one, 0): 0 for one in (0, 1, 2)}, {}) == {(0, 0): "library", (1, 0): "school"}


def test_of_two_centres_with_the_same_only_chance_the_first_opens():
    shut = centre(rooms=0)
    choosy = [type(shut)(name, 0, (1,) + (0,) * 9, shut.booked) for name in ("library", "school")]

    assert name_centres(council(centres=choosy), {(0, 0): 0}, {}) == {(0, 0): "library"}


def three(**changes):
    centres = [centre(name, rooms=2, **changes) for name in ("library", "school", "hall")]
    return council(centres=centres, registrars=[registrar(number) for number in range(3)])


@given(st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 9)), st.sampled_from(["library", "school", "hall"])))
def test_a_rota_that_keeps_the_rules_keeps_every_name(former):
    instance = three()
    assume(not broken_rules(instance, rota_of(former)))

    assert name_centres(instance, dict.fromkeys(former, 0), former) == former


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 2), st.integers(0, 9)), st.sampled_from(["library", "school", "hall"]), min_size=4
    ),
    st.data(),
)
def test_where_one_session_ends_at_most_one_other_moves_to_open_its_centre(former, data):
    instance = three()
    assume(not broken_rules(instance, rota_of(former)))
    gone = data.draw(st.sampled_from(sorted(former)))
    left = {key: name for key, name in former.items() if key != gone}

    named = name_centres(instance, dict.fromkeys(left, 0), left)

    moved = [key for key, name in left.items() if named[key] != name]
    assert not broken_rules(instance, rota_of(named))
    assert len(moved) == (former[gone] not in left.values())


def test_a_centre_that_nobody_opens_any_more_takes_somebody_new_before_anybody_moves():
    former = {(0, 0): "library", (1, 2): "school", (1, 4): "school"}

    named = name_centres(three(), dict.fromkeys([*former, (2, 6)], 0), former)

    assert named == {**former, (2, 6): "hall"}


def test_whoever_moves_to_open_a_centre_leaves_none_shut():
    former = {(0, 0): "library", (1, 2): "school", (1, 4): "school"}

    named = name_centres(three(), dict.fromkeys(former, 0), former)

    assert named in ({**former, (1, 2): "hall"}, {**former, (1, 4): "hall"})


def test_who_opens_a_centre_is_not_one_whom_a_booked_session_needs():
    booked = centre("library", booked=[0])
    instance = council(centres=[booked, centre("school")], registrars=[registrar(0), registrar(1)])

    named = name_centres(instance, {(0, 0): 0, (1, 0): 0, (0, 2): 0}, {(1, 0): "library"})

    assert named[1, 0] == "library"
    assert "school" in named.values()
