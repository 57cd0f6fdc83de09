"""How many requests there were, how they ended and how long they took: counted together by all web processes of a machine.

The web server makes a piece of memory before it starts its processes, which they share; each writes into a part of its own. A
process of its own, a test or a command, counts in memory of its own.
"""

import mmap
import struct
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock

#: Seconds up to which a request counts in each class; the last takes the rest.
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
#: How a request ended: by the first digit, and two apart that each have an alarm of their own.
STATUSES = ("2xx", "3xx", "4xx", "429", "5xx", "503")
#: Web processes that count together, and endpoints that are told apart.
MOST_PROCESSES, MOST_ENDPOINTS = 32, 512
_CELLS = len(STATUSES) + len(BOUNDS) + 2
_SECONDS = _CELLS - 1
_CELL = struct.Struct("d")
_ROW = _CELLS * _CELL.size
_WHOLE_ROW = struct.Struct(f"{_CELLS}d")
#: Before the rows: connections to the database in use, and 1 once a process has taken the part.
_HEAD = 2 * _CELL.size
_PART = MOST_ENDPOINTS * _ROW + _HEAD


@dataclass(frozen=True, slots=True)
class Tally:
    """The requests of one endpoint: by how they ended, by time (each class with those before it), and all their seconds."""

    endpoint: str
    statuses: tuple[int, ...]
    within: tuple[int, ...]
    seconds: float


class _Tallies:
    """The memory, the part of it that is ours, and the rows of the endpoints in it."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.make(1)

    def make(self, parts: int) -> None:
        """Make memory of so many parts, and take the first."""
        self.memory, self.parts = mmap.mmap(-1, parts * _PART), parts
        self.take(0)

    def take(self, part: int) -> None:
        """Write into this part from now on; nobody else does."""
        self.mine, self.lock = part % self.parts, Lock()
        _CELL.pack_into(self.memory, self.mine * _PART, 0.0)
        _CELL.pack_into(self.memory, self.mine * _PART + _CELL.size, 1.0)

    @property
    def taken(self) -> list[int]:
        """The parts in which anything was ever counted."""
        return [part for part in range(self.parts) if self.read(part * _PART + _CELL.size)]

    def place(self, part: int, row: int, cell: int) -> int:
        """Give where a cell stands in the memory."""
        return part * _PART + _HEAD + row * _ROW + cell * _CELL.size

    def read(self, at: int) -> float:
        """Read a number."""
        return float(_CELL.unpack_from(self.memory, at)[0])

    def add(self, at: int, value: float) -> None:
        """Add to a number of our own part; the caller holds the lock."""
        _CELL.pack_into(self.memory, at, self.read(at) + value)

    def row(self, row: int, parts: Collection[int]) -> list[float]:
        """Add up an endpoint's cells over some parts."""
        found = (_WHOLE_ROW.unpack_from(self.memory, self.place(part, row, 0)) for part in parts)
        return [sum(cells) for cells in zip(*found, strict=True)]


_tallies = _Tallies()


def share() -> None:
    """Make memory for processes that are to be forked from this one; asked again, keep what there is."""
    if _tallies.parts == 1:
        _tallies.make(MOST_PROCESSES)


def take_part(part: int) -> None:
    """Write into this part from now on: one that no living process has. What was counted in it stays, it counts on."""
    _tallies.take(part)


def name_rows(endpoints: Collection[str]) -> None:
    """Say which endpoints are told apart; every process of one version gives the same, in the same order."""
    _tallies.rows = {name: row for row, name in enumerate(["", *sorted(endpoints)][:MOST_ENDPOINTS])}


def count(endpoint: str, status: int, seconds: float) -> None:
    """Count one request; what has no endpoint of ours is counted together."""
    row = _tallies.rows.get(endpoint, 0)
    kind = (
        STATUSES.index(str(status)) if str(status) in STATUSES else STATUSES.index(f"{min(max(status // 100, 2), 5)}xx")
    )
    bound = len(STATUSES) + bisect_left(BOUNDS, seconds)
    with _tallies.lock:
        for cell, value in ((kind, 1), (bound, 1), (_SECONDS, seconds)):
            _tallies.add(_tallies.place(_tallies.mine, row, cell), value)


def connection_taken(change: int) -> None:
    """Count a connection to the database that was taken from the pool (1) or given back (-1)."""
    with _tallies.lock:
        _tallies.add(_tallies.mine * _PART, change)


def connections() -> int:
    """Count the connections that the web processes of this machine have in use now."""
    return int(sum(_tallies.read(part * _PART) for part in _tallies.taken))


def told() -> Iterator[Tally]:
    """Give the endpoints that were asked for at all."""
    parts = _tallies.taken
    for name, row in _tallies.rows.items():
        cells = _tallies.row(row, parts)
        times = tuple(accumulate(int(each) for each in cells[len(STATUSES) : _SECONDS]))
        if times[-1]:
            yield Tally(name, tuple(int(each) for each in cells[: len(STATUSES)]), times, cells[_SECONDS])
