"""What a manager says of the births to come and takes back, and the forecast kept, with the places it has protected."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert

from registration.balancing.models import DemandAdjustment, SupplyForecast
from registration.balancing.outlook import look_out
from registration.balancing.rules.alarm import WEEKS
from registration.balancing.rules.demand import WEEK, Adjustment
from registration.balancing.rules.outlook import Forecast, Outlook, kept
from registration.balancing.rules.steering import protected_minutes, protects
from registration.booking.rules.slots import LONG_SESSION
from registration.centres.models import Cluster
from registration.common import audit
from registration.common.authority import Authority, current_authority
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.rota.actions.noting import rota_changed

_SESSIONS = text("""
SELECT s.id, c.cluster_id, s.kept_minutes, s.protected_minutes, r.minutes_per_baby,
       (extract(epoch FROM s.ends_at - s.begins_at) / 60)::int AS length
  FROM session s JOIN centre c ON c.id = s.centre_id JOIN registrar r ON r.id = s.registrar_id
 WHERE s.state = 'published' AND s.kind = 'rota' AND s.begins_at > :now
""")
# A session that is being booked just now is left for the next time: nobody waits for this.
_PROTECT = text("""
UPDATE session SET protected_minutes = wanted.minutes
  FROM unnest(CAST(:sessions AS bigint[]), CAST(:minutes AS int[])) AS wanted (id, minutes)
 WHERE session.id = wanted.id
   AND session.id IN (SELECT id FROM session WHERE id = ANY(:sessions) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
""")
_OPEN = text("""
UPDATE session SET kept_minutes = 0 FROM centre c
 WHERE c.id = session.centre_id AND c.cluster_id = :cluster AND session.state = 'published' AND session.kept_minutes > 0
   AND session.begins_at > :now AND session.begins_at < :last
RETURNING session.id
""")


class NoSuchCluster(Refused):
    """There is no such cluster."""


class AlreadyTakenBack(Refused):
    """This was taken back in the meantime."""


def adjust_demand(said: Adjustment, now: datetime, actor: str) -> int:
    """Let a manager's word count from now on, whatever was said of those weeks before; give its number.

    Raises NoSuchCluster.
    """
    cluster = db.session.get(Cluster, said.cluster)
    if cluster is None:
        raise NoSuchCluster
    made = DemandAdjustment(
        cluster_id=said.cluster,
        first_week=said.first,
        last_week=said.last,
        factor=said.factor,
        births=said.births,
        reason=storable(said.reason).strip(),
        made_by=actor,
        made_at=now,
    )
    db.session.add(made)
    db.session.flush()
    audit.record("demand.adjusted", about=_about(made), actor=actor, after=_facts(made, cluster.name))
    rota_changed()
    return made.id


def withdraw_adjustment(number: int, now: datetime, actor: str) -> None:
    """Take a manager's word back: what was said before it counts again.

    Raises AlreadyTakenBack, also where there never was such a word.
    """
    query = select(DemandAdjustment).where(DemandAdjustment.id == number, DemandAdjustment.withdrawn_at.is_(None))
    made = db.session.scalars(query.with_for_update()).one_or_none()
    if made is None:
        raise AlreadyTakenBack
    made.withdrawn_by, made.withdrawn_at = actor, now
    db.session.flush()
    name = db.session.get_one(Cluster, made.cluster_id).name
    audit.record("demand.withdrawn", about=_about(made), actor=actor, before=_facts(made, name))
    rota_changed()


def _about(made: DemandAdjustment) -> str:
    return f"demand:{made.id}"


def _facts(made: DemandAdjustment, cluster: str) -> dict[str, object]:
    return {
        "cluster": cluster,
        "first_week": made.first_week.isoformat(),
        "last_week": made.last_week.isoformat(),
        "times_expected": made.factor,
        "births_a_week": made.births,
        "reason": made.reason,
    }


# ---- the forecast


def keep_forecast(now: datetime) -> Forecast:
    """Make the forecast of families without a time, keep it for the pages, and protect places where it asks for that."""
    found = look_out(now)
    values = {"made_at": now, "found": kept(found)}
    db.session.execute(
        insert(SupplyForecast).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
    protect_places(found, now)
    return found


def protect_places(found: Forecast, now: datetime) -> None:
    """Protect the council's share of every session to come in clusters that get full, and release it in the others.

    Booking goes by the minutes of each session alone. Extra sessions were opened for somebody: nothing of them is protected.
    """
    council, sessions = current_authority(), db.session.execute(_SESSIONS, {"now": now}).all()
    already = {row.cluster_id for row in sessions if row.protected_minutes}
    full = {
        each.cluster_id
        for each in found.clusters
        if protects(each.utilisation, council.protect_from_utilisation, already=each.cluster_id in already)
    }
    wanted = {row: _protected(row, council) if row.cluster_id in full else 0 for row in sessions}
    changed = {row: minutes for row, minutes in wanted.items() if minutes != row.protected_minutes}
    values = {"sessions": [row.id for row in changed], "minutes": list(changed.values())}
    db.session.execute(_PROTECT, values)
    differs = {row.cluster_id for row in changed}
    _note([each for each in found.clusters if each.cluster_id in differs & (full - already)], "supply.protected")
    _note([each for each in found.clusters if each.cluster_id in differs & (already - full)], "supply.released")


def _protected(row: Row[Any], council: Authority) -> int:
    kept_minutes = row.kept_minutes if row.length >= LONG_SESSION else 0
    per_baby = row.minutes_per_baby or council.minutes_per_baby
    return protected_minutes(row.length, kept_minutes, council.protected_percent, per_baby)


def _note(clusters: Iterable[Outlook], event: str) -> None:
    for each in clusters:
        facts = {"cluster": each.cluster, "utilisation_percent": round(100 * (each.utilisation or 0))}
        audit.record(event, about=f"cluster:{each.cluster_id}", actor="service", after=facts)


def open_desk_places(cluster_id: int, now: datetime, actor: str) -> int:
    """Open to everybody what is kept for the telephone desk in a cluster's next WEEKS; give how many sessions that were.

    Raises NoSuchCluster.
    """
    cluster = db.session.get(Cluster, cluster_id)
    if cluster is None:
        raise NoSuchCluster
    values = {"cluster": cluster_id, "now": now, "last": now + WEEKS * WEEK}
    opened = len(db.session.execute(_OPEN, values).all())
    audit.record(
        "supply.desk_opened",
        about=f"cluster:{cluster_id}",
        actor=actor,
        after={"cluster": cluster.name, "sessions": opened},
    )
    rota_changed()
    return opened
