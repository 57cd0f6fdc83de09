"""Another time offered to a family that has a booking: kept, sent, accepted, declined, taken back, run out.

The time offered is filled by a hold with the offer's number, so nobody else can have it meanwhile; the exclusion constraint
decides as it does for every other hold. Locks are taken in one order: the booking's row, then the offer's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import text

from registration.booking.actions import notices, offer_notices
from registration.booking.actions.holds import candidates_for
from registration.booking.actions.locking import locked, note
from registration.booking.actions.refusals import AlreadyOffered, CannotChange, NotOffered, OfferOver, SlotTaken
from registration.booking.queries import Opening, appointment_by_id, need
from registration.booking.queries.displaced import is_displaced
from registration.booking.queries.offers import OfferCard, offer_by_id, offers_by_number
from registration.booking.rules.offers import COVER, OfferMade
from registration.booking.rules.requests import Appointment, HoldRequest
from registration.common import audit
from registration.common.access import current_actor
from registration.common.authority import current_authority
from registration.common.db import db

_CLEAR = text("""
DELETE FROM occupancy
 WHERE registrar_id = :registrar AND kind = 'hold' AND until <= clock_timestamp()
   AND during && tstzrange(:begins, :ends)
""")
_TAKE = text("""
INSERT INTO occupancy (session_id, registrar_id, begins_at, ends_at, kind, until)
VALUES (:session, :registrar, :begins, :ends, 'hold', clock_timestamp() + :lasting)
    ON CONFLICT DO NOTHING
RETURNING id
""")
_OPEN = text("SELECT 1 FROM offer WHERE booking_id = :booking AND state IN ('kept', 'sent')")
_MAKE = text("""
WITH made AS (
     INSERT INTO offer (public_id, booking_id, cause, session_id, centre_id, begins_at, ends_at, answer_by, made_by)
     VALUES (:public_id, :booking, :cause, :session, :centre, :begins, :ends, :answer_by, :actor)
     RETURNING id),
     marked AS (
     UPDATE occupancy SET offer_id = made.id FROM made WHERE occupancy.id = :held)
SELECT id FROM made
""")
_LOCKED = text("SELECT state FROM offer WHERE id = :offer FOR UPDATE")
# With the hold's row locked nobody clears it away any more, even as it runs out.
_HELD = text("""
SELECT f.state FROM offer f JOIN occupancy o ON o.offer_id = f.id AND (o.until > clock_timestamp() OR o.kind = 'booking')
 WHERE f.id = :offer FOR UPDATE
""")
_SENT = text("UPDATE offer SET state = 'sent', sent_at = clock_timestamp(), answer_by = :answer_by WHERE id = :offer")
_LAST_UNTIL = text("""
UPDATE occupancy SET until = clock_timestamp() + :lasting WHERE offer_id = :offer AND until > clock_timestamp()
""")
_SETTLED = text("UPDATE offer SET state = :state, settled_at = clock_timestamp() WHERE id = :offer")
_LET_GO = text("DELETE FROM occupancy WHERE offer_id = :offer AND kind = 'hold'")
_ITS_OWN = text("UPDATE occupancy SET offer_id = NULL WHERE offer_id = :offer")
_LEAVE = text("DELETE FROM occupancy WHERE booking_id = :booking AND offer_id IS DISTINCT FROM :offer")
_FILL = text("""
UPDATE occupancy SET kind = 'booking', booking_id = :booking, until = NULL, offer_id = NULL
 WHERE offer_id = :offer
""")
_OWN_TIME = text("""
SELECT o.id FROM occupancy o JOIN session s ON s.id = o.session_id
 WHERE o.booking_id = :booking AND o.kind = 'booking' AND o.offer_id IS NULL AND o.session_id = :session
   AND s.centre_id = :centre AND s.state = 'published'
   FOR UPDATE OF o
""")
_MOVE = text("""
UPDATE booking SET session_id = :session, centre_id = :centre, begins_at = :begins, ends_at = :ends,
                   version = version + 1, changed_at = clock_timestamp()
 WHERE id = :booking
""")
_SIT = text("UPDATE booking SET session_id = :session, ends_at = :ends WHERE id = :booking")
_OPEN_OF = text("SELECT id FROM offer WHERE booking_id = :booking AND state IN ('kept', 'sent')")
_OPEN_WITH = text("""
SELECT f.id FROM offer f JOIN session s ON s.id = f.session_id
 WHERE f.state IN ('kept', 'sent') AND s.registrar_id = :registrar AND f.begins_at < :ends AND f.ends_at > :begins
 ORDER BY f.id
""")
_OPEN_AT = text("""
SELECT id FROM offer WHERE state IN ('kept', 'sent') AND centre_id = :centre AND begins_at >= :begins ORDER BY id
""")
_RUN_OUT = text("""
SELECT f.id FROM offer f
 WHERE f.state IN ('kept', 'sent')
   AND NOT EXISTS (SELECT 1 FROM occupancy o
                    WHERE o.offer_id = f.id
                      AND (o.until > clock_timestamp() OR o.kind = 'booking' AND f.answer_by > :now))
 ORDER BY f.id FOR UPDATE SKIP LOCKED
""")


def keep(
    booking_public_id: UUID,
    centre_id: int,
    start: datetime,
    *,
    cause: str,
    answer_by: datetime,
    now: datetime,
    session_id: int | None = None,
) -> OfferMade:
    """Keep another time for a family until it answers; it is not told yet (see send).

    Of the registrars free then, or only in that session, the least loaded is taken. A family whose registrar is away may
    have the telephone desk's minutes. Raises SlotTaken, NotOffered, AlreadyOffered while another offer is open, CannotChange
    when the booking is cancelled or past.
    """
    family = locked(booking_public_id)
    _may_be_offered(family, start, now)
    request = HoldRequest(centre_id, start, family.births, family.interpreter, urgent=cause == COVER)
    openings = [o for o in candidates_for(request, now, booking=family.id) if session_id in {None, o.session_id}]
    needed = need(family.births, interpreter=family.interpreter)
    for opening in openings:
        end = opening.ends(needed, start)
        held = _take(opening, start, end, answer_by - now)
        if held is not None:
            return _made(family, opening.session_id, opening.centre_id, start, end, cause, answer_by, held)
    raise SlotTaken if openings else NotOffered


def keep_with_registrar(
    booking_public_id: UUID, session_id: int, centre_id: int, *, answer_by: datetime, now: datetime
) -> OfferMade:
    """Keep a family's own time with its own registrar for it, in its session, which has gone to another centre.

    Nothing else keeps that time: it fills it already. Raises NotOffered where the session is not there, AlreadyOffered while
    another offer is open, CannotChange when the booking is cancelled or past.
    """
    family = locked(booking_public_id)
    _may_be_offered(family, family.start, now)
    values = {"booking": family.id, "session": session_id, "centre": centre_id}
    held = db.session.execute(_OWN_TIME, values).scalar()
    if held is None:
        raise NotOffered
    return _made(family, session_id, centre_id, family.start, family.end, COVER, answer_by, held)


def _may_be_offered(family: Appointment, start: datetime, now: datetime) -> None:
    if family.state != "booked" or family.start <= now:
        raise CannotChange
    if start < now + timedelta(minutes=current_authority().notice_minutes):
        raise NotOffered
    if db.session.execute(_OPEN, {"booking": family.id}).scalar() is not None:
        raise AlreadyOffered


def _take(opening: Opening, start: datetime, end: datetime, lasting: timedelta) -> int | None:
    where = {"registrar": opening.registrar_id, "begins": start, "ends": end}
    if opening.stale:
        db.session.execute(_CLEAR, where)
    held: int | None = db.session.execute(_TAKE, where | {"session": opening.session_id, "lasting": lasting}).scalar()
    return held


def _made(
    family: Appointment,
    session_id: int,
    centre_id: int,
    start: datetime,
    end: datetime,
    cause: str,
    answer_by: datetime,
    held: int,
) -> OfferMade:
    public_id = uuid4()
    values = {
        "public_id": public_id,
        "booking": family.id,
        "cause": cause,
        "session": session_id,
        "centre": centre_id,
        "begins": start,
        "ends": end,
        "answer_by": answer_by,
        "actor": current_actor(),
        "held": held,
    }
    number = db.session.execute(_MAKE, values).scalar_one()
    return OfferMade(
        number,
        public_id,
        family.id,
        family.public_id,
        session_id,
        centre_id,
        start,
        end,
        answer_by,
    )


def extend(offer_id: int, lasting: timedelta) -> bool:
    """Keep an offer's time for so long from now; False where it has run out already."""
    return bool(
        db.session.execute(_LAST_UNTIL, {"offer": offer_id, "lasting": lasting}).rowcount  # type: ignore[attr-defined]
    )


def send(offer_id: int, now: datetime, answer_by: datetime | None = None) -> OfferCard:
    """Tell a family of the time kept for it, in its own language, with the link at which it answers.

    Its answer is awaited until `answer_by`, or as it was kept. Raises OfferOver where the time is not kept any more.
    """
    offer = _open(offer_id, "kept")
    until = answer_by or offer.answer_by
    extend(offer_id, until - now)
    db.session.execute(_SENT, {"offer": offer_id, "answer_by": until})
    sent = offers_by_number([offer_id])[offer_id]
    family = _of(sent)
    offer_notices.tell_offer(family, sent, now)
    _note("offered", family, sent)
    return sent


def _open(offer_id: int, state: str) -> OfferCard:
    """Lock an offer that is in that state, with its time, and give it; OfferOver where it is not or has none."""
    if db.session.execute(_HELD, {"offer": offer_id}).scalar() != state:
        raise OfferOver
    offer = offers_by_number([offer_id])[offer_id]
    if not offer.stands:
        raise OfferOver
    return offer


def _of(offer: OfferCard) -> Appointment:
    wanted = text("SELECT public_id FROM booking WHERE id = :booking")
    public_id = db.session.execute(wanted, {"booking": offer.booking_id}).scalar_one()
    return cast("Appointment", appointment_by_id(public_id))  # an offer has a booking


def accept(public_id: UUID, now: datetime) -> Appointment:
    """Give a family the time offered: its old time is let go in the same stroke. Accepting again changes nothing.

    Raises OfferOver where the offer was settled otherwise or its time is not kept any more, CannotChange when the booking is
    cancelled or past.
    """
    before, offer = _answering(public_id)
    if offer.state == "accepted":
        return before
    if before.state != "booked" or (before.start <= now and not is_displaced(before.id)):
        raise CannotChange
    offer = _open(offer.id, "sent")
    if offer.start <= now:
        raise OfferOver
    _fill(before, offer)
    values = {"booking": before.id, "session": offer.session_id, "centre": offer.centre_id}
    db.session.execute(_MOVE, values | {"begins": offer.start, "ends": offer.end})
    after = appointment_by_id(before.public_id) or before
    note("moved", before, after)
    _note("offer accepted", before, offer)
    notices.tell_moved(after, now)
    offer_notices.nobody_need_call(before, now)
    return after


def swap_quietly(offer_id: int, now: datetime) -> Appointment:
    """Give a family another registrar at the same centre and time: for the family nothing changes, so it is told nothing.

    Raises OfferOver where the time is not kept any more or is another than the family's own.
    """
    before = locked(_of(_open(offer_id, "kept")).public_id)
    offer = _open(offer_id, "kept")
    if (offer.centre_id, offer.start, before.state) != (before.centre_id, before.start, "booked"):
        raise OfferOver
    _fill(before, offer)
    db.session.execute(_SIT, {"booking": before.id, "session": offer.session_id, "ends": offer.end})
    _note("given another registrar", before, offer)
    offer_notices.nobody_need_call(before, now)
    return appointment_by_id(before.public_id) or before


def _fill(before: Appointment, offer: OfferCard) -> None:
    """Let the old time go and fill the new one, whose hold is locked, in the same stroke."""
    values = {"booking": before.id, "offer": offer.id}
    db.session.execute(_LEAVE, values)
    db.session.execute(_FILL, values)
    db.session.execute(_SETTLED, {"offer": offer.id, "state": "accepted"})


def _answering(public_id: UUID) -> tuple[Appointment, OfferCard]:
    """Lock an offer's booking, then read both; OfferOver where there is no such offer."""
    offer = offer_by_id(public_id)
    if offer is None:
        raise OfferOver
    family = locked(_of(offer).public_id)
    return family, offer_by_id(public_id) or offer


def decline(public_id: UUID, now: datetime) -> Appointment:
    """Let the time offered go. A family whose own time does not stand is then rung by a person; others keep theirs.

    Declining again changes nothing; OfferOver where the offer was settled otherwise.
    """
    family, offer = _answering(public_id)
    if offer.state == "declined":
        return family
    if offer.state != "sent":
        raise OfferOver
    _settle(offer, "declined")
    _note("offer declined", family, offer)
    if offer.cause == COVER:
        offer_notices.ask_for_a_call(family, "did not want the time offered", now)
    return family


def withdraw(offer_id: int, now: datetime) -> bool:
    """Take an offer back that is not answered yet, and what was written of it; False where it was settled already."""
    if db.session.execute(_LOCKED, {"offer": offer_id}).scalar() not in {"kept", "sent"}:
        return False
    offer = offers_by_number([offer_id])[offer_id]
    _settle(offer, "withdrawn")
    if offer.state == "sent":
        family = _of(offer)
        offer_notices.call_back(family, now)
        _note("offer withdrawn", family, offer)
    return True


def withdraw_of(booking_id: int, now: datetime) -> None:
    """Take back what is offered to a family that moves or cancels; its row is locked."""
    for offer_id in db.session.scalars(_OPEN_OF, {"booking": booking_id}).all():
        withdraw(offer_id, now)


def withdraw_with(registrar_id: int, begins: datetime, ends: datetime, now: datetime) -> list[Appointment]:
    """Take back every time offered with a registrar who is away then; give the families, who need another offer or a call."""
    values = {"registrar": registrar_id, "begins": begins, "ends": ends}
    return _withdraw_all(db.session.scalars(_OPEN_WITH, values).all(), now)


def withdraw_at(centre_id: int, begins: datetime, now: datetime) -> list[Appointment]:
    """Take back every time offered at a centre that closes from a moment on; give the families, as above."""
    return _withdraw_all(db.session.scalars(_OPEN_AT, {"centre": centre_id, "begins": begins}).all(), now)


def _withdraw_all(numbers: Sequence[int], now: datetime) -> list[Appointment]:
    offers = offers_by_number(numbers)
    return [_of(offers[number]) for number in numbers if withdraw(number, now)]


def lapse_due(now: datetime) -> int:
    """Settle the offers whose time has run out unanswered, and say how many; what was never sent is taken back.

    A family whose own time does not stand is then rung by a person.
    """
    numbers = db.session.scalars(_RUN_OUT, {"now": now}).all()
    for offer in offers_by_number(numbers).values():
        _settle(offer, "lapsed" if offer.state == "sent" else "withdrawn")
        if offer.state == "sent":
            family = _of(offer)
            _note("offer lapsed", family, offer)
            if offer.cause == COVER and family.state == "booked":
                offer_notices.ask_for_a_call(family, "have not answered the offer of another time", now)
    return len(numbers)


def _settle(offer: OfferCard, state: str) -> None:
    db.session.execute(_LET_GO, {"offer": offer.id})
    db.session.execute(_ITS_OWN, {"offer": offer.id})
    db.session.execute(_SETTLED, {"offer": offer.id, "state": state})


def _note(event: str, family: Appointment, offer: OfferCard) -> None:
    offered = {"start": offer.start.isoformat(), "centre": offer.centre_id, "cause": offer.cause}
    audit.record(event, about=f"booking:{family.id}", actor=current_actor(), after=offered)
