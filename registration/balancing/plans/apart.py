"""Solving in a program of its own, which needs neither database nor settings.

We write one line to it, the work; later perhaps the word "stop". It writes lines to us: how far it is, and at last the result.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from registration.balancing.plans.keeping import (
    Kept,
    keep_bound,
    keep_figures,
    keep_rota,
    keep_way,
    kept_instance,
    kept_missed,
    kept_rota,
)
from registration.balancing.rules.figures import Figures
from registration.common.apart import give_way, hear, started

#: Seconds between looks at whether to stop.
LOOK = 1.0
#: Seconds after "stop" until no answer is waited for.
PATIENCE = 20.0
NOTHING_FOUND = (
    "Time ended before any rota was found that keeps all rules. Give it more time (solve_seconds), or plan fewer weeks."
)


class SolverDied(Exception):
    """The program that solves ended without a result."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is; `best` are the figures of the best rota so far, None while there is none."""

    stage: str
    share: float
    best: Kept | None


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of it: a rota with its figures and the bound, or the rules that cannot hold together; or ways to cover."""

    rota: Kept | None
    figures: Kept | None
    bound: Kept
    conflicts: tuple[str, ...] = ()
    ways: tuple[Kept, ...] = ()


def solve_apart(
    instance: Kept,
    previous: Kept,
    seconds: float,
    look: Callable[[Progress | None], bool],
    missed: Kept | None = None,
) -> Solved:
    """Solve, telling `look` of every progress, and at least once a LOOK; it says True to stop with the best found.

    With `missed`, what somebody absent leaves, ways to staff that are found. Raises SolverDied where no result came.
    """
    with started(__name__) as solver:
        solver.tell(json.dumps({"instance": instance, "previous": previous, "seconds": seconds, "missed": missed}))
        stopped_at: float | None = None
        for line in solver.lines(LOOK):
            given: dict[str, Any] = json.loads(line) if line else {}
            if "bound" in given:
                return Solved(**given | {name: tuple(given[name]) for name in ("conflicts", "ways")})
            if stopped_at is None:
                if look(Progress(**given) if given else None):
                    stopped_at = time.monotonic()
                    solver.tell("stop")
            elif time.monotonic() - stopped_at > PATIENCE:
                break
    raise SolverDied


# ---- the other program


def work() -> None:
    """Be the program that solves: read the work, say how far it is, write what came of it."""
    give_way()
    task = json.loads(sys.stdin.readline())
    stop = threading.Event()
    hear(stop)
    if task.get("missed") is not None:
        _tell(cover_kept(task["instance"], task["previous"], task["missed"], task["seconds"], stop.is_set))
        return
    _tell(solve_kept(task["instance"], task["previous"], task["seconds"], _tell, stop.is_set))


def _tell(what: Kept) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def solve_kept(
    instance: Kept, previous: Kept, seconds: float, tell: Callable[[Kept], None], stop: Callable[[], bool]
) -> Kept:
    """Solve what was kept, and give what is to be kept of it."""
    from registration.balancing.solver.conflicts import Impossible, NothingFound
    from registration.balancing.solver.solving import solve

    def progress(stage: str, share: float, best: Figures | None) -> None:
        """Tell how far it is."""
        tell({"stage": stage, "share": share, "best": None if best is None else keep_figures(best)})

    try:
        found = solve(kept_instance(instance), kept_rota(previous), time_limit=seconds, stop=stop, progress=progress)
    except Impossible as impossible:
        return asdict(Solved(None, None, {}, tuple(impossible.sentences)))
    except NothingFound:
        return asdict(Solved(None, None, {}, (NOTHING_FOUND,)))
    return asdict(
        Solved(keep_rota(found.rota), keep_figures(found.figures), keep_bound(found.bound, proven=found.proven))
    )


def cover_kept(instance: Kept, previous: Kept, missed: Kept, seconds: float, stop: Callable[[], bool]) -> Kept:
    """Find ways to staff what was kept of somebody’s absence, and give what is to be kept of them."""
    from registration.balancing.solver.covering import cover
    from registration.balancing.solver.highs import Clock

    away, left = kept_missed(missed)
    ways = cover(kept_instance(instance), kept_rota(previous), away, left, Clock.lasting(seconds, stop))
    return asdict(Solved(None, None, {}, ways=tuple(keep_way(each) for each in ways)))


if __name__ == "__main__":
    work()
