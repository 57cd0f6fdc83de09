"""What the closing of a centre touches, and where its sessions could go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import TextClause, text

from registration.centres.rules import participating
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.cover.models import CoverPlan
from registration.cover.queries.causes import Closing
from registration.cover.rules import Whole, goes_to
from registration.rota.queries.days import open_days
from registration.rota.queries.planning import places, rooms_by_centre

#: What the record calls the sending of a plan; with it stands what closing a centre did to the rota.
SENT_IT = "sent the plan of cover"

#: Of a session `s`: a family holds a time in it, if only for the minute in which a cancellation can be undone.
FAMILIES_IN_IT = "EXISTS (SELECT 1 FROM occupancy o WHERE o.session_id = s.id AND o.booking_id IS NOT NULL)"
_SESSIONS = """
SELECT s.id, s.registrar_id, s.centre_id, s.room_id, (date_part('epoch', s.begins_at) / 60)::int,
       (date_part('epoch', s.ends_at) / 60)::int
  FROM session s WHERE s.state = 'published' AND s.begins_at >= greatest(:begins, :now) AND {which} ORDER BY s.begins_at, s.id
"""
_LEAVING = text(_SESSIONS.format(which=f"s.centre_id = :centre AND {FAMILIES_IN_IT}"))
_EMPTY = text(_SESSIONS.format(which=f"s.centre_id = :centre AND NOT {FAMILIES_IN_IT}"))
_STANDING = text(_SESSIONS.format(which="s.centre_id <> :centre"))
_TIMES = text("""
SELECT coalesce(sum(floor(extract(epoch FROM s.ends_at - s.begins_at) / 60 / coalesce(r.minutes_per_baby, :council))), 0)::int
  FROM session s JOIN registrar r ON r.id = s.registrar_id WHERE s.id = ANY(:sessions)
""")
_DONE = text("""
SELECT e.after FROM audit_event e WHERE e.about = :about AND e.event = :event ORDER BY e.id DESC LIMIT 1
""")
_MAY_OPEN = text("""
SELECT NOT EXISTS (SELECT 1 FROM cover_line l JOIN session s ON s.id = l.was_session_id
                    WHERE l.plan_id = :plan AND (l.offer_id IS NOT NULL OR s.centre_id <> :centre))
""")
_FOLLOWED = text("""
SELECT r.id, r.name FROM registrar r
 WHERE r.name = ANY(:names) AND r.left_on IS NULL
   AND EXISTS (SELECT 1 FROM working_pattern p JOIN pattern_half_day h ON h.pattern_id = p.id
                WHERE p.registrar_id = r.id AND h.centre_id = :successor AND coalesce(p.valid_to, 'infinity') >= :day)
 ORDER BY r.name
""")
_HERE = "s.centre_id = :centre AND s.state = 'published' AND s.begins_at >= greatest(:begins, :now)"
_TOUCHED = text(f"""
SELECT (SELECT count(*) FROM session s WHERE {_HERE} AND {FAMILIES_IN_IT}),
       (SELECT count(*) FROM wish w WHERE w.state = 'waiting' AND :centre = ANY(w.centre_ids)),
       (SELECT count(*) FROM (SELECT family_id FROM centre_sign_up WHERE centre_id = :centre UNION
               SELECT family_id FROM membership WHERE centre_id = :centre AND coalesce(left_on, 'infinity') > :day) joined),
       (SELECT count(*) FROM reach_area WHERE centre_id = :centre),
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

    Numbers of sessions with families, of waiting families who named it, of families who joined or asked to join it, of
    neighbourhoods (LSOAs) in its reach area; the registrars whose weekly patterns name it, single half-days that do, and
    drafts of the rota that have sessions there.
    """

    filled: int
    wishes: int
    joining: int
    neighbourhoods: int
    patterns: Sequence[str]
    half_days: int
    drafts: Sequence[str]


def touched(closing: Closing, now: datetime) -> Touched:
    """Say what closing a centre from a day on touches."""
    values = {"centre": closing.centre_id, "begins": closing.begins, "day": civil_date(closing.begins), "now": now}
    return Touched(*db.session.execute(_TOUCHED, values).one())


@dataclass(frozen=True, slots=True)
class Emptied:
    """What becomes of the sessions without families at a centre that closes.

    `going` gives the room at the successor to which each goes with its registrar, as (centre, room); the others are withdrawn,
    and with them so many `times` for a family with one baby are lost.
    """

    going: Mapping[int, tuple[int, int]]
    withdrawn: Sequence[int]
    times: int


def emptied(closing: Closing, gone: Mapping[int, tuple[int, int]], now: datetime) -> Emptied:
    """Say what becomes of the sessions without families; `gone` is where those with families go, as far as they have not gone.

    They go to the centre that the other is merged into and nowhere else: there its weekly patterns lead as well.
    """
    leaving, filled, standing = (_wholes(which, closing, now) for which in (_EMPTY, _LEAVING, _STANDING))
    there = [_gone(each, gone) for each in filled]
    order = [] if closing.successor_id is None else [closing.successor_id]
    going = goes_to(leaving, [*standing, *there], order, rooms_by_centre(), _is_open(closing))
    left = [each.session_id for each in leaving if each.session_id not in going]
    values = {"sessions": left, "council": current_authority().minutes_per_baby}
    return Emptied(going, left, db.session.execute(_TIMES, values).scalar_one())


def _gone(whole: Whole, gone: Mapping[int, tuple[int, int]]) -> Whole:
    centre_id, room_id = gone.get(whole.session_id, (whole.centre_id, whole.room_id))
    return replace(whole, centre_id=centre_id, room_id=room_id)


def places_to_go(closing: Closing, order: Sequence[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Give the centre and the room to which each session with families at a centre that closes can go, the first of `order`."""
    leaving, standing = (_wholes(which, closing, now) for which in (_LEAVING, _STANDING))
    return goes_to(leaving, standing, order, rooms_by_centre(), _is_open(closing))


def _wholes(which: TextClause, closing: Closing, now: datetime) -> list[Whole]:
    values = {"centre": closing.centre_id, "begins": closing.begins, "now": now}
    return [Whole(*row) for row in db.session.execute(which, values)]


def _is_open(closing: Closing) -> Callable[[int, date], bool]:
    """Give what says whether births may be registered at a centre on a day from the closing on."""
    known, days = places(), open_days(civil_date(closing.begins), date.max)
    return lambda centre, day: participating(known[centre], day) and not days.closed(centre, day)


# ---- afterwards


@dataclass(frozen=True, slots=True)
class Done:
    """What closing a centre did to the rota: sessions without families that went and that were withdrawn, times lost by that.

    `followed` are the names of the registrars whose weekly patterns name the successor since.
    """

    moved: int = 0
    withdrawn: int = 0
    times: int = 0
    followed: Sequence[str] = ()


def done_by(made: CoverPlan) -> Done:
    """Read in the record what closing a centre did to the rota; nothing where it was not done."""
    after = db.session.scalar(_DONE, {"about": f"cover:{made.id}", "event": SENT_IT}) or {}
    return Done(
        after.get("sessions_moved", 0),
        after.get("sessions_withdrawn", 0),
        after.get("times_fewer", 0),
        after.get("patterns_changed") or (),
    )


def may_open_again(made: CoverPlan) -> bool:
    """Say whether a centre that was closed can be opened again in one step: no family was offered a time or lost its session."""
    return bool(db.session.scalar(_MAY_OPEN, {"plan": made.id, "centre": made.centre_id}))


def followers(made: CoverPlan, names: Sequence[str], day: date) -> list[tuple[int, str]]:
    """List those of the registrars named whose weekly patterns name a plan's successor on a day or after it: number and name."""
    values = {"names": list(names), "successor": made.successor_id, "day": day}
    return [(number, name) for number, name in db.session.execute(_FOLLOWED, values)]
