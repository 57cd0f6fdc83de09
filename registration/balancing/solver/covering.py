"""Ways to staff what somebody absent leaves: from no change for anybody else to fewest families and times lost.

Unlike `mend` this asks for no rule that the rota without the absent does not keep, for families can be offered other times: so
there is always one way, to change nobody. A time that a family has booked counts before a centre that opens, or a language that
is brought, once in its weeks; and that before free times.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor

from registration.balancing.rules.absence import (
    HalfDays,
    Left,
    Places,
    Way,
    best_first,
    centres_named,
    torn_days,
    without_the_absent,
)
from registration.balancing.rules.checking import Rule, broken_rules
from registration.balancing.rules.figures import changes, slots_per_week
from registration.balancing.rules.rota import OFFICE, WEEK, Cluster, Id, Instance, Rota, rota_of
from registration.balancing.solver.highs import INFINITY, Clock, Program
from registration.balancing.solver.replanning import LITTLE, MINUTE, MOST_CHANGES, MOST_PLANS, NODES
from registration.balancing.solver.sessions import Sessions, lay_out, spoken

#: A time that a family has booked, beside times nobody has booked yet.
FAMILY = 1000.0
#: A centre that does not open in its weeks any more, or a language that is not brought, beside free times.
RULE = 30.0
_COUNTED = {Rule.PRESENCE, Rule.LANGUAGE}


def cover(
    instance: Instance, previous: Rota, away: HalfDays, left: Sequence[Left], clock: Clock | None = None
) -> list[Way]:
    """Offer ways to staff what the absent leave, fewest changes first, each of more use than the one before.

    `away` names the half-days in which they cannot come, `left` their sessions then.
    """
    return best_first(list(_Covering(instance, previous, frozenset(away), left).ways(clock or Clock())))


@dataclass(frozen=True)
class _Covering:
    given: Instance
    previous: Rota
    away: HalfDays
    left: Sequence[Left]

    @cached_property
    def kept(self) -> dict[tuple[Id, int], Id]:
        """Where everybody else is."""
        return {key: centre for key, centre in self.previous.places().items() if key not in self.away}

    @cached_property
    def torn(self) -> dict[tuple[Id, int], Id]:
        """What no plan would have, and stays as it is."""
        torn = torn_days(self.given, self.kept)
        return {key: centre for key, centre in self.kept.items() if key in torn}

    @cached_property
    def movable(self) -> dict[tuple[Id, int], Id]:
        """Where everybody is whose day the program decides."""
        return {key: centre for key, centre in self.kept.items() if key not in self.torn}

    @cached_property
    def instance(self) -> Instance:
        """What the program is written for: without the absent, and without the days that stay as they are."""
        stays = [Left(0, one, centre, (half,), 1, frozenset()) for (one, half), centre in self.torn.items()]
        gone = {*self.away, *self.torn, *((one, half ^ 1) for one, half in self.torn)}
        return without_the_absent(self.given, self.movable, gone, [*self.left, *stays])

    @cached_property
    def weeks(self) -> list[int]:
        """The weeks in which something is lost."""
        return sorted({half // WEEK for one, half in self.previous.places() if (one, half) in self.away})

    @cached_property
    def booked(self) -> list[Left]:
        """Sessions whose families may keep their time."""
        return [one for one in self.left if one.can_be_kept]

    # ---- the ways

    def ways(self, clock: Clock) -> Iterator[Way]:
        """Find the best way for some numbers of changes."""
        yield self._way(self.kept, {})
        lost = len(self.previous.places()) - len(self.kept)
        most = floor(MOST_CHANGES * lost)
        if not most:
            return
        asked = _Asked(self)
        answer: Sequence[float] = ()
        for budget in sorted({max(1, floor(most * step / MOST_PLANS)) for step in range(1, MOST_PLANS + 1)}):
            answer = asked.solve(budget, clock, answer)
            if not answer:
                return
            way = self._made(asked, answer)
            if way is not None and way.changed <= most:
                yield way
                if (way.families_lost, way.times_lost) == (0, 0):
                    return

    def _made(self, asked: "_Asked", values: Sequence[float]) -> Way | None:
        """Say who is at which centre; None where a rule would be broken that is kept without the absent."""
        people = self.instance.registrars
        takers = {one.key: who for column, (one, who) in asked.taking.items() if values[column] > 1 / 2}
        seats = {
            (who, half): one.centre for one in self.booked if (who := takers.get(one.key)) for half in one.half_days
        }
        clusters = self._elsewhere()
        for column, stay in asked.made.stays.items():
            if values[column] > 1 / 2:
                clusters |= {(people[stay.registrar].id, half): stay.place for half in stay.halves}
        stuck = [
            Left(0, one.registrar, one.centre, one.half_days, 1, frozenset())
            for one in self.booked
            if one.key not in takers
        ]
        room = without_the_absent(self.instance, self.movable, frozenset(), stuck)
        places = centres_named(room, clusters, self.movable, seats)
        broken = {each.sentence for each in broken_rules(room, rota_of(places)) if each.rule not in _COUNTED}
        if broken - {each.sentence for each in broken_rules(self.instance, rota_of(self.movable))}:
            return None
        return self._way(places | self.torn, takers)

    def _elsewhere(self) -> dict[tuple[Id, int], Id]:
        """Give the clusters of weeks that are not opened again."""
        return {
            key: self.instance.cluster_of[centre]
            for key, centre in self.movable.items()
            if key[1] // WEEK not in self.weeks
        }

    def _way(self, places: Places, takers: dict[int, Id]) -> Way:
        before, after = (slots_per_week(self.given, dict(each)) for each in (self.previous.places(), places))
        families = sum(one.families for one in self.left)
        kept = sum(one.families for one in self.left if one.key in takers)
        return Way(
            rota=rota_of(places),
            changed=changes(self.kept, dict(places)),
            sessions_lost=len(self.previous.places()) - len(self.kept),
            times_lost=sum(
                max(0, was - now) for one in before for was, now in zip(before[one], after[one], strict=True)
            ),
            families_kept=kept,
            families_lost=families - kept,
            takers=tuple(sorted(takers.items())),
        )


class _Asked:
    """The program of the weeks in which something is lost: its rows, and what its columns cost."""

    def __init__(self, of: _Covering) -> None:
        self.of, self.program = of, Program()
        self.made: Sessions = lay_out(of.instance, self.program, of.weeks, whole=True, absent=())
        self.taking: dict[int, tuple[Left, Id]] = {}
        self.changes: list[tuple[int, float]] = []
        self.losses: list[tuple[int, float]] = []
        self.minutes: list[tuple[int, float]] = []
        self._stays()
        self._opened()
        self._spoken()
        self._duties()
        for one in of.booked:
            self._family(one)
        self._times()
        self.given = sum(half // WEEK in of.weeks for _, half in of.movable)
        self.allowed = self.program.row(self.changes, upper=INFINITY)

    def solve(self, budget: int, clock: Clock, start: Sequence[float]) -> Sequence[float]:
        """Lose as little as can be with so many changes; nothing where nothing was found."""
        self.program.bound_row(self.allowed, -INFINITY, budget - self.given)
        self.program.only_price(
            [*((column, LITTLE * cost) for column, cost in self.changes), *self.losses, *self.minutes]
        )
        answer = self.program.solve(clock, gap=LITTLE / 2, nodes=NODES, start=start)
        return answer.values if answer.found else ()

    def _stays(self) -> None:
        """Price what each stay changes, less what it keeps, and the way of those who come anew."""
        people, cluster = self.of.instance.registrars, self.of.instance.cluster_of
        for column, stay in self.made.stays.items():
            one = people[stay.registrar]
            was = [self.of.movable.get((one.id, half)) for half in stay.halves]
            kept = [centre is not None and cluster[centre] == stay.place for centre in was]
            cost = sum((centre is None) - same for centre, same in zip(was, kept, strict=True))
            if cost:
                self.changes.append((column, float(cost)))
            if stay.place != OFFICE and not all(kept):
                self.minutes.append((column, MINUTE * one.reach[stay.place]))

    def _columns(self, one: Id, place: Id, halves: Collection[int]) -> list[int]:
        """List the stays of a registrar in a place in all these half-days."""
        people = self.of.instance.registrars
        first = min(halves)
        return [
            column
            for column in self.made.at[place, first]
            if people[(stay := self.made.stays[column]).registrar].id == one and set(halves) <= set(stay.halves)
        ]

    def _staying(self, centre: Id, halves: Collection[int]) -> list[int]:
        """List the stays of those who are at a centre in these half-days and stay there."""
        place = self.of.instance.cluster_of[centre]
        return [
            column
            for (one, half), where in self.of.movable.items()
            if where == centre and half in halves
            for column in self._columns(one, place, (half,))
        ]

    def _opened(self) -> None:
        """Keep what must stay open; a centre that would not open in its weeks any more, as it does now, is a loss."""
        of = self.of
        for centre in of.instance.centres:
            for half in (half for half in of.instance.half_days if half // WEEK in of.weeks and centre.booked[half]):
                self.program.row(
                    ((column, 1.0) for column in self._staying(centre.id, (half,))), lower=centre.booked[half]
                )
            for block in of.instance.presence_blocks():
                open_ = {half for (_, half), where in of.movable.items() if where == centre.id and half in block}
                if open_ and all(half // WEEK in of.weeks and not centre.booked[half] for half in open_):
                    self._or_lose(self._staying(centre.id, open_))

    def _spoken(self) -> None:
        """Count it as a loss where a language is not brought in its weeks any more, as it is now."""
        of = self.of
        for cluster in of.instance.clusters:
            for block in of.instance.language_blocks():
                brought = {half for half in block if cluster.language and self._speaks(cluster, half)}
                if brought and all(half // WEEK in of.weeks for half in brought):
                    self._or_lose(spoken(self.made, cluster.id, str(cluster.language), block))

    def _speaks(self, cluster: Cluster, half: int) -> bool:
        """Whether somebody comes to a cluster then, without the absent, who speaks what it needs."""
        of = self.of
        return any(
            when == half
            and of.instance.cluster_of[centre] == cluster.id
            and cluster.language in of.instance.registrar[one].languages
            for (one, when), centre in of.movable.items()
        )

    def _or_lose(self, columns: Iterable[int]) -> None:
        """Ask for one of these, at the price of a rule."""
        lost = self.program.column(upper=1)
        self.losses.append((lost, RULE))
        self.program.row([(lost, 1.0), *((column, 1.0) for column in columns)], lower=1)

    def _duties(self) -> None:
        """Leave as many free for other duties at the office as the settings ask for, or as are free now."""
        of = self.of
        for half, need in enumerate(of.given.office):
            if half // WEEK not in of.weeks:
                continue
            free = [one for one in of.instance.registrars if one.available[half] and (one.id, half) not in of.kept]
            for those, least in (
                (free, need.least),
                ([one for one in free if one.is_registrar], need.least_registrars),
            ):
                if least:
                    called = [
                        column
                        for one in those
                        for place in one.reach
                        for column in self._columns(one.id, place, (half,))
                    ]
                    self.program.row(((column, 1.0) for column in called), upper=max(0, len(those) - least))

    def _family(self, one: Left) -> None:
        """Have somebody take a session over, or lose its families’ times and leave its room to it."""
        of = self.of
        place = of.instance.cluster_of[one.centre]
        lost = self.program.column(upper=1, whole=True)
        self.losses.append((lost, FAMILY * one.families))
        there = [(lost, 1.0)]
        for who in sorted(one.takers, key=str):
            here = [half for half in one.half_days if (who, half) in of.instance.pinned_place]
            stays = [] if here else self._columns(who, place, one.half_days)
            if stays:
                taken = self.program.column(upper=1, whole=True)
                self.taking[taken] = one, who
                there.append((taken, 1.0))
                self.program.row([(taken, 1.0), *((column, -1.0) for column in stays)], upper=0)
                self._leaves(taken, who, one)
        self.program.row(there, lower=1)
        for half in one.half_days:
            rooms = of.instance.rooms_in[place, half]
            self.program.row([(lost, 1.0), *((column, 1.0) for column in self.made.at[place, half])], upper=rooms)

    def _leaves(self, taken: int, who: Id, one: Left) -> None:
        """Count the change of who only goes to another centre of the cluster, unless that has to stay open."""
        of = self.of
        was = {half: centre for half in one.half_days if (centre := of.movable.get((who, half))) is not None}
        near = {
            half: centre
            for half, centre in was.items()
            if of.instance.cluster_of[centre] == of.instance.cluster_of[one.centre]
        }
        if any(of.instance.centre[centre].booked[half] for half, centre in near.items()):
            self.program.bound(taken, 0, 0)
        if near:
            self.changes.append((taken, float(len(near))))

    def _times(self) -> None:
        """Count the times lost, cluster by cluster and week by week."""
        of = self.of
        slots = slots_per_week(of.given, of.previous.places())
        torn = slots_per_week(of.given, dict(of.torn))
        for cluster in slots:
            for week in of.weeks:
                lost = self.program.column()
                here = [(column, float(count)) for column, count in self.made.slots(cluster, week)]
                self.program.row([(lost, 1.0), *here], lower=slots[cluster][week] - torn[cluster][week])
                self.losses.append((lost, 1.0))
