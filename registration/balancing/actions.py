"""What a manager says of the births to come, and takes back."""

from datetime import datetime

from sqlalchemy import select

from registration.balancing.models import DemandAdjustment
from registration.balancing.rules.demand import Adjustment
from registration.centres.models import Cluster
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable


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
