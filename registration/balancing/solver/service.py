"""Families served, late and short, as columns of a program, whatever its slots are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registration.balancing.rules.figures import Demand, demand_of
from registration.balancing.rules.rota import Id, Instance
from registration.balancing.solver.highs import Program

Slots = Mapping[tuple[Id, int], Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class Service:
    """The columns of families served by each week's end, of families late then, and of families never served."""

    demands: Mapping[Id, Demand]
    served: Mapping[tuple[Id, int], int]
    late: Mapping[tuple[Id, int], int]

    def last(self, cluster: Id) -> int:
        """Give the column of families served by the end."""
        return self.served[cluster, len(self.demands[cluster].released) - 1]


def count_service(instance: Instance, program: Program, slots: Slots) -> Service:
    """Count on families served from slots: no more than slots give, no more than are waiting."""
    demands = {cluster.id: demand_of(instance, cluster) for cluster in instance.clusters}
    served, late = {}, {}
    for cluster, demand in demands.items():
        for week in range(instance.weeks):
            column = served[cluster, week] = program.column(upper=demand.released[week])
            terms = [(column, 1.0), *((one, -float(count)) for one, count in slots[cluster, week])]
            if week:
                terms.append((served[cluster, week - 1], -1.0))
            program.row(terms, upper=0)
            if demand.due[week] > 0:
                late[cluster, week] = program.column()
                program.row([(late[cluster, week], 1), (column, 1)], lower=demand.due[week])
    return Service(demands, served, late)
