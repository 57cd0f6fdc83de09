"""What a rota means for families, cluster by cluster: how rotas of different councils are held side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registration.balancing.rules.figures import (
    Demand,
    Figures,
    coverage_of,
    demand_of,
    figures_of,
    served,
    slots_per_week,
)
from registration.balancing.rules.rota import Id, Instance, Rota


@dataclass(frozen=True, slots=True)
class ClusterEffect:
    """A cluster's families: expected, that its sessions can see, the share seen, past day 42 unseen, unseen at the end."""

    need: float
    slots: int
    coverage: float
    late: float
    short: float


@dataclass(frozen=True, slots=True)
class Effect:
    """A rota's figures, and what it means for each cluster."""

    figures: Figures
    clusters: Mapping[Id, ClusterEffect]

    @property
    def late(self) -> float:
        """Count the families of all clusters whose day 42 passes before they are seen."""
        return sum(each.late for each in self.clusters.values())


def effect_of(instance: Instance, rota: Rota) -> Effect:
    """Work out what a rota means; sessions at places that the council does not have count for nothing."""
    known = {
        key: centre
        for key, centre in rota.places().items()
        if key[0] in instance.registrar and centre in instance.centre
    }
    slots = slots_per_week(instance, known)
    clusters = {each.id: _of(demand_of(instance, each), slots[each.id]) for each in instance.clusters}
    return Effect(figures_of(instance, rota), clusters)


def _of(demand: Demand, slots: Sequence[int]) -> ClusterEffect:
    done = served(demand, slots)
    return ClusterEffect(
        need=demand.need,
        slots=sum(slots),
        coverage=coverage_of(demand, done),
        late=late_families(demand, done),
        short=max(0.0, demand.need - done[-1]),
    )


def late_families(demand: Demand, done: Sequence[float]) -> float:
    """Count the families whose deadline passes before they are seen, each once, the first born being seen first."""
    before, late = 0.0, 0.0
    for due, count in zip(demand.due, done, strict=True):
        late += min(due - before, max(0.0, due - count))
        before = due
    return late
