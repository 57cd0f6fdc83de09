"""What is not observable yet, with the day from which it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Birth, Booking, Centre, Extract, Joined, Registered
from registration.pilot.figures import Figure, Figures
from registration.pilot.metrics.measuring import measure
from registration.pilot.metrics.pictures import sign_up_curves
from registration.pilot.report.measures import summary
from registration.pilot.report.numbers import NOT_AVAILABLE, Rounding
from registration.pilot.report.observable import not_yet
from registration.pilot.report.published import Published
from tests.pilot.made import AS_OF as LAST
from tests.pilot.made import make
from tests.pilot.test_report_answers import FOUND

BORN, CAME, AS_OF = date(2026, 7, 1), date(2026, 7, 20), date(2026, 8, 1)
NOTHING = Figures([])
USED, WITHIN = "Used a centre within a year of joining (M13)", "Registered within 42 days (M07)"
CONTACT = "Contacted within 14 days of becoming known (M15)"
DEPRIVED = "Joining within 90 days by deprivation, and gaps in it (M14)"


def extract(families=10, centres=12, **changes):
    """Families born and registered at a centre on the same days, the first of which joined the next day; half the centres begin."""
    births = [
        Birth(f"B{n}", f"F{n}", BORN, "K", "C00", None, True, None, None, None, None, None) for n in range(families)
    ]
    made = Extract(
        as_of=AS_OF,
        centres=[Centre(f"C{n:02}", "K", date(2026, 9, 2 + n) if n % 2 else None) for n in range(centres)],
        births=births,
        bookings=[],
        registrations=[Registered(birth.birth_id, "C00", CAME) for birth in births],
        memberships=[Joined("F0", "C00", date(2026, 7, 21), "visit")] if births else [],
        visits=[],
    )
    return replace(made, **changes)


def said(made, figures=NOTHING, headline=FOUND):
    return {each.what: each.why for each in not_yet(made, figures, headline, Rounding())}


def test_what_waits_is_told_with_the_first_day_on_which_it_can_be_seen():
    joined = [Joined(f"F{n}", "C00", date(2026, 7, 21 + n), "centre") for n in range(10)]
    told = said(extract(11))

    assert said(extract(11, memberships=joined))[USED] == (
        "It is published once 10 families joined so long ago and stayed: 365 days. Observable at the earliest from 30 July 2027."
    )
    assert (
        told[WITHIN]
        == "It is published once 10 births are so old: 42 days. Observable at the earliest from 12 August 2026."
    )
    assert told[DEPRIVED].endswith("from 18 October 2026.")
    assert told["Joined within 90 days of registering, at a centre (M10)"].endswith("from 18 October 2026.")


@pytest.mark.parametrize("families", [0, 1, 9])
def test_of_too_few_families_no_day_is_told_for_the_number_is_withheld_as_any_small_one(families):
    """Whether there are few or none: said of nobody alone, the sentence would tell that there is nobody."""
    told = said(extract(families, contacts=[], hours=[]))

    assert [what for what in told if "(M" in what] == []
    assert told == said(extract(0, contacts=[], hours=[]))


def test_a_number_that_waits_for_longer_than_families_stayed_says_so():
    """Twelve joined more than a year before and only nine of them stayed, as the figures have it."""
    joined = [Joined(f"F{n}", "C00", date(2026, 7, 21), "centre") for n in range(12)]
    nine = Figures([Figure("M13_used_within_one_year_of_joining", "all", "den", 9)])

    assert said(extract(12, memberships=joined, as_of=date(2027, 8, 1)), nine)[USED].endswith(
        "Too many have left, so it cannot be said from when."
    )


def test_a_family_that_cannot_be_followed_long_enough_is_not_waited_for():
    """Of eleven the first joined after a day; ten are left. One more moves away, and it can no longer be said."""
    soon = "Joined within 30 days of registering, at a centre (M10)"
    one_left = [replace(birth, left_area_on=date(2026, 7, 25)) for birth in extract(11).births[-1:]]

    assert said(extract(11))[soon].endswith("Observable at the earliest from 19 August 2026.")
    assert "Too many joined or moved away" in said(extract(11, births=[*extract(10).births, *one_left]))[soon]


def test_families_that_do_not_live_here_or_had_joined_before_are_not_waited_for():
    soon = "Joined within 30 days of registering, at a centre (M10)"
    elsewhere = [replace(birth, resident_in_area=False) for birth in extract(12).births[-2:]]
    before = [Joined("F0", "C00", date(2026, 7, 1), "visit"), Joined("F1", "C00", date(2026, 7, 1), "visit")]

    assert soon in said(extract(11))
    assert soon not in said(extract(11, births=[*extract(9).births, *elsewhere]))
    assert soon not in said(extract(11, memberships=before))


def test_a_day_that_is_over_is_not_promised():
    told = said(extract(as_of=date(2026, 9, 1)))["Joined within 30 days of registering, at a centre (M10)"]

    assert told.endswith("Too many joined or moved away before, so it cannot be said from when.")


def test_what_is_known_of_families_that_are_no_residents_or_to_come_does_not_count():
    """Ten are known by registering at a centre, six at least by an earlier booking; the eleventh only by a feed to come."""
    booked = [Booking(f"K{n}", f"B{n}", "C00", date(2026, 7, 10), CAME, "attended") for n in range(7)]
    told = said(extract(10, bookings=booked, contacts=[]))[CONTACT]

    assert told.endswith("10 families have been known so long: 14 days. Observable at the earliest from 3 August 2026.")
    at_office = [replace(row, venue_id="OFFICE") for row in extract(10).registrations]
    assert CONTACT not in said(extract(10, registrations=at_office, bookings=booked, contacts=[]))
    fed = [replace(birth, feed_received_on=date(2026, 8, 2)) for birth in extract(10).births]
    assert CONTACT not in said(extract(10, births=fed, registrations=at_office, bookings=booked, contacts=[]))


def test_files_and_answers_that_are_missing_are_named():
    told = said(extract())

    assert told["Registrar hours per family signed up (M16)"] == "The extract has no hours.csv."
    assert told["Results for vulnerable families"].endswith("of no birth, or of few: vulnerable in births.csv.")
    assert told["Results by deprivation"].endswith("of no birth, or of few: imd_decile in births.csv.")
    assert "Registrar hours per family signed up (M16)" not in said(extract(hours=[]))
    assert told[CONTACT] == "The extract has no contacts.csv."


@pytest.mark.parametrize(("known", "told"), [(0, True), (9, True), (10, False)])
def test_a_column_of_which_little_stands_there_is_told_as_one_of_which_nothing_does(known, told):
    births = [replace(birth, imd_decile=3 if n < known else None) for n, birth in enumerate(extract(12).births)]

    assert ("Results by deprivation" in said(extract(12, births=births))) is told


def reason_of(row):
    """Name the reason that belongs to a row: the one of M14, that of its venue, or its own."""
    of = "" if row.of == "all" else f", {row.of}"
    return DEPRIVED if row.number == "M14" else f"{row.name}{of} ({row.number})"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return read(make(tmp_path_factory.mktemp("extract"), births=240, steps=6), LAST)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 1), date(2026, 1, 12), date(2026, 3, 1), date(2026, 8, 1), date(2027, 1, 30), LAST]
)
def test_every_number_that_is_not_available_has_its_reason_and_no_other_has_one(made, day):
    then = replace(made, as_of=day)
    figures, curves = measure(then), sign_up_curves(then)
    waiting = not_yet(then, figures, FOUND, Rounding())
    reasons = {each.what for each in waiting if "(M" in each.what}
    missing = {
        reason_of(row)
        for row in summary(Published(figures, Rounding(), None, curves), [of for each in waiting for of in each.rows])
        if row.value == NOT_AVAILABLE
    }

    assert reasons == missing
    assert bool(missing) is (day > date(2026, 1, 12))


def test_the_effect_waits_for_six_centres_and_ninety_days():
    """The sixth begins on 13 September, so October is its first whole month; births of 1 October are followed to 30 December."""
    waiting = replace(FOUND, claimed=False)
    effect = "What registration at the home centre changes: the effect in (b)"

    assert said(extract(), headline=waiting)[effect] == (
        "6 centres will have begun by 1 October 2026. Observable at the earliest from 30 December 2026."
    )
    assert "there are fewer" in said(extract(centres=11), headline=waiting)[effect]
    over = said(extract(as_of=date(2027, 1, 1)), headline=replace(waiting, why_not="There are 6 and 2."))[effect]
    assert over == "6 centres had begun by 1 October 2026. There are 6 and 2."


def test_deprivation_waits_for_those_of_which_it_is_known():
    """All are followed long enough, and of nobody is the decile known."""
    told = said(extract(11, as_of=date(2026, 12, 1)))[DEPRIVED]

    assert told.endswith("Of too many it is not known how deprived their neighbourhood is.")
