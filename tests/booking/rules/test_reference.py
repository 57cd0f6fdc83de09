"""References that survive being read aloud, typed badly and mistyped."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.reference import ALPHABET, canonical, check_character, make_reference, shown

bodies = st.text(ALPHABET, min_size=8, max_size=8)


def test_the_alphabet_has_no_vowel_and_nothing_that_is_misread():
    assert not set(ALPHABET) & set("AEIOU01LI5S2Z")
    assert len(ALPHABET) == len(set(ALPHABET)) == 24


@given(st.randoms(use_true_random=False))
def test_a_reference_reads_back_however_it_is_typed(chance):
    reference = make_reference(chance.choice)

    assert re.fullmatch(r"\w{3}-\w{3}-\w{3}", reference)
    assert canonical(f" {reference.lower().replace('-', ' ')} ") == reference


@given(bodies, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body, place, wrong):
    whole = body + check_character(body)
    changed = whole[:place] + wrong + whole[place + 1 :]

    assert (canonical(changed) == shown(whole)) is (changed == whole)
    assert canonical(changed) in {None, shown(whole)}


def test_most_swapped_neighbours_are_noticed():
    chance, noticed, swaps = random.Random(1), 0, 0
    for _ in range(2000):
        whole = canonical(make_reference(chance.choice)).replace("-", "")
        place = chance.randrange(8)
        if whole[place] == whole[place + 1]:
            continue
        swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
        swaps, noticed = swaps + 1, noticed + (canonical(swapped) is None)

    assert noticed / swaps > 0.98


def test_what_cannot_be_a_reference_is_none():
    assert [canonical(text) for text in ("", "BRB", "AAA-AAA-AAA", "BRB-7K4-XWMM", "💛" * 9)] == [None] * 5


@pytest.mark.parametrize("printed", ["BRB-7K4-XWK", "DGJ-MRW-KXH"])
def test_a_reference_that_was_printed_once_is_known_for_ever(printed):
    """The last character of those in letters and calendars must never be reckoned otherwise."""
    body, last = printed.replace("-", "")[:8], printed[-1]
    assert (canonical(printed), check_character(body)) == (printed, last)
