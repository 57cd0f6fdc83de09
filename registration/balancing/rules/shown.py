"""What a manager is shown of a rota: what each week holds for each cluster, and what each registrar is asked for."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from registration.balancing.rules.figures import demand_of, seen_by, served, slots_per_week
from registration.balancing.rules.rota import OFFICE, WEEK, WEEKS_BEFORE, Centre, Cluster, Id, Instance, Rota


@dataclass(frozen=True, slots=True)
class WeekOfCluster:
    """A cluster's week: families its sessions can see, and families expected to come in it."""

    slots: int
    expected: float

    @property
    def coverage(self) -> float:
        """Give how many of the families expected that week could be seen in it; 1 where nobody is."""
        return self.slots / self.expected if self.expected > 0 else 1.0


@dataclass(frozen=True, slots=True)
class ClusterShown:
    """A cluster over the whole plan: families it can see, families expected, its coverage, and each week."""

    cluster: Cluster
    slots: int
    need: float
    coverage: float
    weeks: tuple[WeekOfCluster, ...]


def clusters_shown(instance: Instance, rota: Rota) -> list[ClusterShown]:
    """Give every cluster, the worst served first."""
    slots = slots_per_week(instance, rota.places())
    found = []
    for cluster in instance.clusters:
        demand = demand_of(instance, cluster)
        weekly = slots[cluster.id]
        met = min(served(demand, weekly)[-1], demand.need)
        coverage = met / demand.need if demand.need > 0 else 1.0
        weeks = tuple(
            WeekOfCluster(count, awaited)
            for count, awaited in zip(weekly, expected_by_week(instance, cluster), strict=True)
        )
        found.append(ClusterShown(cluster, sum(weekly), demand.need, coverage, weeks))
    return sorted(found, key=lambda each: (each.coverage, each.slots / each.need if each.need else float(each.slots)))


def expected_by_week(instance: Instance, cluster: Cluster) -> tuple[float, ...]:
    """Expect the families that come in each week if they all find the time they wish for."""
    births = dict(zip(range(-WEEKS_BEFORE, instance.weeks), cluster.births, strict=True))
    return tuple(
        sum(
            count * (seen_by(instance.curve, week - born) - seen_by(instance.curve, week - 1 - born))
            for born, count in births.items()
        )
        for week in range(instance.weeks)
    )


@dataclass(frozen=True, slots=True)
class RegistrarShown:
    """What a rota asks of one registrar: sessions at centres and half-days at the office, and minutes of journeys one way."""

    registrar: Id
    sessions: int
    office: int
    most: int
    minutes: int
    before: int
    minutes_before: int

    @property
    def share(self) -> float:
        """Give how much of the contract, or of the half-days there are where those are fewer, is used."""
        return (self.sessions + self.office) / self.most if self.most else 0.0


def registrars_shown(instance: Instance, rota: Rota, today: Rota) -> list[RegistrarShown]:
    """Give what is asked of every registrar now and before, in the instance's order."""
    now, before = _load(instance, rota), _load(instance, today)
    return [
        RegistrarShown(
            registrar=one.id,
            sessions=now[one.id][0],
            office=now[one.id][1],
            most=sum(
                min(one.contract, sum(one.available[week * WEEK : (week + 1) * WEEK])) for week in range(instance.weeks)
            ),
            minutes=now[one.id][2],
            before=before[one.id][0],
            minutes_before=before[one.id][2],
        )
        for one in instance.registrars
    ]


def _load(instance: Instance, rota: Rota) -> Mapping[Id, tuple[int, int, int]]:
    sessions, office, minutes = Counter[Id](), Counter[Id](), Counter[Id]()
    for (registrar, _), centre in rota.places().items():
        if centre == OFFICE:
            office[registrar] += 1
            continue
        sessions[registrar] += 1
        minutes[registrar] += instance.registrar[registrar].reach.get(instance.cluster_of[centre], 0)
    return {one.id: (sessions[one.id], office[one.id], minutes[one.id]) for one in instance.registrars}


@dataclass(frozen=True, slots=True)
class Change:
    """A registrar's half-day that is otherwise than in the rota as it stands; None is no session."""

    registrar: Id
    half_day: int
    was: Id | None
    becomes: Id | None


def changed(rota: Rota, today: Rota) -> list[Change]:
    """Give what is otherwise, in the order of half-days."""
    new, old = rota.places(), today.places()
    keys = sorted(new.keys() | old.keys(), key=lambda key: (key[1], str(key[0])))
    return [
        Change(registrar, half, old.get((registrar, half)), new.get((registrar, half)))
        for registrar, half in keys
        if old.get((registrar, half)) != new.get((registrar, half))
    ]


def week_cells(rota: Rota, week: int) -> Mapping[tuple[Id, int], list[Id]]:
    """Give who is at each centre, or the office, in each half-day of a week."""
    found: defaultdict[tuple[Id, int], list[Id]] = defaultdict(list)
    for (registrar, half), centre in rota.places().items():
        if half // WEEK == week:
            found[centre, half].append(registrar)
    return found


def can_open(instance: Instance, centre: Centre, half: int) -> bool:
    """Say whether a session is pinned at a centre in a half-day, or somebody free of pins that day could hold one there."""
    if not centre.rooms[half]:
        return False
    if any(pin.centre == centre.id and pin.half_day == half for pin in instance.pins):
        return True
    kept = instance.pinned_place
    pins = Counter((registrar, other // WEEK) for registrar, other in kept)
    return any(
        instance.may_be(one, half, centre.cluster)
        and (one.id, half) not in kept
        and kept.get((one.id, half ^ 1), centre.cluster) == centre.cluster
        and pins[one.id, half // WEEK] < one.contract
        for one in instance.registrars
    )
