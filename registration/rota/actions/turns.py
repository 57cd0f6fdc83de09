"""Put centre workers on the rota of the register office, or of another place, to sign families up there."""

from sqlalchemy import select

from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.rota.rules.turns import Turning
from registration.staff.models import OfficeTurn


class ThereAlready(Refused):
    """This centre worker is on the rota then already. Take that off first, or choose another time."""


class NoSuchTurn(Refused):
    """It is not on the rota any more."""


def give_turn(turning: Turning, actor: str) -> int:
    """Put a centre worker on the rota; give the number. Raises ThereAlready where they are somewhere then, or that half-day."""
    same_day = select(OfficeTurn).where(OfficeTurn.user_id == turning.user_id, OfficeTurn.day == turning.day)
    for other in db.session.scalars(same_day.with_for_update()):
        if other.half == turning.half or (other.begins < turning.ends and other.ends > turning.begins):
            raise ThereAlready
    row = OfficeTurn(
        user_id=turning.user_id,
        centre_id=turning.centre_id,
        day=turning.day,
        half=turning.half,
        begins=turning.begins,
        ends=turning.ends,
        made_by=actor,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("office_turn.given", about=f"staff:{row.user_id}", actor=actor, after=_facts(row))
    return row.id


def take_turn_back(turn_id: int, actor: str) -> None:
    """Take a centre worker off the rota again; raises NoSuchTurn where somebody did already."""
    row = db.session.get(OfficeTurn, turn_id)
    if row is None:
        raise NoSuchTurn
    facts = _facts(row)
    db.session.delete(row)
    db.session.flush()
    audit.record("office_turn.taken_back", about=f"staff:{row.user_id}", actor=actor, before=facts)


def _facts(row: OfficeTurn) -> dict[str, object]:
    times = f"{row.begins:%H:%M} to {row.ends:%H:%M}"
    return {"centres": [row.centre_id], "day": row.day.isoformat(), "times": times}
