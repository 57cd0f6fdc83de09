"""How two rows are compared and paired, without any library: names, addresses, weights, one to one."""

import random
from dataclasses import fields, replace
from itertools import permutations
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.births.linking.rules.exact import exactly_alike
from registration.births.linking.rules.mixture import (
    Seen,
    Usual,
    Weights,
    learn,
    one_to_one_odds,
    probability,
)
from registration.births.linking.rules.names import baby_name, compared, sound
from registration.births.linking.rules.pairing import Candidate, one_to_one
from registration.births.linking.rules.records import Linked, Pair, Record, as_compared, house, outward, telephone

# ---- names

ONE_NAME = (
    "Muhammad Mohammed Mohamed Mohamad Muhammed",
    "Mahmood Mahmoud Mahmud",
    "Hussain Hussein Husain Hossain Husayn",
    "Ahmed Ahmad",
    "Aisha Ayesha Aysha Aishah",
    "Fatima Fatimah Fathima Fatema",
    "Yusuf Yousef Youssef Yusef Jusuf",
    "Chowdhury Choudhury Chaudhry Choudhary",
    "Petrov Petrova Petroff",
    "Kowalski Kowalska Kowalsky",
    "Lewandowski Lewandowska Lewandovsky",
    "Julia Yulia Juliya",
    "Zainab Zaynab Zeinab",
    "Leila Layla Laila Leyla",
    "Rahman Rehman Rahaman",
    "Aleksandra Alexandra",
    "Khadija Khadeeja Khadijah",
    "Stephen Steven",
    "McDonald MacDonald",
    "Mikhail Michail Michael",
    "Łukasz Lukasz Lukash",
    "Szymański Szymanska Shimanski",
    "Noor Nur Nour",
    "Qureshi Kureshi",
    "Zofia Sofia Sophia",
    "O'Brien O’Brien Obrien O'BRIEN",
    "Anne-Marie AnneMarie",
    "Józef Jozef",
    "Cecilia Sesilia",
)
OTHER_NAMES = (
    "Hassan Hussain",
    "Mahmood Muhammad",
    "Anna Ewa",
    "Khan Kaur",
    "Ali Ahmed",
    "Nowak Novotna",
    "Ng Ngo",
    "Ann Ian",
)


@pytest.mark.parametrize("names", ONE_NAME)
def test_the_ways_one_name_comes_into_our_alphabet_sound_the_same(names):
    assert len({compared(name).key for name in names.split()}) == 1


@pytest.mark.parametrize("names", OTHER_NAMES)
def test_names_that_are_not_one_sound_different(names):
    one, other = names.split()

    assert sound(one.lower()) != sound(other.lower())


def test_what_has_no_vowel_is_left_as_it_is():
    assert sound("ng") == "ng"


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzéłüşö'’- ", min_size=1, max_size=20))
def test_case_apostrophes_and_hyphens_never_make_another_name(name):
    plain = compared(name)
    other = compared(name.upper().replace("'", "’"))

    assert (plain is None) == (other is None)
    assert plain is None or (plain.text, plain.key) == (other.text, other.key)
    assert (
        plain is None or compared(name.replace("-", " ")) is None or compared(name.replace("-", " ")).text == plain.text
    )


def test_each_word_of_a_name_can_be_found_in_the_other():
    assert set(compared("Smith").words) <= set(compared("Smith-Jones").words)
    assert compared("Fatima B").words == ("fatm",)


@pytest.mark.parametrize("nothing", ["", " ", "-", "Unknown", "N/A", "not known", "NOT YET NAMED", "tbc"])
def test_a_column_that_says_there_is_no_name_has_none(nothing):
    assert compared(nothing) is None
    assert baby_name(nothing) is None


@pytest.mark.parametrize(
    "nothing",
    ["Baby", "BABY GIRL", "Baby Boy Khan", "Infant", "Twin 2", "Boy", "girl", "Baby of Sarah", "Twin A", "Male"],
)
def test_a_baby_that_is_called_what_it_is_has_no_name_yet(nothing):
    assert baby_name(nothing) is None


@pytest.mark.parametrize("name", ["Babette", "Amelia", "Boyd", "Na", "A'isha", "May Baby"])
def test_a_name_that_only_looks_like_none_stays(name):
    assert baby_name(name) is not None


# ---- the other columns


def test_a_record_is_compared_in_one_form_however_it_was_written():
    one = Record("1", "Zoë", "O'Neill", "1990-01-02", "Baby", "O’NEILL", "2026-11-01", "F", "hx1 1aa", "Flat 2, 12 A")
    other = replace(one, m_given="ZOE", m_surname="ONeill", c_given="", postcode="HX11AA", house="2/12a")

    assert as_compared(one) == as_compared(other)


def test_empty_columns_are_not_known():
    row = as_compared(Record("1"))

    assert {getattr(row, field.name) for field in fields(row)} == {None}


def test_a_mother_born_on_her_babys_day_has_the_babys_date_in_the_wrong_column():
    row = as_compared(Record("1", m_dob="2026-11-01", c_dob="2026-11-01"))

    assert (row.mother_born, row.born) == (None, "2026-11-01")


def test_what_is_not_ten_characters_long_is_no_day():
    assert as_compared(Record("1", m_dob="1990", c_dob="1.2.2026")).mother_born is None


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("12", "12"),
        ("No. 12", "12"),
        ("012 A", "12a"),
        ("Flat 3, 12 High Street", "3 12"),
        ("Rose Cottage", "rose cottage"),
    ],
)
def test_a_house_is_its_numbers_or_its_name(written, same):
    assert house(written) == same


def test_no_house_is_not_known_and_house_nought_is():
    assert (house(""), house("0")) == (None, "0")


def test_the_district_of_a_postcode_is_what_stands_before_the_space():
    assert [outward(code) for code in ("HX11AA", "HX112BB", "EC1A1BB", "4223")] == ["HX1", "HX11", "EC1A", "4223"]


def test_a_telephone_number_is_the_same_from_home_and_abroad():
    numbers = {telephone(text) for text in ("07700 900123", "+44 7700 900123", "0044 (0)7700-900123", "7700900123")}

    assert numbers == {"7700900123"}
    assert telephone("ext. 12") == ""


def test_telephones_and_e_mails_are_compared_by_digests_that_do_not_show_them():
    one = as_compared(Record("1", phone="07700 900123", email="Sam@Example.org"))
    other = as_compared(Record("2", phone="+447700900123", email=" sam@example.ORG"))

    assert (one.phone, one.email) == (other.phone, other.email)
    assert "7700900123" not in one.phone
    assert "sam" not in one.email
    assert as_compared(Record("3")).phone is None


# ---- one to one


def candidates(*triples):
    return [Candidate(*triple) for triple in triples]


def brute(possible):
    """Give the greatest sum of weights over all ways to pair, by trying them."""
    rows = sorted({one.left for one in possible})
    columns = sorted({one.right for one in possible})
    weights = {(one.left, one.right): one.weight for one in possible}
    free = [*columns, *[None] * len(rows)]
    return max(
        sum(weights.get(pair, 0) for pair in zip(rows, chosen, strict=True))
        for chosen in set(permutations(free, len(rows)))
    )


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(1, 9), max_size=10), st.randoms())
def test_no_pairing_is_more_probable_and_no_row_is_in_two_pairs(weights, order):
    possible = candidates(*((*pair, float(weight)) for pair, weight in weights.items()))
    chosen = one_to_one(possible)
    order.shuffle(possible)

    assert sum(one.weight for one in chosen) == (pytest.approx(brute(possible)) if possible else 0)
    assert len({one.left for one in chosen}) == len({one.right for one in chosen}) == len(chosen)
    assert one_to_one(possible) == chosen


def test_a_pair_gives_way_where_two_others_together_are_more_probable():
    chosen = one_to_one(candidates((0, 0, 9.0), (0, 1, 8.0), (1, 0, 8.0)))

    assert [(one.left, one.right) for one in chosen] == [(0, 1), (1, 0)]


def test_twins_that_nothing_tells_apart_are_paired_in_order():
    chosen = one_to_one(candidates((7, 3, 5.0), (7, 2, 5.0), (4, 3, 5.0), (4, 2, 5.0)))

    assert [(one.left, one.right) for one in chosen] == [(4, 2), (7, 3)]


def test_many_rows_that_hang_together_are_paired_likeliest_first():
    crowd = [Candidate(row, column, 1.0 + (row == column)) for row in range(41) for column in range(3)]
    chosen = one_to_one([*crowd, Candidate(0, 50, 0.5)])

    assert [(one.left, one.right) for one in chosen] == [(0, 0), (1, 1), (2, 2)]


# ---- weights

USUAL = (
    Usual((0.9, 0.1), (0.01, 0.99), of_family=True),
    Usual((0.95, 0.05), (0.05, 0.95), of_family=True),
    Usual((0.98, 0.02), (0.003, 0.997), of_family=False),
)
TRUE = (((0.7, 0.3), (0.02, 0.98)), ((0.9, 0.1), (0.001, 0.999)), ((0.96, 0.04), (0.003, 0.997)))


def share(pattern, kind):
    """Give how many of a kind of pair (0 one baby, 1 siblings, 2 strangers) have a pattern, by the true shares."""
    product = 1.0
    for number, (level, shares) in enumerate(zip(pattern, TRUE, strict=True)):
        strangers = kind == 2 or (kind == 1 and number == 2)
        product *= shares[strangers][level]
    return product


def two_files(linked=4000, siblings=500, rows=(10_000, 6_000)):
    """Give what would be seen of two files made by the true shares."""
    strangers = rows[0] * rows[1] - linked - siblings
    patterns = {
        (a, b, c): round(
            sum(share((a, b, c), kind) * pairs for kind, pairs in enumerate((linked, siblings, strangers)))
        )
        for a in (0, 1)
        for b in (0, 1)
        for c in (0, 1)
    }
    levels = [[0, 0] for _ in TRUE]
    for pattern, count in patterns.items():
        for found, level in zip(levels, pattern, strict=True):
            found[level] += count
    return Seen(patterns, levels, sum(patterns.values()), rows)


def test_large_files_teach_their_own_weights():
    weights = learn(USUAL, two_files())

    assert weights.kinds[0] * 60e6 == pytest.approx(4000, rel=0.05)
    assert weights.kinds[1] * 60e6 == pytest.approx(500, rel=0.3)
    for found, (same, strangers), chance in zip(weights.same, TRUE, weights.strangers, strict=True):
        assert found == pytest.approx(same, abs=0.03)
        assert chance == pytest.approx(strangers, rel=0.1)


def test_small_files_are_weighed_by_what_is_usual():
    weights = learn(USUAL, Seen({(0, 0, -1): 2, (1, 1, -1): 2}, [[2, 2], [2, 2], [0, 0]], 4, (2, 2)))

    for found, chance, usual in zip(weights.same, weights.strangers, USUAL, strict=True):
        assert found == pytest.approx(usual.same, abs=0.02)
        assert chance == pytest.approx(usual.strangers, abs=0.01)


def test_the_order_of_what_was_seen_changes_nothing():
    seen = two_files()
    turned = replace(seen, patterns=dict(reversed(seen.patterns.items())))

    assert learn(USUAL, turned) == learn(USUAL, seen)


WEIGHTS = Weights((0.001, 0.0005, 0.9985), ((0.9, 0.1),) * 2, ((0.1, 0.9),) * 2, (True, False))


def test_odds_are_those_of_bayes():
    others = 0.0005 * 0.9 * 0.1 + 0.9985 * 0.1 * 0.1

    assert WEIGHTS.log_odds((0, 0)) == pytest.approx(log(0.001 * 0.9 * 0.9 / others))


def test_a_sister_with_the_same_mother_is_not_the_same_baby():
    with_siblings = WEIGHTS.log_odds((0, 1))
    without = replace(WEIGHTS, kinds=(0.001, 0.0, 0.999)).log_odds((0, 1))

    assert with_siblings < log(0.001 * 0.1 / (0.0005 * 0.9))
    assert with_siblings < without


def test_what_is_missing_says_nothing_and_where_nothing_is_known_of_babies_the_family_counts():
    assert WEIGHTS.log_odds((0, -1)) == pytest.approx(log(0.001 * 0.9 / (0.9985 * 0.1)))
    assert WEIGHTS.log_odds((-1, 0)) == pytest.approx(log(0.001 * 0.9 / (0.999 * 0.1)))


def test_a_rare_name_says_more_and_siblings_share_the_familys():
    assert WEIGHTS.log_odds((0, 0), 0.0, 1.0) == pytest.approx(WEIGHTS.log_odds((0, 0)) + 1)
    assert WEIGHTS.log_odds((0, 0)) < WEIGHTS.log_odds((0, 0), 1.0, 0.0) < WEIGHTS.log_odds((0, 0)) + 1


def test_odds_become_probabilities_however_great():
    assert [probability(odds) for odds in (-2000, 0, log(3), 2000)] == [0.0, 0.5, 0.75, 1.0]
    assert probability(-log(3)) == 0.25


def test_odds_rise_by_half_of_what_one_to_one_says():
    assert one_to_one_odds(0, (10, 10)) < 0
    assert one_to_one_odds(81, (100, 90)) == pytest.approx(0.5 * log(9000 / (20 * 10)))


# ---- what is found


def test_pairs_are_accepted_from_95_in_100_and_looked_at_from_5():
    pairs = [Pair("a", "b", likely) for likely in (1.0, 0.95, 0.949999, 0.05)]
    found = Linked(tuple(pairs))

    assert found.accepted() == tuple(pairs[:2])
    assert found.to_review() == tuple(pairs[2:])


# ---- exactly alike

BIRTH = Record("B", "Sarah", "Smith", "1995-02-03", "Lily", "Smith", "2026-03-05", "F", "HX1 1AA", "12")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"m_given": "", "m_dob": "", "house": ""}, True),
        ({"m_surname": "Jones"}, True),  # the baby's is the same
        ({"m_surname": "Jones", "c_surname": ""}, False),
        ({"postcode": "HX1 1AB"}, False),
        ({"postcode": ""}, False),
        ({"c_dob": "2026-03-06"}, False),
        ({"c_dob": ""}, False),
        ({"m_surname": "Smyth", "c_surname": "Smyth"}, False),
    ],
)
def test_rows_are_exactly_alike_by_birthday_postcode_and_a_surname(change, found):
    other = replace(BIRTH, unique_id="M", **change)

    assert bool(list(exactly_alike([BIRTH], [other]))) == found
    assert bool(list(exactly_alike([other], [BIRTH]))) == found


def test_exactly_alike_twins_are_told_apart_by_what_else_they_have_in_common():
    births = [BIRTH, replace(BIRTH, unique_id="C", c_given="Tom", c_sex="M")]
    chosen = one_to_one(exactly_alike(births, births[::-1]))

    assert [(one.left, one.right) for one in chosen] == [(0, 1), (1, 0)]


def test_a_shuffled_file_gives_the_same_pairs():
    births = [replace(BIRTH, unique_id=str(number), house=str(number % 3)) for number in range(6)]
    shuffled = random.Random(1).sample(births, 6)
    pairs = {(births[one.left], births[one.right]) for one in one_to_one(exactly_alike(births, births))}

    assert {(one.house, other.house) for one, other in pairs} == {("0", "0"), ("1", "1"), ("2", "2")}
    assert len(one_to_one(exactly_alike(shuffled, births))) == 6


def test_a_record_is_compared_by_all_that_is_known_of_it():
    record = Record(
        unique_id="1",
        m_given="Aoife",
        m_surname="O’Brien",
        m_dob="1994-03-05",
        c_given="Niamh",
        c_surname="Murphy",
        c_dob="2026-11-19",
        c_sex="F",
        postcode="hx1 1uz",
        house="Flat 3, No. 012 A",
        phone="+44 7700 900120",
        email="Aoife@Example.org",
    )
    shown = as_compared(record)
    assert (shown.mother_given, shown.mother_surname) == (compared("Aoife"), compared("O’Brien"))
    assert (shown.given, shown.surname) == (baby_name("Niamh"), compared("Murphy"))
    assert (shown.mother_born, shown.born, shown.sex) == ("1994-03-05", "2026-11-19", "F")
    assert (shown.postcode, shown.outward, shown.house) == ("HX11UZ", "HX1", "3 12a")
    assert shown.phone == as_compared(replace(record, phone="07700 900120")).phone
    assert shown.phone != as_compared(replace(record, phone="07700 90012")).phone
    assert (len(shown.phone), len(shown.email)) == (24, 24)
    assert as_compared(replace(record, m_dob="2026-11-19")).mother_born is None


def test_a_telephone_number_keeps_the_noughts_at_its_end():
    assert telephone("07700 900100") == telephone("+44 (0)7700 900100") == "7700900100"
