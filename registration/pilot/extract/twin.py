"""A synthetic twin of an extract: the same files, centres and sizes, and not one row of a real family.

Every cell is drawn by itself from those that stand in its column, days as the days between one thing and the next, so that nothing
of how things hang together in one family remains. What an evaluation says of a twin is for rehearsal and means nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import TypeVar

from registration.pilot.extract.rules import ATTENDED, BOOKED, DNA, Birth, Extract, within_years

T = TypeVar("T")
Row = tuple[str, ...]


class _Margins:
    """What stands in the columns of an extract, each to be drawn from by itself."""

    def __init__(self, extract: Extract, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 -- to rehearse with, the same each time
        self.extract = extract
        self.born = {birth.birth_id: birth.dob for birth in extract.births}
        self.first = {
            birth.family_id: birth.dob for birth in sorted(extract.births, key=lambda each: each.dob, reverse=True)
        }

    def one(self, cells: Sequence[T]) -> T:
        return self.chance.choice(cells)

    def of(self, cell: Callable[[Birth], T]) -> Callable[[], T]:
        cells = [cell(birth) for birth in self.extract.births]
        return lambda: self.one(cells)

    def days(self, spans: Iterable[timedelta]) -> Callable[[], timedelta]:
        """Draw from spans of days; none at all where the extract has none."""
        found = list(spans) or [timedelta(0)]
        return lambda: self.one(found)

    def not_after(self, day: date) -> date:
        """Give a day that has come by the day as of which the extract is."""
        return min(day, self.extract.as_of)


def twin(extract: Extract, seed: int) -> Mapping[str, Sequence[Row]]:
    """Draw the rows of a twin from an extract; the same extract and seed give the same rows.

    It is read without fault as of the same day. An extract without births has a twin without families.
    """
    margins = _Margins(extract, seed)
    births = list(_births(margins))
    joined = list(_joined(margins, births))
    rows: dict[str, Sequence[Row]] = {
        "centres.csv": [(each.centre_id, each.cluster, _text(each.pilot_from)) for each in extract.centres],
        "births.csv": [row for _, row in births],
        "bookings.csv": list(_bookings(margins, births)),
        "registrations.csv": list(_registered(margins, births)),
        "memberships.csv": [(family, centre, str(day), source) for family, centre, day, source in joined],
        "visits.csv": list(_visited(margins, joined)),
    }
    if extract.contacts is not None:
        rows["contacts.csv"] = list(_contacted(margins, births))
    if extract.hours is not None:
        rows["hours.csv"] = list(_hours(margins))
    return rows


def _text(value: date | int | str | None) -> str:
    return "" if value is None else str(value)


def _flag(value: bool | None) -> str:  # noqa: FBT001 -- a cell
    return "" if value is None else str(int(value))


def _since(birth: Birth, day: date | None) -> timedelta | None:
    return None if day is None else day - birth.dob


Born = tuple[date, Row]


def _births(margins: _Margins) -> Iterator[Born]:
    """Draw births in families of the sizes there are."""
    extract = margins.extract
    homes = margins.of(lambda birth: (birth.cluster, birth.home_centre))
    born, decile = margins.of(lambda birth: birth.dob), margins.of(lambda birth: _text(birth.imd_decile))
    flags = [
        margins.of(lambda birth, name=name: _flag(getattr(birth, name)))  # type: ignore[misc]
        for name in ("resident_in_area", "born_in_district", "hard_to_reach", "vulnerable")
    ]
    fed = margins.of(lambda birth: _since(birth, birth.feed_received_on))
    left = margins.of(lambda birth: _since(birth, birth.left_area_on))
    sizes = sorted(Counter(birth.family_id for birth in extract.births).values())
    numbers = count(1)
    for family, size in enumerate(sizes, 1):
        for _ in range(size):
            day, ours = born(), [flag() for flag in flags]
            later = [_text(None if span is None else within_years(day + span)) for span in (fed(), left())]
            cluster, home = homes()
            cells = (str(day), cluster, home, decile(), *ours, *later)
            yield day, (f"b-{next(numbers):07}", f"f-{family:07}", *cells)


def _come(margins: _Margins, births: Sequence[Born]) -> Sequence[Born]:
    return [born for born in births if born[0] <= margins.extract.as_of]


def _noon(day: date) -> str:
    return f"{day}T12:00:00Z"


def _bookings(margins: _Margins, births: Sequence[Born]) -> Iterator[Row]:
    rows = margins.extract.bookings
    waited = margins.days(row.booked_on - margins.born[row.birth_id] for row in rows)
    lead = margins.days(row.slot_on - row.booked_on for row in rows)
    venues, statuses = [row.venue_id for row in rows], [row.status for row in rows]
    for number in range(len(rows)):
        day, birth = margins.one(births)
        booked = within_years(day + waited())
        slot, status = within_years(booked + lead()), margins.one(statuses)
        if slot > margins.extract.as_of and status in {ATTENDED, DNA}:
            status = BOOKED
        yield f"k-{number:07}", birth[0], margins.one(venues), _noon(booked), _noon(slot), status


def _registered(margins: _Margins, births: Sequence[Born]) -> Iterator[Row]:
    """Draw births that are registered, each once; no more than have come."""
    rows, come = margins.extract.registrations, _come(margins, births)
    waited = margins.days(row.registered_on - margins.born[row.birth_id] for row in rows)
    venues = [row.venue_id for row in rows]
    for day, birth in margins.chance.sample(come, min(len(rows), len(come))):
        yield birth[0], margins.one(venues), _noon(margins.not_after(day + waited()))


def _families(births: Iterable[Born]) -> Sequence[tuple[date, str]]:
    """Give each family with the day of its first birth."""
    first: dict[str, date] = {}
    for day, birth in births:
        first[birth[1]] = min(day, first.get(birth[1], day))
    return [(day, family) for family, day in first.items()]


def _joined(margins: _Margins, births: Sequence[Born]) -> Iterator[tuple[str, str, date, str]]:
    rows, families = margins.extract.memberships, _families(births)
    since = margins.days(row.joined_on - margins.first[row.family_id] for row in rows if row.family_id in margins.first)
    centres, sources = [row.centre_id for row in rows], [row.source for row in rows]
    for _ in rows if families else ():
        day, family = margins.one(families)
        yield family, margins.one(centres), within_years(day + since()), margins.one(sources)


def _visited(margins: _Margins, joined: Sequence[tuple[str, str, date, str]]) -> Iterator[Row]:
    """Draw visits of members, so long after they joined as visits are."""
    rows = margins.extract.visits
    first = {
        row.family_id: row.joined_on
        for row in sorted(margins.extract.memberships, key=lambda row: row.joined_on, reverse=True)
    }
    since = margins.days(row.visited_on - first[row.family_id] for row in rows if row.family_id in first)
    centres = [row.centre_id for row in rows]
    for _ in rows if joined else ():
        family, _centre, day, _source = margins.one(joined)
        yield family, margins.one(centres), str(within_years(day + since()))


def _contacted(margins: _Margins, births: Sequence[Born]) -> Iterator[Row]:
    rows, families = margins.extract.contacts or (), _families(births)
    since = margins.days(
        row.contacted_on - margins.first[row.family_id] for row in rows if row.family_id in margins.first
    )
    for _ in rows if families else ():
        day, family = margins.one(families)
        yield family, str(within_years(day + since())), margins.one(rows).route, margins.one(rows).result


def _hours(margins: _Margins) -> Iterator[Row]:
    rows = margins.extract.hours or ()
    for _ in rows:
        yield margins.one(rows).venue_id, str(margins.one(rows).date), str(margins.one(rows).registrar_minutes)
