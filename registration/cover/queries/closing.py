"""What the closing of a centre touches, and where its sessions could go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from registration.centres.rules import participating
from registration.common.clock import civil_date
from registration.common.db import db
from registration.cover.queries.causes import Closing
from registration.cover.rules import Whole, goes_to
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import places, rooms_by_centre

#: Of a session `s`: a family holds a time in it, if only for the minute in which a cancellation can be undone.
FAMILIES_IN_IT = "EXISTS (SELECT 1 FROM occupancy o WHERE o.session_id = s.id AND o.booking_id IS NOT NULL)"
_SESSIONS = """
SELECT s.id, s.registrar_id, s.centre_id, s.room_id, (date_part('epoch', s.begins_at) / 60)::int,
       (date_part('epoch', s.ends_at) / 60)::int
  FROM session s WHERE s.state = 'published' AND s.begins_at >= greatest(:begins, :now) AND {which} ORDER BY s.begins_at, s.id
"""
_LEAVING = text(_SESSIONS.format(which=f"s.centre_id = :centre AND {FAMILIES_IN_IT}"))
_STANDING = text(_SESSIONS.format(which="s.centre_id <> :centre"))
_HERE = "s.centre_id = :centre AND s.state = 'published' AND s.begins_at >= greatest(:begins, :now)"
_TOUCHED = text(f"""
SELECT (SELECT count(*) FROM session s WHERE {_HERE} AND NOT {FAMILIES_IN_IT}),
       (SELECT count(*) FROM session s WHERE {_HERE} AND {FAMILIES_IN_IT}),
       (SELECT count(*) FROM wish w WHERE w.state = 'waiting' AND :centre = ANY(w.centre_ids)),
       (SELECT count(*) FROM centre_sign_up u WHERE u.centre_id = :centre),
       ARRAY(SELECT DISTINCT r.name FROM pattern_half_day h JOIN working_pattern p ON p.id = h.pattern_id
               JOIN registrar r ON r.id = p.registrar_id
              WHERE h.centre_id = :centre AND coalesce(p.valid_to, 'infinity') >= :day AND r.left_on IS NULL ORDER BY 1),
       (SELECT count(*) FROM pattern_exception e WHERE e.centre_id = :centre AND e.day >= :day),
       ARRAY(SELECT DISTINCT d.name FROM rota_draft d JOIN draft_session s ON s.draft_id = d.id
              WHERE d.state = 'draft' AND s.centre_id = :centre AND s.begins_at >= :begins ORDER BY 1)
""")  # noqa: S608 -- of our own words only


@dataclass(frozen=True, slots=True)
class Touched:
    """What the closing of a centre touches besides the families booked there.

    Numbers of sessions without and with families, of waiting families who named it, of families who asked to join it; the
    registrars whose weekly patterns name it, single half-days that do, and drafts of the rota that have sessions there.
    """

    empty: int
    filled: int
    wishes: int
    joining: int
    patterns: Sequence[str]
    half_days: int
    drafts: Sequence[str]


def touched(closing: Closing, now: datetime) -> Touched:
    """Say what closing a centre from a day on touches."""
    values = {"centre": closing.centre_id, "begins": closing.begins, "day": civil_date(closing.begins), "now": now}
    return Touched(*db.session.execute(_TOUCHED, values).one())


def places_to_go(closing: Closing, order: Sequence[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Give the centre and the room to which each session with families at a centre that closes can go, the first of `order`."""
    values = {"centre": closing.centre_id, "begins": closing.begins, "now": now}
    leaving = [Whole(*row) for row in db.session.execute(_LEAVING, values)]
    standing = [Whole(*row) for row in db.session.execute(_STANDING, values)]
    known, days = places(), open_days(civil_date(closing.begins), date.max)

    def is_open(centre: int, day: date) -> bool:
        """Say whether births may be registered at a centre on a day."""
        return participating(known[centre], day) and not days.closed(centre, day)

    return goes_to(leaving, standing, order, rooms_by_centre(), is_open)
