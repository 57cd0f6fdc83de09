"""What is not observable yet, with the day from which it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Birth, Booking, Centre, Extract, Joined, Registered
from registration.pilot.figures import Figures
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
    told = said(extract(11))

    assert told["Used a centre within a year of joining (M13)"] == "Observable at the earliest from 21 July 2027."
    assert told["Registered within 42 days (M07)"] == "Observable at the earliest from 12 August 2026."
    assert told["Joining within 90 days by deprivation (M14)"].endswith("from 18 October 2026.")
    assert told["Joined within 90 days of registering, at a centre (M10)"].endswith("from 18 October 2026.")


def test_with_too_few_families_nobody_can_say_from_when():
    soon = "Joined within 30 days of registering, at {} (M10)"

    assert said(extract(9))[soon.format("a centre")].endswith(
        "Fewer have registered at a centre so far: too little is on record yet to say from when."
    )
    assert "Fewer have registered at an office so far" in said(extract())[soon.format("an office")]
    assert "Too little is on record" in said(extract(0))["Registered within 42 days (M07)"]


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

    assert "Fewer have registered" in said(extract(11, births=[*extract(9).births, *elsewhere]))[soon]
    assert "Fewer have registered" in said(extract(11, memberships=before))[soon]


def test_a_day_that_is_over_is_not_promised():
    told = said(extract(as_of=date(2026, 9, 1)))["Joined within 30 days of registering, at a centre (M10)"]

    assert told.endswith("Too many joined or moved away before, so it cannot be said from when.")


def test_a_time_that_is_booked_says_from_when_times_can_be_seen():
    ahead = [Booking("K1", "B1", "OFFICE", CAME, date(2026, 8, 9), "booked")]
    told = said(extract(bookings=ahead))

    assert told["Missed times, at an office (M08)"] == (
        "No time at an office has come yet. Observable at the earliest from 9 August 2026."
    )
    assert told["Days from booking to the time, at a centre (M05)"].endswith(
        "Too little is on record yet to say from when."
    )


def test_files_and_answers_that_are_missing_are_named():
    told = said(extract())

    assert told["Registrar hours per family signed up (M16)"] == "The extract has no hours.csv."
    assert told["Results for vulnerable families"].endswith("vulnerable is empty throughout.")
    assert told["Results by deprivation"].endswith("imd_decile is empty throughout.")
    assert said(extract(hours=[]))["Registrar hours per family signed up (M16)"].startswith("It is published once 10")
    contacts = "Contacted within 14 days of becoming known (M15)"
    assert told[contacts] == "The extract has no contacts.csv."
    assert said(extract(contacts=[]))[contacts] == "Observable at the earliest from 3 August 2026."


TOGETHER = {
    "M02": "Families known to a centre, and how (M02, M03)",
    "M03": "Families known to a centre, and how (M02, M03)",
    "M03b": "Families known to a centre, and how (M02, M03)",
    "M04": "Where and how soon births are registered (M04, M06)",
    "M06": "Where and how soon births are registered (M04, M06)",
    "M12": "Joining, ratio of hazards (M12)",
}


def reason_of(row):
    """Name the reason that belongs to a row: one for several, or that of its venue or groups, or its own."""
    if row.number == "M14" and row.of == "all":
        return "Joining within 90 days by deprivation (M14)"
    of = "" if row.of == "all" else f", {row.of}"
    return TOGETHER.get(row.number, f"{row.name}{of} ({row.number})")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return read(make(tmp_path_factory.mktemp("extract"), births=240, steps=6), LAST)


@pytest.mark.parametrize(
    "day", [date(2026, 1, 1), date(2026, 1, 12), date(2026, 3, 1), date(2026, 8, 1), date(2027, 1, 30), LAST]
)
def test_every_number_that_is_not_available_has_its_reason_and_no_other_has_one(made, day):
    then = replace(made, as_of=day)
    figures, curves = measure(then), sign_up_curves(then)
    reasons = {each.what for each in not_yet(then, figures, FOUND, Rounding()) if "(M" in each.what}
    missing = {
        reason_of(row) for row in summary(Published(figures, Rounding(), None, curves)) if row.value == NOT_AVAILABLE
    }

    assert reasons == missing
    assert day == LAST or len(missing) > 3


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
    told = said(extract(11, as_of=date(2026, 12, 1)))["Joining within 90 days by deprivation (M14)"]

    assert told.endswith("Of too many it is not known how deprived their neighbourhood is.")
