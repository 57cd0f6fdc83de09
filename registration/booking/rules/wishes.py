"""The waiting list: which family a time that became free is offered to, and until when it is kept for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from registration.booking.rules.slots import Minute, Span
from registration.messages.rules import CLOSES, LONDON, OPENS

#: A time is kept for one family so long, and then offered to the next.
KEPT = timedelta(hours=2)
#: With less time than this to read a message and answer it, no family is asked at all.
LEAST_TO_ANSWER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a family would rather have: a time on an earlier day, or one at another centre though it be later.

    Only at these centres, or at any where none is named.
    """

    earlier: bool
    centre_ids: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Waiter:
    """A family on the waiting list, with the appointment it has. `passed` are the centres and starts it was offered before."""

    booking_id: int
    public_id: UUID
    wish: Wish
    since: datetime
    centre_id: int
    start: datetime
    last_lawful_day: date
    births: tuple[date, ...]
    interpreter: bool
    passed: frozenset[tuple[int, Minute]]

    @property
    def has_in_time(self) -> bool:
        """Say whether the appointment it has is within the 42 days."""
        return _day(self.start) <= self.last_lawful_day


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def may_ask(now: datetime) -> bool:
    """Say whether a family may be asked now: by day, and early enough that it can answer before the night."""
    return OPENS <= now.astimezone(LONDON).time() < CLOSES and _tonight(now) - now >= LEAST_TO_ANSWER


def _tonight(now: datetime) -> datetime:
    """Give the hour of this day from which families are left in peace."""
    return datetime.combine(_day(now), CLOSES, LONDON)


def kept_until(start: datetime, has: datetime, now: datetime, notice: timedelta) -> datetime | None:
    """Give until when a time is kept for a family; None where it could not answer in time.

    For KEPT; never through the night; never beyond the council's notice before the time offered, or before the appointment
    that the family has.
    """
    until = min(now + KEPT, _tonight(now), start - notice, has - notice)
    return until if may_ask(now) and until - now >= LEAST_TO_ANSWER else None


def suits(waiter: Waiter, centre_id: int, start: datetime) -> bool:
    """Say whether a family wants a time: as it wished, not offered to it before, and no worse by the law.

    One whose appointment is within the 42 days is offered none after them (1953 Act s.2).
    """
    if (centre_id, int(start.timestamp()) // 60) in waiter.passed:
        return False
    if waiter.wish.centre_ids is not None and centre_id not in waiter.wish.centre_ids:
        return False
    day, has = _day(start), _day(waiter.start)
    if waiter.wish.earlier:
        return day < has
    return centre_id != waiter.centre_id and day <= (waiter.last_lawful_day if waiter.has_in_time else has)


def in_turn(waiters: Iterable[Waiter]) -> list[Waiter]:
    """Order families as they are asked: the fewest days left to day 42 first, then who has waited longest."""
    return sorted(waiters, key=lambda each: (each.last_lawful_day, each.since, each.booking_id))


def touching(starts: Sequence[Minute], length: int, freed: Span) -> list[Minute]:
    """List the starts of appointments that use some of a span that became free; the others were free before."""
    return [start for start in starts if start < freed[1] and start + length > freed[0]]
