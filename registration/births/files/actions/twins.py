"""Twins whom a source told as two families, until it corrected a day: records of one mother within a day are one family's."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from registration.births.files.queries import known_births
from registration.births.files.rules.deciding import pairs_of_twins
from registration.births.models import BirthRecord
from registration.common.clock import civil_date
from registration.common.db import db
from registration.families.actions import heed_links
from registration.families.models import FamilyLink
from registration.families.queries import same_family
from registration.families.tell_once import actions as tell_once

#: Says of a link that it was made here, so that it ends where another correction parts the two again.
TWINS = "one mother, births within a day"


def tie_twins(source: str, corrected: Collection[int], actor: str, now: datetime) -> None:
    """Link families that a source's correction made one, and part those it made two; what persons decided stays.

    `corrected` are the families whose births are told otherwise now. An answer of either counts for both, as of any linked two.
    """
    if not corrected:
        return
    days = set(db.session.scalars(select(BirthRecord.born).where(BirthRecord.family_id.in_(corrected))))
    pairs = pairs_of_twins(known_births(source, (), days).values(), corrected)
    ended = {pair: number for pair, number in _linked_here(corrected).items() if pair not in pairs}
    _end(ended)
    rows = [
        {
            "a_id": a,
            "b_id": b,
            "state": "linked",
            "probability": 1,
            "method": "exact",
            "reason": TWINS,
            "made_by": actor,
        }
        for a, b in sorted(pairs)
    ]
    made = (
        db.session.execute(upsert(FamilyLink).on_conflict_do_nothing().returning(FamilyLink.a_id), rows)
        if rows
        else None
    )
    if ended or (made is not None and made.all()):
        heed_links(civil_date(now))
        touched = {number for pair in [*pairs, *ended] for number in pair}
        tell_once.settle(now, {number for each in touched for number in same_family(each)})


def _linked_here(families: Collection[int]) -> Mapping[tuple[int, int], int]:
    """Give the links of these families that were made here and hold, by their two records."""
    ours = FamilyLink.a_id.in_(families), FamilyLink.b_id.in_(families)
    wanted = select(FamilyLink.a_id, FamilyLink.b_id, FamilyLink.id).where(
        or_(*ours), FamilyLink.reason == TWINS, FamilyLink.superseded_at.is_(None)
    )
    return {(a, b): number for a, b, number in db.session.execute(wanted)}


def _end(links: Mapping[tuple[int, int], int]) -> None:
    over = update(FamilyLink).where(FamilyLink.id.in_(links.values()))
    db.session.execute(over.values(superseded_at=func.clock_timestamp()).execution_options(synchronize_session=False))
