"""The best that any rota could reach, from a program of whole weeks: nobody is asked to be anywhere at a given hour.

Every rota that keeps the rules is a solution of it, so its lateness is the least there can be and its coverage, worst cluster
first, the highest there can be (leximin: then the next worst, and so on; Ogryczak and others, "On direct methods for
lexicographic min-max optimization", 2006). It is small, so the clusters are settled one after another within a second or two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from registration.balancing.rules.rota import Id, Instance
from registration.balancing.solver.highs import Clock, Program
from registration.balancing.solver.service import Service
from registration.balancing.solver.weekly import lay_out_weeks

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Bound:
    """The least lateness in family-weeks, and the highest coverage of each cluster as leximin shares it out."""

    lateness: float
    coverage: Mapping[Id, float]
    mean: float

    @property
    def worst(self) -> float:
        """Give the coverage that the worst served cluster cannot exceed."""
        return min(self.coverage.values(), default=1.0)


@dataclass(frozen=True, slots=True)
class Reached:
    """A bound to which a program is held now. `excuses` and `late` are columns that would free families from it, had they room."""

    bound: Bound
    excuses: Mapping[Id, int]
    late: int


def weekly_bound(instance: Instance, clock: Clock) -> Bound | None:
    """Work out the bound; None where time ran out or even whole weeks cannot keep the rules."""
    program = Program()
    _, service = lay_out_weeks(instance, program, whole=False)
    reached = best_reachable(program, service, clock)
    return reached.bound if reached else None


def best_reachable(program: Program, service: Service, clock: Clock) -> Reached | None:
    """Find the least lateness a program allows, then the highest coverage; both stay asked for, and nothing is priced."""
    program.only_price([(column, 1.0) for column in service.late.values()])
    first = program.go_on(clock)
    if not first.found:
        return None
    lateness = max(0.0, first.objective)
    program.only_price([])
    late = program.column(upper=0.0)
    columns = [(column, 1.0) for column in service.late.values()]
    program.row([*columns, (late, -1.0)], upper=lateness + TOLERANCE)
    settled = _leximin(program, service, clock)
    if settled is None:
        return None
    coverage = {cluster: share for cluster, (share, _) in settled.items()}
    need = sum(demand.need for demand in service.demands.values())
    met = sum(coverage[cluster] * demand.need for cluster, demand in service.demands.items())
    bound = Bound(lateness, coverage, met / need if need > 0 else 1.0)
    return Reached(bound, {cluster: excuse for cluster, (_, excuse) in settled.items()}, late)


def _leximin(program: Program, service: Service, clock: Clock) -> dict[Id, tuple[float, int]] | None:
    """Raise the worst coverage as far as it goes, settle the clusters that hold it back, go on with the rest."""
    settled = {
        cluster: (1.0, program.column(upper=0.0)) for cluster, demand in service.demands.items() if demand.need <= 0
    }
    level = program.column(upper=1.0)
    program.price(level, -1.0)
    rows = {
        cluster: program.row([(service.last(cluster), 1.0), (level, -demand.need)], lower=0.0)
        for cluster, demand in service.demands.items()
        if cluster not in settled
    }
    while rows:
        answer = program.go_on(clock)
        if not answer.found:
            return None
        reached = max(0.0, answer.values[level])
        duals = program.duals()
        held = [cluster for cluster, row in rows.items() if duals[row] > TOLERANCE / 10] if reached < 1 else list(rows)
        for cluster in held or list(rows):
            excuse = program.column(upper=0.0)
            settled[cluster] = reached, excuse
            need = service.demands[cluster].need
            program.bound_row(rows.pop(cluster), -float("inf"), float("inf"))
            program.row([(service.last(cluster), 1.0), (excuse, 1.0)], lower=reached * need - TOLERANCE)
    program.price(level, 0.0)
    return settled
