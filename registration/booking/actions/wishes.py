"""The waiting list: join it, leave it, and offer what became free to one family after another."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import text

from registration.booking.actions import offers
from registration.booking.actions.locking import locked
from registration.booking.actions.refusals import BookingRefused, CannotChange
from registration.booking.queries import MINUTE, Opening, moment, need, openings_around, opens_to
from registration.booking.queries.wishes import waiters
from registration.booking.rules.deadline import deadline
from registration.booking.rules.offers import WAITING_LIST, OfferMade
from registration.booking.rules.requests import Appointment
from registration.booking.rules.wishes import Waiter, Wish, in_turn, kept_until, may_ask, suits, touching
from registration.common import audit
from registration.common.access import current_actor
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.messages import actions as messages

_JOIN = text("""
INSERT INTO wish (booking_id, earlier, centre_ids, route) VALUES (:booking, :earlier, :centres, :route)
    ON CONFLICT (booking_id) WHERE state = 'waiting' DO UPDATE SET earlier = :earlier, centre_ids = :centres
""")
_LEAVE = text("""
UPDATE wish SET state = 'ended', ended_at = clock_timestamp() WHERE booking_id = :booking AND state = 'waiting'
""")
_MET = text("""
UPDATE wish w SET state = 'met', ended_at = clock_timestamp() FROM offer o
 WHERE w.state = 'waiting' AND o.booking_id = w.booking_id AND o.cause = 'waiting_list' AND o.state = 'accepted'
   AND o.settled_at >= w.made_at
""")
_NAMING = text("""
SELECT w.id, w.earlier, w.centre_ids, b.id AS booking_id, b.public_id, b.reference, c.name
  FROM wish w JOIN booking b ON b.id = w.booking_id JOIN centre c ON c.id = :centre
 WHERE w.state = 'waiting' AND :centre = ANY(w.centre_ids) ORDER BY w.id FOR UPDATE OF w
""")
_WAIT_FOR = text("UPDATE wish SET centre_ids = :centres WHERE id = :wish")
_END = text("UPDATE wish SET state = 'ended', ended_at = clock_timestamp() WHERE id = :wish")
# A cancellation can be undone within its minute; the family then still waits.
_ENDED = text("""
UPDATE wish w SET state = 'ended', ended_at = clock_timestamp() FROM booking b
 WHERE w.state = 'waiting' AND b.id = w.booking_id
   AND (b.begins_at <= :now OR b.state = 'cancelled' AND b.cancelled_at < clock_timestamp() - interval '1 minute')
""")
_NOBODY_WAITS = text("DELETE FROM freed_time WHERE NOT somebody_waits()")
# Holds run out by themselves and change no row. What somebody is just booking is locked, and left.
_RUN_OUT = text("""
DELETE FROM occupancy WHERE somebody_waits() AND id IN (
    SELECT id FROM occupancy WHERE kind = 'hold' AND offer_id IS NULL AND until <= clock_timestamp() FOR UPDATE SKIP LOCKED)
""")
_FREED = text("""
SELECT f.session_id, s.centre_id, f.begins_at, f.ends_at FROM freed_time f JOIN session s ON s.id = f.session_id
 WHERE f.id = :freed FOR UPDATE OF f SKIP LOCKED
""")
_SETTLED = text("DELETE FROM freed_time WHERE id = :freed")


#: What staff are asked for when nobody can wait any more for what a family waited for.
WISH_ENDED = "tell_about_wish"


class CannotBeTold(BookingRefused):
    """A time that comes free is kept for two hours: a letter would come too late."""

    said = _l("We can only tell you by text or email. Call us if you would like an earlier time.")


class _Freed(NamedTuple):
    """A span of a session that became free."""

    session_id: int
    centre_id: int
    begins: datetime
    ends: datetime


def join(public_id: UUID, wish: Wish, route: str, now: datetime) -> None:
    """Put a family on the waiting list, or change what it waits for; its place in the order stays.

    Raises CannotChange when the booking is cancelled or past, CannotBeTold where only letters reach the family.
    """
    family = locked(public_id)
    if family.state != "booked" or family.start <= now:
        raise CannotChange
    if not (family.mobile or family.email or family.second_contact):
        raise CannotBeTold
    centres = None if wish.centre_ids is None else sorted(wish.centre_ids)
    db.session.execute(_MET)
    db.session.execute(_JOIN, {"booking": family.id, "earlier": wish.earlier, "centres": centres, "route": route})
    _note("joined the waiting list", family, {"earlier": wish.earlier, "centres": centres, "route": route})


def leave(public_id: UUID) -> None:
    """Take a family off the waiting list; one that is not on it stays off."""
    family = locked(public_id)
    if db.session.execute(_LEAVE, {"booking": family.id}).rowcount:  # type: ignore[attr-defined]
        _note("left the waiting list", family, None)


def forget_centre(centre_id: int, successor_id: int | None, now: datetime) -> int:
    """Let nobody wait for a centre that closes: families wait for its successor, or for the other centres they named.

    Whoever named no other waits no more, and staff are asked to tell them. Says how many families had named it.
    """
    rows = db.session.execute(_NAMING, {"centre": centre_id}).all()
    for row in rows:
        left = {*row.centre_ids, successor_id} - {centre_id, None}
        about = f"booking:{row.booking_id}"
        if left:
            db.session.execute(_WAIT_FOR, {"wish": row.id, "centres": sorted(left)})
            audit.record("waits for other centres", about=about, actor=current_actor(), after={"centres": sorted(left)})
            continue
        db.session.execute(_END, {"wish": row.id})
        audit.record("left the waiting list", about=about, actor=current_actor(), after={"why": f"{row.name} closes"})
        sentence = (
            f"Tell the family of appointment {row.reference}: {row.name} closes, so they are not on its waiting list any more. "
            "They keep their appointment unless they were told otherwise."
        )
        messages.ask_staff(WISH_ENDED, sentence, now=now, about=row.public_id)
    return len(rows)


def _note(event: str, family: Appointment, after: dict[str, object] | None) -> None:
    audit.record(event, about=f"booking:{family.id}", actor=current_actor(), after=after)


def look_round(now: datetime) -> None:
    """End the wishes that are met or have no appointment any more, and take run-out holds as freed, while somebody waits."""
    db.session.execute(_MET)
    db.session.execute(_ENDED, {"now": now})
    db.session.execute(_RUN_OUT)
    db.session.execute(_NOBODY_WAITS)


def offer_freed(freed_id: int, now: datetime) -> bool:
    """Offer some of what became free to the next family that wants it; True where one was asked, and others may be still.

    Where nobody wants any of it, or somebody was quicker, it is forgotten. While no family may be asked it is kept.
    """
    row = db.session.execute(_FREED, {"freed": freed_id}).one_or_none() if may_ask(now) else None
    if row is None:
        return False
    freed = _Freed(*row)
    around = openings_around(freed.centre_id, freed.begins)
    opening = next((each for each in around if each.session_id == freed.session_id), None)
    if opening is not None and any(_asked(waiter, freed, opening, now) for waiter in in_turn(waiters(now))):
        return True
    db.session.execute(_SETTLED, {"freed": freed_id})
    return False


def _asked(waiter: Waiter, freed: _Freed, opening: Opening, now: datetime) -> bool:
    """Keep the first start that suits a family and tell it; False where there is none."""
    notice = timedelta(minutes=current_authority().notice_minutes)
    for start in _suiting(waiter, freed, opening, now):
        until = kept_until(start, waiter.start, now, notice)
        made = until and _kept(waiter, freed, start, until, now)
        if made:
            offers.send(made.id, now)
            return True
    return False


def _suiting(waiter: Waiter, freed: _Freed, opening: Opening, now: datetime) -> list[datetime]:
    """List the starts of what became free, as it stands now, that suit a family, the first first."""
    needed = need(waiter.births, interpreter=waiter.interpreter)
    opens = opens_to(deadline(waiter.births, civil_date(now)), desk=False)
    span = _minute(freed.begins), _minute(freed.ends)
    starts = touching(opening.starts(needed, opens), needed.minutes(opening.per_baby), span)
    return [at for at in map(moment, starts) if suits(waiter, freed.centre_id, at)]


def _kept(waiter: Waiter, freed: _Freed, start: datetime, until: datetime, now: datetime) -> OfferMade | None:
    """Keep a start for a family; None where somebody was quicker, or the family moved or cancelled meanwhile."""
    try:
        return offers.keep(
            waiter.public_id,
            freed.centre_id,
            start,
            cause=WAITING_LIST,
            answer_by=until,
            now=now,
            session_id=freed.session_id,
        )
    except BookingRefused:
        return None


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // MINUTE
