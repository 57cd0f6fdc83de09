"""How few families are told of without telling of anybody."""

import random
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.common.small_numbers import FEWEST, NEARLY_ALL, WITHHELD, told, told_apart, told_rows, told_within


@pytest.mark.parametrize(
    ("count", "of", "words"),
    [
        (0, 30, "0"),
        (1, 30, "fewer than 5"),
        (4, 30, "fewer than 5"),
        (5, 30, "5"),
        (25, 30, "25"),
        (26, 30, "all but fewer than 5"),
        (29, 30, "all but fewer than 5"),
        (30, 30, "30"),
        (3, 3, "fewer than 5"),
        (0, 3, "all but fewer than 5"),
        (0, 6, "0"),
        (5, 6, "not told"),
        (4, 9, "not told"),
        (9, 9, "9"),
        (5, 10, "5"),
    ],
)
def test_a_number_of_families_is_told_unless_it_or_its_rest_is_a_few(count, of, words):
    assert told(count, of) == words


def test_nobody_who_knows_the_rules_works_a_few_out_of_what_is_told_of_a_whole():
    for of in range(FEWEST, 26):
        could_be = defaultdict(list)
        for kept, missed in product(range(of + 1), repeat=2):
            if kept + missed <= of:
                could_be[tuple(told_apart((kept, missed), of))].append((kept, missed, of - kept - missed))
        for words, tables in could_be.items():
            for cell in zip(*tables, strict=True):
                assert len(set(cell)) > 1 or not 0 < cell[0] < FEWEST, (of, words, tables)


def test_nobody_who_knows_the_rules_works_a_few_out_of_what_is_told_of_families_among_others():
    for of in range(FEWEST, 26):
        could_be = defaultdict(list)
        for share, join in product(range(of + 1), repeat=2):
            if join <= share:
                could_be[told(share, of), told_within(join, share, of)].append((share, join, share - join, of - share))
        for words, tables in could_be.items():
            for cell in zip(*tables, strict=True):
                assert len(set(cell)) > 1 or not 0 < cell[0] < FEWEST, (of, words, tables)


def test_no_subtraction_within_a_row_leaves_a_few():
    drawn = random.Random(201)
    for _ in range(2000):
        of = drawn.randint(FEWEST, 400)
        kept = drawn.randint(0, of)
        missed = min(drawn.randint(0, 20), of - kept)
        share = drawn.randint(0, of)
        join = drawn.choice((share, max(0, share - drawn.randint(0, 9)), drawn.randint(0, share)))
        apart = told_apart((kept, missed), of)
        row = [int(words) for words in apart if words.isdecimal()]
        left = [of - sum(row)] if len(row) == len(apart) else []
        left += [of - part for part in row]
        outer, within = told(share, of), told_within(join, share, of)
        left += [int(outer) - int(within)] if outer.isdecimal() and within.isdecimal() else []
        assert not [number for number in (*row, *left) if 0 < number < FEWEST], (of, kept, missed, share, join)


def test_of_two_parts_the_smaller_is_left_out_where_the_rest_is_a_few():
    assert told_apart((188, 10), 201) == ["188", WITHHELD]
    assert told_apart((10, 188), 201) == [WITHHELD, "188"]
    assert told_apart((180, 10), 201) == ["180", "10"]
    assert told_apart((188, 13), 201) == ["188", "13"]
    assert told_apart((188, 3), 201) == ["188", WITHHELD]
    assert told_apart((198, 0), 201) == ["all but fewer than 5", "0"]


def test_of_a_few_in_all_nothing_is_told_whatever_the_parts():
    assert told_apart((0, 0), 3) == ["all but fewer than 5"] * 2


@given(
    st.lists(
        st.integers(0, 40).flatmap(lambda whole: st.tuples(st.just(whole), *(st.integers(0, whole) for _ in range(2)))),
        max_size=6,
    )
)
def test_a_table_tells_no_few_families_not_even_by_subtraction(rows):
    said = told_rows(rows)

    for counts, words in zip(rows, said, strict=True):
        for column, (count, word) in enumerate(zip(counts, words, strict=True)):
            assert word in {str(count), WITHHELD, NEARLY_ALL}
            if word.isdecimal():
                assert not 0 < count < FEWEST
                assert not column or not 0 < counts[0] - count < FEWEST
        if words[0] == WITHHELD:
            assert set(words) == {WITHHELD}
    for column in range(3 if rows else 0):
        hidden = [row for row, words in enumerate(said) if words[column] == WITHHELD]
        others = [row for row in range(len(rows)) if row not in hidden and rows[row][column]]
        assert len(hidden) != 1 or not others, "one alone could be worked out from the total"
        left, of = (sum(rows[row][where] for row in hidden) for where in (column, 0))
        assert not others or not 0 < left < FEWEST, "together they could be worked out from the total"
        assert not others or not 0 < of - left < FEWEST, "what they leave of their wholes could be"


@given(st.lists(st.tuples(st.integers(10, 14), st.integers(0, 9)), min_size=1, max_size=5))
def test_what_nearly_all_leaves_keeps_several_possible_numbers(rows):
    left = [lacking for _, lacking in rows]
    said = [words[1] for words in told_rows([(whole, whole - lacking) for whole, lacking in rows])]
    cells = [row for row, word in enumerate(said) if word == NEARLY_ALL]
    if not cells:
        return
    together = sum(left[row] for row in cells)
    hidden = range(1, FEWEST) if sum(left) < FEWEST else (together,)
    could_be = [each for each in product(range(1, FEWEST), repeat=len(cells)) if sum(each) in hidden]
    assert all(len(set(numbers)) > 1 for numbers in zip(*could_be, strict=True))
    assert len(hidden) > 1 or together >= FEWEST, "the total would tell of a few in all"
    assert [word for row, word in enumerate(said) if row not in cells] == [
        str(whole - lacking) for row, (whole, lacking) in enumerate(rows) if row not in cells
    ]


def test_one_family_that_is_not_known_hides_no_other_row():
    assert told_rows([(482, 482), (712, 711), (188, 188)]) == [["482", "482"], ["712", NEARLY_ALL], ["188", "188"]]
    assert told_rows([(40, 36), (40, 38), (40, 10)]) == [["40", NEARLY_ALL], ["40", NEARLY_ALL], ["40", "10"]]


@pytest.mark.parametrize(
    "left",
    [(1, 1, 1, 1), (1, 20), (1, 2, 20), (4, 4, 0), (1, 1, 1, 1, 1)],
    ids=["four of four", "one beside a total", "few beside a total", "as much as can be", "as little as can be"],
)
def test_nearly_all_is_not_told_where_it_gave_the_number_away(left):
    said = told_rows([(40, 40 - lacking) for lacking in left])
    assert NEARLY_ALL not in {word for words in said for word in words}


def test_nearly_all_is_not_told_beside_a_few_nor_of_a_small_whole():
    assert told_rows([(40, 39), (40, 2), (40, 20)]) == [["40", WITHHELD], ["40", WITHHELD], ["40", "20"]]
    assert told_rows([(8, 7), (40, 40)]) == [["8", WITHHELD], ["40", WITHHELD]]


def test_two_that_are_few_together_have_a_third_withheld_beside_them():
    said = told_rows([(20, 6), (30, 1), (30, 1), (40, 16)])
    assert said == [["20", WITHHELD], ["30", WITHHELD], ["30", WITHHELD], ["40", "16"]]
    said = told_rows([(20, 18), (20, 18), (30, 10), (40, 16)])
    assert said == [["20", WITHHELD], ["20", WITHHELD], ["30", WITHHELD], ["40", "16"]]


def test_a_table_without_few_families_is_told_whole():
    assert told_rows([(20, 10, 0), (9, 9, 4)]) == [["20", "10", "0"], ["9", "9", WITHHELD]]
    assert told_rows([]) == []
