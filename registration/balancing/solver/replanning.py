"""A rota mended after an absence: not one answer but a few, from fewest changes for the others to fewest times lost.

Only the weeks of the absence, and those that share a run of weeks with them, are opened again; whatever is booked, the
office, presence and languages are kept by the same rules as ever.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.conflicts import conflicts_in_words
from registration.balancing.rules.figures import Figures, changes, figures_of, slots_per_week
from registration.balancing.rules.naming import name_centres
from registration.balancing.rules.rota import OFFICE, WEEK, Id, Instance, Registrar, Rota, rota_of
from registration.balancing.solver.conflicts import Impossible, NothingFound, any_rota
from registration.balancing.solver.highs import INFINITY, Clock, Program
from registration.balancing.solver.horizon import trouble
from registration.balancing.solver.sessions import (
    Sessions,
    Stay,
    ask_for_presence_and_languages,
    lay_out,
    must_still_open,
)

HalfDays = Collection[tuple[Id, int]]
Places = Mapping[tuple[Id, int], Id]
#: Placements of others that may change for every session lost, at most; so many plans are offered, at most.
MOST_CHANGES, MOST_PLANS = 1.25, 4
#: A minute of travel beside a time lost: it only settles what is equal otherwise.
MINUTE = 1e-4
#: What only settles ties between changes and times lost.
LITTLE = 0.01
GAP, NODES = 0.02, 200


@dataclass(frozen=True, slots=True)
class Mended:
    """One way to go on: placements of people who are there changed, sessions of the absent lost, times lost for families.

    `times_lost` counts, cluster by cluster and week by week, the families fewer that can be seen.
    """

    rota: Rota
    figures: Figures
    changed: int
    sessions_lost: int
    times_lost: int


@dataclass(frozen=True)
class _Open:
    """The program of the weeks that are open again: its costs for changes and for times lost, and what was."""

    made: Sessions
    changes: list[tuple[int, float]]
    given: int
    lost: list[tuple[int, float]]
    minutes: list[tuple[int, float]]


def without(instance: Instance, away: HalfDays) -> Instance:
    """Take people’s availability away, and the pins that hold them to it; what families have booked stays asked for."""
    return replace(
        instance,
        registrars=tuple(_absent(one, away) for one in instance.registrars),
        pins=frozenset(pin for pin in instance.pins if (pin.registrar, pin.half_day) not in away),
    )


def _absent(one: Registrar, away: HalfDays) -> Registrar:
    return replace(one, available=tuple(free and (one.id, half) not in away for half, free in enumerate(one.available)))


def mend(instance: Instance, previous: Rota, away: HalfDays, clock: Clock | None = None) -> list[Mended]:
    """Offer ways to mend a rota, fewest changes first, each with fewer times lost than the one before.

    `away` names the half-days of registrars who cannot come. Raises Impossible where the rules cannot be kept without
    them, NothingFound where time ended before the first plan.
    """
    clock = clock or Clock()
    gone = frozenset(away)
    left = without(instance, gone)
    conflicts = conflicts_in_words(left)
    if conflicts:
        raise Impossible(conflicts)
    kept = {key: centre for key, centre in previous.places().items() if key not in gone}
    missed = sorted({half // WEEK for one, half in previous.places() if (one, half) in gone})
    for weeks in (missed, range(instance.weeks)):
        mending = _Mending(left, previous, kept, gone, _open(left, previous, kept, weeks))
        found = list(mending.plans(clock))
        if found:
            return _frontier(found)
    any_rota(left, clock)
    raise NothingFound


def _open(instance: Instance, previous: Rota, kept: Places, weeks: Collection[int]) -> _Open:
    """Write down the weeks that are open again, and what each choice changes and loses; other weeks stay as they are."""
    program = Program()
    before = {key: instance.cluster_of.get(centre, OFFICE) for key, centre in kept.items()}
    elsewhere = {key: centre for key, centre in kept.items() if key[1] // WEEK not in weeks}
    opened = {(centre, half // WEEK // instance.presence_weeks) for (_, half), centre in elsewhere.items()}
    absent = must_still_open(instance) - opened
    made = lay_out(instance, program, weeks, whole=True, absent=absent)
    ask_for_presence_and_languages(made, absent, _brought(instance, elsewhere))
    given = sum(half // WEEK in weeks for _, half in kept)
    changed = [(column, float(_changed(instance, stay, before))) for column, stay in made.stays.items()]
    minutes = [(column, float(trouble(instance, stay, {}))) for column, stay in made.stays.items()]
    slots = slots_per_week(instance, previous.places())
    lost = []
    for cluster in slots:
        for week in weeks:
            lost.append(program.column())
            here = [(column, float(count)) for column, count in made.slots(cluster, week)]
            program.row([(lost[-1], 1.0), *here], lower=slots[cluster][week])
    return _Open(made, [one for one in changed if one[1]], given, [(column, 1.0) for column in lost], minutes)


def _brought(instance: Instance, places: Places) -> set[tuple[Id, int]]:
    """Name the clusters and runs of weeks to which a speaker of the cluster’s language comes."""
    needed = {cluster.id: cluster.language for cluster in instance.clusters}
    came = ((instance.cluster_of.get(centre, OFFICE), one, half) for (one, half), centre in places.items())
    return {
        (place, half // WEEK // instance.language_weeks)
        for place, one, half in came
        if place != OFFICE and needed[place] in instance.registrar[one].languages
    }


def _changed(instance: Instance, stay: Stay, before: Places) -> int:
    """Count what a stay changes, less what it keeps."""
    one = instance.registrars[stay.registrar].id
    was = [before.get((one, half)) for half in stay.halves]
    return sum((place is None) - (place == stay.place) for place in was)


@dataclass(frozen=True)
class _Mending:
    instance: Instance
    previous: Rota
    kept: Places
    away: HalfDays
    open: _Open

    def plans(self, clock: Clock) -> Iterator[Mended]:
        """Find the fewest changes there can be, then the fewest times lost for that many, and for more."""
        program, wide = self.open.made.program, self.open
        allowed = program.row(wide.changes, upper=INFINITY)
        program.only_price([*wide.changes, *((column, LITTLE * cost) for column, cost in wide.lost)])
        answer = program.solve(clock, gap=GAP, nodes=NODES)
        if not answer.found:
            return
        yield from self._made(answer.values)
        least = round(sum(cost * answer.values[column] for column, cost in wide.changes)) + wide.given
        most = max(least, floor(MOST_CHANGES * (len(self.previous.assignments) - len(self.kept))))
        costs = [*((column, LITTLE * cost) for column, cost in wide.changes), *wide.lost]
        program.only_price([*costs, *((column, MINUTE * cost) for column, cost in wide.minutes)])
        for budget in sorted({least + floor((most - least) * step / MOST_PLANS) for step in range(MOST_PLANS + 1)}):
            program.bound_row(allowed, -INFINITY, budget - wide.given)
            answer = program.solve(clock, gap=GAP, nodes=NODES, start=answer.values)
            if not answer.found or not (made := self._made(answer.values)):
                continue
            yield from (one for one in made if one.changed <= most)
            if made[0].times_lost == 0:
                return

    def _made(self, values: Sequence[float]) -> list[Mended]:
        """Name the centres of a plan and count what it comes to, if it breaks no rule."""
        people = self.instance.registrars
        weeks = self.open.made.weeks
        clusters = {
            key: self.instance.cluster_of.get(centre, OFFICE)
            for key, centre in self.kept.items()
            if key[1] // WEEK not in weeks
        }
        for column, stay in self.open.made.stays.items():
            if values[column] > 1 / 2:
                clusters |= {(people[stay.registrar].id, half): stay.place for half in stay.halves}
        rota = rota_of(name_centres(self.instance, clusters, self.kept))
        if broken_rules(self.instance, rota):
            return []
        return [
            Mended(
                rota,
                figures_of(self.instance, rota, self.previous),
                changes(dict(self.kept), rota.places()),
                len(self.previous.assignments) - len(self.kept),
                _times_lost(self.instance, self.previous, rota),
            )
        ]


def _times_lost(instance: Instance, previous: Rota, rota: Rota) -> int:
    before, after = slots_per_week(instance, previous.places()), slots_per_week(instance, rota.places())
    return sum(
        max(0, was - now) for cluster in before for was, now in zip(before[cluster], after[cluster], strict=True)
    )


def _frontier(found: Iterable[Mended]) -> list[Mended]:
    """Keep the plans of which none has both fewer changes and fewer times lost."""
    kept: list[Mended] = []
    for one in sorted(found, key=lambda one: (one.changed, one.times_lost, one.figures.travel)):
        if not kept or one.times_lost < kept[-1].times_lost:
            kept.append(one)
    return kept
