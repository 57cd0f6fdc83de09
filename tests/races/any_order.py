"""What the service must answer, kept in plain dictionaries and walked minute by minute.

Nothing here asks the service how it decides: sessions, what fills them, who is away and which bookings there are is written down as
the answers come, and from that alone follows what may still be booked, what must be refused, and how.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

#: The council’s settings that the tests run with: minutes for each baby, for an interpreter, and the shortest notice.
PER_BABY, INTERPRETER, NOTICE = 30, 15, 60
#: Refusals by the name of their problem.
STATUS = {
    "slot-taken": 409,
    "not-offered": 409,
    "already-booked": 409,
    "cannot-change": 409,
    "key-used-otherwise": 422,
    "hold-ran-out": 410,
}


def minutes_needed(babies: int, *, interpreter: bool) -> int:
    return PER_BABY * babies + (INTERPRETER if interpreter else 0)


def moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@dataclass(frozen=True)
class Sitting:
    """A registrar at a centre from a minute up to another."""

    registrar: int
    centre: int
    begin: int
    end: int


@dataclass
class Span:
    """What fills a registrar's time: a hold, a booking, the minute after a cancellation, or a time offered."""

    session: int
    begin: int
    end: int
    kind: str


@dataclass
class Held:
    """A hold: what it was for, and whether it can still be booked."""

    token: str
    centre: int
    start: int
    babies: int
    interpreter: bool


@dataclass
class Offered:
    """A time offered to a family instead of its own."""

    public_id: str
    centre: int
    state: str


@dataclass
class Booked:
    """A booking as its family knows it."""

    token: str
    reference: str
    centre: int
    babies: int
    interpreter: bool
    email: str
    state: str = "booked"
    version: int = 0
    start: int = 0
    outcome: str | None = None
    marked: int = 0
    offer: Offered | None = None
    first_answer: dict = field(default_factory=dict)
    sent: dict = field(default_factory=dict)
    key: str = ""
    touched: bool = False


@dataclass
class Away:
    """An absence that stands; `planned` where a plan of cover brought it about."""

    registrar: int
    begin: int
    end: int
    planned: bool = False


@dataclass
class Ledger:
    """Who has which time."""

    now: int
    sittings: dict[int, Sitting]
    spans: dict[str, Span] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    ran_out: list[Held] = field(default_factory=list)
    bookings: dict[str, Booked] = field(default_factory=dict)
    absences: dict[int, Away] = field(default_factory=dict)

    # -- what fills a session

    def busy(self, session: int, without: tuple[str, ...] = ()) -> list[tuple[int, int]]:
        """List what fills a session, the absences of its registrar too, in order."""
        sits = self.sittings[session]
        filled = [(s.begin, s.end) for key, s in self.spans.items() if s.session == session and key not in without]
        filled += [
            (max(a.begin, sits.begin), min(a.end, sits.end))
            for a in self.absences.values()
            if a.registrar == sits.registrar and a.begin < sits.end and a.end > sits.begin
        ]
        return sorted(filled)

    def _starts(self, session: int, length: int, without: tuple[str, ...] = ()) -> set[int]:
        """Walk the minutes of a session: when may something of that length begin?"""
        sits = self.sittings[session]
        busy = self.busy(session, without)
        taken = {minute for begin, end in busy for minute in range(begin, end)}
        ends = {end for _, end in busy}
        return {
            minute
            for minute in range(sits.begin, sits.end - length + 1)
            if ((minute - sits.begin) % PER_BABY == 0 or minute in ends)
            and not any(each in taken for each in range(minute, minute + length))
        }

    def free(self, babies: int, *, interpreter: bool) -> dict[int, dict[int, int]]:
        """Count, for each centre and start, the places that are left and not too soon."""
        length = minutes_needed(babies, interpreter=interpreter)
        found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for number, sits in self.sittings.items():
            for start in self._starts(number, length):
                if start >= self.now + NOTICE:
                    found[sits.centre][start] += 1
        return {centre: dict(starts) for centre, starts in found.items()}

    def whose(self, centre: int, start: int, length: int, without: tuple[str, ...] = ()) -> tuple[int | None, str]:
        """Give the session that takes somebody then: its registrar is free, and least busy there; or why none does."""
        if start < self.now + NOTICE:
            return None, "not-offered"
        around = [n for n, s in self.sittings.items() if s.centre == centre and s.begin <= start < s.end]
        able = [n for n in around if start in self._starts(n, length, without)]
        if able:
            return min(able, key=lambda n: (self._load(n, without), self.sittings[n].registrar)), ""
        if any(self._could_be(n, start, length, without) for n in around):
            return None, "slot-taken"
        return None, "not-offered"

    def _load(self, session: int, without: tuple[str, ...]) -> int:
        return sum(end - begin for begin, end in self.busy(session, without))

    def _could_be(self, session: int, start: int, length: int, without: tuple[str, ...]) -> bool:
        sits = self.sittings[session]
        regular = (start - sits.begin) % PER_BABY == 0 or start in {end for _, end in self.busy(session, without)}
        return regular and start + length <= sits.end

    # -- what families have

    def displaced(self, booked: Booked) -> bool:
        """Say whether a booking's registrar is away at its time."""
        span = self.spans.get(booked.token)
        return booked.state == "booked" and span is not None and self.is_away(span)

    def is_away(self, span: Span) -> bool:
        registrar = self.sittings[span.session].registrar
        return any(
            a.registrar == registrar and a.begin < span.end and a.end > span.begin for a in self.absences.values()
        )

    def stands(self, booked: Booked) -> bool:
        """Say whether a time offered to a family can still be taken."""
        span = self.spans.get(f"offer {booked.token}")
        return bool(booked.offer and booked.offer.state == "sent" and span and not self.is_away(span))

    def same_birth(self, babies: int, email: str, besides: str = "") -> bool:
        """Say whether another live booking stands for the same birth and contact."""
        return any(
            (b.babies, b.email) == (babies, email)
            and b.state == "booked"
            and b.outcome != "did_not_attend"
            and b.token != besides
            for b in self.bookings.values()
        )

    def is_over(self, booked: Booked) -> bool:
        """Say whether nothing can be changed any more: it has begun, or somebody marked what came of it."""
        return booked.start <= self.now or booked.outcome is not None

    def buttons(self, booked: Booked) -> list[str]:
        """List what the day list offers to mark of a booking, `undo` for what stands there."""
        if booked.outcome is None:
            return ["arrived", "registered"] + (["did_not_attend"] if self.now >= booked.start else [])
        if booked.outcome == "arrived":
            return ["registered", "undo"]
        return ["undo"]
