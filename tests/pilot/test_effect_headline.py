"""Who counts in the headline, in which cell, and what is said where little is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from registration.pilot.effect.headline import headline
from registration.pilot.effect.panel import (
    BROKEN_MONTH,
    MEMBER_BEFORE,
    MOVED,
    NO_HOME_CENTRE,
    TOO_RECENT,
    CannotTell,
    month_number,
    panel_of,
)
from registration.pilot.extract.files import read
from registration.pilot.extract.rules import Birth, Centre, Extract, Joined, first_live_month
from tests.pilot.made import AS_OF, make

pytestmark = pytest.mark.rules
ON = date(2026, 12, 31)
CENTRES = [Centre("C1", "North", date(2026, 3, 10)), Centre("C2", "South", None)]


def birth(number, born, home="C1", left=None, family=None, *, resident=True):
    family = family or f"F{number}"
    return Birth(f"B{number}", family, born, "North", home, 5, resident, None, None, None, None, left)


def extract_of(births, joined=(), centres=CENTRES):
    memberships = [Joined(family, "C1", on, "") for family, on in joined]
    return Extract(ON, centres, births, [], [], memberships, [])


def reasons(births, joined=()):
    return {reason: count for reason, count in panel_of(extract_of(births, joined)).left_out.items() if count}


@pytest.mark.parametrize(
    ("given", "on", "reason"),
    [
        (birth(1, date(2026, 2, 1)), None, None),
        (birth(1, date(2026, 2, 1), home=""), None, NO_HOME_CENTRE),
        (birth(1, ON - timedelta(days=90), home="C2"), None, None),
        (birth(1, ON - timedelta(days=89), home="C2"), None, TOO_RECENT),
        (birth(1, date(2026, 2, 1)), date(2026, 1, 31), MEMBER_BEFORE),
        (birth(1, date(2026, 2, 1)), date(2026, 2, 1), None),
        (birth(1, date(2026, 2, 1), left=date(2026, 5, 1)), None, MOVED),
        (birth(1, date(2026, 2, 1), left=date(2026, 5, 2)), None, None),
        (birth(1, date(2026, 2, 1), left=date(2026, 3, 1)), date(2026, 5, 2), None),
        (birth(1, date(2026, 2, 1), left=date(2026, 3, 1)), date(2026, 5, 3), MOVED),
        (birth(1, date(2026, 3, 1)), None, BROKEN_MONTH),
        (birth(1, date(2026, 3, 31)), None, BROKEN_MONTH),
        (birth(1, date(2026, 3, 31), home="C2"), None, None),
        (birth(1, date(2025, 3, 31)), None, None),
    ],
)
def test_who_counts_and_why_others_do_not(given, on, reason):
    found = reasons([given], [("F1", on)] if on else [])

    assert found == ({reason: 1} if reason else {})


def test_births_of_no_resident_are_in_no_count_at_all():
    assert reasons([birth(1, date(2026, 2, 1), home="", resident=False)]) == {}


def test_a_family_counts_once_with_its_first_counted_birth():
    births = [
        birth(1, date(2026, 5, 5), family="F"),
        birth(2, date(2026, 2, 1), home="C2", family="F"),
        birth(3, date(2026, 1, 1), family="F", resident=False),
    ]
    panel = panel_of(extract_of(births)).panel

    assert panel.centres == ["C2"]
    assert panel.month.tolist() == [month_number(date(2026, 2, 1))]


def test_the_first_reason_that_holds_is_the_one_counted():
    everything = birth(1, date(2026, 12, 1), home="", left=date(2026, 12, 2))

    assert reasons([everything], [("F1", date(2026, 1, 1))]) == {NO_HOME_CENTRE: 1}


def test_cells_count_families_and_those_who_joined_by_day_ninety():
    born = date(2026, 4, 30)
    births = [birth(number, born) for number in range(4)] + [birth(9, date(2026, 2, 1))]
    joined = [("F0", born), ("F1", born + timedelta(days=90)), ("F2", born + timedelta(days=91))]
    panel = panel_of(extract_of(births, joined)).panel

    assert panel.families.tolist() == [1, 4]
    assert panel.joined.tolist() == [0, 2]
    assert panel.live.tolist() == [0, 1], "a centre that began on 10 March is live from April"
    assert panel.since.tolist() == [-1, 0], "February is the last whole month before it began"
    assert panel.share.tolist() == [0, 0.5]


def test_a_centre_that_began_on_the_first_of_a_month_has_no_broken_one():
    whole = [Centre("C1", "North", date(2026, 3, 1)), CENTRES[1]]
    flow = panel_of(extract_of([birth(1, date(2026, 3, 5)), birth(2, date(2026, 2, 5))], centres=whole))

    assert flow.left_out[BROKEN_MONTH] == 0
    assert flow.panel.since.tolist() == [-1, 0]


def test_centres_are_compared_only_while_another_is_live():
    centres = [Centre(f"C{n}", "K", begins) for n, begins in enumerate([date(2026, 3, 1), date(2026, 6, 1), None])]
    births = [
        birth(number, date(2026, month, 2), home=f"C{centre}")
        for number, (centre, month) in enumerate([(0, 1), (0, 3), (0, 6), (1, 1), (1, 6), (2, 1), (2, 6)])
    ]
    panel = panel_of(extract_of(births, centres=centres)).panel

    assert panel.arms == (2, 1), "the second centre’s only idle month is before any other began"


def lot_of(centres, unit):
    births = [birth(number, date(2026, 1, 2), home=centre.centre_id) for number, centre in enumerate(centres)]
    return panel_of(extract_of(births, centres=centres), unit).panel.units


def test_the_lot_is_of_clusters_where_their_centres_begin_together():
    together = [Centre("A", "K", date(2026, 3, 2)), Centre("B", "K", date(2026, 3, 9)), Centre("C", "L", None)]
    apart = [*together[:2], Centre("C", "K", None)]

    assert lot_of(together, "auto") == ["K", "K", "L"], "both are live from April"
    assert lot_of(together, "centre") == ["A", "B", "C"]
    assert lot_of(together, "cluster") == ["K", "K", "L"]
    assert lot_of(apart, "auto") == ["A", "B", "C"]
    with pytest.raises(CannotTell, match="different times"):
        lot_of(apart, "cluster")


def test_a_pilot_of_twelve_centres_finds_the_effect_it_was_made_with(tmp_path):
    extract = read(make(tmp_path, 6000, effect=0.2), AS_OF)
    told = headline(extract)

    assert told.claimed
    assert told.why_not == ""
    assert told.lo < 0.2 < told.hi
    assert told.p_cr2 < 0.001
    assert told.p_permutation < 0.001
    assert (told.centres_live, told.centres_not) == (10, 10)
    assert (told.orders, told.exact) == (200_000, False)
    assert told.n == told.families_live + told.families_not
    families = {each.family_id for each in extract.counted}
    assert told.n + sum(told.left_out.values()) == len(families)
    assert told.group_time.lo < 0.2 < told.group_time.hi
    assert told.pre_trend_p > 0.01
    assert told.power.detectable < 0.1
    assert headline(extract) == told


def test_the_counts_of_both_arms_are_those_of_the_families(tmp_path):
    extract = read(make(tmp_path, 800), AS_OF)
    told = headline(extract)
    begins = {centre.centre_id: centre.pilot_from for centre in extract.centres}
    arms, first = Counter(), {}
    for each in sorted(extract.counted, key=lambda each: (each.dob, each.birth_id)):
        first.setdefault(each.family_id, each)
    for each in first.values():
        on, end = extract.first_joined.get(each.family_id, date.max), each.dob + timedelta(days=90)
        start = begins[each.home_centre]
        gone = each.left_area_on is not None and each.left_area_on < end < on
        broken = start and (each.dob.year, each.dob.month) == (start.year, start.month) and start.day > 1
        if end <= AS_OF and on >= each.dob and not gone and not broken:
            live = bool(start and each.dob >= first_live_month(start))
            arms[live, "all"] += 1
            arms[live, "joined"] += on <= end

    assert (told.joined_live, told.families_live) == (arms[True, "joined"], arms[True, "all"])
    assert (told.joined_not, told.families_not) == (arms[False, "joined"], arms[False, "all"])


def test_with_fewer_than_six_centres_in_an_arm_nothing_is_claimed(tmp_path):
    extract = read(make(tmp_path, 1500), AS_OF)
    few = [replace(centre, pilot_from=None) if number >= 5 else centre for number, centre in enumerate(extract.centres)]
    six = [replace(centre, pilot_from=None) if number >= 6 else centre for number, centre in enumerate(extract.centres)]
    told = headline(replace(extract, centres=few))

    assert not told.claimed
    assert told.why_not.startswith("There are 5 centres that were live and")
    assert told.att is not None, "it is there for who looks into it, not for the report"
    enough = headline(replace(extract, centres=six))
    assert (enough.claimed, enough.why_not) == (True, "")


@pytest.mark.parametrize("begins", [None, date(2026, 1, 1)])
def test_where_nobody_or_everybody_is_live_all_along_nothing_is_told(tmp_path, begins):
    extract = read(make(tmp_path, 400), AS_OF)
    told = headline(replace(extract, centres=[replace(centre, pilot_from=begins) for centre in extract.centres]))

    assert not told.claimed
    assert (told.att, told.lo, told.se_cr1s, told.p_cr2, told.p_permutation) == (None,) * 5
    assert (told.orders, told.exact, told.event_study, told.group_time) == (0, False, (), None)
    assert told.n > 300


def test_an_extract_without_a_family_that_counts_is_told_as_such():
    told = headline(extract_of([birth(1, date(2026, 12, 1), home="C2")]))

    assert told.n == 0
    assert told.power is None
    assert told.left_out[TOO_RECENT] == 1
    assert told.why_not.startswith("There are 0 centres")
