"""What an absent registrar leaves behind, ways to staff it, and why nobody can come where nobody can.

Half-days that families have booked stay as they are. A rule that the rota without the absent does not keep is not asked
for: a plan only has to be no worse.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from registration.balancing.rules.rota import OFFICE, WEEK, Centre, Id, Instance, Registrar, Rota

HalfDays = Collection[tuple[Id, int]]
Places = Mapping[tuple[Id, int], Id]


@dataclass(frozen=True, slots=True)
class Left:
    """A session that somebody absent leaves: where, in which half-days, and how many families have their time in it.

    `takers` are those who may sit there in the eyes of its families: they speak what is needed, at its hours. Where it cannot
    be taken over at all, nobody is.
    """

    key: int
    registrar: Id
    centre: Id
    half_days: tuple[int, ...]
    families: int
    takers: frozenset[Id]

    @property
    def can_be_kept(self) -> bool:
        """Whether families have their time in it and somebody might sit there instead."""
        return bool(self.families and self.takers)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to go on: who is where, and what that comes to.

    `changed` are half-days of others placed otherwise, `sessions_lost` the half-days of the absent. `times_lost` counts, cluster
    by cluster and week by week, the families fewer that can be seen. `takers` gives, by session with families, who takes it over.
    """

    rota: Rota
    changed: int
    sessions_lost: int
    times_lost: int
    families_kept: int
    families_lost: int
    takers: tuple[tuple[int, Id], ...]


def best_first(ways: Sequence[Way]) -> list[Way]:
    """Keep the ways of which each has more changes than the one before, and keeps more families’ times or loses fewer others."""
    kept: list[Way] = []
    for one in sorted(ways, key=lambda one: (one.changed, one.families_lost, one.times_lost)):
        if not kept or (one.families_lost, one.times_lost) < (kept[-1].families_lost, kept[-1].times_lost):
            kept.append(one)
    return kept


def without_the_absent(instance: Instance, kept: Places, away: HalfDays, left: Sequence[Left]) -> Instance:
    """Give the instance in which the absent are not there, and which asks for nothing that is not so without them.

    A session with families that cannot be taken over stays in its room. Contracts are no shorter than what is worked.
    """
    now = Counter((centre, half) for (_, half), centre in kept.items())
    stuck = Counter((one.centre, half) for one in left if one.families and not one.takers for half in one.half_days)
    return replace(
        instance,
        registrars=tuple(_there(one, kept, away) for one in instance.registrars),
        centres=tuple(_asked(one, now, stuck) for one in instance.centres),
        pins=frozenset(pin for pin in instance.pins if kept.get((pin.registrar, pin.half_day)) == pin.centre),
        office=tuple(replace(need, least=0, least_registrars=0) for need in instance.office),
    )


def _there(one: Registrar, kept: Places, away: HalfDays) -> Registrar:
    weeks = Counter(half // WEEK for (who, half) in kept if who == one.id)
    there = tuple(free and (one.id, half) not in away for half, free in enumerate(one.available))
    return replace(one, available=there, contract=max(one.contract, *weeks.values(), 0))


def _asked(one: Centre, now: Counter[tuple[Id, int]], stuck: Counter[tuple[Id, int]]) -> Centre:
    return replace(
        one,
        rooms=tuple(max(0, rooms - stuck[one.id, half]) for half, rooms in enumerate(one.rooms)),
        booked=tuple(min(booked, now[one.id, half]) for half, booked in enumerate(one.booked)),
    )


def torn_days(instance: Instance, places: Places) -> set[tuple[Id, int]]:
    """Name the half-days of registrars who are in two clusters on one day: no plan would have that, so it stays as it is."""
    cluster = {key: instance.cluster_of.get(centre, OFFICE) for key, centre in places.items()}
    return {(one, half) for (one, half), place in cluster.items() if cluster.get((one, half ^ 1), place) != place}


def centres_named(
    instance: Instance, clusters: Places, kept: Places, takers: Mapping[tuple[Id, int], Id]
) -> dict[tuple[Id, int], Id]:
    """Give the centre of everybody in a cluster: a session taken over, the one before, the one of that day, one with a room."""
    named = dict(takers)
    there = {key: place for key, place in clusters.items() if place != OFFICE and key not in named}
    for key, place in there.items():
        if instance.cluster_of.get(kept.get(key, OFFICE)) == place:
            named[key] = kept[key]
    filled = Counter((centre, half) for (_, half), centre in named.items())
    for key in sorted((key for key in there if key not in named), key=lambda key: (key[1], str(key[0]))):
        free = [one for one in instance.centres_of[there[key]] if filled[one.id, key[1]] < one.rooms[key[1]]]
        if free:
            beside = named.get((key[0], key[1] ^ 1))
            chosen = max(free, key=lambda one: (one.id == beside, one.rooms[key[1]] - filled[one.id, key[1]])).id
            named[key] = chosen
            filled[chosen, key[1]] += 1
    return named


class Hindrance(StrEnum):
    """Why a registrar cannot take a session over."""

    NOT_SUITED = "not suited"
    NOT_THERE = "not there"
    TOO_FAR = "too far"
    BOOKED = "booked"
    ELSEWHERE = "elsewhere"
    CONTRACT = "contract"


def hindrances(instance: Instance, kept: Places, left: Left) -> Counter[Hindrance]:
    """Count what keeps each registrar from a session; who could take it over is counted under nothing."""
    found = (_hindrance(instance, kept, left, one) for one in instance.registrars if one.id != left.registrar)
    return Counter(each for each in found if each is not None)


def _hindrance(instance: Instance, kept: Places, left: Left, one: Registrar) -> Hindrance | None:
    cluster = instance.cluster_of[left.centre]
    beside = {half ^ 1 for half in left.half_days} - set(left.half_days)
    week = left.half_days[0] // WEEK
    worked = {half for who, half in kept if who == one.id and half // WEEK == week} | set(left.half_days)
    facts = (
        (Hindrance.NOT_THERE, not all(one.available[half] for half in left.half_days)),
        (Hindrance.TOO_FAR, cluster not in one.reach),
        (Hindrance.BOOKED, any((one.id, half) in instance.pinned_place for half in left.half_days)),
        (Hindrance.ELSEWHERE, any(instance.pinned_place.get((one.id, half), cluster) != cluster for half in beside)),
        (Hindrance.CONTRACT, len(worked) > one.contract),
        (Hindrance.NOT_SUITED, one.id not in left.takers),
    )
    return next((why for why, holds in facts if holds), None)
