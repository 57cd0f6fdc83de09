"""Records of invented families that are one family's: those exactly alike are linked, a handful is left for a person."""

from collections.abc import Sequence
from datetime import datetime
from difflib import SequenceMatcher

from sqlalchemy import delete

from registration.births.linking.matching import link
from registration.births.linking.rules.records import Record
from registration.births.same_families import actions
from registration.births.same_families.apart import Result
from registration.common.db import db
from registration.families.models import FamilyLink
from registration.families.rules import name_words

ACTOR = "service"
#: So many pairs wait for a person, each less than surely one family's.
DOUBTFUL, LIKELY, LEAST_ALIKE = 6, 0.9, 0.6
#: The first comparison is that of live births and bookings.
_BOOKINGS = 0


def compare_records(now: datetime) -> None:
    """Compare all records as the worker does, by equality alone because that is quick; nothing where no birth is known."""
    actions.ask_run(ACTOR)
    task = actions.take_next()
    if task is None:
        return
    # What a no held back as the births came in is weighed here and now, for equality alone would leave it to a person.
    db.session.execute(delete(FamilyLink).where(FamilyLink.run_id.is_(None)))
    found = [
        [
            (pair.left, pair.right, pair.probability)
            for pair in link(files.left, files.right, apart=files.apart, exact_only=True).pairs
        ]
        for files in task.files
    ]
    bookings = task.files[_BOOKINGS]
    found[_BOOKINGS] += _doubtful(bookings.left, bookings.right, found[_BOOKINGS])
    actions.settle(task, Result(tuple(found), exact_only=True), now)


def _doubtful(
    left: Sequence[Record], right: Sequence[Record], found: list[tuple[str, str, float]]
) -> list[tuple[str, str, float]]:
    """Choose pairs with the same birthday and a name that is nearly the same, none of them in a pair already."""
    taken = {each for pair in found for each in pair[:2]}
    chosen: list[tuple[str, str, float]] = []
    by_day: dict[str, list[Record]] = {}
    for record in right:
        by_day.setdefault(record.c_dob, []).append(record)
    for one in left:
        for other in by_day.get(one.c_dob, []):
            alike = SequenceMatcher(None, _name(one), _name(other)).ratio()
            if alike >= LEAST_ALIKE and not taken & {one.unique_id, other.unique_id}:
                taken |= {one.unique_id, other.unique_id}
                chosen.append((one.unique_id, other.unique_id, round(alike * LIKELY, 2)))
            if len(chosen) == DOUBTFUL:
                return chosen
    return chosen


def _name(record: Record) -> str:
    return " ".join(name_words(f"{record.m_given} {record.m_surname}"))
