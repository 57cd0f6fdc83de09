"""The whole horizon as one linear program: which sessions an ideal rota would hold, halves of sessions allowed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from registration.balancing.rules.rota import OFFICE, Id, Instance, Rota
from registration.balancing.solver.bound import Bound, best_reachable
from registration.balancing.solver.highs import Clock, Program
from registration.balancing.solver.service import count_service
from registration.balancing.solver.sessions import (
    Sessions,
    Stay,
    ask_for_presence_and_languages,
    lay_out,
    must_still_open,
)

#: What a family-week late, a family short of what leximin gives its cluster, and a family short cost beside one another.
LATE, UNFAIR, SHORT = 1000.0, 300.0, 1.0
#: So many families short of what the bound gives show that it is out of reach.
OUT_OF_REACH = 0.5
#: A minute of travel; what the longest way costs stays far below one family.
MINUTE = 0.002


@dataclass(frozen=True, slots=True)
class Plan:
    """An ideal rota: the share of each stay that is held, of each room that is opened, and the families served.

    `seconds` went into writing down and solving the one linear program of all weeks, without what a nearer bound took.
    """

    held: Mapping[Stay, float]
    opened: Mapping[tuple[Id, int], float]
    served: Mapping[tuple[Id, int], float]
    seconds: float


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


def ideal_plan(
    instance: Instance, bound: Bound, before: Mapping[tuple[Id, int], Id], clock: Clock
) -> tuple[Plan, Bound] | None:
    """Solve the horizon, and give a nearer bound where the one of whole weeks cannot be reached hour by hour.

    None where the rules cannot hold together even so, or time ran out.
    """
    begun = time.monotonic()
    program = Program()
    absent = must_still_open(instance)
    made = lay_out(instance, program, range(instance.weeks), whole=False, absent=absent)
    ask_for_presence_and_languages(made, absent)
    minutes = [(column, MINUTE * trouble(instance, stay, before)) for column, stay in made.stays.items()]
    service = count_service(instance, program, slots_of(made))
    late = [(column, LATE) for column in service.late.values()]
    unfair, short = [], []
    for cluster, demand in service.demands.items():
        unfair.append((program.column(), UNFAIR))
        short.append((program.column(), SHORT))
        program.row([(service.last(cluster), 1), (unfair[-1][0], 1)], lower=bound.coverage[cluster] * demand.need)
        program.row([(service.last(cluster), 1), (short[-1][0], 1)], lower=demand.need)
    program.only_price([*minutes, *late, *unfair, *short])
    answer = program.solve(clock)
    seconds = time.monotonic() - begun
    if answer.found and sum(answer.values[column] for column, _ in unfair) > OUT_OF_REACH:
        nearer = best_reachable(program, service, clock)
        program.only_price([*minutes, *late, *short])
        again = program.solve(clock)
        if nearer and again.found:
            answer, bound = again, nearer
    if not answer.found:
        return None
    plan = Plan(
        {stay: answer.values[column] for column, stay in made.stays.items()},
        {key: answer.values[column] for key, column in made.opened.items()},
        {key: answer.values[column] for key, column in service.served.items()},
        seconds,
    )
    return plan, bound


def slots_of(made: Sessions) -> dict[tuple[Id, int], list[tuple[int, int]]]:
    """Give the columns of each cluster's week with the families they can see."""
    return {
        (cluster.id, week): made.slots(cluster.id, week) for cluster in made.instance.clusters for week in made.weeks
    }
