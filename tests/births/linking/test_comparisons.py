"""The levels in which two rows agree: which difference counts as what."""

from dataclasses import replace

import duckdb
import pytest

from registration.births.linking import linkage
from registration.births.linking.comparisons import COMPARISONS
from registration.births.linking.rules.records import Record

ONE = Record(
    "1",
    "Sarah",
    "Smith",
    "1995-02-03",
    "Lily May",
    "Walker",
    "2026-03-15",
    "F",
    "HX1 1AA",
    "12",
    "07700 900123",
    "s@x.example",
)
MISSING = -1
NUMBER = {one.name: place for place, one in enumerate(COMPARISONS)}


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as database:
        yield database


def level(database, name, left, right):
    """Give the level at which two rows agree in one thing."""
    for table, row in ((linkage._LEFT, left), (linkage._RIGHT, right)):
        database.execute(f"DROP TABLE IF EXISTS {table}")
        linkage._lay_out(database, table, [row])
    (row,) = linkage._sampled_levels(database)
    return row[NUMBER[name]]


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("mother", {"m_given": "SARAH"}, 0),
        ("mother", {"m_given": "Sara"}, 1),
        ("mother", {"m_given": "Smith", "m_surname": "Sarah"}, 2),
        ("mother", {"m_given": "Sarrah", "m_surname": "Smithe"}, 1),
        ("mother", {"m_given": "Sarath", "m_surname": "Smiths"}, 3),
        ("mother", {"m_given": ""}, 4),
        ("mother", {"m_surname": ""}, 5),
        ("mother", {"m_given": "Susan"}, 6),
        ("mother", {"m_surname": "Jones-Smith"}, 7),
        ("mother", {"m_surname": "Khan"}, 8),
        ("mother", {"m_given": "Fatima"}, 9),
        ("mother", {"m_given": "", "m_surname": "Khan"}, 10),
        ("mother", {"m_given": "Susan", "m_surname": "Jones Smith"}, 11),
        ("mother", {"m_given": "Fatima", "m_surname": "Khan"}, 12),
        ("mother", {"m_given": "", "m_surname": ""}, MISSING),
        ("mother_born", {}, 0),
        ("mother_born", {"m_dob": "1995-02-08"}, 1),
        ("mother_born", {"m_dob": "1959-02-03"}, 1),
        ("mother_born", {"m_dob": "1995-03-02"}, 1),
        ("mother_born", {"m_dob": "1996-02-08"}, 2),
        ("mother_born", {"m_dob": "1996-12-08"}, 3),
        ("mother_born", {"m_dob": ""}, MISSING),
        ("surname", {}, 0),
        ("surname", {"c_surname": "Wallker"}, 1),
        ("surname", {"c_surname": "Walkers"}, 2),
        ("surname", {"c_surname": "Smith"}, 3),
        ("surname", {"c_surname": "Wakerley"}, 4),
        ("surname", {"c_surname": "Khan"}, 5),
        ("surname", {"c_surname": ""}, MISSING),
        ("surname", {"c_given": "Walker", "c_surname": "Lily May"}, MISSING),
        ("address", {"postcode": "hx11aa", "house": "No. 12"}, 0),
        ("address", {"house": ""}, 1),
        ("address", {"house": "14"}, 2),
        ("address", {"postcode": "HX1 1AB"}, 3),
        ("address", {"postcode": "HX1 1AB", "house": "14"}, 4),
        ("address", {"postcode": "HX1 2BB"}, 5),
        ("address", {"postcode": "OL14 5AA"}, 6),
        ("address", {"postcode": ""}, MISSING),
        ("phone", {"phone": "+44 7700 900123"}, 0),
        ("phone", {"phone": "07700 900124"}, 1),
        ("phone", {"phone": ""}, MISSING),
        ("email", {"email": "S@X.example"}, 0),
        ("email", {"email": "t@x.example"}, 1),
        ("born", {"c_dob": "2026-03-15"}, 0),
        ("born", {"c_dob": "2026-03-16"}, 1),
        ("born", {"c_dob": "2026-03-26"}, 2),
        ("born", {"c_dob": "2025-11-26"}, 3),
        ("given", {"c_given": "lily-may"}, 0),
        ("given", {"c_given": "Walker", "c_surname": "Lily May"}, 1),
        ("given", {"c_given": "Lilly Mae"}, 2),
        ("given", {"c_given": "Lily Mal"}, 3),
        ("given", {"c_given": "Lily Mya"}, 2),
        ("given", {"c_given": "May Rose"}, 4),
        ("given", {"c_given": "Lil"}, 4),
        ("given", {"c_given": "Tom"}, 5),
        ("given", {"c_given": "Baby Girl"}, MISSING),
        ("sex", {}, 0),
        ("sex", {"c_sex": "M"}, 1),
        ("sex", {"c_sex": ""}, MISSING),
    ],
)
def test_a_difference_counts_as(database, name, change, expected):
    assert level(database, name, ONE, replace(ONE, **change)) == expected
    assert level(database, name, replace(ONE, **change), ONE) == expected


def test_a_babys_surname_that_is_its_mothers_in_both_files_says_nothing_more(database):
    hers = replace(ONE, c_surname="Smith")

    assert level(database, "surname", hers, hers) == MISSING
    assert level(database, "surname", hers, replace(hers, m_surname="Jones")) == 0


def test_what_is_usual_adds_up():
    for one in COMPARISONS:
        assert sum(one.usual().same) == pytest.approx(1), one.name
        assert sum(one.usual().strangers) == pytest.approx(1), one.name
