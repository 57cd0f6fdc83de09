"""Why a cluster is served no better: which rule holds each of its half-days back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from registration.balancing.rules.rota import HALVES, OFFICE, WEEK, Cluster, Id, Instance, Registrar, Rota


class Reason(StrEnum):
    """What holds one more session in a half-day back."""

    ROOMS = "rooms"
    NOBODY = "nobody"
    TRAVEL = "travel"
    HERE = "here"
    ELSEWHERE = "elsewhere"
    CONTRACT = "contract"
    SPARE = "spare"


@dataclass(frozen=True, slots=True)
class _Rota:
    """A rota as the reasons ask of it."""

    instance: Instance
    places: Mapping[tuple[Id, int], Id]
    load: Counter[tuple[Id, int]]
    open: Counter[tuple[Id, int]] = field(default_factory=Counter)

    def place(self, one: Registrar, half: int) -> Id | None:
        """Give the cluster, or the office, of a registrar; None where the half-day is free."""
        centre = self.places.get((one.id, half))
        return None if centre is None else self.instance.cluster_of.get(centre, OFFICE)

    def could(self, one: Registrar, cluster: Id, half: int) -> bool:
        """Whether somebody free may come: sessions left in the contract, and not in another place that day."""
        same_day = self.place(one, half ^ 1) in (None, cluster)
        return same_day and self.load[one.id, half // WEEK] < one.contract and self.instance.may_be(one, half, cluster)


def held_back(instance: Instance, rota: Rota, cluster: Cluster) -> list[tuple[Reason, int]]:
    """Say what holds a cluster back, and in how many half-days, the most frequent first.

    Every half-day has one reason, the first that applies: its rooms are full, or it has none; nobody is available; only
    registrars out of its reach are; all within reach are in the cluster already; or at other clusters or the office; or
    have worked their contract, or sit elsewhere that day. SPARE is a half-day in which somebody could still come.
    """
    places = rota.places()
    seen = _Rota(instance, places, Counter((one, half // WEEK) for one, half in places))
    for (_, half), centre in places.items():
        seen.open[instance.cluster_of.get(centre, OFFICE), half] += 1
    return Counter(_reason(seen, cluster.id, half) for half in instance.half_days).most_common()


def _reason(seen: _Rota, cluster: Id, half: int) -> Reason:
    there = [one for one in seen.instance.registrars if one.available[half]]
    near = [one for one in there if cluster in one.reach]
    free = [one for one in near if seen.place(one, half) is None]
    if seen.open[cluster, half] >= seen.instance.rooms_in[cluster, half]:
        return Reason.ROOMS
    if not near:
        return Reason.TRAVEL if there else Reason.NOBODY
    if any(seen.could(one, cluster, half) for one in free):
        return Reason.SPARE
    if free:
        return Reason.CONTRACT
    return Reason.HERE if all(seen.place(one, half) == cluster for one in near) else Reason.ELSEWHERE


def speakers_days(instance: Instance, cluster: Cluster) -> list[int]:
    """Give the weekdays, 0 for Monday, on which anybody within reach who speaks the cluster's language works."""
    speakers = [one for one in instance.registrars if cluster.language in one.languages and cluster.id in one.reach]
    return sorted({half % WEEK // HALVES for one in speakers for half in instance.half_days if one.available[half]})
