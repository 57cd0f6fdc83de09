"""From an ideal rota to one that can be held: week by week, what the ideal holds whole is fixed and the rest decided."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from registration.balancing.rules.figures import Demand
from registration.balancing.rules.rota import HALVES, WEEK, Id, Instance
from registration.balancing.solver.highs import Clock, Program
from registration.balancing.solver.horizon import MINUTE, Ideal, Plan, trouble, weight
from registration.balancing.solver.sessions import (
    Sessions,
    Stay,
    halves_of,
    lay_out,
    must_still_open,
    openings,
    spoken,
)

WHOLE = 1 - 1e-6
HALF = 0.5
#: What a family-week late costs; a centre or language that cannot be had any more; one that the ideal brings this week.
LATE, MISSING, PREFERRED = 1000.0, 100_000.0, 50.0
#: What a family of the worst served cluster short costs.
FIRST = 100.0
#: The cost that need not be fought for in one week: a twentieth of a family.
GAP = 0.5
#: So many families less than the ideal serves show that it cannot be followed any more.
BEHIND = 0.5
#: What a family is worth that the ideal sees in a later week only, so that no session is given up which costs next to nothing.
AHEAD = 0.005
NODES = 500


@dataclass
class Held:
    """The weeks decided so far: stays, families served, centres opened and languages brought in each run of weeks."""

    stays: list[Stay] = field(default_factory=list)
    served: dict[Id, float] = field(default_factory=dict)
    open: set[tuple[Id, int]] = field(default_factory=set)
    spoken: set[tuple[Id, int]] = field(default_factory=set)


@dataclass(frozen=True)
class Aim:
    """What deciding the weeks one by one goes by: the ideal, how well each cluster can be served, and a former rota."""

    instance: Instance
    plan: Plan
    demands: Mapping[Id, Demand]
    coverage: Mapping[Id, float]
    before: Mapping[tuple[Id, int], Id]

    def whole(self, week: int) -> Iterator[Stay]:
        """Give the stays of a week that the ideal holds whole."""
        return (stay for stay, share in self.plan.held.items() if share >= WHOLE and stay.halves[0] // WEEK == week)

    def behind(self, held: Held, week: int) -> bool:
        """Whether a cluster has been served less by the end of a week than the ideal does."""
        return any(held.served[cluster] < self.plan.served[cluster, week] - BEHIND for cluster in self.demands)


def decide_weeks(aim: Aim, ideal: Ideal, clock: Clock) -> Iterator[Held | None]:
    """Decide week after week, giving what is held so far after each; None, and no more, where a week cannot be decided.

    What a week leaves undone the ideal shares out anew over those that are left.
    """
    held = Held()
    everybody = frozenset(range(len(aim.instance.registrars)))
    for week in range(aim.instance.weeks):
        decided = _decide(aim, held, week, clock, frozenset()) or _decide(aim, held, week, clock, everybody)
        yield decided
        if decided is None:
            return
        if week + 1 < aim.instance.weeks and aim.behind(decided, week):
            aim = replace(aim, plan=ideal.hold(decided.stays, week, clock))
        held = decided


def _decide(aim: Aim, held: Held, week: int, clock: Clock, free: Collection[int]) -> Held | None:
    """Decide one week: what the ideal holds whole is fixed but for those who are free. None where nothing was found."""
    program = Program()
    absent = {one for one in must_still_open(aim.instance) if one not in held.open}
    fixed = {(stay.registrar, stay.halves[0] // HALVES): stay for stay in aim.whole(week) if stay.registrar not in free}
    made = lay_out(aim.instance, program, range(week, week + 1), whole=True, absent=absent, fixed=fixed)
    for column, stay in made.stays.items():
        program.price(column, MINUTE * trouble(aim.instance, stay, aim.before))
    _presence(aim, made, absent, week)
    _languages(aim, made, held, week)
    slots = _service(aim, made, held, week)
    answer = program.solve(clock, gap=GAP, nodes=NODES)
    return _noted(aim, made, held, (answer.values, slots, week)) if answer.found else None


def _ask(program: Program, columns: Collection[int], *, last: bool) -> None:
    """Ask for one of some columns; where it is the last chance, almost whatever it costs."""
    missing = program.column(MISSING if last else PREFERRED)
    program.row([*((column, 1.0) for column in columns), (missing, 1.0)], lower=1)


def _presence(aim: Aim, made: Sessions, absent: Collection[tuple[Id, int]], week: int) -> None:
    """Open a centre this week where the ideal does, and at the latest in the last week in which it can."""
    length = aim.instance.presence_weeks
    here = halves_of(week)
    later = range(here.stop, min((week // length + 1) * length, aim.instance.weeks) * WEEK)
    for centre, block in sorted(absent, key=str):
        columns = openings(made, centre, here)
        if block == week // length and columns:
            last = not any(aim.instance.centre[centre].rooms[half] for half in later)
            ideal = sum(aim.plan.opened[centre, half] for half in here if (centre, half) in made.opened)
            if last or ideal >= HALF:
                _ask(made.program, columns, last=last)


def _languages(aim: Aim, made: Sessions, held: Held, week: int) -> None:
    """Bring a speaker this week where the ideal does, and at the latest in the last week in which one can come."""
    length = aim.instance.language_weeks
    here, block = halves_of(week), week // length
    last = week + 1 == min((block + 1) * length, aim.instance.weeks)
    for cluster in aim.instance.clusters:
        if cluster.language and (cluster.id, block) not in held.spoken:
            columns = spoken(made, cluster.id, cluster.language, here)
            if last or sum(aim.plan.held[made.stays[column]] for column in columns) >= HALF:
                _ask(made.program, columns, last=last)


def _service(aim: Aim, made: Sessions, held: Held, week: int) -> dict[Id, list[tuple[int, int]]]:
    """Serve as many families by the week's end as the ideal does; give each cluster's columns with their slots."""
    program = made.program
    slots = {}
    for cluster, demand in aim.demands.items():
        slots[cluster] = made.slots(cluster, week)
        done = program.column(upper=demand.released[week])
        terms = [(done, 1.0), *((column, -float(count)) for column, count in slots[cluster])]
        program.row(terms, upper=held.served.get(cluster, 0.0))
        program.row([(done, 1), (program.column(LATE), 1)], lower=demand.due[week])
        short = program.column(FIRST * weight(aim.coverage, cluster))
        ideal = aim.plan.served[cluster, week]
        ahead = program.column(-AHEAD, upper=max(0.0, aim.coverage[cluster] * demand.need - ideal))
        program.row([(done, 1), (short, 1), (ahead, -1)], lower=ideal)
    return slots


def _noted(
    aim: Aim, made: Sessions, held: Held, decided: tuple[Sequence[float], Mapping[Id, list[tuple[int, int]]], int]
) -> Held:
    """Add a week that was decided to those held."""
    values, slots, week = decided
    instance = aim.instance
    stays = [stay for column, stay in made.stays.items() if values[column] > HALF]
    served = {}
    for cluster, columns in slots.items():
        count = sum(count for column, count in columns if values[column] > HALF)
        served[cluster] = min(held.served.get(cluster, 0.0) + count, aim.demands[cluster].released[week])
    opened = {
        (centre, block)
        for centre, block in must_still_open(instance)
        if sum(values[column] for column in openings(made, centre, halves_of(week))) >= WHOLE
    }
    came = {(stay.place, one) for stay in stays for one in instance.registrars[stay.registrar].languages}
    brought = {
        (cluster.id, week // instance.language_weeks)
        for cluster in instance.clusters
        if (cluster.id, cluster.language) in came
    }
    return Held([*held.stays, *stays], served, held.open | opened, held.spoken | brought)
