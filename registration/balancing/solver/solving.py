"""A rota solved: the aims in strict order, the best found kept, and what is known about how good it is.

(1) lateness past the deadline, (2) coverage, worst cluster first, (3) families short in all, (4) travel and changes. Small
instances are solved outright and proven; larger ones by an ideal rota for the whole horizon, made whole week by week.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.conflicts import conflicts_in_words
from registration.balancing.rules.exchanging import exchange
from registration.balancing.rules.figures import Figures, demand_of, figures_of
from registration.balancing.rules.greedy import greedy_rota
from registration.balancing.rules.naming import name_centres
from registration.balancing.rules.rota import Id, Instance, Rota, rota_of
from registration.balancing.solver.bound import Bound, weekly_bound
from registration.balancing.solver.conflicts import Impossible, NothingFound, any_rota
from registration.balancing.solver.exact import solve_exactly
from registration.balancing.solver.fixing import Aim, decide_weeks
from registration.balancing.solver.highs import Clock, Stop
from registration.balancing.solver.horizon import clusters_before, ideal_plan
from registration.balancing.solver.sessions import Stay

#: Stage, share of the whole done, and the figures of the best rota so far.
Progress = Callable[[str, float, Figures | None], None]
#: Up to so many weeks of a registrar, an instance is solved outright.
SMALL = 40
#: Figures that agree in so many digits after the point are equal.
DIGITS = 6
#: When the bound, the ideal, the weeks, and what follows them begin, in shares of the whole: for large instances, for small.
LARGE_SHARES, SMALL_SHARES = (0.05, 0.15, 0.6, 1.0), (0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Result:
    """A rota that breaks no rule, and how good it is known to be.

    `greedy` are the figures of the simple rota, None where that found none; `bound` None where it was stopped before;
    `proven` says that no rota is better in any aim; `seconds` of the processor are spent per stage, and `one_program` on
    the one linear program of all weeks, None where it was not solved.
    """

    rota: Rota
    figures: Figures
    greedy: Figures | None
    bound: Bound | None
    proven: bool
    stopped: bool
    seconds: dict[str, float]
    one_program: float | None


@dataclass
class _Desk:
    """A solve under way: what is given, what is best so far, and who wants to know."""

    instance: Instance
    previous: Rota | None
    clock: Clock
    progress: Progress
    best: tuple[Rota, Figures] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    before: dict[tuple[Id, int], Id] = field(default_factory=dict)
    one_program: float | None = None

    @property
    def small(self) -> bool:
        """Whether this is solved outright."""
        return self.instance.weeks * len(self.instance.registrars) <= SMALL

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """Give how far it is when the bound, the ideal, the weeks, and what follows them begin."""
        return SMALL_SHARES if self.small else LARGE_SHARES

    def tell(self, stage: str, share: float) -> None:
        """Say how far it is."""
        self.progress(stage, share, self.best[1] if self.best else None)

    @contextmanager
    def stage(self, name: str, share: float) -> Iterator[None]:
        """Measure a stage."""
        self.tell(name, share)
        begun = time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun

    def offer(self, rota: Rota) -> Figures | None:
        """Keep a rota if it breaks no rule and is better than what there is; give its figures if it breaks none."""
        if broken_rules(self.instance, rota):
            return None
        figures = figures_of(self.instance, rota, self.previous)
        if self.best is None or _rank(figures, self.instance.change_minutes) < _rank(
            self.best[1], self.instance.change_minutes
        ):
            self.best = rota, figures
        return figures

    def named(self, stays: Iterable[Stay]) -> Rota:
        """Give every session of some stays a centre."""
        people = self.instance.registrars
        clusters = {(people[stay.registrar].id, half): stay.place for stay in stays for half in stay.halves}
        return rota_of(name_centres(self.instance, clusters, self.previous.places() if self.previous else {}))


def _rank(figures: Figures, change_minutes: int) -> tuple[float | tuple[float, ...], ...]:
    """Put rotas in order, the best first, as the aims say; days split between two centres settle what is left."""
    return (
        round(figures.lateness, DIGITS),
        tuple(-round(share, DIGITS) for share in sorted(figures.coverage)),
        round(figures.shortfall, DIGITS),
        figures.travel + change_minutes * (figures.changed or 0),
        figures.split_days,
    )


def solve(
    instance: Instance,
    previous: Rota | None = None,
    *,
    time_limit: float | None = None,
    stop: Stop | None = None,
    progress: Progress = lambda _stage, _share, _best: None,
) -> Result:
    """Find the best rota in time: it breaks no rule.

    Raises Impossible, which names the rules that cannot hold together, and NothingFound where time ended before the first
    rota. `stop` is asked again and again; once it says yes, or after `time_limit` seconds, the best found is given.
    """
    conflicts = conflicts_in_words(instance)
    if conflicts:
        raise Impossible(conflicts)
    desk = _Desk(instance, previous, Clock.lasting(time_limit, stop), progress)
    desk.before = clusters_before(instance, previous)
    with desk.stage("greedy", 0.0):
        rota = greedy_rota(instance)
        greedy = desk.offer(rota) if rota else None
        if previous:
            desk.offer(previous)
    with desk.stage("bound", desk.shares[0]):
        bound = weekly_bound(instance, desk.clock)
    if bound:
        bound = _week_by_week(desk, bound)
    proven = desk.small and not desk.clock.over and _outright(desk)
    if desk.best is None:
        with desk.stage("any rota", desk.shares[-1]):
            desk.offer(desk.named(any_rota(instance, desk.clock)))
    return _result(desk, greedy, bound, proven=proven)


def _result(desk: _Desk, greedy: Figures | None, bound: Bound | None, *, proven: bool) -> Result:
    if desk.best is None:
        raise NothingFound
    desk.tell("done", 1.0)
    return Result(*desk.best, greedy, bound, proven, desk.clock.over and not proven, desk.seconds, desk.one_program)


def _week_by_week(desk: _Desk, bound: Bound) -> Bound:
    """Make an ideal rota for all weeks whole, week after week; give the bound, nearer where it was out of reach."""
    instance = desk.instance
    with desk.stage("ideal", desk.shares[1]):
        ideal = ideal_plan(instance, bound, desk.before, desk.clock)
    if ideal is None:
        return bound
    perfect, bound = ideal
    desk.one_program = perfect.seconds
    demands = {cluster.id: demand_of(instance, cluster) for cluster in instance.clusters}
    aim = Aim(instance, perfect.plan, demands, bound.coverage, desk.before)
    *_, begin, end = desk.shares
    with desk.stage("weeks", begin):
        stays: list[Stay] = []
        for week, held in enumerate(decide_weeks(aim, perfect, desk.clock), start=1):
            desk.tell(f"week {week}", begin + (end - begin) * week / instance.weeks)
            stays = held.stays if held else []
        rota = desk.named(stays)
        if desk.offer(rota) and not desk.small and not desk.clock.over:
            desk.offer(exchange(instance, rota, bound.coverage))
    return bound


def _outright(desk: _Desk) -> bool:
    """Solve a small instance to the end; say whether the best found is proven best."""
    begin = desk.shares[-1]

    def tell(name: str, share: float) -> None:
        desk.tell(name, begin + (1 - begin) * share)

    with desk.stage("outright", begin):
        exact = solve_exactly(desk.instance, desk.before, desk.clock, tell)
        return exact is not None and desk.offer(desk.named(exact.stays)) is not None and exact.proven
