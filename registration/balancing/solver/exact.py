"""Small instances solved outright: one mixed-integer program, its aims one after another, each proven best before the next.

Leximin as the sum of the j worst, for each j in turn (Ogryczak and Śliwiński, "On solving linear programs with the ordered
weighted averaging objective", 2003): for rotas, unlike for halves of sessions, which cluster is worst is part of the decision.
The rota seen from afar is solved first for each aim: it is quickly proven, and a rota as good as that needs no other proof.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor

from registration.balancing.rules.rota import Id, Instance
from registration.balancing.solver.highs import INFINITY, Answer, Clock, Outcome, Program
from registration.balancing.solver.horizon import slots_of, trouble
from registration.balancing.solver.service import Service, count_service
from registration.balancing.solver.sessions import Stay, ask_for_presence_and_languages, lay_out, must_still_open
from registration.balancing.solver.weekly import Weeks, lay_out_weeks

#: What rounding may make of a figure; a gap in coverage, in families and in minutes that is none.
ROUNDING = 1e-6
COVERAGE_GAP, FAMILY_GAP, MINUTE_GAP = 1e-5, 1e-3, 0.5
#: So many groups of clusters are looked at closely in each week: with three clusters, all.
MOST_GROUPS = 7
#: A proof that needs more branches than this is given up, the same way each time.
MOST_NODES = 50_000
Costs = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Aim:
    """One thing to make as small as can be: its costs, and how near to the least counts as the least."""

    name: str
    costs: Costs
    gap: float


@dataclass(frozen=True)
class _Ladder:
    """A program and the aims it has in common with others."""

    program: Program
    aims: list[Aim]

    def climb(self, number: int, clock: Clock, start: Sequence[float] = ()) -> Answer:
        """Make one aim as small as the former ones allow."""
        self.program.only_price(self.aims[number].costs)
        return self.program.solve(clock, gap=self.aims[number].gap, nodes=MOST_NODES, start=start)

    def keep(self, number: int, reached: float) -> None:
        """Let no later aim spoil what this one reached."""
        self.program.row(self.aims[number].costs, upper=reached + ROUNDING)

    def know(self, number: int, least: float) -> None:
        """Write down that nothing smaller exists, so that whatever reaches it is proven."""
        self.program.row(self.aims[number].costs, lower=least - ROUNDING)


@dataclass(frozen=True, slots=True)
class Exact:
    """The best stays found, and whether nothing better exists."""

    stays: list[Stay]
    proven: bool


def solve_exactly(
    instance: Instance, before: Mapping[tuple[Id, int], Id], clock: Clock, tell: Callable[[str, float], None]
) -> Exact | None:
    """Give the best rota's stays, in time the best there are; None where time ran out before the first."""
    program, absent = Program(), must_still_open(instance)
    made = lay_out(instance, program, range(instance.weeks), whole=True, absent=absent)
    ask_for_presence_and_languages(made, absent)
    service = count_service(instance, program, slots_of(made))
    minutes = [(column, trouble(instance, stay, before)) for column, stay in made.stays.items()]
    near = _Ladder(program, list(_aims(program, service, minutes)))
    values, proven = _climb_all(near, _from_afar(instance, clock), clock, tell)
    if not len(values):
        return None
    return Exact([stay for column, stay in made.stays.items() if values[column] > 1 / 2], proven)


def _climb_all(
    near: _Ladder, afar: _Ladder, clock: Clock, tell: Callable[[str, float], None]
) -> tuple[Sequence[float], bool]:
    """Take aim after aim; give the values of the best found, and whether each was proven."""
    values: Sequence[float] = ()
    for number, aim in enumerate(near.aims):
        tell(aim.name, number / len(near.aims))
        if number < len(afar.aims):
            far = afar.climb(number, clock)
            if far.found:
                near.know(number, far.bound)
        answer = near.climb(number, clock, values)
        if answer.found:
            values = answer.values
        if not answer.found or answer.objective - answer.bound > aim.gap + ROUNDING:
            return values, False
        near.keep(number, answer.objective)
        if number < len(afar.aims):
            afar.keep(number, answer.objective + ROUNDING)
    return values, True


def _from_afar(instance: Instance, clock: Clock) -> _Ladder:
    """See the same rota from afar, with the aims that can be seen from there: changes of single half-days cannot."""
    program = Program()
    weeks, service = lay_out_weeks(instance, program, whole=True)
    for week in range(instance.weeks):
        _look_closer(instance, weeks, week, clock)
    return _Ladder(program, list(_aims(program, service, ()))[:-1])


def _look_closer(instance: Instance, afar: Weeks, week: int, clock: Clock) -> None:
    """Tell the rota seen from afar how many sessions, and slots, any clusters can have in a week, hour by hour."""
    program = Program()
    made = lay_out(instance, program, range(week, week + 1), whole=False, absent=())
    clusters = [cluster.id for cluster in instance.clusters]
    several = [some for size in range(1, len(clusters) + 1) for some in combinations(clusters, size)]
    people = instance.registrars
    for some in several[:MOST_GROUPS]:
        for weights in ([1] * len(people), [one.slots for one in people]):
            here = ((column, stay) for column, stay in made.stays.items() if stay.place in some)
            program.only_price([(column, -float(weights[stay.registrar] * len(stay.halves))) for column, stay in here])
            answer = program.go_on(clock)
            if answer.outcome is not Outcome.OPTIMAL:
                return  # time is over, or not even halves of sessions keep the rules of this week
            there = [
                (column, float(weights[number]))
                for (number, place, when), column in afar.held.items()
                if place in some and when == week
            ]
            afar.program.row(there, upper=floor(ROUNDING - answer.objective))


def _aims(program: Program, service: Service, minutes: Costs) -> Iterator[Aim]:
    """Give the aims in their order, adding the columns and rows that measure them."""
    yield Aim("lateness", [(column, 1.0) for column in service.late.values()], FAMILY_GAP)
    shares = []
    for cluster, demand in service.demands.items():
        if demand.need > 0:
            shares.append(program.column(upper=1.0))
            program.row([(service.last(cluster), 1.0), (shares[-1], -demand.need)], lower=0.0)
    for count in range(1, len(shares) + 1):
        level = program.column(lower=-INFINITY)
        below = [program.column() for _ in shares]
        for share, under in zip(shares, below, strict=True):
            program.row([(level, 1.0), (share, -1.0), (under, -1.0)], upper=0.0)
        yield Aim(f"coverage {count}", [(level, -float(count)), *((under, 1.0) for under in below)], COVERAGE_GAP)
    short = []
    for cluster, demand in service.demands.items():
        short.append(program.column())
        program.row([(service.last(cluster), 1.0), (short[-1], 1.0)], lower=demand.need)
    yield Aim("shortfall", [(column, 1.0) for column in short], FAMILY_GAP)
    yield Aim("travel and changes", minutes, MINUTE_GAP)
