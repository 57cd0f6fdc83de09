"""Who leaves every list when babies are told as stillborn or dead, and what goes with it. Nothing is changed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from registration.births.files.rules.births import Loss
from registration.births.models import BirthRecord
from registration.booking.models import Booking
from registration.common.db import db
from registration.families.links import subject_of
from registration.families.rules import lexemes
from registration.messages.models import Message
from registration.messages.rules import State

_BY_KEY = select(BirthRecord.source_key, BirthRecord.family_id).where(
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


@dataclass(frozen=True, slots=True)
class Leaving:
    """What losses would do: records that leave every list, appointments to come that are cancelled, messages called back.

    A family may have several records; those of a booking and of a birth count as two. `unknown` are losses that are of nobody's.
    """

    records: int
    appointments: int
    messages: int
    unknown: int = 0


def families_leaving(losses: Sequence[Loss], source: str) -> list[int]:
    """Find the families that would leave for these losses, with every record linked to them."""
    families = {number for found in _families(losses, source) for number in found}
    return list(db.session.scalars(_LINKED, {"families": sorted(families)})) if families else []


def leaving(losses: Sequence[Loss], source: str, now: datetime) -> Leaving:
    """Count what these losses would do at this moment."""
    families = families_leaving(losses, source)
    of_them = Booking.family_id.in_(families)
    to_come = of_them & (Booking.state == "booked") & (Booking.begins_at > now) & Booking.outcome.is_(None)
    appointments = db.session.scalar(select(func.count()).select_from(Booking).where(to_come))
    subjects = [*db.session.scalars(select(Booking.public_id).where(of_them)), *map(subject_of, families)]
    waiting = (Message.state == State.QUEUED) & Message.about.in_(subjects)
    messages = db.session.scalar(select(func.count()).select_from(Message).where(waiting))
    unknown = sum(not found for found in _families(losses, source))
    return Leaving(len(families), appointments or 0, messages or 0, unknown)


def _families(losses: Sequence[Loss], source: str) -> list[set[int]]:
    """Find the families that each loss is of, by the source's own number, and by the mother's name and the day."""
    keys = [loss.key for loss in losses if loss.key]
    rows = db.session.execute(_BY_KEY, {"source": source, "keys": keys}) if keys else ()
    by_key: dict[str, int] = {key: family for key, family in rows}  # noqa: C416 -- rows are no pairs to mypy
    return [_of_name(loss) | {by_key[key] for key in [loss.key] if key in by_key} for loss in losses]


def _of_name(loss: Loss) -> set[int]:
    if not loss.unchanging:
        return set()
    return set(db.session.scalars(_BY_NAME, {"born": loss.born, "words": lexemes(" ".join(loss.names))}))
