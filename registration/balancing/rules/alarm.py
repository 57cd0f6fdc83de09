"""Who will find no time by day 42: the weeks to come, gone through many times with the families that may come.

Days are counted from the Monday of this week, weeks from this week, 0. A family comes, takes the first place it may have in its
cluster, and is missed where there is none by its day 42 (Births and Deaths Registration Act 1953 s.2). Gone through once more,
it looks in the other clusters too, the nearest first, before it is missed. Babies are counted: twins need two places.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from random import Random
from typing import NamedTuple

from registration.balancing.rules.demand import Curve, ExpectedWeek
from registration.balancing.rules.intervals import SURE, Interval

LAST_DAY, WEEK, WORKDAYS = 42, 7, 5
#: Weeks looked ahead: families whose day 42 lies in them are told of.
WEEKS = 8
#: Weeks of birth before this one whose day 42 is still to come.
WEEKS_BEFORE = 6
#: Times the weeks are gone through. The mean is then sure to a tenth of what one time differs from the next.
DRAWS = 100
#: A cluster runs dry where so many families, or more, are to be expected to find no time in it.
THRESHOLD = 1.0


@dataclass(frozen=True, slots=True)
class Cohort:
    """The babies born in one week in a cluster: `births` to expect, of which `seen` were registered before this week.

    `booked` have an appointment in this week or later. `sure` where the births are known and not expected, `by_rate` where they
    are expected by the cluster's rate and not by a manager's word. `comes` are the shares of those without an appointment that
    come in this week and in each after it.
    """

    week: int
    births: float
    seen: int
    booked: int
    sure: bool
    by_rate: bool
    comes: tuple[float, ...]


def cohort(week: int, expected: ExpectedWeek, seen: int, booked: Mapping[int, int], curve: Curve) -> Cohort:
    """Tell when those of a week's babies come that have no appointment: as the curve says, less those `booked` by week.

    Whoever should have come by the curve and has not comes at once.
    """
    wanting = [
        max(0.0, expected.births.value * curve.in_week(when - week) - booked.get(when, 0)) for when in range(WEEKS)
    ]
    whole = sum(wanting)
    if not whole:
        first = min(max(week, 0), WEEKS - 1)
        wanting, whole = [float(when == first) for when in range(WEEKS)], 1.0
    births, said = expected.births, expected.adjustment
    return Cohort(
        week=week,
        births=births.value,
        seen=seen,
        booked=sum(booked.values()),
        sure=births.lo == births.hi,
        by_rate=said is None or said.births is None,
        comes=tuple(share / whole for share in wanting),
    )


class Places(NamedTuple):
    """The free places of a cluster by day: for everybody, protected for families near day 42, and kept for the desk."""

    everybody: tuple[int, ...]
    protected: tuple[int, ...]
    kept: tuple[int, ...]

    def with_more(self, day: int, count: int) -> "Places":
        """Give the same with more places for everybody on a day."""
        changed = (*self.everybody[:day], self.everybody[day] + count, *self.everybody[day + 1 :])
        return self._replace(everybody=changed)

    def opened(self) -> "Places":
        """Give the same with those kept for the desk open to everybody."""
        together = tuple(map(sum, zip(self.everybody, self.kept, strict=True)))
        return Places(together, self.protected, (0,) * len(together))


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is known of a cluster: its babies, how sure its births a week are (the shape of their gamma), and its places.

    `others` are the other clusters, the nearest first.
    """

    cohorts: tuple[Cohort, ...]
    shape: float
    places: Places
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """All that the weeks to come are made of. `today` is a day of this week; the rota is published to the end of `weeks` weeks.

    Families with `near_days` left or fewer may have protected places, and with `urgent_days` those kept for the desk.
    """

    today: int
    weeks: int
    near_days: int
    urgent_days: int
    clusters: Mapping[int, Cluster]


class Family(NamedTuple):
    """A baby to come: the first day on which it can, and its day 42."""

    comes: int
    last: int

    @property
    def week(self) -> int:
        """Give the week in which its day 42 lies."""
        return self.last // WEEK


#: The families that found no time, by cluster, of each time gone through.
Missed = list[dict[int, list[Family]]]


@dataclass(frozen=True, slots=True)
class Found:
    """The families without a time in their own cluster, and without one anywhere, each time that the weeks were gone through."""

    own: Missed
    at_all: Missed


def look_ahead(ahead: Ahead, seed: int, draws: int = DRAWS) -> Found:
    """Go through the weeks to come so many times. Equal seeds give equal answers."""
    found = Found([], [])
    for turn in range(draws):
        families = {number: _drawn(ahead, number, seed, turn) for number in ahead.clusters}
        found.own.append({number: _alone(ahead, number, theirs) for number, theirs in families.items()})
        dry = any(found.own[-1].values())
        found.at_all.append(_together(ahead, families) if dry else {number: [] for number in families})
    return found


def look_again(ahead: Ahead, number: int, seed: int, draws: int = DRAWS) -> list[list[Family]]:
    """Give the families of one cluster without a time in it, each time, as look_ahead does with the same seed."""
    return [_alone(ahead, number, _drawn(ahead, number, seed, turn)) for turn in range(draws)]


# ---- families


def _drawn(ahead: Ahead, number: int, seed: int, turn: int) -> list[Family]:
    """Draw the families of a cluster that have no appointment yet, in the order in which they come."""
    cluster = ahead.clusters[number]
    place = sorted(ahead.clusters).index(number)  # not the number itself: equal services have equal forecasts
    chance = Random(f"{seed} {turn} {place}")  # noqa: S311 -- invented families are no secret
    fortune = chance.gammavariate(cluster.shape, 1 / cluster.shape) if cluster.shape else 0.0
    families = [
        family
        for each in cluster.cohorts
        for family in _of_cohort(each, fortune if each.by_rate and not each.sure else 1.0, ahead.today, chance)
    ]
    return sorted(families)


def _of_cohort(each: Cohort, fortune: float, today: int, chance: Random) -> Iterator[Family]:
    rest = max(0.0, each.births - each.seen) * fortune
    count = _whole(rest, chance) if each.sure else _poisson(rest, chance)
    without = max(0, count - each.booked)
    weeks = chance.choices(range(len(each.comes)), cum_weights=list(accumulate(each.comes)), k=without)
    for week in weeks:
        born = each.week * WEEK + chance.randrange(WEEK)
        family = Family(max(today, born + 1, week * WEEK + chance.randrange(WORKDAYS)), born + LAST_DAY)
        if family.comes <= family.last:
            yield family


def _whole(count: float, chance: Random) -> int:
    """Round at random, so that the mean stays."""
    return int(count + chance.random())


def _poisson(mean: float, chance: Random) -> int:
    """Draw a Poisson number (Knuth 1969, 3.4.1): of the births of a week, which are some tens."""
    count, left = 0, exp(-min(mean, MOST_DRAWN))
    product = chance.random()
    while product > left:
        count += 1
        product *= chance.random()
    return count


#: Beyond this exp() comes near nought; no cluster has so many births a week.
MOST_DRAWN = 700.0


# ---- places

_Diary = list[list[int]]


def _diary(places: Places) -> _Diary:
    return [list(kind) for kind in places]


def _takes(family: Family, diary: _Diary, within: Sequence[int]) -> bool:
    """Take the first place that a family may have, of the kind open to most; False where there is none."""
    for places, left in zip(diary, within, strict=True):
        for day in range(max(family.comes, family.last - left), min(family.last, len(places) - 1) + 1):
            if places[day]:
                places[day] -= 1
                return True
    return False


def _within(ahead: Ahead) -> tuple[int, int, int]:
    return LAST_DAY, ahead.near_days, ahead.urgent_days


def _counts(family: Family, ahead: Ahead) -> bool:
    """Say whether all days a family can come on have their rota."""
    return family.week < ahead.weeks


def _alone(ahead: Ahead, number: int, families: Sequence[Family]) -> list[Family]:
    diary, within = _diary(ahead.clusters[number].places), _within(ahead)
    return [family for family in families if not _takes(family, diary, within) and _counts(family, ahead)]


def _together(ahead: Ahead, families: Mapping[int, Sequence[Family]]) -> dict[int, list[Family]]:
    diaries, within = {number: _diary(each.places) for number, each in ahead.clusters.items()}, _within(ahead)
    missed: dict[int, list[Family]] = {number: [] for number in families}
    at_last = (
        LAST_DAY,
        LAST_DAY,
        ahead.urgent_days,
    )  # protected places open to a family that finds nothing else anywhere
    everybody = sorted((family, number) for number, theirs in families.items() for family in theirs)
    for family, number in everybody:
        places = (number, *ahead.clusters[number].others)
        found = any(_takes(family, diaries[there], opens) for opens in (within, at_last) for there in places)
        if not found and _counts(family, ahead):
            missed[number].append(family)
    return missed


# ---- figures


def counted(numbers: Sequence[int]) -> Interval:
    """Give the mean of what was counted each time, and between which counts it lay in 95 of 100 times."""
    ordered = sorted(numbers)
    end = (1 - SURE) / 2 * (len(ordered) - 1)
    return Interval(sum(ordered) / len(ordered), float(ordered[int(end)]), float(ordered[-1 - int(end)]))


def missed_of(missed: Missed, number: int) -> Interval:
    """Count the families of a cluster without a time."""
    return counted([len(each[number]) for each in missed])


def missed_by_week(missed: Missed, number: int, weeks: int) -> tuple[Interval, ...]:
    """Count the families of a cluster without a time, by the week in which their day 42 lies."""
    return tuple(counted([sum(one.week == week for one in each[number]) for each in missed]) for week in range(weeks))
