"""What a week of the rota is made of: its sessions, the places, and who is away. Each is one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from registration.centres.models import Centre, Cluster, Room
from registration.common.clock import london
from registration.common.db import db
from registration.rota.models import Registrar, Session
from registration.rota.rules.week import Sat

#: No session is longer: what begins before it cannot be going on.
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A centre as the week shows it, in its cluster; it takes part from its first day to its last."""

    id: int
    name: str
    cluster_id: int
    cluster: str
    participating_from: date
    participating_to: date | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A registrar as the week shows one."""

    id: int
    name: str


def week_sessions(first: datetime, last: datetime) -> list[Sat]:
    """List the published sessions that begin in a span, in order of time, without what is booked of them."""
    wanted = (
        select(
            Session.id,
            Registrar.id,
            Registrar.name,
            Registrar.may_register_births,
            Registrar.left_on,
            Session.centre_id,
            Room.name,
            Session.begins_at,
            Session.ends_at,
            Session.kind == "extra",
        )
        .join(Registrar, Registrar.id == Session.registrar_id)
        .join(Room, Room.id == Session.room_id)
        .where(Session.state == "published", Session.begins_at >= first, Session.begins_at < last)
        .order_by(Session.begins_at, Session.id)
    )
    return [Sat(*row[:7], london(row[7]), london(row[8]), row[9]) for row in db.session.execute(wanted)]


def next_sitting(now: datetime) -> date | None:
    """Give the day of the next published session that has not ended, None where there is none."""
    coming = select(func.min(Session.begins_at)).where(Session.state == "published", Session.ends_at > now)
    begins = db.session.scalar(coming.where(Session.begins_at > now - A_DAY))
    return None if begins is None else london(begins).date()


def spots() -> Mapping[int, Spot]:
    """Give every centre by its number, in order of cluster and name."""
    wanted = (
        select(
            Centre.id,
            Centre.name,
            Centre.cluster_id,
            Cluster.name,
            Centre.participating_from,
            Centre.participating_to,
        )
        .join(Cluster, Cluster.id == Centre.cluster_id)
        .order_by(Cluster.name, Centre.name, Centre.id)
    )
    return {row[0]: Spot(*row) for row in db.session.execute(wanted)}


def colleagues(on: date) -> list[Colleague]:
    """List the registrars who work here on a day or later, by name."""
    wanted = select(Registrar.id, Registrar.name).where(or_(Registrar.left_on.is_(None), Registrar.left_on > on))
    return [Colleague(*row) for row in db.session.execute(wanted.order_by(Registrar.name, Registrar.id))]
