"""Open a calendar feed under a secret address, and revoke it."""

from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import select

from registration.booking.models import CalendarFeed
from registration.booking.queries.feeds import Feed, feed_by_id
from registration.centres.models import Centre
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.links import digest, secret
from registration.rota.models import Registrar

KIND = "calendar-feed"


class NothingToFeed(Refused):
    """Choose a registrar or a centre."""


class NoSuchFeed(Refused):
    """This calendar was revoked already."""


def token_of(feed: Feed) -> str:
    """Give the secret of a feed's address: 144 bits, made anew from the service's key and kept nowhere."""
    return secret(KIND, str(feed.public_id))


def open_feed(actor: str, today: date, *, registrar_id: int | None = None, centre_id: int | None = None) -> Feed:
    """Open a feed of one registrar or one centre; NothingToFeed where it is neither, or there is none such."""
    subject = Registrar if registrar_id is not None else Centre
    number = registrar_id if registrar_id is not None else centre_id
    if number is None or db.session.get(subject, number) is None:
        raise NothingToFeed
    public_id = uuid4()
    of = {"registrar_id": registrar_id} if registrar_id is not None else {"centre_id": centre_id}
    row = CalendarFeed(public_id=public_id, digest=digest(secret(KIND, str(public_id))), made_by=actor, **of)
    db.session.add(row)
    db.session.flush()
    made = feed_by_id(row.id, today)
    if made is None:
        raise NothingToFeed  # a registrar who has left
    audit.record("opened a calendar", about=f"calendar:{made.id}", actor=actor, after={"of": made.name})
    return made


def revoke_feed(feed_id: int, actor: str, now: datetime) -> None:
    """Let a feed's address answer no more, for good; NoSuchFeed where that was done already."""
    wanted = select(CalendarFeed).where(CalendarFeed.id == feed_id, CalendarFeed.revoked_at.is_(None))
    row = db.session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise NoSuchFeed
    row.revoked_at = now
    db.session.flush()
    audit.record("revoked a calendar", about=f"calendar:{feed_id}", actor=actor)
