"""Pairs that are known to be two babies: none of them hides the next best pair of either row."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from registration.births.linking.matching import link
from registration.births.linking.rules.exact import exactly_alike
from registration.births.linking.rules.pairing import one_to_one
from registration.births.linking.rules.records import Record

BIRTH = Record("B", "Sarah", "Smith", "1995-02-03", "", "Smith", "2026-03-05", "F", "HX1 1AA", "12")
GIVEN = st.lists(st.sampled_from(["", "Lily", "Tom", "Zoe"]), min_size=1, max_size=4)


def rows(side, given):
    return [replace(BIRTH, unique_id=f"{side}{number}", c_given=name) for number, name in enumerate(given)]


def ids(found):
    return {(pair.left, pair.right) for pair in found.pairs}


@given(left=GIVEN, right=GIVEN, choices=st.lists(st.integers(0, 99), max_size=8))
def test_after_any_setting_apart_the_pairs_are_those_of_files_where_these_were_never_alike(left, right, choices):
    here, there = rows("l", left), rows("r", right)
    alike = list(exactly_alike(here, there))
    apart = []
    for choice in choices:
        stand = sorted(ids(link(here, there, apart=apart, exact_only=True)))
        if stand:
            apart.append(stand[choice % len(stand)])

    never = [one for one in alike if (f"l{one.left}", f"r{one.right}") not in apart]
    expected = {(f"l{one.left}", f"r{one.right}") for one in one_to_one(never)}
    assert ids(link(here, there, apart=apart, exact_only=True)) == expected
    assert not expected & set(apart)


def test_a_pair_set_apart_lets_the_next_likeliest_be_found():
    baby = replace(BIRTH, phone="07700 900123")
    best, next_best = replace(baby, unique_id="best"), replace(baby, unique_id="next", m_dob="1995-02-08", phone="")

    assert ids(link([baby], [best, next_best])) == {("B", "best")}
    assert ids(link([baby], [best, next_best], apart=[("B", "best")])) == {("B", "next")}


def test_rows_that_are_in_neither_file_are_set_apart_without_harm():
    assert ids(link([BIRTH], [replace(BIRTH, unique_id="x")], apart=[("B", "y"), ("z", "x")])) == {("B", "x")}
