"""The cheapest repair of a cluster that runs dry: the desk's places opened, else the fewest half-days more."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from registration.balancing.rules.alarm import DRAWS, THRESHOLD, WEEK, Ahead, Cluster, Family, look_again

#: More half-days than these are no repair of single weeks: then the rota has to be planned anew.
MOST = 6


@dataclass(frozen=True, slots=True)
class HalfDayMore:
    """A session that could be opened: who is free, where a room is, when, how many places, and how far from home in minutes.

    `day` counts from the Monday of this week; `spare` are the half-days of the contract left in that week, this one included.
    """

    registrar: int
    centre: int
    room: int
    begins: datetime
    ends: datetime
    day: int
    places: int
    minutes: int
    spare: int


@dataclass(frozen=True, slots=True)
class Repair:
    """What would help a cluster: the desk's places opened, or half-days more; and the families still missed then."""

    opens_desk: bool
    half_days: tuple[HalfDayMore, ...]
    missed: float

    @property
    def is_enough(self) -> bool:
        """Say whether fewer families than the threshold are missed then."""
        return self.missed < THRESHOLD


def repair(ahead: Ahead, number: int, candidates: Iterable[HalfDayMore], seed: int, draws: int = DRAWS) -> Repair:
    """Find what brings a cluster's missed families below the threshold, or as near to it as MOST half-days can.

    Opening the desk's places costs nobody's time and is tried first. Then, one after another, the half-day in which most of those
    still missed could come; of equals the earliest, then that of the shortest journey. It is the best found, not proven the least.
    """
    missed = look_again(_with(ahead, number, opened=True), number, seed, draws)
    if _mean(missed) < THRESHOLD:
        return Repair(opens_desk=True, half_days=(), missed=_mean(missed))
    left, chosen = list(candidates), list[HalfDayMore]()
    missed = look_again(ahead, number, seed, draws)
    while _mean(missed) >= THRESHOLD and len(chosen) < MOST:
        best = _best(left, missed)
        if best is None:
            break
        chosen.append(best)
        left = [each for each in left if _goes_with(each, best, chosen)]
        ahead = _with(ahead, number, more=best)
        missed = look_again(ahead, number, seed, draws)
    return Repair(opens_desk=False, half_days=tuple(chosen), missed=_mean(missed))


def _with(ahead: Ahead, number: int, *, opened: bool = False, more: HalfDayMore | None = None) -> Ahead:
    cluster: Cluster = ahead.clusters[number]
    places = cluster.places.opened() if opened else cluster.places
    if more is not None:
        places = places.with_more(more.day, more.places)
    return replace(ahead, clusters={**ahead.clusters, number: replace(cluster, places=places)})


def _mean(missed: Sequence[Sequence[Family]]) -> float:
    return sum(map(len, missed)) / len(missed)


def _best(candidates: Sequence[HalfDayMore], missed: Sequence[Sequence[Family]]) -> HalfDayMore | None:
    """Give the half-day that helps most; None where none helps anybody."""
    could = [Counter(day for one in each for day in range(one.comes, one.last + 1)) for each in missed]
    worth: dict[tuple[int, int], int] = {}

    def value(each: HalfDayMore) -> int:
        key = each.day, each.places
        if key not in worth:
            worth[key] = sum(min(each.places, those[each.day]) for those in could)
        return worth[key]

    best = min(candidates, key=lambda each: (-value(each), each.begins, each.minutes, each.registrar), default=None)
    return best if best is not None and value(best) else None


def _goes_with(each: HalfDayMore, last: HalfDayMore, chosen: Sequence[HalfDayMore]) -> bool:
    """Say whether it can be opened besides those chosen: no registrar or room twice at once, nobody beyond the contract."""
    at_once = each.begins < last.ends and last.begins < each.ends
    theirs = [one for one in chosen if one.registrar == each.registrar and one.day // WEEK == each.day // WEEK]
    return len(theirs) < each.spare and not (at_once and (each.registrar == last.registrar or each.room == last.room))
