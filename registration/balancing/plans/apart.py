"""Solving in a program of its own: it needs neither database nor settings, gives way to everything else, and ends with us.

We write one line to it, the work; later perhaps the word "stop". It writes lines to us: how far it is, and at last the result.
Should we die, its input ends, and so does it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from queue import Empty, SimpleQueue
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

#: Seconds between looks at whether to stop.
LOOK = 1.0
#: Seconds after "stop" until no answer is waited for.
PATIENCE = 20.0
#: So much less urgent than the web server and the messages (nice values of Linux).
GIVES_WAY = 15
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
    with _started() as (process, lines):
        _say(process, {"instance": instance, "previous": previous, "seconds": seconds, "missed": missed})
        stopped_at: float | None = None
        while stopped_at is None or time.monotonic() - stopped_at < PATIENCE:
            line = _next(lines)
            if line == "":
                break
            given: dict[str, Any] = json.loads(line) if line else {}
            if "bound" in given:
                return Solved(**given | {name: tuple(given[name]) for name in ("conflicts", "ways")})
            if look(Progress(**given) if given else None) and stopped_at is None:
                stopped_at = time.monotonic()
                _say(process, "stop")
    raise SolverDied


@contextmanager
def _started() -> Iterator[tuple[subprocess.Popen[str], SimpleQueue[str]]]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C in a terminal is for us
    )
    lines: SimpleQueue[str] = SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: Any) -> None:  # noqa: ANN401 -- a text pipe
    try:
        pipe.close()
    except BrokenPipeError:
        return  # it had ended before it read all


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str]) -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put("")


def _next(lines: SimpleQueue[str]) -> str | None:
    """Give the next line, an empty one where it ended, None where nothing came in time."""
    try:
        return lines.get(timeout=LOOK)
    except Empty:
        return None


def _say(process: subprocess.Popen[str], what: object) -> None:
    try:
        if process.stdin is not None:
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()
    except BrokenPipeError:
        return  # it ended: its lines, or their end, say the rest


# ---- the other program


def work() -> None:
    """Be the program that solves: read the work, say how far it is, write what came of it."""
    os.nice(GIVES_WAY)
    task = json.loads(sys.stdin.readline())
    stop = threading.Event()
    threading.Thread(target=_listen, args=(stop,), daemon=True).start()
    if task.get("missed") is not None:
        _tell(cover_kept(task["instance"], task["previous"], task["missed"], task["seconds"], stop.is_set))
        return
    _tell(solve_kept(task["instance"], task["previous"], task["seconds"], _tell, stop.is_set))


def _listen(stop: threading.Event) -> None:
    if sys.stdin.readline():
        stop.set()
        sys.stdin.readline()
    os._exit(1)  # nobody is there to be told


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
