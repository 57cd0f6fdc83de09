"""The tables of the catalogue count what the metrics say, add up, and are read back as they were written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from registration.common.files import FileRefused
from registration.pilot.disclosure import catalogue, reading
from registration.pilot.disclosure.protect import check, protect
from registration.pilot.disclosure.rules import (
    ALL,
    AT_CENTRE,
    BIRTHS,
    COUNT,
    DEN,
    FAMILIES,
    FIRST_KNOWN,
    IN_TIME,
    KNOWN,
    MISSED,
    NUM,
    SIGNED_UP_CENTRE,
    SIGNED_UP_OFFICE,
    Settings,
    Spot,
    lines,
)
from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Birth, Booking, Centre, Extract, Joined, Registered
from tests.pilot.made import AS_OF, make

WHOLE = Spot("authority", ALL, "none", ALL, ALL)
BORN = date(2027, 1, 10)


def a_birth(name, family=None, **changes):
    said = {
        "dob": BORN,
        "cluster": "K1",
        "home_centre": "C1",
        "imd_decile": 1,
        "resident_in_area": True,
        "born_in_district": True,
        "hard_to_reach": None,
        "vulnerable": False,
        "feed_received_on": None,
        "left_area_on": None,
    }
    return Birth(name, family or f"F{name}", **(said | changes))


def after(days):
    return BORN + timedelta(days=days)


def extract(births, bookings=(), registrations=(), memberships=()):
    centres = [Centre("C1", "K1", None), Centre("C2", "K2", None)]
    return Extract(date(2027, 6, 30), centres, births, bookings, registrations, memberships, [])


def whole(made, metric):
    """Give the counts of the whole area by measure."""
    (found,) = [
        each
        for each in catalogue.tables(made)
        if (each.metric, each.geography, each.characteristic) == (metric, "authority", "none")
    ]
    return {measure: counts[WHOLE] for measure, counts in found.counts.items()}


@pytest.fixture(scope="module")
def some():
    """Five families of one birth each, and one of two."""
    births = [
        a_birth("1", feed_received_on=after(5)),
        a_birth("2", feed_received_on=after(20)),
        a_birth("3"),
        a_birth("4"),
        a_birth("5", dob=date(2027, 6, 1)),
        a_birth("6", "twice", feed_received_on=date(2028, 1, 1)),
        a_birth("7", "twice", dob=date(2027, 5, 1), home_centre="C2", cluster="K2"),
        a_birth("8", resident_in_area=False),
    ]
    bookings = [
        Booking("a", "2", "C1", after(4), after(10), "attended"),
        Booking("b", "3", "C1", after(4), after(10), "cancelled"),
        Booking("c", "4", "OFFICE", after(4), after(12), "dna"),
        Booking("d", "8", "C1", after(4), after(12), "dna"),
        Booking("e", "1", "OFFICE", after(4), date(2027, 7, 9), "dna"),
    ]
    registrations = [
        Registered("1", "OFFICE", after(43)),
        Registered("2", "C1", after(10)),
        Registered("4", "OFFICE", after(42)),
        Registered("7", "C2", date(2027, 5, 20)),
    ]
    memberships = [
        Joined("F2", "C1", after(10), ""),
        Joined("F1", "C1", after(3), ""),
        Joined("F4", "C1", after(50), ""),
    ]
    return extract(births, bookings, registrations, memberships)


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        (BIRTHS, {COUNT: 7}),
        (FAMILIES, {COUNT: 6}),
        (KNOWN, {NUM: 5, DEN: 6}),  # all but the fifth
        (FIRST_KNOWN, {NUM: 3, DEN: 6}),  # the second, the third, and the one of two
        (AT_CENTRE, {NUM: 2, DEN: 4}),
        (IN_TIME, {NUM: 3, DEN: 6}),
        (MISSED, {NUM: 1, DEN: 2}),
        (SIGNED_UP_CENTRE, {NUM: 1, DEN: 2}),
        (SIGNED_UP_OFFICE, {NUM: 0, DEN: 1}),  # the first had joined before
    ],
)
def test_each_metric_counts_what_it_says(some, metric, told):
    assert whole(some, metric) == told


def test_a_family_stands_where_its_first_birth_stands(some):
    (found,) = [
        each
        for each in catalogue.tables(some)
        if (each.metric, each.geography, each.characteristic) == (KNOWN, "cluster", "none")
    ]

    assert found.counts[DEN][Spot("cluster", "K2", "none", ALL, ALL)] == 0
    assert found.counts[DEN][Spot("cluster", "K1", "none", ALL, "2027-Q1")] == 5


def test_what_is_not_known_of_a_birth_is_a_group_of_its_own(some):
    (found,) = [
        each
        for each in catalogue.tables(some)
        if (each.metric, each.geography, each.characteristic) == (BIRTHS, "authority", "hard_to_reach")
    ]

    assert {spot.group for spot in found.counts[COUNT]} == {"yes", "no", "not known", ALL}
    assert found.counts[COUNT][Spot("authority", ALL, "hard_to_reach", "not known", ALL)] == 7


def test_children_turn_two_by_whole_quarters():
    old, young = a_birth("1", dob=date(2025, 6, 30)), a_birth("2", dob=date(2025, 7, 1))
    (found,) = [
        each
        for each in catalogue.tables(extract([old, young]))
        if (each.metric, each.geography, each.characteristic) == (BIRTHS, "authority", "under_two")
    ]

    by_group = {(spot.group, spot.quarter): count for spot, count in found.counts[COUNT].items() if spot.group != ALL}
    assert by_group["two and over", "2025-Q2"] == by_group["under two", "2025-Q3"] == 1
    assert ("under two", "2025-Q2") not in by_group


def test_without_a_birth_there_is_nothing_to_tell():
    release = protect(catalogue.tables(extract([])))

    assert {cell.value for each in release.tables for cell in each.cells} == {None}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return read(make(tmp_path_factory.mktemp("extract"), births=300), AS_OF)


def test_every_margin_is_the_sum_of_its_parts(drawn):
    for each in catalogue.tables(drawn):
        for counts in each.counts.values():
            for margin, parts in lines(counts):
                assert counts[margin] == sum(counts[part] for part in parts), (each.title, margin)


def test_a_home_centre_is_broken_down_for_three_metrics_only(drawn):
    detailed = {
        each.metric
        for each in catalogue.tables(drawn)
        if each.geography == "home_centre" and each.characteristic != "none"
    }

    assert detailed == {BIRTHS, FAMILIES, KNOWN}
    assert len(catalogue.tables(drawn)) == 9 * 11 + 3 * 4


@pytest.fixture(scope="module")
def release(drawn):
    few = [
        each for each in catalogue.tables(drawn) if each.geography == "authority" and each.metric in {FAMILIES, KNOWN}
    ]
    return protect(few, Settings(threshold=10, base=5))


def test_a_release_is_read_back_as_it_was_written(release, tmp_path):
    (tmp_path / reading.FILE).write_bytes(reading.written(release))

    assert reading.read_release(tmp_path) == release
    check([reading.read_release(tmp_path)])


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (",[c],", ",,", "there is the mark"),
        (",10,5\n", ",0,5\n", "is not at least 1"),
        (",10,5\n", ",10,3\n", "is not one release"),
        ("metric,", "metrics,", "the column is missing"),
    ],
)
def test_a_release_that_was_tampered_with_is_refused(release, tmp_path, old, new, named):
    text = reading.written(release).decode()
    (tmp_path / reading.FILE).write_text(text.replace(old, new, 1))

    with pytest.raises(FileRefused, match=named):
        reading.read_release(tmp_path)


def test_tables_that_would_be_rows_of_marks_are_not_told(tmp_path):
    made = catalogue.tables(read(make(tmp_path, 600), AS_OF))
    told = {(each.metric, each.geography, each.characteristic) for each in catalogue.telling(made, Settings())}
    nobody = {(each.geography, each.characteristic) for each in catalogue.telling(made, Settings(10_000))}

    assert (BIRTHS, "cluster", "none") in told
    assert (BIRTHS, "home_centre", "imd_decile") not in told
    assert nobody == {("authority", "none")}
