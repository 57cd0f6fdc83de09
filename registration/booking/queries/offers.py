"""What offers of another time are open, and what became of the latest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from registration.common.db import db


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An offer as its family or staff see it; `stands` while it can be accepted."""

    id: int
    public_id: UUID
    booking_id: int
    cause: str
    state: str
    session_id: int
    centre_id: int
    centre: str
    address: str
    start: datetime
    end: datetime
    answer_by: datetime
    stands: bool


# An offer is as good as the hold that keeps its time: the database's own clock ends it, or a registrar who is away then too.
# Where the family's session goes to another centre, what it has there is its own time, and that is kept until it answers.
_OFFER = """
SELECT f.id, f.public_id, f.booking_id, f.cause, f.state, f.session_id, f.centre_id, c.name,
       concat_ws(', ', NULLIF(c.address, ''), NULLIF(c.postcode, '')), f.begins_at, f.ends_at, f.answer_by,
       f.state IN ('kept', 'sent') AND EXISTS (
         SELECT 1 FROM occupancy o JOIN session s ON s.id = o.session_id
          WHERE o.offer_id = f.id AND (o.until > clock_timestamp() OR o.kind = 'booking') AND s.state = 'published'
            AND s.centre_id = f.centre_id
            AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.registrar_id = s.registrar_id AND a.state = 'planned'
                               AND a.begins_at < f.ends_at AND a.ends_at > f.begins_at))
  FROM offer f JOIN centre c ON c.id = f.centre_id
 WHERE {which}
"""
_LATEST = text(_OFFER.format(which="f.booking_id = :booking AND f.state <> 'kept' ORDER BY f.id DESC LIMIT 1"))
_ALL = text(_OFFER.format(which="f.booking_id = :booking ORDER BY f.id DESC"))
_ONE = text(_OFFER.format(which="f.public_id = :public_id"))
_MANY = text(_OFFER.format(which="f.id = ANY(:ids) ORDER BY f.id"))


def latest_offer(booking_id: int) -> OfferCard | None:
    """Give the latest offer that a family was told of; None where there was none."""
    row = db.session.execute(_LATEST, {"booking": booking_id}).one_or_none()
    return None if row is None else OfferCard(*row)


def offers_of(booking_id: int) -> list[OfferCard]:
    """List every offer made to a family, the latest first."""
    return [OfferCard(*row) for row in db.session.execute(_ALL, {"booking": booking_id})]


def offer_by_id(public_id: UUID) -> OfferCard | None:
    """Find an offer by its public number."""
    row = db.session.execute(_ONE, {"public_id": public_id}).one_or_none()
    return None if row is None else OfferCard(*row)


def offers_by_number(ids: Collection[int]) -> dict[int, OfferCard]:
    """Give offers by their numbers."""
    return {row[0]: OfferCard(*row) for row in db.session.execute(_MANY, {"ids": list(ids)})}
