"""How good a rota is: families served in time, how evenly over the clusters, and what it costs in travel and changes.

Families of one week's births come to register as `curve` says. All have the same 42 days (1953 Act s.2), so seeing them in
the order of birth is seeing the most urgent first, and it is enough to count how many a cluster has served so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from registration.balancing.rules.rota import HALVES, OFFICE, WEEK, WEEKS_BEFORE, Cluster, Id, Instance, Rota


@dataclass(frozen=True, slots=True)
class Demand:
    """A cluster's families, counted from the first week: who may be seen, and who must have been, by each week's end.

    `need` is how many would come by the end of the last week if every family found a time when it wished.
    """

    released: tuple[float, ...]
    due: tuple[float, ...]
    need: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a rota comes to.

    `lateness` counts family-weeks past the deadline; `coverage` is per cluster, in the instance's order; `worst` and
    `mean` sum it up, the mean by families; `shortfall` are families not served by the end; `travel` is minutes, one
    way, per session; `split_days` are days with two centres of one cluster; `changed` and `lost` compare with a former
    rota and are None without one: placements that differ, and sessions that its registrars cannot hold any more.
    """

    lateness: float
    coverage: tuple[float, ...]
    worst: float
    mean: float
    shortfall: float
    travel: int
    sessions: int
    split_days: int
    changed: int | None = None
    lost: int | None = None


def demand_of(instance: Instance, cluster: Cluster) -> Demand:
    """Expect a cluster's families from its births; those of weeks before the first come only as far as they have not yet."""
    weeks = range(-WEEKS_BEFORE, instance.weeks)
    births = dict(zip(weeks, cluster.births, strict=True))
    open_ = {week: births[week] * (1 - seen_by(instance.curve, -1 - week)) for week in weeks}
    running = dict(zip(weeks, accumulate(open_.values()), strict=True))
    last = instance.weeks - 1
    need = sum(
        births[week] * (seen_by(instance.curve, last - week) - seen_by(instance.curve, -1 - week)) for week in weeks
    )
    return Demand(
        tuple(running[week - 1] for week in range(instance.weeks)),
        tuple(running.get(week - instance.deadline_weeks, 0.0) for week in range(instance.weeks)),
        need,
    )


def seen_by(curve: Sequence[float], weeks_old: int) -> float:
    """Give the share of families that have come by the end of that week after the week of birth."""
    return 0.0 if weeks_old <= 0 else curve[min(weeks_old, len(curve) - 1)]


def served(demand: Demand, slots: Sequence[float]) -> tuple[float, ...]:
    """Count families served by each week's end. A slot for which nobody is waiting yet is lost, not kept."""
    done = 0.0
    counts = []
    for slot, released in zip(slots, demand.released, strict=True):
        done = min(done + slot, released)
        counts.append(done)
    return tuple(counts)


def lateness_of(demand: Demand, done: Sequence[float]) -> float:
    """Sum over the weeks the families whose deadline has passed and who have not been served, in family-weeks."""
    return sum(max(0.0, due - count) for due, count in zip(demand.due, done, strict=True))


def coverage_of(demand: Demand, done: Sequence[float]) -> float:
    """Give the share of a cluster's need that is met by the end; 1 where nobody needs anything."""
    return min(1.0, done[-1] / demand.need) if demand.need > 0 else 1.0


def figures_of(instance: Instance, rota: Rota, previous: Rota | None = None) -> Figures:
    """Work out everything a rota is judged by. It should break no rule; sessions at unknown places count for nothing."""
    places = _known(instance, rota)
    slots = slots_per_week(instance, places)
    demands = [demand_of(instance, cluster) for cluster in instance.clusters]
    done = [served(demand, slots[cluster.id]) for demand, cluster in zip(demands, instance.clusters, strict=True)]
    coverage = tuple(coverage_of(demand, count) for demand, count in zip(demands, done, strict=True))
    need = sum(demand.need for demand in demands)
    met = sum(min(count[-1], demand.need) for demand, count in zip(demands, done, strict=True))
    return Figures(
        lateness=sum(lateness_of(demand, count) for demand, count in zip(demands, done, strict=True)),
        coverage=coverage,
        worst=min(coverage, default=1.0),
        mean=met / need if need > 0 else 1.0,
        shortfall=need - met,
        travel=_travel(instance, places),
        sessions=len(places),
        split_days=_split_days(instance, places),
        changed=None if previous is None else changes(previous.places(), places),
        lost=None if previous is None else len(lost_sessions(instance, previous)),
    )


def changes(before: dict[tuple[Id, int], Id], after: dict[tuple[Id, int], Id]) -> int:
    """Count the half-days of registrars that are placed otherwise than before: moved, added or taken away."""
    return sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())


def lost_sessions(instance: Instance, previous: Rota) -> list[tuple[Id, int]]:
    """Give what a former rota asks of registrars who are not available any more."""
    return [
        (one.registrar, one.half_day)
        for one in previous.assignments
        if one.registrar in instance.registrar
        and one.half_day in instance.half_days
        and not instance.registrar[one.registrar].available[one.half_day]
    ]


def slots_per_week(instance: Instance, places: dict[tuple[Id, int], Id]) -> dict[Id, list[int]]:
    """Count for each cluster the families its sessions can see in each week."""
    slots = {cluster.id: [0] * instance.weeks for cluster in instance.clusters}
    for (registrar, half), centre in places.items():
        if centre != OFFICE:
            slots[instance.cluster_of[centre]][half // WEEK] += instance.registrar[registrar].slots
    return slots


def _known(instance: Instance, rota: Rota) -> dict[tuple[Id, int], Id]:
    """Give the places of a rota that exist; of two places for one half-day the first said counts."""
    places: dict[tuple[Id, int], Id] = {}
    for one in rota.assignments:
        at = one.centre == OFFICE or one.centre in instance.centre
        if at and one.registrar in instance.registrar and one.half_day in instance.half_days:
            places.setdefault((one.registrar, one.half_day), one.centre)
    return places


def _travel(instance: Instance, places: dict[tuple[Id, int], Id]) -> int:
    return sum(
        instance.registrar[registrar].reach.get(instance.cluster_of[centre], 0)
        for (registrar, _), centre in places.items()
        if centre != OFFICE
    )


def _split_days(instance: Instance, places: dict[tuple[Id, int], Id]) -> int:
    """Count days on which a registrar changes between two centres of one cluster at noon."""
    count = 0
    for (registrar, half), centre in places.items():
        other = places.get((registrar, half + 1)) if half % HALVES == 0 else None
        if other is not None and other != centre and OFFICE not in (other, centre):
            count += instance.cluster_of[other] == instance.cluster_of[centre]
    return count
