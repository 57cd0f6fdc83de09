"""Tables made safe to publish: small counts left out, others rounded, and more left out until an attack finds nothing too close.

Which more are left out is chosen in two steps. Where sums alone tell too closely what they leave out, the smallest other count of
the closest sum is left out too, until none does. Then the attack says of each number that is still too closely known which
published counts hold it there; the smallest of those is left out, and what was too close, or is newly left out, is attacked again.
Leaving out more never tells more, so what was safe stays safe. A number that an earlier release told, and
that cannot have changed since, is not left out now: everybody has it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from registration.pilot.disclosure.attack import Contradicted, Found, Target, narrow, targets
from registration.pilot.disclosure.bounds import holders
from registration.pilot.disclosure.catalogue import Table
from registration.pilot.disclosure.rules import (
    ALL,
    ATTACKED,
    AUTHORITY,
    COUNT,
    DEN,
    MARK,
    NONE,
    NUM,
    PERCENT,
    Leaks,
    PublishedCell,
    PublishedTable,
    Release,
    Settings,
    Spot,
    counted,
    inner_counts,
    percentage,
    stands_still,
)
from registration.pilot.disclosure.system import NOT_TOLD, Cell, Known, Name, System, Told, build, known_of, told

#: How often more is left out before the release is given up.
_ROUNDS = 60
_EVERYBODY = Spot(AUTHORITY, ALL, NONE, ALL, ALL)
Teller = Callable[[str], None]


def protect(
    tables: Sequence[Table],
    settings: Settings | None = None,
    earlier: Sequence[Release] = (),
    *,
    tell: Teller = lambda _sentence: None,
) -> Release:
    """Make tables safe to publish beside every earlier release; raises Leaks, naming the cells, where that cannot be done.

    What comes back was attacked: every number that it, or an earlier release, does not tell lies in an interval at least as wide
    as the threshold, whatever is put together. All tables are of one as-of date, later than those before. Where an earlier
    release contradicts this one, data were revised in between, and the two are attacked each for itself.

    Numbers of everybody are what a report begins with, so they are told unless they are small; where nothing else that could be
    left out protects the small ones, they may be left out too.
    """
    known = [known_of(release) for release in earlier]
    try:
        return _protected(_Draft(tables, settings or Settings(), known, keep_totals=True), tell)
    except Leaks:
        tell("The numbers of everybody cannot all be told")
        return _protected(_Draft(tables, settings or Settings(), known), tell)


def _protected(draft: "_Draft", tell: Teller) -> Release:
    tied = True
    try:
        _withstand(draft, tell, tied=True)
    except Contradicted:
        tied = False
        tell("An earlier release contradicts this one: the data have been revised since")
        _withstand(draft, tell, tied=False)
    return draft.release(revised=not tied)


def check(releases: Sequence[Release]) -> None:
    """Attack releases as they are published, all together; raises Leaks, naming each cell that is too closely known."""
    threshold = max(releases, key=lambda release: release.as_of).settings.threshold
    system = build(map(known_of, releases))
    try:
        found = narrow(system, threshold)
    except Contradicted:
        system = build(map(known_of, releases), tied=False)
        found = narrow(system, threshold)
    if found:
        raise Leaks(_named(system, found))


@dataclass
class _Aim:
    """A target by the names of its unknowns: numbers change when a system is built anew."""

    one: Name
    less: Name | None

    @classmethod
    def of(cls, system: System, target: Target) -> "_Aim":
        """Name a target of a system."""
        return cls(system.names[target.unknown], None if target.less is None else system.names[target.less])

    def found_in(self, system: System) -> Target:
        """Give the target in another system of the same names."""
        return Target(system.number[self.one], None if self.less is None else system.number[self.less])


def _withstand(draft: "_Draft", tell: Teller, *, tied: bool) -> None:
    """Leave out more until the attack finds nothing; raises Leaks where nothing more can be left out."""
    draft.leave_out_by_sums(tied=tied)
    tell(f"{len(draft.hidden):,} counts are left out; now the attack")
    system = build(draft.all_known(), tied=tied)
    found = narrow(system, draft.settings.threshold, seen=_telling(tell))
    for _ in range(_ROUNDS):
        if not found:
            return
        more = draft.which_hold(system, found)
        if not more:
            break
        draft.hidden |= more
        tell(f"{_are(len(found), 'number')} known too closely; {_are(len(more), 'more')} left out")
        aims = [_Aim.of(system, each.target) for each in found]
        system = build(draft.all_known(), tied=tied)
        found = narrow(system, draft.settings.threshold, draft.again(system, aims, more), _telling(tell))
    raise Leaks(_named(system, found))


def _are(number: int, what: str) -> str:
    """Write how many of something are, or that one is: 2 numbers are, 1 number is, 1 more is."""
    return f"{number:,} {what}{'' if number == 1 or what == 'more' else 's'} {'is' if number == 1 else 'are'}"


def _telling(tell: Teller) -> Callable[[int, int], None]:
    """Give what tells how far the attack is, each time another twentieth of it is done."""
    last = 0

    def seen(done: int, every: int) -> None:
        """Tell how many numbers have been attacked so far."""
        nonlocal last
        if 20 * (done - last) >= every and done > last:
            last = done
            tell(f"{ATTACKED}{done:,} of {every:,} numbers left out are dealt with")

    return seen


def _named(system: System, found: Iterable[Found]) -> Sequence[str]:
    return [
        f"{'the rest of ' if each.target.less is not None else ''}{system.names[each.target.unknown]} "
        f"would be known to lie between {each.least} and {each.greatest}"
        for each in found
    ]


class _Draft:
    """The tables on their way: their exact counts, and which are left out so far."""

    def __init__(
        self, tables: Sequence[Table], settings: Settings, earlier: Sequence[Known], *, keep_totals: bool = False
    ) -> None:
        self.tables, self.settings, self.earlier, self.as_of = tables, settings, earlier, tables[0].as_of
        self.truth = _exact(tables)
        self.shares = {
            (counted(table.metric, NUM), spot.meaning): (counted(table.metric, DEN), spot.meaning)
            for table in tables
            if NUM in table.counts
            for spot in table.counts[NUM]
        }
        before = [
            (cell, known.told) for release in earlier for cell, known in release.cells.items() if _still(cell, release)
        ]
        self.fixed = {cell for cell, told_then in before if told_then}
        self.shown = [
            ([counted(table.metric, measure) for measure in table.counts], list(next(iter(table.counts.values()))))
            for table in tables
        ]
        self.inner = inner_counts(count for count, _ in self.truth)
        self.hidden = {cell for cell, count in self.truth.items() if count < settings.threshold}
        self.hidden |= {
            num for num, den in self.shares.items() if self.truth[den] - self.truth[num] < settings.threshold
        }
        # What was left out then, and has not changed since, would now be told of then.
        self.hidden |= {cell for cell, told_then in before if not told_then and cell in self.truth}
        if keep_totals:
            self.fixed |= {cell for cell in self.truth if cell[1] == _EVERYBODY and cell not in self.hidden}

    def known(self) -> Known:
        """Give what would be known of this release alone."""
        return Known(self.as_of, {cell: self._told(cell) for cell in self.truth}, self.shown)

    def all_known(self) -> Sequence[Known]:
        """Give what would be known of all releases."""
        return [*self.earlier, self.known()]

    def _told(self, cell: Cell) -> Told:
        return NOT_TOLD if cell in self.hidden else told(self.settings.rounded(self.truth[cell]), self.settings)

    def leave_out_by_sums(self, *, tied: bool) -> None:
        """Leave out more until no sums alone tell too closely what they leave out."""
        system = build(self.all_known(), tied=tied)

        def choose(numbers: Iterable[int]) -> Collection[int]:
            cells = self._smallest(system.names[int(number)] for number in numbers)
            return [system.number[Name(self.as_of, *cell)] for cell in cells]

        self.hidden |= {system.names[number].cell for number in holders(system, self.settings.threshold, choose)}

    def _smallest(self, names: Iterable[Name]) -> Collection[Cell]:
        """Choose the smallest count that may be left out, and with it all that is counted within it: they would tell of it."""
        free = [name.cell for name in names if self._is_free(name)]
        if not free:
            return ()
        count, spot = min(free, key=self._cost)
        inner = [(each, spot) for each in self.inner[count] if (each, spot) in self.truth]
        return [(count, spot), *(cell for cell in inner if cell not in self.hidden | self.fixed)]

    def _is_free(self, name: Name) -> bool:
        """Say whether a count may be left out: it is of this release, told so far, and no earlier release has told it."""
        return name.as_of == self.as_of and name.cell not in self.hidden and name.cell not in self.fixed

    def _cost(self, cell: Cell) -> tuple[int, int, Cell]:
        """Say what is lost when a count is left out: the more counts within it go too, then the more people, the more."""
        return len(self.inner[cell[0]]), self.truth[cell], cell

    def which_hold(self, system: System, found: Iterable[Found]) -> set[Cell]:
        """Choose which published counts to leave out too: for each that is too closely known, the smallest that holds it there."""
        chosen: set[Cell] = set()
        for each in found:
            names = [system.names[number] for number in each.held_by]
            if not chosen & {name.cell for name in names}:
                chosen |= set(self._smallest(names))
        return chosen

    def again(self, system: System, aims: Iterable[_Aim], more: set[Cell]) -> Sequence[Target] | None:
        """Say what is to be attacked again now that more is left out; None for everything.

        The total of a quarter says whether its counts have stood still; without it they may have.
        """
        if any(cell[1].place == ALL and cell[1].group == ALL for cell in more):
            return None
        new = {system.number[Name(self.as_of, *cell)] for cell in more}
        fresh = [each for each in targets(system) if (each.unknown if each.less is None else each.less) in new]
        return [*(aim.found_in(system) for aim in aims), *fresh]

    def release(self, *, revised: bool) -> Release:
        """Give the tables as they may be published."""
        small = sum(self.truth[cell] < self.settings.threshold for cell in self.hidden)
        made = [self._published(table) for table in self.tables]
        return Release(self.as_of, self.settings, made, len(self.hidden) - small, revised)

    def _published(self, table: Table) -> PublishedTable:
        spots = next(iter(table.counts.values()))
        cells = [cell for spot in spots for cell in self._cells(table, spot)]
        return PublishedTable(table.metric, table.title, table.geography, table.characteristic, cells)

    def _cells(self, table: Table, spot: Spot) -> Iterator[PublishedCell]:
        values: dict[str, float | None] = {
            measure: self._value((counted(table.metric, measure), spot.meaning)) for measure in table.counts
        }
        if COUNT not in values:
            told_both = None not in values.values()
            num, den = table.counts[NUM][spot], table.counts[DEN][spot]
            values[PERCENT] = percentage(num, den, self.settings) if told_both else None
        for measure, value in values.items():
            yield PublishedCell(table.metric, *spot, measure, value, "" if value is not None else MARK)

    def _value(self, cell: Cell) -> float | None:
        return None if cell in self.hidden else float(self.settings.rounded(self.truth[cell]))


def _still(cell: Cell, release: Known) -> bool:
    """Say whether a count can have changed no more since a release."""
    return stands_still(cell[0], cell[1].quarter, release.as_of)


def _exact(tables: Sequence[Table]) -> Mapping[Cell, int]:
    """Give the exact count of every cell. Raises ValueError where two tables count one cell differently."""
    found: dict[Cell, int] = {}
    for table in tables:
        for measure, counts in table.counts.items():
            for spot, number in counts.items():
                cell = counted(table.metric, measure), spot.meaning
                if found.setdefault(cell, number) != number:
                    raise ValueError(f"Two tables differ: {cell[0]}, {cell[1]}.")
    return found
