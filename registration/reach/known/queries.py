"""What became of the families with a new baby in each centre’s reach area, and what nobody told."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from registration.centres.queries import successors
from registration.common.db import db
from registration.families.queries import records_of
from registration.reach.known.rules import At, Course, Joined, month_of, months_to
from registration.reach.models import ReachTarget

#: A contact that arrived: the family heard, read or will read it.
ARRIVED = ("reached", "sent", "not_wanted")
#: What happens only to a family that is there: the outcomes of an appointment that were worth the way.
DONE = ("registered", "declaration_taken")

_IN_AREA = text("""
SELECT id FROM family
 WHERE home_centre_id IS NOT NULL AND (:every OR home_centre_id = ANY(:centres))
   AND EXISTS (SELECT 1 FROM unnest(born) baby WHERE baby BETWEEN :first AND :last)
""")
_RECORDS = text("""
SELECT f.id, f.source, f.born, f.home_centre_id, f.imd_decile, f.left_area_on, f.lost_at IS NOT NULL AS lost,
       (f.created_at AT TIME ZONE 'Europe/London')::date AS made_on,
       (SELECT min(received_on) FROM birth_record r WHERE r.family_id = f.id) AS received_on
  FROM family f WHERE f.id = ANY(:ids) ORDER BY f.created_at, f.id
""")
_BOOKINGS = text("""
SELECT b.family_id, b.centre_id, (b.created_at AT TIME ZONE 'Europe/London')::date AS booked_on,
       (b.begins_at AT TIME ZONE 'Europe/London')::date AS day, b.state = 'booked' AND b.outcome = ANY(:done) AS done
  FROM booking b JOIN centre c ON c.id = b.centre_id
 WHERE b.family_id = ANY(:ids) AND c.kind NOT IN ('register_office', 'hospital')
""")
_JOINED = text("SELECT family_id, centre_id, joined_on, left_on FROM membership WHERE family_id = ANY(:ids)")
_VISITED = text("SELECT family_id, centre_id, visited_on FROM centre_visit WHERE family_id = ANY(:ids)")
_CONTACTED = text("""
SELECT family_id, centre_id, contacted_on FROM family_contact WHERE family_id = ANY(:ids) AND result = ANY(:arrived)
""")
_COUNTS = text("""
SELECT centre_id, month, max(births) FROM birth_count WHERE month BETWEEN :first AND :last GROUP BY centre_id, month
""")


class _Gathered:
    """What the records of one family tell, while they are gathered."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.booked: list[date] = []
        self.registered: list[At] = []
        self.contacted: list[At] = []
        self.joined: list[Joined] = []
        self.visited: list[At] = []

    def course(self, first: date, last: date, into: Mapping[int, int]) -> Course | None:
        """Give the family’s course; None where it lost a baby, or has none of the span."""
        born = [day for record in self.records for day in record.born if first <= day <= last]
        if not born or any(record.lost for record in self.records):
            return None
        homes = [record for record in self.records if record.home_centre_id is not None]
        home = homes[-1] if homes else None
        received = [record.received_on for record in self.records if record.received_on]
        added = [record.made_on for record in self.records if record.source == "moved_in"]
        return Course(
            born=min(born),
            home=into.get(home.home_centre_id, home.home_centre_id) if home else None,
            imd_decile=next((each.imd_decile for each in reversed(self.records) if each.imd_decile), None),
            left_area_on=home.left_area_on if home else None,
            received_on=min(received, default=None),
            booked_on=min(self.booked, default=None),
            added_on=min(added, default=None),
            registered=tuple(self.registered),
            contacted=tuple(self.contacted),
            joined=tuple(self.joined),
            visited=tuple(self.visited),
        )


def courses(first: date, last: date, today: date, centre_id: int | None = None) -> dict[int, list[Course]]:
    """Give the courses of families with a baby born in a span, by the centre of their area: of one centre, or of all.

    Families under records that are linked are one. A family that lost its baby is in none.
    """
    into = successors(today)
    here = [] if centre_id is None else [centre_id, *(old for old, new in into.items() if new == centre_id)]
    span = {"first": first, "last": last}
    found = db.session.scalars(_IN_AREA, span | {"every": centre_id is None, "centres": here}).all()
    by_home: dict[int, list[Course]] = defaultdict(list)
    for each in _gathered(found, into):
        course = each.course(first, last, into)
        if course is not None and course.home is not None and centre_id in {None, course.home}:
            by_home[course.home].append(course)
    return by_home


def _gathered(family_ids: Collection[int], into: Mapping[int, int]) -> Iterable[_Gathered]:
    same = records_of(family_ids)
    group_of = {number: records[0] for records in same.values() for number in records}
    families: dict[int, _Gathered] = defaultdict(_Gathered)
    values = {"ids": list(group_of), "done": list(DONE), "arrived": list(ARRIVED)}
    for row in db.session.execute(_RECORDS, values):
        families[group_of[row.id]].records.append(row)
    for row in db.session.execute(_BOOKINGS, values):
        family = families[group_of[row.family_id]]
        family.booked.append(row.booked_on)
        if row.done:
            family.registered.append(At(into.get(row.centre_id, row.centre_id), row.day))
    for number, centre, joined_on, left_on in db.session.execute(_JOINED, values):
        families[group_of[number]].joined.append(Joined(into.get(centre, centre), joined_on, left_on))
    for number, centre, day in db.session.execute(_VISITED, values):
        families[group_of[number]].visited.append(At(into.get(centre, centre), day))
    for number, centre, day in db.session.execute(_CONTACTED, values):
        families[group_of[number]].contacted.append(At(into.get(centre, centre), day))
    return families.values()


def births_told(first: date, last: date, today: date) -> dict[int, dict[date, int]]:
    """Give the births of each month that sources told as numbers only, by centre; of two sources the greater number."""
    into = successors(today)
    told: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for centre, month, births in db.session.execute(_COUNTS, {"first": month_of(first), "last": last}):
        told[into.get(centre, centre)][month] += births
    return {centre: dict(months) for centre, months in told.items()}


# ---- what is missing


@dataclass(frozen=True, slots=True)
class Missing:
    """What the figures cannot know: months of which nothing was told, and how many records nobody could place or decide on."""

    months: Sequence[date]
    without_home: int
    undecided: int


_MONTHS_TOLD = text("""
SELECT DISTINCT date_trunc('month', born)::date FROM birth_record WHERE born BETWEEN :first AND :last
UNION SELECT DISTINCT month FROM birth_count WHERE month BETWEEN :first AND :last AND births > 0
""")
_WITHOUT_HOME = text("""
SELECT count(*) FROM birth_record r JOIN family f ON f.id = r.family_id
 WHERE r.born BETWEEN :first AND :last AND f.home_centre_id IS NULL AND f.lost_at IS NULL
""")
_UNDECIDED = text("""
SELECT count(*) FROM family_link l WHERE l.state = 'to_review' AND l.superseded_at IS NULL
   AND EXISTS (SELECT 1 FROM family f WHERE f.id IN (l.a_id, l.b_id)
                  AND EXISTS (SELECT 1 FROM unnest(f.born) baby WHERE baby BETWEEN :first AND :last))
""")


def missing(today: date) -> Missing:
    """Say what the figures of the months up to today lack, in the whole authority."""
    months = months_to(today)
    span = {"first": months[0], "last": today}
    told = set(db.session.scalars(_MONTHS_TOLD, span))
    return Missing(
        [month for month in months if month not in told],
        db.session.execute(_WITHOUT_HOME, span).scalar_one(),
        db.session.execute(_UNDECIDED, span).scalar_one(),
    )


def target_of(centre_id: int) -> ReachTarget:
    """Give what a centre aims at; where nobody said, 97 %, the newest baby first, and 14 days."""
    found = db.session.get(ReachTarget, centre_id)
    return found or ReachTarget(centre_id=centre_id, percent=97, first="newest", contact_days=14, set_by="service")
