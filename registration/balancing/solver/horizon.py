"""The whole horizon as one linear program: which sessions an ideal rota would hold, halves of sessions allowed."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registration.balancing.rules.rota import OFFICE, WEEK, Id, Instance, Rota
from registration.balancing.solver.bound import Bound, best_reachable
from registration.balancing.solver.highs import INFINITY, Answer, Clock, Program
from registration.balancing.solver.service import Service, count_service
from registration.balancing.solver.sessions import (
    Sessions,
    Stay,
    ask_for_presence_and_languages,
    lay_out,
    must_still_open,
)

#: What a family-week late, a family short of what leximin gives its cluster, and a family short cost beside one another.
LATE, UNFAIR, SHORT = 1000.0, 300.0, 1.0
#: Of a family short the worst served cluster's counts most, each next one's by so much less, down to the last.
FALL, LAST = 0.7, 0.1
#: So many families short of what the bound gives show that it is out of reach.
OUT_OF_REACH = 0.5
#: A minute of travel; what the longest way costs stays far below one family.
MINUTE = 0.002


@dataclass(frozen=True, slots=True)
class Plan:
    """An ideal rota: the share of each stay that is held, of each room that is opened, and the families served."""

    held: Mapping[Stay, float]
    opened: Mapping[tuple[Id, int], float]
    served: Mapping[tuple[Id, int], float]


def trouble(instance: Instance, stay: Stay, before: Mapping[tuple[Id, int], Id]) -> float:
    """Give the minutes a stay costs: its travel, and what it changes of a former rota. A session kept is a gain."""
    one = instance.registrars[stay.registrar]
    minutes = 0 if stay.place == OFFICE else one.reach[stay.place] * len(stay.halves)
    if before:
        for half in stay.halves:
            was = before.get((one.id, half))
            minutes += instance.change_minutes * ((was is None) - (was == stay.place))
    return minutes


def clusters_before(instance: Instance, previous: Rota | None) -> dict[tuple[Id, int], Id]:
    """Give the cluster, or the office, of each registrar and half-day of a former rota."""
    places = previous.places() if previous else {}
    known = {OFFICE: OFFICE, **instance.cluster_of}
    return {key: known[centre] for key, centre in places.items() if centre in known}


def weight(coverage: Mapping[Id, float], cluster: Id) -> float:
    """Say how much a family of a cluster short counts, at most 1: more the worse the cluster can be served at best."""
    rank = sorted(coverage, key=coverage.__getitem__).index(cluster)
    return max(LAST, FALL**rank)


@dataclass
class Ideal:
    """The program of all weeks: what it makes of them, and of those that are left once some are decided.

    `costs` are those of all aims but leximin. `seconds` went into writing it down and solving it once, without what a nearer
    bound took.
    """

    made: Sessions
    service: Service
    costs: list[tuple[int, float]]
    answer: Answer
    seconds: float

    @property
    def plan(self) -> Plan:
        """Give the rota that it makes."""
        values = self.answer.values
        return Plan(
            {stay: values[column] for column, stay in self.made.stays.items()},
            {key: values[column] for key, column in self.made.opened.items()},
            {key: values[column] for key, column in self.service.served.items()},
        )

    def hold(self, stays: Iterable[Stay], week: int, clock: Clock) -> Plan:
        """Go by what was decided up to a week, and make the best of those that are left; where there is none, as before."""
        program, here = self.made.program, set(stays)
        decided = [
            (column, float(stay in here)) for column, stay in self.made.stays.items() if stay.halves[0] // WEEK <= week
        ]
        program.fix(decided)
        answer = program.solve(clock)
        if answer.found:
            self.answer = answer
        return self.plan


def ideal_plan(
    instance: Instance, bound: Bound, before: Mapping[tuple[Id, int], Id], clock: Clock
) -> tuple[Ideal, Bound] | None:
    """Solve the horizon, and give a nearer bound where the one of whole weeks cannot be reached hour by hour.

    None where the rules cannot hold together even so, or time ran out.
    """
    begun = time.process_time()
    program = Program()
    absent = must_still_open(instance)
    made = lay_out(instance, program, range(instance.weeks), whole=False, absent=absent)
    ask_for_presence_and_languages(made, absent)
    minutes = [(column, MINUTE * trouble(instance, stay, before)) for column, stay in made.stays.items()]
    service = count_service(instance, program, slots_of(made))
    late = [(column, LATE) for column in service.late.values()]
    unfair, short = [], []
    for cluster, demand in service.demands.items():
        unfair.append((program.column(), UNFAIR * weight(bound.coverage, cluster)))
        short.append((program.column(), SHORT))
        program.row([(service.last(cluster), 1), (unfair[-1][0], 1)], lower=bound.coverage[cluster] * demand.need)
        program.row([(service.last(cluster), 1), (short[-1][0], 1)], lower=demand.need)
    program.only_price([*minutes, *late, *unfair, *short])
    answer = program.solve(clock)
    seconds = time.process_time() - begun
    if not answer.found:
        return None
    ideal = Ideal(made, service, [*minutes, *late, *short], answer, seconds)
    if sum(answer.values[column] for column, _ in unfair) > OUT_OF_REACH:
        bound = _nearer(ideal, clock) or bound
    return ideal, bound


def _nearer(ideal: Ideal, clock: Clock) -> Bound | None:
    """Work out what hours allow, and have the ideal aim at that; None where time ran out."""
    program = ideal.made.program
    nearer = best_reachable(program, ideal.service, clock)
    if nearer is None:
        return None
    for column in (*nearer.excuses.values(), nearer.late):
        program.bound(column, 0.0, INFINITY)
    coverage = nearer.bound.coverage
    unfair = [(column, UNFAIR * weight(coverage, cluster)) for cluster, column in nearer.excuses.items()]
    program.only_price([*ideal.costs, *unfair])
    answer = program.go_on(clock)
    if answer.found:
        ideal.answer = answer
    return nearer.bound


def slots_of(made: Sessions) -> dict[tuple[Id, int], list[tuple[int, int]]]:
    """Give the columns of each cluster's week with the families they can see."""
    return {
        (cluster.id, week): made.slots(cluster.id, week) for cluster in made.instance.clusters for week in made.weeks
    }
