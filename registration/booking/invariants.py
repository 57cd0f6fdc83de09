"""What must never be so, each as a question to the database whose honest answer is nought.

The tables forbid most of it by constraint; these ask the rows themselves, so that a constraint that was lost, a hand in
the database or a wrong line of code is found all the same.
"""

from sqlalchemy import text

from registration.booking.models import STANDS_FOR_ITS_BIRTH
from registration.booking.queries.displaced import HAS_CLOSED
from registration.common.clock import today
from registration.common.db import db
from registration.families.surfaces import told_against_the_decision

# Overlap is told by looking, in order of beginning, for a row that begins before an earlier one has ended.
_FILLED_TWICE = """
SELECT count(*) FROM (
  SELECT begins_at < max(ends_at) OVER (
           PARTITION BY {whose} ORDER BY begins_at, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS twice
    FROM ({rows}) filled) told
 WHERE twice
"""
_LIVE = """
SELECT b.id, b.begins_at, b.ends_at, s.registrar_id, s.room_id
  FROM booking b JOIN session s ON s.id = b.session_id WHERE b.state = 'booked'
"""
_SITS = "SELECT id, begins_at, ends_at, registrar_id, room_id FROM session WHERE state = 'published'"
_KEPT = "SELECT id, begins_at, ends_at, registrar_id FROM occupancy WHERE kind <> 'absence'"


def _twice(whose: str, *rows: str) -> str:
    return " + ".join(f"({_FILLED_TWICE.format(whose=whose, rows=each)})" for each in rows)


# By what was typed as well as by the keys made of it: a wrong key must not hide a second booking.
_BIRTH_TWICE = f"""
(SELECT count(*) FROM (
  SELECT row_number() OVER (PARTITION BY f.id ORDER BY b.id) > 1
      OR b.email_key IS NOT NULL AND row_number() OVER (PARTITION BY b.email_key ORDER BY b.id) > 1
      OR b.mobile_key IS NOT NULL AND row_number() OVER (PARTITION BY b.mobile_key ORDER BY b.id) > 1
      OR f.email IS NOT NULL AND row_number() OVER (PARTITION BY f.born, lower(trim(f.email)) ORDER BY b.id) > 1
      OR f.mobile IS NOT NULL AND row_number() OVER (PARTITION BY f.born, f.mobile ORDER BY b.id) > 1 AS again
    FROM booking b JOIN family f ON f.id = b.family_id WHERE {STANDS_FOR_ITS_BIRTH}) told
 WHERE again)
"""  # noqa: S608 -- of our own words only

# Where a centre closes its sessions may go to another; a family is still booked at the one that closes until it answers.
_OUTSIDE_SESSION = f"""
(SELECT count(*) FROM booking b JOIN session s ON s.id = b.session_id
  WHERE b.state = 'booked'
    AND (s.state <> 'published' OR b.centre_id <> s.centre_id AND NOT {HAS_CLOSED}
         OR b.begins_at < s.begins_at OR b.ends_at > s.ends_at))
"""  # noqa: S608 -- of our own words only

# What was called back confirms nothing; a message that bounced or was held back has made a task for staff.
# Who stood at the centre was told there.
_WITHOUT_CONFIRMATION = """
(SELECT count(*) FROM booking b
  WHERE b.state = 'booked' AND b.channel <> 'walk_in' AND NOT EXISTS (
    SELECT 1 FROM message m
     WHERE m.about = b.public_id AND m.template IN ('booking_confirmed', 'booking_moved') AND m.version = b.version
       AND m.state <> 'withdrawn'))
"""

# A cancellation is told by its own message, and a loss by none. What else was written for the cancelled version, waits,
# or was taken up afterwards, should not be. Messages are compared with messages: they share one clock.
_AFTER_CANCELLATION = """
(SELECT count(*) FROM (
  SELECT m.template, m.claimed_at, b.state = 'cancelled' AND m.template <> 'booking_cancelled' AS superseded,
         m.version >= b.version AND m.template NOT IN ('your_link', 'offer_cover', 'offer_earlier') AND m.state <> 'withdrawn'
           AS written,
         m.state = 'queued' OR m.state = 'sending' AND m.withdrawn_at IS NULL AS waiting,
         COALESCE(told.at, q.since, b.cancelled_at) AS cancelled, COALESCE(q.since, f.lost_at) AS lost
    FROM booking b
    JOIN family f ON f.id = b.family_id
    JOIN message m ON m.about = b.public_id
    LEFT JOIN silenced q ON q.about = b.public_id
    LEFT JOIN LATERAL (
         SELECT min(c.created) AS at FROM message c
          WHERE c.about = b.public_id AND c.template = 'booking_cancelled' AND c.version = b.version) told ON true
   WHERE b.state = 'cancelled' OR q.about IS NOT NULL OR f.lost_at IS NOT NULL) told
 WHERE superseded AND (written OR waiting OR claimed_at > cancelled)
    OR lost IS NOT NULL AND (waiting OR claimed_at > lost))
"""

# The latest answer counts; a family that answered no, never answered, or lost a baby is on no centre's list, and nothing of it
# goes to a centre after a no that no yes to that centre has followed. What lists and files show now is asked of them apart.
_AGAINST_ANSWER = """
(SELECT count(*) FROM centre_sign_up u JOIN family f ON f.id = u.family_id
  WHERE f.lost_at IS NOT NULL
     OR NOT COALESCE((SELECT a.share FROM sharing_answer a WHERE a.family_id = f.id ORDER BY a.id DESC LIMIT 1), false))
+ (SELECT count(*) FROM disclosure d JOIN family f ON f.id = d.family_id
  WHERE f.lost_at < d.at
     OR EXISTS (SELECT 1 FROM sharing_answer n
                 WHERE n.family_id = d.family_id AND NOT n.share AND n.at < d.at
                   AND NOT EXISTS (SELECT 1 FROM sharing_answer y
                                    WHERE y.family_id = d.family_id AND y.share AND y.id > n.id AND y.at < d.at)))
"""

_KEPT_BOTH = """
(SELECT count(*) FROM (
  SELECT o.kind = 'booking' AND (o.begins_at <> b.begins_at OR o.ends_at <> b.ends_at OR o.session_id <> b.session_id
                                 OR o.registrar_id <> s.registrar_id)
      OR row_number() OVER (PARTITION BY b.id ORDER BY o.id) > 1 AS wrong
    FROM occupancy o JOIN booking b ON b.id = o.booking_id JOIN session s ON s.id = b.session_id) told
 WHERE wrong)
"""

_WITHOUT_TIME = """
(SELECT count(*) FROM booking b
  WHERE b.state = 'booked'
    AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.booking_id = b.id AND o.kind = 'booking'))
"""

_CANCELLED_WITH_TIME = """
(SELECT count(*) FROM booking b JOIN occupancy o ON o.booking_id = b.id
  WHERE b.state = 'cancelled' AND o.kind <> 'hold')
"""

_WITHOUT_END = "(SELECT count(*) FROM occupancy WHERE kind = 'hold' AND until IS NULL)"

_UNSEEN = """
        NOT EXISTS (SELECT 1 FROM offer o WHERE o.booking_id = b.id AND o.state = 'sent')
    AND NOT EXISTS (SELECT 1 FROM staff_task t WHERE t.about = b.public_id AND t.kind = 'call_about_cover')
"""
# Whoever was put down as away, and a centre that closed, left an hour ago no family without a time, an offer of one, or a person
# asked to ring it.
_NOBODY_SEES_TO = f"""
(SELECT count(*) FROM booking b
   JOIN session s ON s.id = b.session_id
   JOIN absence a ON a.registrar_id = s.registrar_id AND a.state = 'planned'
                 AND a.begins_at < b.ends_at AND a.ends_at > b.begins_at
  WHERE b.state = 'booked' AND b.begins_at > clock_timestamp() AND a.made_at < clock_timestamp() - interval '1 hour'
    AND {_UNSEEN})
+ (SELECT count(*) FROM booking b
  WHERE b.state = 'booked' AND b.begins_at > clock_timestamp() AND b.created_at < clock_timestamp() - interval '1 hour'
    AND {HAS_CLOSED} AND {_UNSEEN})
"""  # noqa: S608 -- of our own words only

# A time is kept for an open offer, and an open offer has its own registrar's time or has run out.
_OFFER_AMISS = """
(SELECT count(*) FROM occupancy o LEFT JOIN offer f ON f.id = o.offer_id
  WHERE o.offer_id IS NOT NULL
    AND (f.state NOT IN ('kept', 'sent') OR (o.session_id, o.begins_at, o.ends_at) <> (f.session_id, f.begins_at, f.ends_at)))
"""

# Births and Deaths Registration Act 1953 s.2: 42 days from the earliest birth.
_WRONG_LAST_DAY = """
(SELECT count(*) FROM booking b JOIN family f ON f.id = b.family_id
  WHERE b.last_lawful_day <> (SELECT min(born) FROM unnest(f.born) AS born) + 42)
"""

# The booking carries the latest of what was marked of it.
_OTHER_OUTCOME = """
(SELECT count(*) FROM booking b LEFT JOIN LATERAL (
    SELECT outcome FROM outcome WHERE booking_id = b.id ORDER BY id DESC LIMIT 1) latest ON true
  WHERE b.outcome IS DISTINCT FROM latest.outcome)
"""

_PROMISES = {
    "registrar_booked_twice": _twice("registrar_id", _KEPT, _LIVE, _SITS),
    "room_booked_twice": _twice("room_id", _LIVE, _SITS),
    "birth_booked_twice": _BIRTH_TWICE,
    "booking_outside_session": _OUTSIDE_SESSION,
    "booking_without_confirmation": _WITHOUT_CONFIRMATION,
    "message_after_cancellation": _AFTER_CANCELLATION,
    "shared_against_answer": _AGAINST_ANSWER,
    "move_kept_both_times": _KEPT_BOTH,
    "live_booking_without_time": _WITHOUT_TIME,
    "cancelled_booking_keeps_time": _CANCELLED_WITH_TIME,
    "hold_without_end": _WITHOUT_END,
    "wrong_last_lawful_day": _WRONG_LAST_DAY,
    "outcome_is_not_the_latest": _OTHER_OUTCOME,
    "displaced_and_nobody_sees_to_it": _NOBODY_SEES_TO,
    "time_kept_for_no_offer": _OFFER_AMISS,
}
_ALL = text("SELECT " + ", ".join(f"{question} AS {name}" for name, question in _PROMISES.items()))


def broken_rows() -> dict[str, int]:
    """Count, for every promise, the rows that break it, all as of one moment; what is shown to centres, as it is shown today."""
    found = {name: int(count) for name, count in db.session.execute(_ALL).mappings().one().items()}
    found["shared_against_answer"] += told_against_the_decision(today())
    return found
