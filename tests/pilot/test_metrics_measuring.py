"""Every metric of an extract is what plain loops over its rows tell, at the edges of every day too."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.pilot.extract.files import read
from registration.pilot.extract.rules import (
    Birth,
    Booking,
    Centre,
    Contacted,
    Extract,
    Hours,
    Joined,
    Registered,
    Visited,
)
from registration.pilot.figures import Proportion
from registration.pilot.metrics import cox
from registration.pilot.metrics.measuring import measure
from tests.pilot.made import AS_OF, make
from tests.pilot.plain_metrics import follow, plain, resident

pytestmark = pytest.mark.rules

D = date(2028, 2, 28)
CENTRES = [Centre("C1", "North", date(2026, 1, 1)), Centre("C2", "South", None), Centre("C3", "West", None)]
VENUES = ["C1", "C2", "OFFICE", "TOWN HALL"]
#: Days around every limit that a metric has.
SINCE_BIRTH = (0, 1, 13, 14, 41, 42, 43, 44, 89, 90, 91, 180, 365, 366, 380, 455, 456, 500, 729, 730, 731, 732, 800)
LATER = (-1, 0, 0, 0, 1, 13, 14, 15, 29, 30, 31, 89, 90, 91, 120, 364, 365, 366, 400)


def after(day, days):
    return day + timedelta(days=days)


class Rows:
    """Rows of families drawn by chance, mostly from days on which something ends."""

    def __init__(self, chance, families):
        self.chance, self.births, self.bookings, self.registrations = chance, [], [], []
        self.memberships, self.visits, self.contacts = [], [], []
        for number in range(families):
            self.family(f"F{number}")
        self.visits.append(Visited("F no birth", "C1", after(D, -9)))
        for rows in (self.births, self.bookings, self.memberships):
            chance.shuffle(rows)

    def some(self, value, share=0.5):
        return value if self.chance.random() < share else None

    def family(self, name):
        days = [self.birth(name) for _ in range(self.chance.choice([1, 1, 2, 3]))]
        joined = after(self.chance.choice(days), self.chance.choice(LATER))
        for day in [joined, after(joined, 5)] if self.chance.random() < 0.7 else []:
            self.memberships.append(Joined(name, self.chance.choice(["C1", "C2"]), day, "centre"))
        self.visits.append(Visited(name, "C2", after(joined, self.chance.choice(LATER))))
        self.contacts.append(Contacted(name, after(self.chance.choice(days), self.chance.choice(LATER)), "", "spoken"))

    def birth(self, family):
        """Add a birth and what came of it; give a day of it from which other things count."""
        chance, name = self.chance, f"B{self.chance.random()}"
        born = after(D, -chance.choice(SINCE_BIRTH))
        booked = after(born, chance.choice((0, 1, 10, 30)))
        done = after(born, chance.choice((0, 10, 30, 41, 42, 43, 60)))
        venue = chance.choice(VENUES)
        self.births.append(
            Birth(
                *(name, family, after(born, chance.choice((0, 0, 0, 0, 9)))),
                *(chance.choice(["North", "South"]), chance.choice(["C1", "C2", "C3", ""])),
                *(chance.choice([None, 1, 2, 3, 4, 10]), chance.choice([True, True, True, False, None]), None),
                *(self.some(chance.random() < 0.5, 0.8), self.some(chance.random() < 0.5, 0.8)),
                self.some(after(booked, chance.choice((-1, 0, 1, 60)))),
                self.some(after(done, chance.choice(LATER)), 0.3),
            )
        )
        if chance.random() < 0.8:
            self.booking(name, venue, booked, done)
        if done <= D and chance.random() < 0.8:
            self.registrations.append(Registered(name, venue, max(done, self.births[-1].dob)))
        return chance.choice([born, booked, done])

    def booking(self, birth, venue, booked, slot):
        for other in (0, 7):
            on = after(slot, other)
            status = self.chance.choice(["attended", "dna", "cancelled"] if on <= D else ["booked", "cancelled"])
            self.bookings.append(Booking(f"K{birth}{other}", birth, venue, after(booked, other), on, status))


def by_chance(seed, families=24):
    rows = Rows(random.Random(seed), families)
    hours = [Hours(venue, after(D, days), 50) for venue in ("C1", "C2", "OFFICE") for days in (-1, 0, 1)]
    return Extract(
        *(D, CENTRES, rows.births, rows.bookings, rows.registrations, rows.memberships, rows.visits),
        *(rows.contacts, hours),
    )


def measured(extract):
    return {(each.metric, each.slice, each.key): each.value for each in measure(extract)}


def agree(extract):
    ours, theirs = measured(extract), plain(extract)
    assert {name for name in ours if name[0] != "M12_cox"} == set(theirs)
    assert {name: ours[name] for name in theirs} == {
        name: pytest.approx(value, rel=1e-9, abs=1e-12) for name, value in theirs.items()
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_every_figure_is_what_plain_loops_tell(seed):
    agree(by_chance(seed))


@pytest.mark.parametrize("seed", [1, 2])
def test_an_extract_from_files_is_measured_whole(tmp_path, seed):
    extract = read(make(tmp_path, 160, seed), AS_OF)
    agree(extract)
    told = []
    figures = measure(extract, told.append)

    assert len(told) == 3
    assert {each.metric.split("_")[0] for each in figures} == {f"M{n:02}" for n in range(1, 17)} | {"M03b"}
    assert [key for metric, of, key in measured(extract) if (metric, of) == ("M12_cox", "centre")] == [
        *("coef", "se_model", "se_robust")
    ]
    numbers = [each.metric[:3] for each in figures]
    assert numbers == sorted(numbers)


def test_the_regression_is_of_families_of_which_everything_is_known():
    extract = by_chance(7, 150)
    families = {}
    for birth in resident(extract):
        families.setdefault(birth.family_id, []).append(birth)
    rows = [row for row in follow(extract, families) if row[0].hard_to_reach is not None and row[0].imd_decile]
    fitted = cox.fit(
        np.array([row[3] for row in rows]),
        np.array([row[4] for row in rows]),
        np.array([(row[1], row[0].hard_to_reach, row[0].imd_decile) for row in rows], dtype=np.float64),
        np.array([row[0].home_centre for row in rows]),
    )
    figures = measure(extract)

    for place, name in enumerate(["centre", "hard_to_reach", "imd_decile"]):
        told = [figures.get("M12_cox", name, key) for key in ("coef", "se_model", "se_robust")]
        assert told == pytest.approx([fitted.coef[place], fitted.se_model[place], fitted.se_robust[place]], rel=1e-9)


def test_what_has_no_file_is_not_observable():
    figures = measure(replace(by_chance(1), contacts=None, hours=None))

    assert {each.metric[:3] for each in figures}.isdisjoint({"M15", "M16"})


def test_an_extract_without_births_has_counts_and_no_shares():
    figures = measure(Extract(D, CENTRES, [], [], [], [], [], [], []))

    assert figures.proportion("M02_reach_known_families", "North") == Proportion(0, 0)
    assert {each.value for each in figures} == {0}
    assert figures.get("M10_signup_within_90d_KM", "all/centre", "n_risk") == 0
    assert figures.get("M06_days_to_registration", "all", "median") is None
    assert figures.get("M12_cox", "centre", "coef") is None


# -- the words of the definitions, one by one

BIRTH = Birth("B1", "F1", date(2027, 6, 1), "North", "C1", 2, True, True, True, None, None, None)


def extract_of(*births, **rows):
    names = ("bookings", "registrations", "memberships", "visits")
    return Extract(D, CENTRES, births, *(rows.get(name, []) for name in names))


def booked(on, venue="C1", status="cancelled"):
    return Booking("K1", "B1", venue, on, after(on, 20), status)


def test_a_family_of_which_nothing_is_known_in_a_slice_is_in_neither_half():
    figures = measure(extract_of(BIRTH))

    assert [figures.get("M01_families", of, "n") for of in ("vulnerable", "not_vulnerable", "htr", "not_htr")] == [
        *(0, 0, 1, 0)
    ]


def test_a_cancelled_booking_at_a_centre_makes_a_family_known_and_one_at_an_office_does_not():
    on = date(2027, 6, 5)

    assert measure(extract_of(BIRTH, bookings=[booked(on)])).get("M02_reach_known_families", "all", "num") == 1
    assert (
        measure(extract_of(BIRTH, bookings=[booked(on, "OFFICE")])).get("M02_reach_known_families", "all", "num") == 0
    )


@pytest.mark.parametrize(("fed", "first"), [(4, 0), (5, 0), (6, 1)])
def test_a_family_that_is_known_otherwise_on_the_same_day_is_not_first_known_by_registration(fed, first):
    birth = replace(BIRTH, feed_received_on=date(2027, 6, fed))
    figures = measure(extract_of(birth, bookings=[booked(date(2027, 6, 5))]))

    assert figures.get("M03_first_known_via_registration", "all", "num") == first
    assert figures.get("M03b_known_only_via_registration", "all", "num") == 0


def test_of_two_registrations_on_one_day_the_birth_whose_id_sorts_first_is_the_index():
    twin = replace(BIRTH, birth_id="B0", cluster="South")
    on = date(2027, 7, 1)
    registrations = [Registered("B1", "C1", on), Registered("B0", "OFFICE", on)]
    figures = measure(extract_of(BIRTH, twin, registrations=registrations))

    assert figures.get("M09_signup_at_visit", "all/centre", "den") == 0
    assert figures.get("M09_signup_at_visit", "all/office", "den") == 1
    assert figures.get("M09_signup_at_visit", "South/office", "den") == 1
    assert figures.get("M09_signup_at_visit", "North/office", "den") == 0


@pytest.mark.parametrize(("left", "days"), [(-5, 0), (0, 0), (40, 40), (None, (D - date(2027, 7, 1)).days)])
def test_a_family_is_followed_until_it_leaves_and_never_less_than_no_day(left, days):
    on = date(2027, 7, 1)
    birth = replace(BIRTH, left_area_on=None if left is None else after(on, left))
    rows = {"registrations": [Registered("B1", "C1", on)], "memberships": [Joined("F1", "C1", after(on, 41), "")]}
    figures = measure(extract_of(birth, **rows))

    assert figures.get("M10_signup_within_30d_KM", "all/centre", "n_risk") == (days >= 30)
    assert figures.get("M10_signup_within_90d_KM", "all/centre", "value") == (left is None)


def test_a_share_followed_no_further_is_carried_forward():
    on = after(D, -20)
    rows = {"registrations": [Registered("B1", "C1", on)], "memberships": [Joined("F1", "C1", on, "")]}
    figures = measure(extract_of(replace(BIRTH, dob=on), **rows))
    keys = ("value", "lo", "hi", "n_risk")

    assert [figures.get("M10_signup_within_365d_KM", "all/centre", key) for key in keys] == [1, 1, 1, 0]
    assert figures.get("M14_equity_90d", "all", "n") == 0, "its ninety days are not over"


@pytest.mark.parametrize(
    ("joined", "left", "visited", "told"),
    [
        (-365, None, 365, (1, 1)),
        (-364, None, 364, (0, 0)),
        (-400, 365, 0, (0, 0)),
        (-400, 366, 0, (1, 1)),
        (-400, None, 366, (0, 1)),
        (-400, None, -1, (0, 1)),
    ],
)
def test_a_year_of_membership_is_the_day_of_joining_and_365_after(joined, left, visited, told):
    on = after(D, joined)
    birth = replace(BIRTH, left_area_on=None if left is None else after(on, left))
    rows = {"memberships": [Joined("F1", "C1", on, "")], "visits": [Visited("F1", "C2", after(on, visited))]}
    found = measure(extract_of(birth, **rows)).proportion("M13_used_within_one_year_of_joining", "htr")

    assert (found.num, found.den) == told


def test_hours_are_counted_where_they_were_worked_and_families_where_they_registered():
    rows = {
        "registrations": [Registered("B1", "C2", date(2027, 7, 1))],
        "memberships": [Joined("F1", "C1", date(2027, 8, 1), "")],
    }
    hours = [Hours("C1", D, 60), Hours("C2", D, 90), Hours("C2", after(D, 1), 60), Hours("OFFICE", D, 60)]
    figures = measure(replace(extract_of(BIRTH, **rows), hours=hours))

    assert [figures.get("M16_hours_per_signup", of, "hours") for of in ("all", "North", "South")] == [2.5, 1, 1.5]
    assert [figures.get("M16_hours_per_signup", of, "value") for of in ("all", "North", "South")] == [2.5, None, 1.5]
