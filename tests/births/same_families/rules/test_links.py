"""What becomes of the pairs that a run found, and what it changes."""

import pytest

from registration.births.same_families.rules.links import (
    Method,
    Proposed,
    Standing,
    State,
    change,
    family_of,
    family_pairs,
    in_order,
    propose,
    record_id,
)
from registration.families.rules import Source

LINKED, TO_REVIEW, APART = State.LINKED, State.TO_REVIEW, State.APART
SPLINK, EXACT, PERSON = Method.SPLINK, Method.EXACT, Method.PERSON


def test_a_pair_is_kept_with_the_smaller_number_first():
    assert in_order(9, 2) == in_order(2, 9) == (2, 9)


def test_a_baby_is_named_by_its_familys_record():
    assert family_of(record_id(12, 3)) == 12


def test_twins_make_one_pair_of_families_as_probable_as_the_likelier():
    found = [("7.1", "3.1", 0.6), ("7.2", "3.2", 0.97), ("8.1", "4.1", 0.2)]

    assert family_pairs(found) == {(3, 7): 0.97, (4, 8): 0.2}


@pytest.mark.parametrize(
    ("probability", "state"),
    [(1.0, LINKED), (0.95, LINKED), (0.9499, TO_REVIEW), (0.05, TO_REVIEW), (0.0499, None), (0.0, None)],
)
def test_what_is_likely_is_linked_what_is_doubtful_is_for_a_person(probability, state):
    expected = {} if state is None else {(1, 2): Proposed(state, probability)}

    assert propose({(1, 2): probability}, {}) == expected


@pytest.mark.parametrize("state", [LINKED, APART])
def test_what_a_person_decided_is_not_proposed_again(state):
    assert propose({(1, 2): 0.99}, {(1, 2): Standing(1, state, 0.5, PERSON)}) == {}


def test_a_second_partner_for_a_record_that_a_person_linked_is_for_a_person():
    decided = {(1, 2): Standing(1, LINKED, 0.5, PERSON)}

    assert propose({(1, 3): 0.99, (4, 5): 0.99}, decided) == {
        (1, 3): Proposed(TO_REVIEW, 0.99),
        (4, 5): Proposed(LINKED, 0.99),
    }
    assert propose({(1, 3): 0.99}, {(1, 2): Standing(1, APART, 0.5, PERSON)}) == {(1, 3): Proposed(LINKED, 0.99)}
    assert propose({(1, 3): 0.99}, {(1, 2): Standing(1, LINKED, 0.5, SPLINK)}) == {(1, 3): Proposed(LINKED, 0.99)}


SOURCES = {1: Source.LIVE_BIRTHS, 2: Source.BOOKING, 3: Source.BOOKING, 4: Source.MEMBER, 5: Source.MOVED_IN}


def changed(standing, proposed, compared=(1, 2, 3, 4), *, exact_only=False):
    found = change(standing, proposed, {number: SOURCES[number] for number in compared}, exact_only=exact_only)
    return found.ended, dict(found.begun)


SURE, MAYBE = Proposed(LINKED, 0.99), Proposed(TO_REVIEW, 0.5)


def test_what_is_found_anew_begins_and_what_is_found_again_is_not_written_twice():
    again = {(1, 2): Standing(5, LINKED, 0.9901, SPLINK)}

    assert changed({}, {(1, 2): SURE}) == ((), {(1, 2): SURE})
    assert changed(again, {(1, 2): SURE}) == ((), {})


@pytest.mark.parametrize(
    "before",
    [
        Standing(5, TO_REVIEW, 0.99, SPLINK),
        Standing(5, LINKED, 0.97, SPLINK),
        Standing(5, LINKED, 0.99, EXACT),
    ],
)
def test_what_is_found_otherwise_takes_the_place_of_what_was(before):
    assert changed({(1, 2): before}, {(1, 2): SURE}) == ((5,), {(1, 2): SURE})


def test_what_is_found_no_more_ends():
    assert changed({(1, 2): Standing(5, LINKED, 0.99, SPLINK)}, {(3, 4): SURE}) == ((5,), {(3, 4): SURE})


@pytest.mark.parametrize("state", list(State))
def test_what_a_person_decided_stays_whatever_a_run_finds(state):
    assert changed({(1, 2): Standing(5, state, 0.5, PERSON)}, {(1, 2): SURE}) == ((), {})
    assert changed({(1, 2): Standing(5, state, 0.5, PERSON)}, {}) == ((), {})


@pytest.mark.parametrize("compared", [(1,), (2,), ()])
def test_a_link_to_a_record_that_could_not_be_looked_at_stays(compared):
    assert changed({(1, 2): Standing(5, LINKED, 0.99, SPLINK)}, {}, compared) == ((), {})


@pytest.mark.parametrize(("pair", "ended"), [((1, 2), (5,)), ((2, 4), (5,)), ((2, 3), ()), ((4, 5), ())])
def test_what_was_held_back_at_once_is_decided_by_the_next_run_where_one_looks_at_it(pair, ended):
    held = {pair: Standing(5, TO_REVIEW, 0.5, SPLINK)}

    assert changed(held, {}, SOURCES) == (ended, {})
    assert changed(held, {}, SOURCES, exact_only=True) == ((), {})


def test_a_run_by_equality_alone_takes_nothing_back_that_likeness_found():
    likely = {(1, 2): Standing(5, LINKED, 0.97, SPLINK), (3, 4): Standing(6, TO_REVIEW, 0.5, SPLINK)}

    assert changed(likely, {}, exact_only=True) == ((), {})
    assert changed(likely, {(1, 2): Proposed(LINKED, 1.0)}, exact_only=True) == ((), {})
    assert changed(likely, {(3, 4): Proposed(LINKED, 1.0)}, exact_only=True) == ((6,), {(3, 4): Proposed(LINKED, 1.0)})
    assert changed({(1, 2): Standing(5, LINKED, 1.0, EXACT)}, {}, exact_only=True) == ((5,), {})
    assert changed({(1, 2): Standing(5, LINKED, 1.0, EXACT)}, {(1, 2): Proposed(LINKED, 1.0)}, exact_only=True) == (
        (),
        {},
    )
