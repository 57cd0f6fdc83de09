"""Rows without anybody in them who could be found: coarse, at least ten alike, and with nothing that names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from registration.pilot.disclosure.catalogue import known_families
from registration.pilot.disclosure.row_level import COLUMNS, K, row_level
from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Booking
from registration.pilot.metrics.measuring import measure
from tests.pilot.made import AS_OF, make

VISIBLE = slice(1, 5)


@pytest.fixture(scope="module", params=[60, 400, 3000])
def extract(request, tmp_path_factory):
    return read(make(tmp_path_factory.mktemp("extract"), births=request.param), AS_OF)


def test_whatever_others_may_know_is_true_of_ten_births_at_least(extract):
    made = row_level(extract, b"a key")

    sizes = Counter(row[VISIBLE] for row in made.rows)
    assert made.rows
    assert min(sizes.values()) >= K
    assert len(made.rows) + made.left_out == len(extract.counted)
    assert made.left_out <= max(0.05 * len(extract.counted), K - 1), (
        "no coarser way leaves fewer than ten at the centres"
    )


def test_no_row_holds_a_date_or_anything_the_extract_calls_it_by(extract):
    text = row_level(extract, b"a key").written().decode()

    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    for birth in extract.counted[:50]:
        assert birth.birth_id not in text
        assert birth.family_id not in text
        assert birth.home_centre not in text


def test_the_same_key_gives_the_same_bytes_and_another_other_ids(extract):
    one, again, other = (row_level(extract, key) for key in (b"a key", b"a key", b"another"))

    assert one.written() == again.written()
    assert not {row[0] for row in one.rows} & {row[0] for row in other.rows}
    assert [row[0] for row in one.rows] == sorted(row[0] for row in one.rows)


def test_the_finest_is_told_where_there_are_many(tmp_path):
    many = row_level(read(make(tmp_path, births=6000), AS_OF), b"a key")

    assert (many.born, many.deprivation, many.clusters) == ("quarter", "quintile", "named")
    assert many.specification == (
        f"rows of births, exact days; k {K} over born by quarter, deprivation by quintile, "
        "named clusters and registered at a centre"
    )


def test_exact_days_make_rows_the_only_ones_of_their_kind_and_bands_would_leave_hardly_any(tmp_path):
    """Why days stay exact, and what is said of it: in bands of four weeks ten alike over all columns are hardly a fifth."""
    made = row_level(read(make(tmp_path, births=6000), AS_OF), b"a key")
    exact = Counter(row[1:] for row in made.rows)
    bands = Counter((*row[1:7], *(day and str(int(day) // 28) for day in row[7:])) for row in made.rows)

    assert sum(size == 1 for size in exact.values()) > 0.5 * len(made.rows)
    assert sum(size for size in bands.values() if size >= K) < 0.2 * len(made.rows)


def test_days_are_counted_from_the_birth_and_what_came_after_the_end_is_not_told(extract):
    made = row_level(extract, b"a key")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in made.rows]
    days = {row["days_to_registration"] for row in rows}

    assert all(day == "" or 0 <= int(day) <= 547 for day in days)
    assert all(
        (row["days_to_joining"] != "" and int(row["days_to_joining"]) <= 90) == (row["joined_within_90_days"] == "1")
        for row in rows
    )
    assert {row["known"] for row in rows if row["days_to_feed"]} == {"1"}


def test_known_are_the_births_of_families_that_m02_counts(extract):
    figures, known = measure(extract), known_families(extract)
    made = row_level(extract, b"a key")

    assert len(known) == figures.get("M02_reach_known_families", "all", "num")
    alone = replace(extract, births=[each for each in extract.births if each.family_id not in known])
    assert {row[COLUMNS.index("known")] for row in row_level(alone, b"a key").rows} <= {"0"}
    everybody = Counter(birth.family_id in known for birth in extract.counted)
    assert 0 <= everybody[True] - sum(row[COLUMNS.index("known")] == "1" for row in made.rows) <= made.left_out


def test_a_booking_at_a_centre_makes_the_births_of_a_family_known(tmp_path):
    extract = read(make(tmp_path, births=60), AS_OF)
    births = [replace(each, family_id="F", feed_received_on=None, imd_decile=1) for each in extract.counted]
    nothing = replace(extract, births=births, memberships=[], registrations=[], bookings=[])
    of_one = Booking("K", births[0].birth_id, "C00", AS_OF, AS_OF, "cancelled")

    for bookings, told in (([], "0"), ([of_one], "1"), ([replace(of_one, venue_id="OFFICE")], "0")):
        made = row_level(replace(nothing, bookings=bookings), b"a key")
        assert {row[COLUMNS.index("known")] for row in made.rows} == {told}


def test_of_very_few_births_none_is_told(tmp_path):
    made = row_level(read(make(tmp_path, births=8), AS_OF), b"a key")

    assert made.rows == []
    assert made.left_out == len(read(tmp_path, AS_OF).counted)
