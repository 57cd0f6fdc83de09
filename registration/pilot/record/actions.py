"""Collect what happened as events, heed losses, draw the lot and say from when a centre is in the pilot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert

from registration.centres.homes import Homes
from registration.common import audit
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.queries import records_of
from registration.pilot.record.models import CentreRollOut, PilotEvent, PilotLot
from registration.pilot.record.queries import CentreInPilot, centres, days_drawn, first_begun, has_ended, units_of
from registration.pilot.record.rules.lot import (
    Draw,
    PilotBegun,
    beginnings,
    check_against_lot,
    check_change,
    days_of,
    drawn,
    steps_of,
)
from registration.pilot.record.told import TOLD

_COLUMNS = "kind, later, source, family, birth, day, at, later_at, centre_id, route, facts, undone"
_ADD = """
WITH told ({columns}) AS ({told}),
     keyed AS (
SELECT kind, later, day, at, later_at, centre_id, route, undone, pilot_key(source, inner_key, outer_key) AS source_key,
       pilot_key('family:' || family, inner_key, outer_key) AS family_key, pilot_key(birth, inner_key, outer_key) AS birth_key,
       CASE WHEN facts ->> 'booking' IS NULL THEN facts
            ELSE jsonb_build_object('booking', pilot_key(facts ->> 'booking', inner_key, outer_key)) END AS facts
  FROM told CROSS JOIN pilot_secret),
     new AS (
SELECT CASE WHEN e.id IS NULL THEN k.kind ELSE k.later END AS kind, k.source_key, coalesce(e.version, 0) + 1 AS version,
       k.family_key, k.birth_key, k.day, CASE WHEN e.id IS NULL THEN k.at ELSE k.later_at END AS at,
       k.centre_id, k.route, k.facts, k.undone, e.day AS day_before, e.at AS at_before
  FROM keyed k LEFT JOIN {last}
 WHERE CASE WHEN e.id IS NULL OR e.undone THEN NOT k.undone
            ELSE k.undone OR e.kind NOT IN (k.kind, k.later) OR e.facts <> k.facts OR e.route <> k.route
                 OR e.centre_id IS DISTINCT FROM k.centre_id END
   AND NOT EXISTS (SELECT 1 FROM pilot_loss WHERE family_key = k.family_key))
INSERT INTO pilot_event (kind, source_key, version, family_key, birth_key, day, at, centre_id, route, facts, undone)
SELECT kind, source_key, version, family_key, birth_key,
       coalesce(day, (at AT TIME ZONE 'Europe/London')::date, day_before),
       coalesce(at, day::timestamp AT TIME ZONE 'Europe/London', at_before), centre_id, route, facts, undone FROM new
"""
# The planner takes an empty table for a small one, and reads all of what one statement adds once for each row it adds: where no
# event is kept yet none is looked for.
_LAST_EVENT = """LATERAL (
       SELECT * FROM pilot_event WHERE source_key = k.source_key ORDER BY version DESC LIMIT 1) e ON true"""
_NO_EVENT = "pilot_event e ON false"
_LOST = text("SELECT id FROM family WHERE lost_at IS NOT NULL")
_LOSSES = text("""
WITH lost AS (SELECT pilot_key('family:' || id) AS family_key FROM unnest(CAST(:families AS bigint[])) id),
     found_again AS (DELETE FROM pilot_loss WHERE family_key NOT IN (SELECT family_key FROM lost))
INSERT INTO pilot_loss (family_key) SELECT family_key FROM lost ON CONFLICT DO NOTHING
""")
_FORGET = text("DELETE FROM pilot_event WHERE family_key IN (SELECT family_key FROM pilot_loss)")


@dataclass(frozen=True, slots=True)
class Collected:
    """How many events were added, and how many went because their family lost a baby."""

    added: int
    gone: int


def collect(now: datetime) -> Collected:
    """Add what the service's tables tell and no event says yet; doing it again adds nothing.

    Of a family that lost a baby, under any record that is linked to it, every event goes; where that link is undone, what the
    tables still tell of the others comes back. Of two at once the second waits for the first. Once the pilot has ended nothing is
    added any more.
    """
    if has_ended():
        return Collected(0, 0)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(PilotEvent.__tablename__))))
    gone = _heed_losses()
    today = civil_date(now)
    values = {"today": today, "authorities": sorted(Homes(today).authorities())}
    added = sum(_add(statement, values) for statement in TOLD)
    return Collected(added, gone)


def _add(statement: str, values: dict[str, object]) -> int:
    begun = db.session.scalar(select(exists(select(PilotEvent.id))))
    told = text(_ADD.format(columns=_COLUMNS, told=statement, last=_LAST_EVENT if begun else _NO_EVENT))
    wanted = {name: value for name, value in values.items() if f":{name}" in statement}
    return int(db.session.execute(told, wanted).rowcount)  # type: ignore[attr-defined]


def _heed_losses() -> int:
    lost = list(db.session.scalars(_LOST))
    linked = {number for records in records_of(lost).values() for number in records}
    db.session.execute(_LOSSES, {"families": sorted(linked)})
    return int(db.session.execute(_FORGET).rowcount)  # type: ignore[attr-defined]


# ---- the roll-out


def draw_lot(asked: Draw, actor: str, now: datetime) -> PilotLot:
    """Draw the order in which centres begin, keep the lot for good, and give every centre drawn its first day.

    Raises CannotDraw, and PilotBegun where the pilot began at one of the centres already; then nothing is done.
    """
    begun = first_begun(civil_date(now))
    if begun is not None:
        raise PilotBegun(f"The pilot began at {begun.name} already, so no lot can be drawn any more.")
    units = units_of(asked.unit)
    order = drawn(asked.seed, units)
    steps_of(order, asked.steps)  # refuses what cannot be drawn
    begins = beginnings(asked.first, asked.steps, asked.weeks, last_stays_out=asked.last_stays_out)
    lot = PilotLot(
        seed=asked.seed,
        unit=asked.unit,
        units=sorted(units),
        steps=asked.steps,
        drawn=order,
        begins=begins,
        drawn_by=actor,
        drawn_at=now,
    )
    db.session.add(lot)
    db.session.flush()
    audit.record(
        "pilot.lot_drawn", about=f"pilot_lot:{lot.id}", actor=actor, after={"seed": asked.seed, "drawn": order}
    )
    _begin_as_drawn(lot, actor, now)
    return lot


def _begin_as_drawn(lot: PilotLot, actor: str, now: datetime) -> None:
    days = days_of(lot.drawn, lot.begins)
    for place in centres():
        _keep(place, days[place.drawn_as(lot.unit)], lot.id, actor, now)


def set_beginning(centre_id: int, first: date | None, actor: str, now: datetime, reason: str = "") -> None:
    """Say from which day a centre is in the pilot; None makes it one to compare with. PilotBegun where it began already.

    Where a lot drew it another day, that needs a reason, which stays in the record: raises ReasonWanted, and BeforeToday for a day
    that has been.
    """
    places = centres()
    place = next(each for each in places if each.id == centre_id)
    check_change(place.pilot_from, first, civil_date(now))
    if place.lot_id is not None:
        day = days_drawn(places).get(centre_id, place.pilot_from)
        check_against_lot(first, day, reason, civil_date(now))
    _keep(place, first, place.lot_id, actor, now, {"reason": reason} if reason else {})


def _keep(
    place: CentreInPilot,
    first: date | None,
    lot_id: int | None,
    actor: str,
    now: datetime,
    why: Mapping[str, str] = MappingProxyType({}),
) -> None:
    said = {"pilot_from": first, "lot_id": lot_id, "set_by": actor, "set_at": now}
    row = insert(CentreRollOut).values(centre_id=place.id, **said)
    db.session.execute(row.on_conflict_do_update(index_elements=[CentreRollOut.centre_id], set_=said))
    if place.pilot_from != first:
        days = [None if day is None else day.isoformat() for day in (place.pilot_from, first)]
        audit.record(
            "pilot.beginning_set",
            about=f"centre:{place.id}",
            actor=actor,
            before={"first day": days[0]},
            after={"first day": days[1], **why},
        )
