"""Centre workers' turns at another place, to sign families up there: who is where, on which half-day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select

from registration.common.clock import london
from registration.common.db import db
from registration.staff.models import OfficeTurn, StaffUser


@dataclass(frozen=True, slots=True)
class Turn:
    """A centre worker's half-day at a place: their number and name, the centres they come from, from when to when."""

    id: int
    user_id: int
    name: str
    own_centres: frozenset[int]
    centre_id: int
    day: date
    begins: time
    ends: time

    def holds(self, moment: datetime) -> bool:
        """Say whether a moment lies in it; its end does not."""
        there = london(moment)
        return there.date() == self.day and self.begins <= there.time() < self.ends


def turns(first: date, last: date | None = None, centre_id: int | None = None) -> Sequence[Turn]:
    """List the turns from one day on, or to another with both included, at every place or at one, in order."""
    wanted = select(OfficeTurn, StaffUser).join(StaffUser, StaffUser.id == OfficeTurn.user_id)
    wanted = wanted.where(OfficeTurn.day >= first, StaffUser.active)
    if last is not None:
        wanted = wanted.where(OfficeTurn.day <= last)
    if centre_id is not None:
        wanted = wanted.where(OfficeTurn.centre_id == centre_id)
    rows = db.session.execute(wanted.order_by(OfficeTurn.day, OfficeTurn.begins, StaffUser.name, OfficeTurn.id))
    return [
        Turn(row.id, user.id, user.name, user.centre_ids, row.centre_id, row.day, row.begins, row.ends)
        for row, user in rows
    ]
