"""Babies that were stillborn or died: their families leave everything at once, whichever record tells of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text

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
from registration.families.rules import lexemes

_BY_KEY = select(BirthRecord.family_id).where(
    BirthRecord.source == bindparam("source"), BirthRecord.source_key.in_(bindparam("keys", expanding=True))
)
# Any record of a mother of the very same name with a baby of the very same day is of the same family: better that one family too
# many hears nothing than that one who lost a baby is sent a welcome.
_BY_NAME = text("""
SELECT id FROM family WHERE born @> ARRAY[CAST(:born AS date)] AND name_words = CAST(:words AS tsvector) AND lost_at IS NULL
""")
_LINKED = text("""
WITH RECURSIVE found (id) AS (
  SELECT unnest(CAST(:families AS bigint[]))
  UNION
  SELECT l.other FROM found JOIN LATERAL (
         SELECT b_id AS other FROM family_link WHERE a_id = found.id AND state = 'linked' AND superseded_at IS NULL
         UNION ALL
         SELECT a_id FROM family_link WHERE b_id = found.id AND state = 'linked' AND superseded_at IS NULL) l ON true)
SELECT f.id FROM found JOIN family f ON f.id = found.id WHERE f.lost_at IS NULL ORDER BY f.id
""")


def note_losses(found: Look, file: BirthFile, now: datetime, actor: str) -> int:
    """Let the families of all losses of a file leave every list, message and booking; give how many left.

    Of a notice itself only that there was one is kept, under a digest: no later file of any source brings the baby back.
    """
    losses = found.told.losses
    families = _families(losses, file.source)
    left = list(db.session.scalars(_LINKED, {"families": sorted(families)})) if families else []
    for family in left:
        _leave(family, now)
        record("births.lost", about=f"family:{family}", actor=actor)
    _remember(losses, file, now)
    return len(left)


def _families(losses: Sequence[Loss], source: str) -> set[int]:
    """Find the families that the losses are of, by the source's own number, and by the mother's name and the day."""
    keys = [loss.key for loss in losses if loss.key]
    found = set(db.session.scalars(_BY_KEY, {"source": source, "keys": keys})) if keys else set()
    for loss in losses:
        if loss.unchanging:
            words = lexemes(" ".join(loss.names))
            found |= set(db.session.scalars(_BY_NAME, {"born": loss.born, "words": words}))
    return found


def _leave(family: int, now: datetime) -> None:
    """Mark a family lost; an appointment to come is cancelled as for any bereavement, and every message stops."""
    for public_id in list(db.session.scalars(select(Booking.public_id).where(Booking.family_id == family))):
        appointment = locked(public_id)
        if appointment.state == "booked" and not is_over(appointment, now):
            cancel_for_bereavement(public_id, now)
        silence(appointment, now)
    mark_lost(family)


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
