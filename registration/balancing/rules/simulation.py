"""What a way of offering times does to families: one authority, seen through years of invented births.

Families are drawn first and are the same whatever is tried, so that two policies differ by what they do and by nothing
else. Times are whole days; a place is one family's time on a day in a cluster. Nobody cancels. Who finds no time by day 42
(Births and Deaths Registration Act 1953 s.2) is missed, and takes the next place there is all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from math import floor, hypot
from random import Random
from statistics import median
from typing import NamedTuple

LAST_DAY = 42
WEEK, WORKDAYS = 7, 5
#: Weeks before what is measured begins, and after it ends, so that neither an empty nor a forsaken diary flatters anybody.
WARM_UP, COOL_DOWN = 12, 8
#: Weeks of births from which the births to come are told.
REMEMBERED = 8
#: A family is first shown its own cluster and so many neighbours.
NEIGHBOURS = 2
#: Early callers call on these days after birth: fewest, most, and most often. Late callers on these.
EARLY, LATE = (1.0, 21.0, 6.0), (28.0, 37.0)
#: Whoever was missed looks so many days further.
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The authority and its parents, whose shares are guesses until the pilot has measured them. ValueError says what cannot be.

    `late_callers` call in their fifth or sixth week. `insisting` stay in their own cluster as long as it has any time within
    the 42 days; the others follow what they are shown first. `by_telephone` ring the desk. A family can come from 1 to
    `soonest_days` days after its call. `imbalance` is how far a cluster’s places stray from its births: .1 means by up to a
    tenth either way. Clusters lie anywhere in a square of `across_km`.
    """

    clusters: int = 7
    families_per_week: float = 60.0
    weeks: int = 200
    late_callers: float = 0.15
    insisting: float = 0.4
    by_telephone: float = 0.2
    soonest_days: int = 3
    imbalance: float = 0.1
    across_km: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what is no authority."""
        for name in ("late_callers", "insisting", "by_telephone", "imbalance"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be a share from 0 to 1, not {getattr(self, name):g}")
        if not (1 <= self.clusters <= 200 and 1 <= self.weeks <= 2000):  # noqa: PLR2004 -- more takes hours and tells no more
            raise ValueError("there must be 1 to 200 clusters and 1 to 2000 weeks")
        if not 0 < self.families_per_week <= 10_000:  # noqa: PLR2004
            raise ValueError("there must be more than 0 and at most 10000 families a week")
        if not (1 <= self.soonest_days <= 14 and self.across_km > 0):  # noqa: PLR2004
            raise ValueError("soonest_days must be 1 to 14, across_km more than 0")


@dataclass(frozen=True, slots=True)
class Policy:
    """How times are offered; the defaults change nothing for anybody. ValueError where a value cannot be.

    `last_resort`: before a page is empty, every cluster of the authority is offered, the nearest first.
    `earliest_first`: of the own and the neighbouring clusters the earliest time is shown first, where it is at least
    `sooner_days` earlier than the own cluster's; otherwise the own cluster comes first.
    `protected_share` of the places are for families with `near_days` or fewer left. They open to everybody `opens_days` before
    their day, and always while what is booked and expected stays below `from_utilisation` of the places of six weeks. With the
    `last_resort` they also open to a family that finds nothing else in time in any cluster.
    `internal_share` of the places are for the telephone desk, and for anybody with `urgent_days` or fewer left.
    """

    title: str
    last_resort: bool = False
    earliest_first: bool = False
    sooner_days: int = 1
    protected_share: float = 0.0
    near_days: int = 10
    opens_days: int = 4
    from_utilisation: float = 1.0
    internal_share: float = 0.0
    urgent_days: int = 7

    def __post_init__(self) -> None:
        """Refuse what cannot be offered."""
        if (
            self.protected_share < 0
            or not 0 <= self.internal_share < 1
            or self.protected_share + self.internal_share > 1
        ):
            raise ValueError(
                "the shares of protected and internal places must be from 0 to 1 together, the internal below 1"
            )
        if not all(0 <= days <= LAST_DAY for days in (self.near_days, self.opens_days, self.urgent_days)):
            raise ValueError("near, opening and urgent days must be from 0 to 42")


class Family(NamedTuple):
    """A family: day of birth, day of its call, its cluster, what it is like, and from which day it can come."""

    born: int
    calls: int
    cluster: int
    insists: bool
    telephones: bool
    soonest: int


@dataclass(frozen=True, slots=True)
class Authority:
    """One invented authority.

    `reach` lists, by cluster, all clusters from itself on by distance (`km`); `capacity` is its share of the places, `phases` a
    fraction of a place that shifts its rounding; `births` are counted by cluster and week.
    """

    assumptions: Assumptions
    reach: tuple[tuple[int, ...], ...]
    km: tuple[tuple[float, ...], ...]
    capacity: tuple[float, ...]
    phases: tuple[float, ...]
    families: tuple[Family, ...]
    births: tuple[tuple[int, ...], ...]  # by cluster and week

    @property
    def days(self) -> int:
        """Give how many days the diaries go on."""
        return (WARM_UP + self.assumptions.weeks + COOL_DOWN) * WEEK + LAST_DAY + LONGEST


def invent(assumptions: Assumptions, seed: int) -> Authority:
    """Draw an authority and its families: Poisson births, uneven clusters, places roughly where the births are."""
    chance = Random(seed)  # noqa: S311 -- an invented authority is no secret
    count = assumptions.clusters
    where = [(chance.random() * assumptions.across_km, chance.random() * assumptions.across_km) for _ in range(count)]
    km = tuple(tuple(hypot(x - u, y - v) for u, v in where) for x, y in where)
    births = _shares([chance.uniform(0.5, 1.5) for _ in range(count)])
    strayed = [share * (1 + chance.uniform(-1, 1) * assumptions.imbalance) for share in births]
    phases = tuple(chance.random() for _ in range(count))
    families = _families(assumptions, births, chance)
    weeks = WARM_UP + assumptions.weeks + COOL_DOWN
    counted = [[0] * weeks for _ in range(count)]
    for family in families:
        counted[family.cluster][family.born // WEEK] += 1
    return Authority(
        assumptions=assumptions,
        reach=tuple(_by_distance(away) for away in km),
        km=km,
        capacity=_shares(strayed) if sum(strayed) else births,
        phases=phases,
        families=families,
        births=tuple(tuple(weekly) for weekly in counted),
    )


def _by_distance(away: Sequence[float]) -> tuple[int, ...]:
    return tuple(sorted(range(len(away)), key=lambda other: (away[other], other)))


def _shares(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(value / sum(values) for value in values)


def _families(assumptions: Assumptions, births: tuple[float, ...], chance: Random) -> tuple[Family, ...]:
    """Draw the families of a Poisson process in each cluster, in the order of their calls."""
    end = (WARM_UP + assumptions.weeks + COOL_DOWN) * WEEK
    drawn = []
    for cluster, share in enumerate(births):
        rate = assumptions.families_per_week / WEEK * share
        born = chance.expovariate(rate)
        while born < end:
            late = chance.random() < assumptions.late_callers
            calls = born + (chance.uniform(*LATE) if late else chance.triangular(*EARLY))
            insists, telephones = chance.random() < assumptions.insisting, chance.random() < assumptions.by_telephone
            soonest = int(calls) + chance.randint(1, assumptions.soonest_days)
            drawn.append((calls, Family(int(born), int(calls), cluster, insists, telephones, soonest)))
            born += chance.expovariate(rate)
    drawn.sort()
    return tuple(family for _, family in drawn)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a policy did in one authority: families counted, shares of them, days and kilometres.

    `missed` is the share without a time by day 42; `wait` the median of days from call to appointment; `own` the share seen in
    their own cluster; `km` how far the others' cluster lies from their own, on average over all families; `far` the share
    seen beyond the neighbouring clusters. Those missed count in `missed` alone.
    """

    families: int
    missed: float
    wait: float
    own: float
    km: float
    far: float


GENERAL, INTERNAL, PROTECTED = range(3)


class _Diary:
    """The places of one cluster by kind and day, with the first day of each kind that may have one left."""

    def __init__(self, a_week: float, phase: float, days: int, policy: Policy) -> None:
        workday = [day % WEEK < WORKDAYS for day in range(days)]
        until = [floor(done * a_week / WORKDAYS + phase) for done in accumulate(workday, initial=0)]
        self.total = [after - before for before, after in pairwise(until)]
        internal = _part(self.total, policy.internal_share)
        others = [every - mine for every, mine in zip(self.total, internal, strict=True)]
        protected = _part(others, policy.protected_share / (1 - policy.internal_share))
        general = [every - near for every, near in zip(others, protected, strict=True)]
        self.free = (general, internal, protected)
        self.first = [0, 0, 0]
        self.booked = [0] * days
        self.protects = False

    def earliest(self, kind: int, since: int, last: int) -> int:
        """Give the first day from `since` to `last` with a place of that kind; `last` + 1 where there is none."""
        free, day = self.free[kind], self.first[kind]
        while day <= last and not free[day]:
            day += 1
        self.first[kind] = day
        day = max(day, since)
        while day <= last and not free[day]:
            day += 1
        return day if day <= last else last + 1

    def take(self, kind: int, day: int) -> None:
        """Fill a place."""
        self.free[kind][day] -= 1
        self.booked[day] += 1


def _part(places: list[int], share: float) -> list[int]:
    """Give a share of the places of each day, in whole ones, spread evenly."""
    until = [floor(done * share) for done in accumulate(places, initial=0)]
    return [after - before for before, after in pairwise(until)]


Place = tuple[int, int, int]  # cluster, day, kind


class _Run:
    """One policy in one authority at one utilisation."""

    def __init__(self, authority: Authority, policy: Policy, utilisation: float) -> None:
        self.authority, self.policy = authority, policy
        places = authority.assumptions.families_per_week / utilisation
        self.diaries = [
            _Diary(places * share, phase, authority.days, policy)
            for share, phase in zip(authority.capacity, authority.phases, strict=True)
        ]
        self.again: list[tuple[int, int, Family]] = []  # day, order, who calls again
        self.week = -1
        self.waits: list[int] = []
        self.counted = self.missed = self.own = self.far = 0
        self.km = 0.0

    def figures(self) -> Figures:
        """Let every family call, and count."""
        for order, family in enumerate(self.authority.families):
            while self.again and self.again[0][0] <= family.calls:
                day, earlier, waiting = heappop(self.again)
                self._call(waiting, day, earlier)
            self._call(family, family.calls, order)
        while self.again:
            day, earlier, waiting = heappop(self.again)
            self._call(waiting, day, earlier)
        seen = max(self.counted, 1)
        wait = median(self.waits) if self.waits else 0.0
        return Figures(self.counted, self.missed / seen, wait, self.own / seen, self.km / seen, self.far / seen)

    def _call(self, family: Family, today: int, order: int) -> None:
        if self.policy.protected_share and today // WEEK != self.week:
            self.week = today // WEEK
            self._forecast(today)
        last = family.born + LAST_DAY
        place = self._in_time(family, today, last) or self._protected(family, today, last)
        if place is None:
            later = self._opens_next(today, last)
            if later is not None:
                heappush(self.again, (later, order, family))
                return
            self._late(family, last)
        else:
            self.diaries[place[0]].take(place[2], place[1])
        self._count(family, place)

    def _forecast(self, today: int) -> None:
        """Say of each cluster whether what is booked and expected fills the places of the six weeks to come."""
        week = today // WEEK
        first = max(week - REMEMBERED, 0)
        for diary, births in zip(self.diaries, self.authority.births, strict=True):
            expected = sum(births[first:week]) / max(week - first, 1) * LAST_DAY / WEEK
            booked = sum(diary.booked[today : today + LAST_DAY])
            places = sum(diary.total[today : today + LAST_DAY])
            diary.protects = booked + expected >= self.policy.from_utilisation * places

    def _in_time(self, family: Family, today: int, last: int) -> Place | None:
        reach, since = self.authority.reach[family.cluster], max(family.soonest, today)
        own = self._there(family, reach[0], today, since, last)
        if own is not None and (family.insists or not self.policy.earliest_first):
            return own
        near = [self._there(family, cluster, today, since, last) for cluster in reach[1 : 1 + NEIGHBOURS]]
        best = self._best(own, [place for place in near if place is not None])
        if best is not None or not self.policy.last_resort:
            return best
        further = (self._there(family, cluster, today, since, last) for cluster in reach[1 + NEIGHBOURS :])
        return next((place for place in further if place is not None), None)

    def _protected(self, family: Family, today: int, last: int) -> Place | None:
        """Give the earliest protected place of the nearest cluster that has one, to a family for whom nothing else is left."""
        if not (self.policy.protected_share and self.policy.last_resort):
            return None
        since = max(family.soonest, today)
        found = (
            (cluster, self.diaries[cluster].earliest(PROTECTED, since, last), PROTECTED)
            for cluster in self.authority.reach[family.cluster]
        )
        return next((place for place in found if place[1] <= last), None)

    def _best(self, own: Place | None, near: list[Place]) -> Place | None:
        """Choose between the own cluster's earliest and the neighbours', which come in the order of distance."""
        if not self.policy.earliest_first:
            return near[0] if near else None
        soonest = min(near, key=lambda place: place[1], default=None)
        if own is None or (soonest is not None and soonest[1] <= own[1] - self.policy.sooner_days):
            return soonest
        return own

    def _there(self, family: Family, cluster: int, today: int, since: int, last: int) -> Place | None:
        """Give the earliest place that this family may take in a cluster, of the kind that others miss least."""
        diary, policy, left = self.diaries[cluster], self.policy, last - today
        best, kind = diary.earliest(GENERAL, since, last), GENERAL
        if policy.internal_share and (family.telephones or left <= policy.urgent_days):
            day = diary.earliest(INTERNAL, since, last)
            if day <= best:
                best, kind = day, INTERNAL
        if policy.protected_share:
            near = left <= policy.near_days
            until = last if near or not diary.protects else min(last, today + policy.opens_days)
            day = diary.earliest(PROTECTED, since, until)
            if day <= until and (day < best or (near and day == best)):
                best, kind = day, PROTECTED
        return (cluster, best, kind) if best <= last else None

    def _opens_next(self, today: int, last: int) -> int | None:
        """Give the next day on which more places open to a family, because its last day has come nearer; None: no more."""
        policy = self.policy
        kinds = ((policy.protected_share, policy.near_days), (policy.internal_share, policy.urgent_days))
        return min((last - days for share, days in kinds if share and last - days > today), default=None)

    def _late(self, family: Family, last: int) -> None:
        """Give a family that was missed the next place in its cluster: it must be registered all the same."""
        diary, end = self.diaries[family.cluster], last + LONGEST
        day, kind = min((diary.earliest(kind, last + 1, end), kind) for kind in (GENERAL, INTERNAL, PROTECTED))
        if day <= end:
            diary.take(kind, day)

    def _count(self, family: Family, place: Place | None) -> None:
        if not WARM_UP <= family.born // WEEK < WARM_UP + self.authority.assumptions.weeks:
            return
        self.counted += 1
        if place is None:
            self.missed += 1
            return
        cluster, day, _ = place
        self.waits.append(day - family.calls)
        self.own += cluster == family.cluster
        self.km += self.authority.km[family.cluster][cluster]
        self.far += cluster not in self.authority.reach[family.cluster][: 1 + NEIGHBOURS]


def simulate(authority: Authority, policy: Policy, utilisation: float) -> Figures:
    """Let the families of an authority call while `utilisation` of its places are needed: 1 means a place for each birth.

    ValueError where that is not from .1 to 2. The same authority and policy give the same figures.
    """
    if not 0.1 <= utilisation <= 2:  # noqa: PLR2004 -- 10 places for one family, or two families for one place
        raise ValueError(f"utilisation must be from 0.1 to 2, not {utilisation:g}")
    return _Run(authority, policy, utilisation).figures()
