"""What is not observable yet, with the day from which it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from registration.pilot.extract.rules import Birth, Centre, Extract, Joined, Registered
from registration.pilot.figures import Figure, Figures
from registration.pilot.report.numbers import Rounding
from registration.pilot.report.observable import not_yet
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
    told = said(extract())

    assert told["Used a centre within a year of joining (M13)"] == "Observable at the earliest from 21 July 2027."
    assert told["Registered within 42 days (M07)"] == "Observable at the earliest from 12 August 2026."
    assert told["Joining within 90 days by deprivation (M14)"] == "Observable at the earliest from 18 October 2026."
    assert told["Joined within 90 days of registering, at a centre (M10)"].endswith("from 18 October 2026.")


def test_with_too_few_families_nobody_can_say_from_when():
    assert "Too little is on record" in said(extract(9))["Joined within 30 days of registering, at a centre (M10)"]
    assert "Too little is on record" in said(extract(0))["Registered within 42 days (M07)"]


def test_a_day_that_is_over_is_not_promised():
    told = said(extract(as_of=date(2026, 9, 1)))["Joined within 30 days of registering, at a centre (M10)"]

    assert told.endswith("Too many joined or moved away before, so it cannot be said from when.")


def test_optional_files_that_are_missing_are_named():
    assert said(extract())["Registrar hours per family (M16)"] == "The extract has no hours.csv."
    assert "Registrar hours per family (M16)" not in said(extract(hours=[]))


def test_what_is_observable_is_not_listed():
    keys = [
        ("M13_used_within_one_year_of_joining", "den"),
        ("M07_within_42_days_mature", "den"),
        ("M14_equity_90d", "n"),
    ]
    curves = [(f"M10_signup_within_{days}d_KM", "n_risk") for days in (30, 90, 365)]
    figures = [Figure(metric, "all", key, 10) for metric, key in keys]
    figures += [Figure(metric, f"all/{venue}", key, 10) for metric, key in curves for venue in ("centre", "office")]

    assert said(extract(hours=[], contacts=[]), Figures(figures)) == {}


def test_the_effect_waits_for_six_centres_and_ninety_days():
    """The sixth begins on 13 September, so October is its first whole month; births of 1 October are followed to 30 December."""
    waiting = replace(FOUND, claimed=False)
    effect = "What registration at the home centre changes: the effect in (b)"

    assert said(extract(), headline=waiting)[effect] == (
        "6 centres will have begun by 1 October 2026. Observable at the earliest from 30 December 2026."
    )
    assert "there are fewer" in said(extract(centres=11), headline=waiting)[effect]
