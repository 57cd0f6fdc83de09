"""Linking in a program of its own, which needs neither database nor settings.

It reads one line, the files to link; it writes a line for each pair of files that is done, and at last what came of it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

from registration.births.linking.matching import link
from registration.births.linking.rules.records import Linked, Record
from registration.common.apart import give_way, hear, started

#: Seconds between looks at whether to stop.
LOOK = 2.0

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
    """Link each pair of files, telling `look` at least every LOOK seconds how many are done; what it raises ends the work.

    Raises LinkingDied where no result came.
    """
    done = 0
    with started(__name__) as linker:
        linker.tell(json.dumps([_written(each) for each in files]))
        for line in linker.lines(LOOK):
            told = json.loads(line) if line else done
            if isinstance(told, dict):
                return Result(tuple([(*pair,) for pair in each] for each in told["found"]), told["exact_only"])
            done = told
            look(done)
    raise LinkingDied


def _written(files: Files) -> tuple[object, ...]:
    sides = (files.left, files.right)
    return *([astuple(record) for record in side] for side in sides), files.apart


# ---- the other program


def work() -> None:
    """Be the program that links: read the files, say how far it is, write what came of it."""
    give_way()
    task = json.loads(sys.stdin.readline())
    hear()
    linked = []
    for *sides, apart in task:
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
