"""How often a lot drawn otherwise would have shown as great an effect: the test that rests on the lot alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import factorial, prod
from typing import final

import numpy as np
from scipy import linalg

from registration.pilot.effect.panel import CannotTell, Indices, Numbers, Panel
from registration.pilot.effect.regression import dummies

#: Up to so many distinct orders all are looked at; of more, a sample is drawn.
ALL_ORDERS = 500_000
SAMPLED = 200_000
_SEED = 1
_AT_ONCE = 5_000
#: Two effects that differ by less than this are the same number, written by arithmetic in two ways.
_EQUAL = 1e-12


@final
@dataclass(frozen=True)
class Permuted:
    """The share of orders of the lot with an effect at least as great, how many were looked at, and whether those were all."""

    p: float
    orders: int
    exact: bool


def permutation(panel: Panel, all_orders: int = ALL_ORDERS, sampled: int = SAMPLED) -> Permuted:
    """Permute the first live months over the units of the lot, and count the orders whose |d| reaches the observed one's.

    d is that of the regression on centre, month and d·live, weighted by families. Distinct orders are counted, the observed among
    them; where there are more than `all_orders` of them, the observed and a seeded sample of `sampled` - 1. An order that cannot
    tell an effect counts as reaching it. Fisher (1935); Phipson and Smyth (2010) for the sample.
    """
    units = sorted({panel.units[centre] for centre in np.unique(panel.centre)})
    idle = {unit: _idle(panel.months, start) for unit, start in zip(panel.units, panel.starts, strict=True)}
    starts = sorted({idle[unit] for unit in units})
    given = np.array([starts.index(idle[unit]) for unit in units])
    counts = np.bincount(given)
    orders = distinct_orders(counts)
    exact = orders <= all_orders
    effect = _Effects(panel, units, starts)
    observed = effect.of(given[None])[0]
    if not np.isfinite(observed):
        raise CannotTell
    drawn = every_order(counts) if exact else _sample(given, sampled - 1)
    reached = sum(int((np.abs(effect.of(each)) >= abs(observed) - _EQUAL).sum()) for each in drawn)
    return Permuted(reached / orders, orders, exact) if exact else Permuted((reached + 1) / sampled, sampled, exact)


def _idle(months: Indices, start: int | None) -> int:
    """Count the months of the panel before a start: two starts that leave the same months are the same to it."""
    return len(months) if start is None else int(np.searchsorted(months, start))


def distinct_orders(counts: Indices) -> int:
    """Count the ways in which so many units of each kind can be put into an order."""
    return factorial(int(counts.sum())) // prod(factorial(int(count)) for count in counts)


def every_order(counts: Indices) -> Iterator[Indices]:
    """Give all distinct orders of so many units of each kind, some thousands at once: rows of kinds, orders x units."""
    total = distinct_orders(counts)
    for begin in range(0, total, _AT_ONCE):
        yield _unranked(np.arange(begin, min(begin + _AT_ONCE, total)), counts)


def _unranked(rank: Indices, counts: Indices) -> Indices:
    """Give the orders of these ranks in the order of a dictionary: Knuth, The Art of Computer Programming 4A, 7.2.1.2."""
    units, kinds = int(counts.sum()), len(counts)
    left = np.tile(counts.astype(np.int64), (len(rank), 1))
    ways = np.full(len(rank), distinct_orders(counts), dtype=np.int64)
    orders = np.zeros((len(rank), units), dtype=np.int64)
    for place in range(units):
        waiting = np.ones(len(rank), dtype=bool)
        for kind in range(kinds):
            begun = ways * left[:, kind] // (units - place)
            here = waiting & (rank < begun)
            orders[here, place] = kind
            rank = np.where(waiting & ~here, rank - begun, rank)
            ways = np.where(here, begun, ways)
            left[here, kind] -= 1
            waiting &= ~here
    return orders


def _sample(given: Indices, size: int) -> Iterator[Indices]:
    chance = np.random.default_rng(_SEED)
    for begin in range(0, size, _AT_ONCE):
        yield chance.permuted(np.tile(given, (min(_AT_ONCE, size - begin), 1)), axis=1)


class _Effects:
    """The effect under any order of the lot, from tables made once: d = Σ r·live / live'WM·live, M leaving centre and month out.

    Frisch and Waugh (1933): only what live has beyond centre and month counts. Centres are left out by subtracting their mean, for
    which each unit and start has its own table; months by projecting on what they have beyond centres.
    """

    def __init__(self, panel: Panel, units: Sequence[str], starts: Sequence[int]) -> None:
        self._places = np.arange(len(units)) * len(starts)
        unit = np.array([units.index(panel.units[centre]) for centre in panel.centre])
        live = (np.searchsorted(panel.months, panel.month)[:, None] >= np.array(starts)).astype(float)
        columns = (dummies(unit)[:, :, None] * live[:, None, :]).reshape(len(unit), -1)
        within = _within(panel, columns)
        months = _within(panel, dummies(panel.month))
        weight = panel.families[:, None]
        basis = linalg.orth(months * np.sqrt(weight))
        root = np.sqrt(panel.families)
        share = _within(panel, panel.share[:, None])[:, 0] * root
        residual = (share - basis @ (basis.T @ share)) * root
        self._numerator = residual @ within
        self._own = panel.families @ within**2
        self._months = (within * root[:, None]).T @ basis
        self._least = 1e-10 * float(panel.families.sum())

    def of(self, orders: Indices) -> Numbers:
        """Give d for orders, rows of the index of each unit's start; infinite where it cannot be told."""
        chosen = np.zeros((len(orders), len(self._numerator)))
        np.put_along_axis(chosen, orders + self._places, 1.0, axis=1)
        below = chosen @ self._own - ((chosen @ self._months) ** 2).sum(axis=1)
        told = below > self._least
        effects: Numbers = np.where(told, chosen @ self._numerator, np.inf) / np.where(told, below, 1.0)
        return effects


def _within(panel: Panel, columns: Numbers) -> Numbers:
    """Take from each column its mean over the centre, weighted by families."""
    total = np.bincount(panel.centre, panel.families)
    sums = np.zeros((len(total), columns.shape[1]))
    np.add.at(sums, panel.centre, columns * panel.families[:, None])
    return columns - (sums / np.where(total > 0, total, 1.0)[:, None])[panel.centre]
