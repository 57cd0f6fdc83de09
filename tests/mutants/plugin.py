"""Try mutants with the tests that reach them: a plugin of pytest that takes the place of its loop over tests.

Every test is run once as it is, and which functions it reaches is noted. Then for each mutant the process forks: with fixtures
set up and modules imported, the child puts the mutant in and runs the tests that reach it, the quickest first, until one fails.
So a mutant costs what its tests take and nothing for starting. MUTANTS names the part of pyproject.toml's table that is tried.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.choosing import chosen, part_named
from tests.mutants.making import live, put_in
from tests.mutants.table import kept

if TYPE_CHECKING:
    from types import CodeType

    from tests.mutants.making import Mutant

#: No shrinking: that something fails is enough, and what fails must fail again the next time.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=40,
    database=None,
    derandomize=True,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    suppress_health_check=list(hypothesis.HealthCheck),
)
#: Seconds of the processor, as the tests took untouched, that a mutant may cost before it counts as survived.
BUDGET = 5.0
MEMORY = 3 << 30


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run every test as it is, then the mutants."""
    trial = Trial(session, os.environ["MUTANTS"])
    trial.untouched()
    trial.mutants()
    return True


class Trial:
    """One part's mutants, and the tests that reach each of their functions."""

    def __init__(self, session: pytest.Session, name: str) -> None:
        self.session, self.name = session, name
        self.kept = kept() / f"{name}.jsonl"
        self.part = part_named(name)
        self.all = chosen(self.part)
        for module in {mutant.module for mutant in self.all}:
            importlib.import_module(module)
        self.codes: dict[CodeType, tuple[str, str]] = {
            function.__code__: (mutant.file, mutant.where) for mutant in self.all if (function := live(mutant))
        }
        self.reached: dict[tuple[str, str], set[pytest.Item]] = defaultdict(set)
        self.seconds: dict[pytest.Item, float] = {}

    def untouched(self) -> None:
        """Run every test once, noting what it reaches and what it takes; one that fails now tells nothing later."""
        items = self.session.items
        failing = []
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            met: set[CodeType] = set()
            begun = time.process_time()
            _watch(self.codes, met)
            try:
                reports = runtestprotocol(item, log=False, nextitem=following)
            finally:
                sys.setprofile(None)
                threading.setprofile(None)
            self.seconds[item] = time.process_time() - begun
            if any(report.failed for report in reports):
                failing.append(item.nodeid)
                continue
            for code in met:
                self.reached[self.codes[code]].add(item)
        self._say(
            f"{len(items)} tests untouched in {sum(self.seconds.values()):.0f} s of the processor; failing and left out: {failing}"
        )

    def mutants(self) -> None:
        """Try every mutant that was not tried before, and keep what came of it."""
        _close_connections()
        gc.collect()
        gc.freeze()
        caches = _caches()
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        before = {}
        if self.kept.exists():
            before = {(told := json.loads(line))["key"]: told for line in self.kept.read_text().splitlines()}
        again = os.environ.get("MUTANTS_AGAIN", "").split(",")
        waiting = [m for m in self.all if m.key not in before or before[m.key]["result"] in again]
        self._say(f"{len(self.all)} mutants, {len(waiting)} to try")
        with self.kept.open("a", encoding="utf-8") as file:
            for mutant in waiting:
                result, by, seconds = self._try(mutant, caches)
                told = {"key": mutant.key, "file": mutant.file, "function": mutant.where, "number": mutant.number}
                told |= {"change": mutant.change, "result": result, "by": by}
                file.write(json.dumps(told | {"seconds": round(seconds, 2)}, ensure_ascii=False) + "\n")
                file.flush()

    def _tests(self, mutant: Mutant) -> list[pytest.Item]:
        """Give the tests that reach a mutant's function, the quickest first, as many as the budget buys."""
        spent, found = 0.0, []
        for item in sorted(self.reached[mutant.file, mutant.where], key=lambda item: self.seconds[item]):
            spent += self.seconds[item]
            if found and spent > BUDGET:
                break
            found.append(item)
        return found

    def _try(self, mutant: Mutant, caches: list) -> tuple[str, str, float]:
        items = self._tests(mutant)
        if not items:
            return "not reached", "", 0.0
        telling, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(telling)
            self._in_child(mutant, items, caches, told)
        os.close(told)
        with os.fdopen(telling, encoding="utf-8") as heard:
            by = heard.read()
        _, status, used = os.wait4(child, 0)
        seconds = used.ru_utime + used.ru_stime
        if os.WIFSIGNALED(status):
            out_of_time = os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}
            return ("timed out" if out_of_time else "killed"), by, seconds
        return ("killed" if os.WEXITSTATUS(status) else "survived"), by, seconds

    def _in_child(self, mutant: Mutant, items: list[pytest.Item], caches: list, told: int) -> None:
        """Run the tests with the mutant in place and end; whatever else goes wrong is a mutant noticed."""
        status = 1
        try:
            os.setpgid(0, 0)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            expected = sum(self.seconds[item] for item in items)
            processor = int(5 + 4 * expected)
            resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_memory() + MEMORY, resource.RLIM_INFINITY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, 180 + 100 * expected)
            for cache in caches:
                cache.cache_clear()
            put_in(mutant)
            self.session._setupstate.teardown_exact(items[0])
            for item, following in zip(items, [*items[1:], items[-1]], strict=True):
                if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                    os.write(told, item.nodeid.encode())
                    break
            else:
                status = 0
        finally:
            os._exit(status)

    def _say(self, what: str) -> None:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.name}: {what}\n")


def _watch(codes: dict[CodeType, tuple[str, str]], met: set[CodeType]) -> None:
    """Note which of our functions are called from now on, in this thread and in those that begin."""

    def seen(frame, event, _argument) -> None:
        if event == "call" and frame.f_code in codes:
            met.add(frame.f_code)

    threading.setprofile(seen)
    sys.setprofile(seen)


def _caches() -> list:
    """List what remembers answers: a child must not answer from what was remembered before its mutant came."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "registration":
            held = list(vars(module).values())
            held += [each for kind in held if isinstance(kind, type) for each in vars(kind).values()]
            found |= {id(each): each for each in held if "cache_clear" in dir(type(each))}
    return list(found.values())


def _close_connections() -> None:
    """Close what is open to the database: parent and child must not speak on one line."""
    sqlalchemy = sys.modules.get("sqlalchemy")
    psycopg = sys.modules.get("psycopg")
    for each in gc.get_objects():
        if sqlalchemy and issubclass(type(each), sqlalchemy.Engine):
            each.dispose()
        elif psycopg and issubclass(type(each), psycopg.Connection) and not each.closed:
            each.close()


def _memory() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
