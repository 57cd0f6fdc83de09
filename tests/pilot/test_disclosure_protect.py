"""What is published withstands the attack, all releases together, and no more is left out than that needs."""

from __future__ import annotations

import re
import time
from datetime import date

import numpy as np
import pytest

from registration.pilot.disclosure.attack import narrow
from registration.pilot.disclosure.protect import _are, _telling, check, protect
from registration.pilot.disclosure.rules import (
    ATTACKED,
    BIRTHS,
    COUNT,
    DEN,
    KNOWN,
    MARK,
    NUM,
    PERCENT,
    Leaks,
    Settings,
)
from registration.pilot.disclosure.system import build, known_of
from tests.pilot.releasing import AS_OF, GROWS, carelessly, drawn, table

DATES = [AS_OF, date(2027, 4, 1), date(2027, 7, 1)]


def cells(release, measure=COUNT):
    return {cell.spot: cell for each in release.tables for cell in each.cells if cell.measure == measure}


def successive(seed, shape, mean):
    """One metric of families at three dates: families of past quarters stand still, more of them come to be known."""
    chance, made = np.random.default_rng(seed), []
    counts = drawn(seed, shape, mean)
    for as_of in DATES:
        made.append([table(counts, as_of, metric=KNOWN)])
        counts = counts | {NUM: counts[NUM] + chance.binomial(counts[DEN] - counts[NUM], 0.05)}
    return made


def test_small_counts_are_left_out_and_others_rounded():
    release = protect([table({COUNT: np.array([[[9], [10], [13], [0], [58], [61]]])})])

    told = {spot.group: cell.value for spot, cell in cells(release).items() if spot.quarter != "all"}
    assert told["1"] is told["4"] is None, "nine are too few, and none at all too"
    assert {told[group] for group in "2356"} <= {None, 10.0, 15.0, 60.0}
    assert told["all"] == 150.0
    assert all((cell.value is None) == (cell.mark == MARK) for cell in cells(release).values())


def test_what_a_sum_would_give_away_is_left_out_with_it():
    """Three of one kind and 300 of the other are told as 305 together: a second count has to go."""
    release = protect([table({COUNT: np.array([[[300], [3]]])})])

    assert {cell.value for spot, cell in cells(release).items() if spot.group in "12"} == {None}
    assert {cell.value for spot, cell in cells(release).items() if spot.group == "all"} == {305.0}
    assert release.secondary == 4
    check([release])


@pytest.mark.parametrize("seed", range(2))
def test_three_releases_together_give_nothing_away(seed):
    releases = []
    for tables in successive(seed, (4, 3, 2), 25):
        releases.append(protect(tables, earlier=releases))

    check(releases)
    assert not any(release.revised for release in releases)


def test_each_release_without_the_others_in_mind_is_caught():
    """Small counts left out and no more: the attack names what is given away."""
    releases = [carelessly(tables) for tables in successive(1, (4, 3, 2), 25)]

    with pytest.raises(Leaks) as leaks:
        check(releases)
    assert all("between" in cell for cell in leaks.value.cells)


def test_a_whole_is_not_left_out_because_of_a_part_of_it():
    """Three of 51 are not known to anybody: how many are is left out, and who is counted at all is told."""
    tables = [table({DEN: np.array([[[51], [200]]]), NUM: np.array([[[48], [186]]])}, metric=KNOWN)]

    release = protect(tables)

    assert None not in {cell.value for cell in cells(release, DEN).values()}
    assert None in {cell.value for cell in cells(release, NUM).values()}
    check([release])


def test_a_number_told_before_is_told_again():
    """Left out now, it would only look as if it were not known."""
    first, second = (
        table({COUNT: np.array([[[30], [other], [40]]])}, at, metric=BIRTHS)
        for other, at in zip((35, 35), DATES, strict=False)
    )
    before = protect([first])

    after = protect([second], earlier=[before])

    assert cells(after) == cells(before)


def test_a_percentage_is_of_the_rounded_counts_and_only_where_neither_part_is_small():
    tables = [table({DEN: np.array([[[58], [48], [200]]]), NUM: np.array([[[21], [41], [100]]])})]

    release = protect(tables)

    percent = {spot.group: cell.value for spot, cell in cells(release, PERCENT).items() if spot.quarter == "2026-Q1"}
    assert percent["3"] == 50.0
    assert percent["2"] is None, "seven are left of 48"
    assert percent["1"] in {None, round(100 * 20 / 60, 1)}
    num = {spot.group: cell.value for spot, cell in cells(release, NUM).items() if spot.quarter == "2026-Q1"}
    assert num["2"] is None


def test_what_has_been_told_of_another_threshold_and_now_gives_a_count_away_is_refused():
    """The first release told of three; the second may not tell of fewer than ten, but everybody knows."""
    tables = [table({COUNT: np.array([[[4], [40], [50]]])}, metric=BIRTHS)]
    before = protect(tables, Settings(threshold=3, base=1))
    later = [table({COUNT: np.array([[[4], [40], [50]]])}, DATES[1], metric=BIRTHS)]

    with pytest.raises(Leaks, match=r"imd_decile 1, all .*between 4 and 4"):
        protect(later, earlier=[before])


def test_data_revised_since_are_attacked_each_for_itself():
    before = protect([table({COUNT: np.array([[[60], [70]]])}, metric=KNOWN)])

    after = protect([table({COUNT: np.array([[[20], [30]]])}, DATES[1], metric=KNOWN)], earlier=[before])

    assert cells(after)
    check([before, after])


def test_where_only_all_counts_together_contradict_an_earlier_release_that_is_found_too():
    """Three groups that were 27 families together cannot be 15 now, whichever they are: nobody stops being known."""
    before = protect([table({COUNT: np.array([[[9], [9], [9]]])}, metric=GROWS)])

    after = protect([table({COUNT: np.array([[[5], [5], [5]]])}, DATES[1], metric=GROWS)], earlier=[before])

    assert (before.revised, after.revised) == (False, True)
    check([before, after])


def test_how_far_the_attack_is_is_told_up_to_the_last_number_and_one_is_told_as_one():
    """Two groups so that the one left out is too closely known until another goes with it."""
    said = []
    protect([table({COUNT: np.array([[[4], [40], [50], [60]]])}, metric=BIRTHS)], tell=said.append)
    attacks = [line for line in said if line.startswith(ATTACKED)]
    done, every = re.fullmatch(
        rf"{ATTACKED}([0-9,]+) of ([0-9,]+) numbers left out are dealt with", attacks[-1]
    ).groups()

    assert done == every
    assert (_are(1, "number"), _are(2, "number")) == ("1 number is", "2 numbers are")
    assert (_are(1, "more"), _are(1200, "more")) == ("1 more is", "1,200 more are")


def test_the_attack_is_told_of_a_twentieth_at_a_time():
    said = []
    hear = _telling(said.append)
    for done in range(101):
        hear(done, 100)

    assert len(said) == 20
    assert said[0] == f"{ATTACKED}5 of 100 numbers left out are dealt with"


def test_two_tables_that_count_one_thing_differently_are_refused():
    one = table({COUNT: np.array([[[20], [30]]])})
    other = table({COUNT: np.array([[[20], [31]]])})

    with pytest.raises(ValueError, match="Two tables differ"):
        protect([one, other])


@pytest.mark.long
def test_forty_centres_by_ten_deciles_by_four_quarters_over_three_releases():
    """To end in minutes, and to give away nothing; aimed at a minute."""
    releases, began = [], time.monotonic()
    for tables in successive(7, (40, 10, 4), 30):
        releases.append(protect(tables, earlier=releases))
    protected = time.monotonic()

    found = narrow(build(map(known_of, releases)), 10)

    print(f"protected in {protected - began:.0f} s, attacked in {time.monotonic() - protected:.0f} s")  # noqa: T201
    assert found == []
    left_out = [cell for release in releases for each in release.tables for cell in each.cells if cell.value is None]
    assert 0 < len(left_out) < 0.6 * sum(len(each.cells) for release in releases for each in release.tables)
