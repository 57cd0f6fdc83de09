"""What sums alone give away: the bounds of each unknown drawn closer by every sum it stands in, again and again.

This is much less than the attack finds, and takes almost no time: whatever is too close here need not be attacked to know it.
"""

from collections.abc import Callable, Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from registration.pilot.disclosure.system import MOST, System

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_PASSES = 30


class Rules:
    """The sums of a system, and what is within what, as signs: in each rule parts less their margin are 0, or leave any rest."""

    def __init__(self, system: System) -> None:
        entries: list[tuple[int, int, float]] = []
        for rule, (total, parts) in enumerate(system.sums):
            entries += [(rule, total, -1.0), *((rule, part, 1.0) for part in parts)]
        for rule, (inner, outer) in enumerate(system.within, len(system.sums)):
            entries += [(rule, inner, -1.0), (rule, outer, 1.0)]
        rules, unknowns, signs = np.array(entries, dtype=np.float64).reshape(-1, 3).T
        self.rule, self.unknown, self.plus = rules.astype(np.intp), unknowns.astype(np.intp), signs > 0
        self.count = len(system.sums) + len(system.within)
        self.rest = np.repeat([0.0, MOST], [len(system.sums), len(system.within)])[self.rule]
        self.starts = np.searchsorted(self.rule, np.arange(self.count + 1))

    def members(self, rule: int) -> Ints:
        """Give the unknowns of a rule."""
        return self.unknown[self.starts[rule] : self.starts[rule + 1]]

    def implied(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Give, for each unknown in each rule, what the others of the rule leave it: the least and the greatest."""
        low, high = lower[self.unknown], upper[self.unknown]
        least, greatest = np.where(self.plus, low, -high), np.where(self.plus, high, -low)
        others_least = np.bincount(self.rule, least, self.count)[self.rule] - least
        others_greatest = np.bincount(self.rule, greatest, self.count)[self.rule] - greatest
        return (
            np.where(self.plus, -others_greatest, others_least - self.rest),
            np.where(self.plus, self.rest - others_least, others_greatest),
        )

    def drawn(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Draw the bounds of all unknowns as close as their rules, used again and again, allow."""
        lower, upper = lower.copy(), upper.copy()
        for _ in range(_PASSES):
            least, greatest = self.implied(lower, upper)
            before = lower.sum() - upper.sum()
            np.maximum.at(lower, self.unknown, least)
            np.minimum.at(upper, self.unknown, greatest)
            if lower.sum() - upper.sum() <= before:
                break
        return lower, upper


def holders(system: System, threshold: int, choose: Callable[[Ints], Collection[int]]) -> Iterator[int]:
    """Choose, one after the other, published unknowns to leave out until no sum gives an unpublished one away.

    `choose` chooses among published unknowns those that go together, or none where none may be left out. The system's bounds
    change as it is done. What cannot be mended here is left to the attack.
    """
    rules = Rules(system)
    while True:
        lower, upper = rules.drawn(system.lower, system.upper)
        close = np.flatnonzero(~system.told & (upper - lower < threshold))
        chosen = set(_chosen(rules, system, (lower, upper), close, choose))
        if not chosen:
            return
        for number in chosen:
            system.lower[number], system.upper[number], system.told[number] = 0.0, MOST, False
        yield from chosen


def _chosen(
    rules: Rules, system: System, bounds: tuple[Floats, Floats], close: Ints, choose: Callable[[Ints], Collection[int]]
) -> Iterator[int]:
    """Choose one of the rules that hold each unknown which is too close; a rule that has one already is not asked again."""
    _, greatest = rules.implied(*bounds)
    done: set[int] = set()
    tightest = np.lexsort((greatest, rules.unknown))
    first = np.searchsorted(rules.unknown[tightest], close)
    last = np.searchsorted(rules.unknown[tightest], close, side="right")
    for start, end in zip(first, last, strict=True):
        held = tightest[start:end]
        by = {int(rules.rule[each]) for each in held if greatest[each] < MOST / 2}
        if by & done:
            continue
        for each in held:
            members = rules.members(int(rules.rule[each]))
            if numbers := choose(members[system.told[members]]):
                done.add(int(rules.rule[each]))
                yield from numbers
                break
