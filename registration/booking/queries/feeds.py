"""What a calendar feed shows, whose it is, and which feeds there are."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from registration.booking.queries.displaced import IS_DISPLACED
from registration.common.db import db


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that answers: of one registrar or of one centre, by name."""

    id: int
    public_id: UUID
    registrar_id: int | None
    centre_id: int | None
    name: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment as a feed shows it: no name, no contact, no birth date of a family."""

    public_id: UUID
    version: int
    changed_at: datetime
    start: datetime
    end: datetime
    declaration: bool
    reference: str
    babies: int
    centre: str
    address: str
    postcode: str


_FEED = """
SELECT f.id, f.public_id, f.registrar_id, f.centre_id, coalesce(r.name, c.name), f.made_by, f.made_at
  FROM calendar_feed f
  LEFT JOIN registrar r ON r.id = f.registrar_id
  LEFT JOIN centre c ON c.id = f.centre_id
 WHERE f.revoked_at IS NULL AND (r.left_on IS NULL OR r.left_on > :today) AND {which}
 ORDER BY f.registrar_id IS NULL, 5, f.id
"""
_BY_DIGEST = text(_FEED.format(which="f.digest = :digest"))
_BY_ID = text(_FEED.format(which="f.id = :id"))
_LIVE = text(_FEED.format(which="(CAST(:registrar AS bigint) IS NULL OR f.registrar_id = :registrar)"))

_ENTRIES = text(f"""
SELECT b.public_id, b.version, b.changed_at, b.begins_at, b.ends_at, b.kind = 'declaration', b.reference, cardinality(f.born),
       c.name, c.address, c.postcode
  FROM booking b
  JOIN session s ON s.id = b.session_id
  JOIN family f ON f.id = b.family_id
  JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND b.begins_at >= :since AND NOT {IS_DISPLACED}
   AND (s.registrar_id = :registrar OR b.centre_id = :centre)
 ORDER BY b.begins_at, b.id
""")  # noqa: S608 -- put together from constants


def feed_by_digest(digest: bytes, today: date) -> Feed | None:
    """Find the feed of a secret; none where it was revoked, or its registrar has left."""
    row = db.session.execute(_BY_DIGEST, {"digest": digest, "today": today}).one_or_none()
    return None if row is None else Feed(*row)


def feed_by_id(feed_id: int, today: date) -> Feed | None:
    """Find a feed that answers by its number."""
    row = db.session.execute(_BY_ID, {"id": feed_id, "today": today}).one_or_none()
    return None if row is None else Feed(*row)


def live_feeds(today: date, registrar_id: int | None = None) -> list[Feed]:
    """List the feeds that answer, registrars' first: all of them, or those of one registrar."""
    rows = db.session.execute(_LIVE, {"registrar": registrar_id, "today": today})
    return [Feed(*row) for row in rows]


def entries(feed: Feed, since: datetime) -> list[Entry]:
    """List the appointments of a feed that begin at a moment or later and stand, in order of time."""
    asked = {"registrar": feed.registrar_id, "centre": feed.centre_id, "since": since}
    return [Entry(*row) for row in db.session.execute(_ENTRIES, asked)]
