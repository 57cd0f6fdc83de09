"""Two registrars exchange their days, so that some more families are seen in the cluster that comes off worst.

They see five or six families in a half-day, and a rota shares whole sessions out. Who sees more in the place of who sees fewer
moves single families between clusters, while rooms, opened centres and the number of people at the office stay as they are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.figures import Demand, coverage_of, demand_of, lateness_of, served, slots_per_week
from registration.balancing.rules.rota import DAYS, HALVES, OFFICE, WEEK, Id, Instance, Registrar, Rota, rota_of

#: A cluster so much below what it could have comes off badly; so many exchanges are made, and so many looked at for each.
SHORT, MOST, LOOKS = 5e-4, 30, 20
#: What rounding may make of a figure.
ROUNDING = 1e-9
#: Where somebody is in the morning and in the afternoon.
Day = tuple[Id | None, ...]


@dataclass(frozen=True, slots=True)
class _Offer:
    """One registrar's day for another's: the lower coverage of the two clusters afterwards, and the minutes it adds."""

    level: float
    minutes: int
    day: int
    fewer: Registrar
    more: Registrar


@dataclass
class _Board:
    """A rota, and what is counted of it."""

    instance: Instance
    places: dict[tuple[Id, int], Id]
    demands: dict[Id, Demand]
    slots: dict[Id, list[int]]
    sessions: Counter[tuple[Id, int]]

    def day(self, one: Registrar, day: int) -> Day:
        """Give the places of somebody's day."""
        return tuple(self.places.get((one.id, day * HALVES + half)) for half in range(HALVES))

    def cluster(self, day: Day) -> Id | None:
        """Give the cluster of a day; None for one at the office or free."""
        centre = next((place for place in day if place not in (None, OFFICE)), None)
        return None if centre is None else self.instance.cluster_of[centre]

    def may(self, one: Registrar, day: int, now: Day, then: Day) -> bool:
        """Whether somebody may have another day than now, as far as that registrar alone is asked."""
        places = [(day * HALVES + half, place) for half, place in enumerate(then) if place is not None]
        more = len(places) - sum(place is not None for place in now)
        return self.sessions[one.id, day // DAYS] + more <= one.contract and all(
            self.instance.may_be(one, half, self.instance.cluster_of.get(place, OFFICE)) for half, place in places
        )

    def after(self, cluster: Id, week: int, more: int) -> tuple[float, float]:
        """Give the coverage and the lateness of a cluster that sees so many more families in a week."""
        demand, slots = self.demands[cluster], list(self.slots[cluster])
        slots[week] += more
        done = served(demand, slots)
        return coverage_of(demand, done), lateness_of(demand, done)


def exchange(instance: Instance, rota: Rota, best: Mapping[Id, float]) -> Rota:
    """Exchange days as long as a cluster gains that is below the `best` it could have, and no worse served one loses.

    Nobody waits longer past a deadline for it. A rota that breaks no rule is given for one that breaks none.
    """
    for _ in range(MOST):
        better = _better(_board(instance, rota), best)
        if better is None:
            break
        rota = better
    return rota


def _board(instance: Instance, rota: Rota) -> _Board:
    places = rota.places()
    demands = {cluster.id: demand_of(instance, cluster) for cluster in instance.clusters}
    sessions = Counter((one, half // WEEK) for one, half in places)
    return _Board(instance, places, demands, slots_per_week(instance, places), sessions)


def _better(board: _Board, best: Mapping[Id, float]) -> Rota | None:
    """Make the exchange after which the worse of two clusters is best served; the worst served cluster comes first."""
    now = {cluster: board.after(cluster, 0, 0)[0] for cluster in board.demands}
    short = [cluster for cluster, coverage in now.items() if coverage < best[cluster] - SHORT]
    for cluster in sorted(short, key=now.__getitem__):
        offers = sorted(_offers(board, cluster), key=lambda offer: (-offer.level, offer.minutes))
        for offer in offers[:LOOKS]:
            after = _made(board, offer)
            if not broken_rules(board.instance, after):
                return after
    return None


def _offers(board: _Board, cluster: Id) -> Iterator[_Offer]:
    """Give the exchanges that serve a cluster better and leave none below where it was."""
    people = board.instance.registrars
    for day in board.instance.days:
        days = [(one, board.day(one, day)) for one in people]
        there = [(one, its) for one, its in days if board.cluster(its) == cluster]
        others = [(one, its) for one, its in days if board.cluster(its) != cluster]
        for fewer, here in there:
            for more, other in others:
                if (
                    more.slots > fewer.slots
                    and board.may(more, day, other, here)
                    and board.may(fewer, day, here, other)
                ):
                    offer = _Offer(0.0, 0, day, fewer, more)
                    yield from _weighed(board, offer, here, other)


def _weighed(board: _Board, offer: _Offer, here: Day, other: Day) -> Iterator[_Offer]:
    """Work out what an exchange comes to; give it where the worse of both clusters gains and nobody waits longer."""
    week, gain = offer.day // DAYS, offer.more.slots - offer.fewer.slots
    before, after, late = [], [], 0.0
    for its, sign in ((here, 1), (other, -1)):
        cluster = board.cluster(its)
        if cluster is not None:
            was, then = board.after(cluster, week, 0), board.after(cluster, week, sign * gain * _half_days(its))
            before.append(was[0])
            after.append(then[0])
            late += then[1] - was[1]
    if min(after) > min(before) + ROUNDING and late <= ROUNDING:
        minutes = _minutes(board, offer.more, here, other) + _minutes(board, offer.fewer, other, here)
        yield replace(offer, level=min(after), minutes=minutes)


def _half_days(day: Day) -> int:
    return sum(place not in (None, OFFICE) for place in day)


def _minutes(board: _Board, one: Registrar, then: Day, now: Day) -> int:
    """Count the minutes of travel that another day adds for somebody."""
    went, goes = board.cluster(now), board.cluster(then)
    return (0 if goes is None else one.reach[goes] * _half_days(then)) - (
        0 if went is None else one.reach[went] * _half_days(now)
    )


def _made(board: _Board, offer: _Offer) -> Rota:
    """Give the rota with an exchange in it."""
    places = dict(board.places)
    days = board.day(offer.fewer, offer.day), board.day(offer.more, offer.day)
    for one, its in zip((offer.more, offer.fewer), days, strict=True):
        for half, place in enumerate(its):
            key = one.id, offer.day * HALVES + half
            places.pop(key, None)
            if place is not None:
                places[key] = place
    return rota_of(places)
