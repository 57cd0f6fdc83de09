"""After SECRET_KEY was changed: make the links and keys of bookings from before follow the new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from registration.booking.actions.bookings import identity_keys
from registration.booking.actions.notices import send_link_again
from registration.booking.queries import appointment_by_id
from registration.common.access import current_actor
from registration.common.audit import record
from registration.common.db import db
from registration.common.links import digest, secret

_EVERY = text("""
SELECT b.id, b.public_id, b.link_digest, b.state = 'booked' AND b.begins_at > :now AS to_come, f.born, f.email, f.mobile
  FROM booking b JOIN family f ON f.id = b.family_id ORDER BY b.id FOR UPDATE OF b
""")
# Where the same birth was booked once more since the key was changed, that booking has the new keys already, and one with them
# is all there may be.
_RENEW = text("""
UPDATE booking SET link_digest = :link,
       email_key = CASE WHEN CAST(:email AS bytea) IS NULL OR EXISTS (
                        SELECT 1 FROM booking o WHERE o.email_key = :email AND o.state = 'booked' AND o.id <> :id)
                   THEN email_key ELSE :email END,
       mobile_key = CASE WHEN CAST(:mobile AS bytea) IS NULL OR EXISTS (
                         SELECT 1 FROM booking o WHERE o.mobile_key = :mobile AND o.state = 'booked' AND o.id <> :id)
                    THEN mobile_key ELSE :mobile END
 WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many bookings were renewed, and how many of their families are sent the new link."""

    bookings: int
    told: int


def renew_links(now: datetime) -> Renewed:
    """Give every booking from before the key was changed the link that the key now makes; its old link ends.

    Families whose appointment is still to come are sent theirs. What follows the key already is left as it is, so that
    doing it twice does nothing more.
    """
    old = [row for row in db.session.execute(_EVERY, {"now": now}) if row.link_digest != _link(row)]
    for row in old:
        _renew(row)
    to_come = [row.public_id for row in old if row.to_come]
    for appointment in filter(None, map(appointment_by_id, to_come)):
        send_link_again(appointment, now)
    record("links renewed", about="bookings", actor=current_actor(), after={"bookings": len(old), "told": len(to_come)})
    return Renewed(len(old), len(to_come))


def _link(row: Any) -> bytes:  # noqa: ANN401 -- a row of _EVERY
    return digest(secret("booking", str(row.public_id)))


def _renew(row: Any) -> None:  # noqa: ANN401 -- a row of _EVERY
    email, mobile = identity_keys(tuple(row.born), row.email, row.mobile)
    db.session.execute(_RENEW, {"id": row.id, "link": _link(row), "email": email, "mobile": mobile})
