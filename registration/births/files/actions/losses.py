"""Babies that were stillborn or died: their families leave everything at once, whichever record tells of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from registration.births.files.leaving import families_leaving
from registration.births.files.looking import Look
from registration.births.files.queries import kept_keys, loss_key
from registration.births.files.rules.births import Loss
from registration.births.models import BirthFile, BirthRecord
from registration.booking.actions.changes import cancel_for_bereavement
from registration.booking.actions.locking import is_over, locked
from registration.booking.actions.notices import silence
from registration.booking.models import Booking
from registration.common.audit import record
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.actions import mark_lost
from registration.families.models import Family


def note_losses(found: Look, file: BirthFile, now: datetime, actor: str) -> int:
    """Let the families of all losses of a file leave every list, message and booking; give how many left.

    Of a notice itself only that there was one is kept, under a digest: no later file of any source brings the baby back.
    """
    losses = found.told.losses
    left = families_leaving(losses, file.source)
    for family in left:
        leave(family, now, actor)
        record("births.lost", about=f"family:{family}", actor=actor)
    _remember(losses, file, now)
    return len(left)


def leave(family: int, now: datetime, actor: str) -> None:
    """Mark a family lost: an appointment to come is cancelled as for any bereavement, and every message stops."""
    for public_id in list(db.session.scalars(select(Booking.public_id).where(Booking.family_id == family))):
        appointment = locked(public_id)
        if appointment.state == "booked" and not is_over(appointment, now):
            cancel_for_bereavement(public_id, now)
        silence(appointment, now)
    mark_lost(family, actor)


def _remember(losses: Sequence[Loss], file: BirthFile, now: datetime) -> None:
    """Keep under which keys losses were told, on families without a name, so that no later file brings one back."""
    told: dict[str, Loss] = {}
    for loss in losses:
        keys = (loss.key, loss_key(loss.unchanging) if loss.unchanging else None)
        told |= {key: loss for key in keys if key}
    for key in kept_keys(told.keys(), file.source):
        del told[key]
    if told:
        rows = [_row(key, loss, file, now) for key, loss in told.items()]
        nobody = {"name": "", "born": [], "source": "live_births", "agreement_id": file.agreement_id}
        nobody |= {"lost_at": now, "details_gone_at": now}
        families = insert(Family.__table__).returning(Family.__table__.c.id)  # type: ignore[arg-type]
        numbers = db.session.scalars(families, [nobody for _ in rows])
        values = [row | {"family_id": number} for row, number in zip(rows, numbers, strict=True)]
        db.session.execute(insert(BirthRecord.__table__).inline(), values)  # type: ignore[arg-type]


def _row(key: str, loss: Loss, file: BirthFile, now: datetime) -> dict[str, Any]:
    return {
        "agreement_id": file.agreement_id,
        "source": file.source,
        "source_key": key,
        "file_id": file.id,
        "born": loss.born or civil_date(now),  # which is counted nowhere: its family is lost
        "received_on": civil_date(now),
        "erased_at": now,
    }
