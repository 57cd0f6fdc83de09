"""Linking in a program of its own: it needs neither database nor settings, and gives way to everything else.

It reads one line, the files to link; it writes a line for each pair of files that is done, and at last what came of it. The worker
that started it holds none of the packages for it, and gets its memory back. Should the worker die meanwhile, it ends unheard.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from registration.births.linking.matching import link
from registration.births.linking.rules.records import Linked, Record

#: Seconds between looks at whether to stop.
LOOK = 2.0
#: So much less urgent than the web server and the messages (nice values of Linux).
GIVES_WAY = 15

Found = list[tuple[str, str, float]]


@dataclass(frozen=True, slots=True)
class Files:
    """Two files to hold against each other, and the pairs of their rows’ ids that a person set apart."""

    left: Sequence[Record]
    right: Sequence[Record]
    apart: Sequence[tuple[str, str]] = ()


class LinkingDied(Exception):
    """The program that links ended without a result."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of each pair of files, in their order: (left, right, probability); `exact_only`: by equality alone."""

    found: tuple[Found, ...]
    exact_only: bool


def link_apart(files: Sequence[Files], look: Callable[[int], None]) -> Result:
    """Link each pair of files, telling `look` every LOOK seconds how many are done; what it raises ends the work.

    Raises LinkingDied where no result came.
    """
    task = json.dumps([_written(each) for each in files])
    with subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in a terminal is for us
    ) as process:
        try:
            lines = _listen(
                process, task.encode(), lambda done: look(min(done, len(files)))
            )  # its last line is the result
        finally:
            process.kill()
    if process.returncode or not lines:
        raise LinkingDied
    told = json.loads(lines[-1])
    return Result(tuple([(*pair,) for pair in each] for each in told["found"]), told["exact_only"])


def _written(files: Files) -> tuple[object, ...]:
    sides = (files.left, files.right)
    return *([astuple(record) for record in side] for side in sides), files.apart


def _listen(process: "subprocess.Popen[bytes]", task: bytes, look: Callable[[int], None]) -> list[bytes]:
    """Give what the program wrote by its end, line by line."""
    given: bytes | None = task
    while True:
        try:
            return process.communicate(given, LOOK)[0].splitlines()
        except subprocess.TimeoutExpired as waiting:
            given = None  # it is on its way
            look((waiting.output or b"").count(b"\n"))


# ---- the other program


def work() -> None:
    """Be the program that links: read the files, say how far it is, write what came of it."""
    os.nice(GIVES_WAY)
    linked = []
    for *sides, apart in json.loads(sys.stdin.readline()):
        left, right = ([Record(*cells) for cells in side] for side in sides)
        linked.append(link(left, right, apart=[(a, b) for a, b in apart]) if left and right else Linked(()))
        _tell(len(linked))
    found = [[astuple(pair) for pair in each.pairs] for each in linked]
    _tell({"found": found, "exact_only": any(each.exact_only for each in linked)})


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    work()
