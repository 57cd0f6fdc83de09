"""Rotas solved and mended: figures beside a simple rota's and beside what no rota can exceed.

`python -m benchmarks.rotas` measures invented councils, `python -m benchmarks.rotas FILE...` files of rota-instance/1.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from registration.balancing.instances import read_instance
from registration.balancing.rules.checking import broken_rules
from registration.balancing.rules.generating import generate
from registration.balancing.rules.rota import WEEK, Instance
from registration.balancing.solver.conflicts import Impossible
from registration.balancing.solver.replanning import mend
from registration.balancing.solver.solving import Result, solve

SEEDS = {"small": (1, 2, 3), "council": (1, 2, 3, 40, 50), "county": (1,)}
#: Solves that may be long end then, in seconds.
LONGEST = 300
HEAD = (
    "instance",
    "late: ours / simple / at best",
    "worst",
    "mean",
    "minutes: ours / simple",
    "seconds",
    "÷ one horizon LP",
    "proven",
)


def measure(files: Sequence[str] = ()) -> None:
    """Solve councils in files, or invented ones, and print them as a table; then what mending comes to."""
    given = [read_instance(Path(name).read_bytes()) for name in files]
    councils = given or [generate(size, seed) for size, seeds in SEEDS.items() for seed in seeds]
    print(
        "\nrotas; to reach, for a council and a county: 4 times one horizon LP; mended with 1.25 changed for one lost"
    )
    print("| " + " | ".join(HEAD) + " |\n|" + "---|" * len(HEAD))
    solved = []
    for council in councils:
        solved.append((council, solve(council, time_limit=LONGEST)))
        print("| " + " | ".join(_cells(*solved[-1])) + " |", flush=True)
    print("\n| mended | sessions lost | others changed, times lost | most changed ÷ lost |\n|---|---|---|---|")
    for council, result in solved:
        print("| " + " | ".join(_mended(council, result)) + " |", flush=True)


def _cells(council: Instance, result: Result) -> Iterator[str]:
    if broken_rules(council, result.rota):
        raise RuntimeError(f"{council.name}: a rule is broken")
    ours, simple, bound = result.figures, result.greedy, result.bound
    yield council.name
    for name, form in (("lateness", "{:.1f}"), ("worst", "{:.4f}"), ("mean", "{:.4f}")):
        each = (ours, simple, bound)
        yield " / ".join("–" if one is None else form.format(getattr(one, name)) for one in each)
    yield f"{ours.travel} / {simple.travel if simple else '–'}"
    seconds = sum(result.seconds.values())
    yield f"{seconds:.1f}"
    yield f"{seconds / result.one_program:.1f}" if result.one_program else "–"
    yield "yes" if result.proven else "no"


def _mended(council: Instance, result: Result) -> Iterator[str]:
    """Let the registrar with most sessions be away in the second week."""
    sessions = [one.registrar for one in result.rota.assignments if one.half_day // WEEK == 1]
    busiest = max(sorted(set(sessions), key=str), key=sessions.count)
    yield f"{council.name}, registrar {busiest} away in week 2"
    try:
        plans = mend(council, result.rota, {(busiest, half) for half in range(WEEK, 2 * WEEK)})
    except Impossible as refusal:
        yield from ("–", refusal.sentences[0], "–")
        return
    yield str(plans[0].sessions_lost)
    yield "; ".join(f"{one.changed}, {one.times_lost}" for one in plans)
    yield f"{max(plan.changed for plan in plans) / max(1, plans[0].sessions_lost):.2f}"


if __name__ == "__main__":
    measure(sys.argv[1:])
