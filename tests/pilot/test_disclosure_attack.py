"""The attack finds what trying every possible table finds, and catches protection that is no protection."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

from registration.pilot.disclosure.attack import Contradicted, Target, between, narrow, targets
from registration.pilot.disclosure.protect import check
from registration.pilot.disclosure.rules import COUNT, DEN, NUM, Leaks, Settings
from registration.pilot.disclosure.system import MOST, Known, build, known_of
from tests.pilot.releasing import GROWS, STANDS, carelessly, table

SMALL = Settings(threshold=3, base=3)
LATER = date(2027, 4, 1)


def every_solution(system):
    """Try every table that agrees with what is known: give all solutions, one a row."""
    margins = {total for total, _ in system.sums}
    free = [number for number in range(len(system.names)) if number not in margins]
    most = max(system.upper[system.told], default=0)
    ranges = [range(int(system.lower[n]), int(min(system.upper[n], most)) + 1) for n in free]
    values = np.zeros((np.prod([len(each) for each in ranges]), len(system.names)))
    values[:, free] = list(product(*ranges))
    waiting = list(system.sums)
    while waiting:
        total, parts = waiting.pop(0)
        if any(part in {each for each, _ in waiting} for part in parts):
            waiting.append((total, parts))
            continue
        values[:, total] = values[:, list(parts)].sum(axis=1)
    good = ((values >= system.lower) & (values <= system.upper)).all(axis=1)
    for total, parts in system.sums:
        good &= values[:, total] == values[:, list(parts)].sum(axis=1)
    for inner, outer in system.within:
        good &= values[:, inner] <= values[:, outer]
    return values[good]


def tried(system, target):
    """Give the least and the greatest of a target among all solutions."""
    solutions = every_solution(system)
    seen = solutions[:, target.unknown] - (0 if target.less is None else solutions[:, target.less])
    return int(seen.min()), int(seen.max())


@pytest.mark.parametrize("seed", range(12))
def test_the_attack_finds_what_trying_every_table_finds(seed):
    chance = np.random.default_rng(seed)
    counts = chance.integers(0, 7, (2, 2, 1))
    system = build([known_of(carelessly([table({COUNT: counts})], SMALL))])
    aims = list(targets(system))

    found = {aim: between(system, aim) for aim in aims}

    bounded = {aim: each for aim, each in found.items() if each[1] < MOST / 2}
    assert bounded == {aim: tried(system, aim) for aim in bounded}
    assert {each.target: (each.least, each.greatest) for each in narrow(system, 3)} == {
        aim: each for aim, each in found.items() if each[1] - each[0] < 3
    }


@pytest.mark.parametrize("seed", range(6))
def test_it_knows_that_no_more_can_be_of_a_kind_than_there_are(seed):
    chance = np.random.default_rng(seed)
    den = chance.integers(3, 7, (1, 2, 1))
    system = build([known_of(carelessly([table({DEN: den, NUM: chance.integers(0, den + 1)})], SMALL))])

    for aim in targets(system):
        assert between(system, aim) == tried(system, aim)


@pytest.mark.parametrize("metric", [GROWS, STANDS])
@pytest.mark.parametrize("seed", range(4))
def test_it_puts_two_releases_together_as_trying_every_pair_of_tables_does(seed, metric):
    chance = np.random.default_rng(seed)
    counts = chance.integers(0, 6, (1, 2, 1))
    more = counts if metric == STANDS else counts + chance.integers(0, 3, counts.shape)
    releases = [
        carelessly([table({COUNT: counts}, metric=metric)], SMALL),
        carelessly([table({COUNT: more}, LATER, metric=metric)], SMALL),
    ]
    system = build(map(known_of, releases))

    for aim in targets(system):
        least, greatest = between(system, aim)
        assert greatest > MOST / 2 or (least, greatest) == tried(system, aim)


def test_a_margin_less_what_is_told_gives_a_small_count_away():
    """12 of one kind and 3 of another are 15: told 10 and 15, the 3 are known to lie between 1 and 7."""
    careless = carelessly([table({COUNT: np.array([[[12], [3]]])})])

    with pytest.raises(Leaks, match=r"imd_decile 2, 2026-Q1 .*between 1 and 7") as leaks:
        check([careless])

    assert len(leaks.value.cells) == 4, "in the quarter and in all quarters, of the place and of all places"


def test_what_one_release_leaves_out_another_must_not_tell():
    """Births of a quarter that is over stand still: told in the first release, they are known in the second."""
    before = carelessly([table({COUNT: np.array([[[22], [40]]])}, metric=STANDS)])
    after = table({COUNT: np.array([[[22], [40]]])}, LATER, metric=STANDS)
    left_out = carelessly([after], hide=lambda _cell, count: count in {22, 40})

    check([left_out])
    with pytest.raises(Leaks, match=r"imd_decile 1.*between 18 and 22"):
        check([before, left_out])


def test_a_count_that_only_grows_was_no_greater_before():
    before = carelessly([table({COUNT: np.array([[[30], [4]]])})], hide=lambda _cell, count: count in {30, 34})
    after = carelessly([table({COUNT: np.array([[[30], [5]]])}, LATER)], hide=lambda _cell, count: count == 30)

    check([before])
    system = build(map(known_of, [before, after]))
    small = [n for n, name in enumerate(system.names) if name.spot.group == "2" and name.as_of < LATER]
    assert between(system, Target(small[0]))[1] <= 37


def test_what_is_left_of_a_told_whole_is_attacked_too():
    """28 of 30 joined: of a numerator left out, what it leaves of the whole may not be known to be small either."""
    careless = carelessly(
        [table({DEN: np.array([[[30]]]), NUM: np.array([[[28]]])})], hide=lambda cell, _n: "num" in cell[0]
    )
    system = build([known_of(careless)])
    rests = [aim for aim in targets(system) if aim.less is not None]

    assert [between(system, aim) for aim in rests] == [(0, 32)] * len(rests)
    assert rests


def test_known_numbers_that_cannot_be_true_together_are_named_as_such():
    release = carelessly([table({COUNT: np.array([[[20], [30]]])})])
    known = known_of(release)
    wrong = dict(known.cells.items())
    total = next(cell for cell in wrong if cell[1].group == "all")
    wrong[total] = next(iter(told for cell, told in wrong.items() if cell[1].group == "1"))

    with pytest.raises(Contradicted):
        narrow(build([Known(known.as_of, wrong, known.tables)]), 10, [Target(0)])
