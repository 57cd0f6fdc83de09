"""Set what a centre aims at."""

from sqlalchemy.dialects.postgresql import insert

from registration.common import audit
from registration.common.db import db
from registration.reach.known.queries import target_of
from registration.reach.models import ReachTarget

_AIMS = ("percent", "first", "contact_days")


def set_target(centre_id: int, percent: int, first: str, contact_days: int, actor: str) -> None:
    """Let a centre aim at this from now on: percent of families known, who comes first on its list, days to contact."""
    before = {name: getattr(target_of(centre_id), name) for name in _AIMS}
    after = {"percent": percent, "first": first, "contact_days": contact_days}
    row = insert(ReachTarget).values(centre_id=centre_id, set_by=actor, **after)
    db.session.execute(
        row.on_conflict_do_update(index_elements=[ReachTarget.centre_id], set_=after | {"set_by": actor})
    )
    db.session.expire_all()
    audit.record("reach.target_set", about=f"centre:{centre_id}", actor=actor, before=before, after=after)
