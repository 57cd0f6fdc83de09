"""The attack on what would be published: how closely can each number that is not told be worked out?

For every such number, and for what a numerator that is not told leaves of its denominator, the least and the greatest count that
agrees with everything published is found by linear programs (Fischetti and Salazar-González 2000, section 2: the attacker).
To show that a number is safe needs no extreme: two solutions far enough apart are proof. So a few programs that push many unknowns
at once, each only as far as needed, settle nearly all; the interior point method suits them, for it moves all that it may. Only the
rest have programs of their own. Unknowns that nothing binds together are attacked apart.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from registration.pilot.disclosure.system import MOST, System

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
#: How far a number found may be from a whole one and still be it; the programs are solved to about a hundredth of this.
_NEAR = 1e-4
#: Below so many unknowns the simplex method is quicker, and exact.
_SMALL = 600
_SETTLED = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible}
#: What HiGHS calls its primal simplex method.
_PRIMAL = 4
#: How often at most all that is left is pushed at once; how few are looked at one by one, and after how many vain pushes.
_PUSHES, _FEW, _IDLE = 200, 2, 3
#: From so many on that are looked at one by one, it pays to begin anew with a method that then goes from one to the next.
_MANY = 15


@dataclass(frozen=True, slots=True)
class Target:
    """What is attacked: an unknown, or what it leaves when another, `less`, is taken away."""

    unknown: int
    less: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Between which counts a target lies, and which published unknowns hold it there."""

    target: Target
    least: int
    greatest: int
    held_by: Sequence[int] = ()


class Contradicted(Exception):
    """What is known contradicts itself: no counts agree with all of it."""


def targets(system: System) -> Sequence[Target]:
    """Give all that is not told: unknowns without a number, and what is left of denominators beside such numerators."""
    hidden = [Target(int(number)) for number in np.flatnonzero(~system.told)]
    return [*hidden, *(Target(den, num) for num, den in system.shares if not system.told[num])]


def narrow(
    system: System,
    threshold: int,
    aims: Sequence[Target] | None = None,
    seen: Callable[[int, int], None] = lambda _done, _all: None,
) -> Sequence[Found]:
    """Find every target whose count can be worked out to lie between two less than `threshold` apart; all of `aims` where given.

    `seen` hears again and again how many targets are done, of how many. Raises Contradicted where no counts agree with what is
    known.
    """
    wanted = targets(system) if aims is None else aims
    found: list[Found] = []
    done = 0
    for part in _parts(system, wanted):
        found += part.narrow(threshold, lambda here, before=done: seen(before + here, len(wanted)))  # type: ignore[misc]
        done += len(part.members)
        seen(done, len(wanted))
    return found


def between(system: System, target: Target) -> tuple[int, int]:
    """Find the least and the greatest count a target can have. Raises Contradicted where nothing agrees with what is known."""
    return next(_parts(system, [target])).extremes(0)


@dataclass(frozen=True)
class _Bound:
    """Those unknowns and rules of a system that are bound together, and where each unknown stands among them."""

    system: System
    unknowns: Ints
    sums: Sequence[tuple[int, Sequence[int]]]
    within: Sequence[tuple[int, int]]

    @property
    def place(self) -> Mapping[int, int]:
        """Number the unknowns anew, from 0."""
        return {int(number): column for column, number in enumerate(self.unknowns)}

    def rows(self) -> tuple[csr_array, Floats]:
        """Give the rules as rows, at least 0, and the most of each: a sum less its margin is 0, what is within leaves any rest."""
        place, entries = self.place, []
        for row, (total, parts) in enumerate(self.sums):
            entries += [(row, place[total], -1.0), *((row, place[part], 1.0) for part in parts)]
        for row, (inner, outer) in enumerate(self.within, len(self.sums)):
            entries += [(row, place[inner], -1.0), (row, place[outer], 1.0)]
        rows, columns, values = np.array(entries, dtype=np.float64).reshape(-1, 3).T
        most = np.repeat([0.0, MOST], [len(self.sums), len(self.within)])
        shape = (len(most), len(self.unknowns))
        return coo_array((values, (rows.astype(np.intp), columns.astype(np.intp))), shape=shape).tocsr(), most


def _parts(system: System, aims: Sequence[Target]) -> Iterator["_Part"]:
    """Part a system into what is bound together, as far as there are targets."""
    labels = _labels(system)
    members: dict[int, list[Target]] = {}
    for aim in aims:
        members.setdefault(int(labels[aim.unknown]), []).append(aim)
    sums: list[list[tuple[int, Sequence[int]]]] = [[] for _ in range(labels.max(initial=0) + 1)]
    within: list[list[tuple[int, int]]] = [[] for _ in sums]
    for each in system.sums:
        sums[labels[each[0]]].append(each)
    for pair in system.within:
        if system.upper[pair[0]] > system.lower[pair[1]]:  # otherwise it says nothing
            within[labels[pair[0]]].append(pair)
    for label, there in sorted(members.items()):
        yield _Part(_Bound(system, np.flatnonzero(labels == label), sums[label], within[label]), there)


def _labels(system: System) -> Ints:
    pairs = [(total, part) for total, parts in system.sums for part in parts]
    one, other = np.array([*pairs, *system.within, *system.shares], dtype=np.intp).reshape(-1, 2).T
    size = len(system.names)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    labels: Ints = connected_components(graph, directed=False)[1].astype(np.intp)
    return labels


class _Part:
    """A part of a system under attack: a linear program solved again and again, and how far apart its solutions lie so far."""

    def __init__(self, bound: _Bound, members: Sequence[Target]) -> None:
        place = bound.place
        self.bound, self.members = bound, members
        self.upper = bound.system.upper[bound.unknowns]
        self.one = np.array([place[aim.unknown] for aim in members], dtype=np.intp)
        self.less = np.array([-1 if aim.less is None else place[aim.less] for aim in members], dtype=np.intp)
        self.least, self.greatest = np.full(len(members), np.inf), np.full(len(members), -np.inf)
        self.prices = np.zeros(len(self.upper))
        self.program = _Program(bound.system.lower[bound.unknowns], self.upper, bound.rows())

    def narrow(self, threshold: int, seen: Callable[[int], None]) -> Sequence[Found]:
        """Find the targets of this part that are too closely known; `seen` hears how many are done."""
        self._push(threshold, seen)
        if len(self._left(threshold)) > _MANY:
            self.program.go_step_by_step()
        found = []
        left = self._left(threshold)
        for done, number in enumerate(map(int, left), len(self.members) - len(left)):
            seen(done)
            least, greatest = self.extremes(number)
            if greatest - least < threshold:
                found.append(Found(self.members[number], least, greatest, self._held_by()))
        return found

    def extremes(self, number: int) -> tuple[int, int]:
        """Find the least and the greatest count of a target."""
        self.prices[:] = 0.0
        for sign in (-1.0, 1.0):
            self._see(self.program.solve(sign * self._costs(np.array([number]), np.ones(1))))
            self.prices = np.maximum(self.prices, np.abs(self.program.prices()))
        return int(self._low()[number]), int(self._high()[number])

    def _push(self, threshold: int, seen: Callable[[int], None]) -> None:
        """Push all that is not yet known to be safe at once: down first, then up, until that settles little more."""
        everything = np.arange(len(self.members))
        self._see(self.program.solve(self._costs(everything, np.ones(len(everything)))))
        chance, idle = np.random.default_rng(1), 0
        for turn in range(1, _PUSHES + 1):
            left = self._left(threshold)
            seen(len(self.members) - len(left))
            if len(left) <= _FEW or idle == _IDLE:
                break
            costs = self._costs(left, chance.uniform(0.2, 1.0, len(left)))
            self._see(self.program.solve(costs if turn % 8 == 0 else -costs, self._ceiling(left, threshold)))
            idle = idle + 1 if len(self._left(threshold)) == len(left) else 0

    def _ceiling(self, left: Ints, threshold: int) -> Floats:
        """Let no unknown be pushed further than is needed to show that it is safe: what it does not take others can."""
        upper, single = self.upper.copy(), left[self.less[left] < 0]
        needed = np.maximum(self._low()[single] + threshold, self.greatest[single])
        upper[self.one[single]] = np.minimum(upper[self.one[single]], needed)
        return upper

    def _left(self, threshold: int) -> Ints:
        """Give the targets of which no two solutions lie far enough apart yet, in whole numbers."""
        return np.flatnonzero(self._high() - self._low() < threshold)

    def _low(self) -> Floats:
        return np.ceil(self.least - _NEAR)

    def _high(self) -> Floats:
        return np.floor(self.greatest + _NEAR)

    def _costs(self, numbers: Ints, weights: Floats) -> Floats:
        costs, taken = np.zeros(len(self.upper)), self.less[numbers] >= 0
        np.add.at(costs, self.one[numbers], weights)
        np.subtract.at(costs, self.less[numbers][taken], weights[taken])
        return costs

    def _see(self, values: Floats) -> None:
        seen = values[self.one] - np.where(self.less >= 0, values[self.less], 0.0)
        self.least, self.greatest = np.minimum(self.least, seen), np.maximum(self.greatest, seen)

    def _held_by(self) -> Sequence[int]:
        """Give the published unknowns whose bounds kept the target last looked at from being less, or greater."""
        held = self.bound.unknowns[np.flatnonzero(self.prices > _NEAR)]
        return [int(each) for each in held if self.bound.system.told[each]]


class _Program:
    """A thin hand on HiGHS: one set of rows, and costs and upper bounds that change."""

    def __init__(self, lower: Floats, upper: Floats, rows: tuple[csr_array, Floats]) -> None:
        matrix, most = rows
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(lower), len(most)
        model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(len(lower)), lower, upper
        model.row_lower_, model.row_upper_ = np.zeros(len(most)), most
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = matrix.data
        self._lower, self._upper = lower, upper
        self._columns = np.arange(len(lower), dtype=np.int32)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        method = "simplex" if len(lower) < _SMALL else "ipm"
        for name, value in (("output_flag", False), ("threads", 1), ("solver", method), ("run_crossover", "off")):
            self._highs.setOptionValue(name, value)
        self._highs.passModel(model)

    def go_step_by_step(self) -> None:
        """From now on go from solution to solution by the primal simplex method: quick where the next is near, and exact."""
        self._highs.setOptionValue("solver", "simplex")
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)

    def solve(self, costs: Floats, upper: Floats | None = None) -> Floats:
        """Find a solution of least cost. Raises Contradicted where there is none at all."""
        self._highs.changeColsBounds(len(costs), self._columns, self._lower, self._upper if upper is None else upper)
        self._highs.changeColsCost(len(costs), self._columns, costs)
        self._highs.run()
        if self._highs.getModelStatus() not in _SETTLED:  # the interior point method has lost its way
            self.go_step_by_step()
            self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Contradicted
        return np.array(self._highs.getSolution().col_value)

    def prices(self) -> Floats:
        """Give what each unknown's bounds cost in the last solution."""
        return np.array(self._highs.getSolution().col_dual)
