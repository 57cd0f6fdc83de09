"""Work that takes long: asked for on a page, it waits as a row, is taken up by a worker, gives signs of life, and ends.

One piece of a kind is worked on at a time. A worker that died gives no sign any more, and what it worked on is given up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, Text, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import db
from registration.common.queue import defer, ending
from registration.common.transaction import transaction

WAITING, RUNNING = "waiting", "running"


class LongWork:
    """What every row of long work has: where it is, who asked for it and when, and the last sign of whoever works on it."""

    id: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default=WAITING)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


W = TypeVar("W", bound=LongWork)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Works(Generic[W]):
    """All work of one kind: its table, the job that works on it, and after how many seconds without a sign it is given up.

    `lock` is a number of its own: two workers that look for work at once would both take the same.
    """

    kind: type[W]
    job: str
    lock: int
    silent: int = 60

    def alone(self) -> None:
        """Let nobody else begin, or settle, work of this kind until this transaction ends."""
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": self.lock})

    def wake(self) -> None:
        """Have what waits worked on, once this transaction is kept."""
        defer(self.job)

    def at_work(self) -> bool:
        """Say whether a piece is worked on, by somebody who lives or may have died."""
        return db.session.scalar(select(self.kind.id).filter_by(state=RUNNING).limit(1)) is not None

    def take_next(self, *in_turn: Any) -> W | None:  # noqa: ANN401 -- what ORDER BY takes
        """Take up the piece that has waited longest, or is first by `in_turn`; None where none waits or one is worked on."""
        self.alone()
        if self.at_work():
            return None
        wanted = select(self.kind).filter_by(state=WAITING).order_by(*in_turn, self.kind.id).limit(1)
        piece = db.session.scalars(wanted.with_for_update()).one_or_none()
        if piece is not None:
            self.take(piece)
        return piece

    def take(self, piece: W) -> None:
        """Take up a piece that waits."""
        piece.state, piece.beat_at = RUNNING, func.clock_timestamp()
        db.session.flush()

    def locked(self, number: int, *states: str) -> W | None:
        """Give a piece as it stands, held until this transaction ends; None where it is in none of these states."""
        piece = db.session.get(self.kind, number, with_for_update=True, populate_existing=True)
        return piece if piece is not None and piece.state in states else None

    def running(self, number: int) -> W | None:
        """Give a piece that is worked on, held until this transaction ends; None where it was given up meanwhile."""
        return self.locked(number, RUNNING)

    def died(self) -> Select[W]:
        """Ask for what is said to be worked on, and nobody has given a sign of for so long."""
        since = func.clock_timestamp() - timedelta(seconds=self.silent)
        return select(self.kind).where(self.kind.state == RUNNING, self.kind.beat_at < since)

    def has_died(self, piece: W) -> bool:
        """Say whether a piece is said to be worked on, and nobody has given a sign of it for so long."""
        return db.session.scalar(self.died().where(self.kind.id == piece.id)) is not None

    def look_after(self, give_up: Callable[[W], None]) -> None:
        """Give up what nobody works on any more, and have what waits worked on."""
        for piece in db.session.scalars(self.died().with_for_update(skip_locked=True)).all():
            give_up(piece)
        if not self.at_work() and db.session.scalar(select(self.kind.id).filter_by(state=WAITING).limit(1)):
            self.wake()


def ended(piece: LongWork, state: str) -> None:
    """Mark a piece as over, by the database's clock."""
    piece.state, piece.ended_at = state, func.clock_timestamp()
    db.session.flush()


def until_none_waits(take_next: Callable[[], T | None], work_on: Callable[[T], None]) -> None:
    """Take up one piece after the other, each in a transaction, until none waits or the worker is to end."""
    while not ending():
        with transaction():
            task = take_next()
        if task is None:
            return
        work_on(task)
