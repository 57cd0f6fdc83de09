"""What it means that a family is known, contacted, registered, joined and using; each counted once, by day.

The words are those of docs/reference/reach.md, which says where they are the evaluation’s (M02) and where not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: The share of families with a child under five that the inspection framework of 2013 wanted a centre to know.
REPORTS_SHARE = 97
#: A member that was not there for so long does not use the centre any more: thirteen weeks, a quarter of a year.
USING = timedelta(weeks=13)
#: The months that are shown, this one included.
MONTHS = 12
#: The three most deprived tenths of neighbourhoods, which inspections asked for apart.
DEPRIVED = 3


class Stage(StrEnum):
    """How far a family has come with a centre. No stage needs the one before it."""

    KNOWN = "known"
    CONTACTED = "contacted"
    REGISTERED = "registered"
    JOINED = "joined"
    USING = "using"


@dataclass(frozen=True, slots=True)
class At:
    """Something that happened to a family at a centre on a day."""

    centre_id: int
    on: date


@dataclass(frozen=True, slots=True)
class Joined:
    """A membership: from its first day, up to but without the day it ended."""

    centre_id: int
    joined_on: date
    left_on: date | None = None

    def stands(self, on: date) -> bool:
        """Say whether the family is a member on a day."""
        return self.joined_on <= on and (self.left_on is None or self.left_on > on)


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one family since its baby was born, over all its records, counted once.

    `born` is the first baby of those that are counted, `home` the centre of its area. `received_on` is the day live birth data
    told of it, `booked_on` that of its first booking at a centre, kept or not, `added_on` that on which a centre wrote it down.
    `registered`: registrations and declarations at centres. `contacted`: contacts that arrived.
    """

    born: date
    home: int | None = None
    imd_decile: int | None = None
    left_area_on: date | None = None
    received_on: date | None = None
    booked_on: date | None = None
    added_on: date | None = None
    registered: Sequence[At] = ()
    contacted: Sequence[At] = ()
    joined: Sequence[Joined] = ()
    visited: Sequence[At] = ()


def lives_in(course: Course, centre_id: int, on: date) -> bool:
    """Say whether a family lives in a centre’s reach area on a day, as far as anybody told."""
    return course.home == centre_id and (course.left_area_on is None or course.left_area_on > on)


def known_on(course: Course) -> date | None:
    """Give the day a family became known: the first of what the evaluation counts (M02), or of being written down by a centre."""
    days = (
        course.received_on,
        course.booked_on,
        course.added_on,
        *(each.on for each in course.registered),
        *(each.joined_on for each in course.joined),
    )
    return min((day for day in days if day is not None), default=None)


def stages(course: Course, centre_id: int, on: date) -> frozenset[Stage]:
    """Give how far a family has come with a centre on a day; known to the service is known whoever told."""
    known = known_on(course)
    member = any(each.centre_id == centre_id and each.stands(on) for each in course.joined)
    found = {
        Stage.KNOWN: known is not None and known <= on,
        Stage.CONTACTED: _here(course.contacted, centre_id, on),
        Stage.REGISTERED: _here(course.registered, centre_id, on),
        Stage.JOINED: member,
        Stage.USING: member and _here(course.visited, centre_id, on, since=on - USING),
    }
    return frozenset(stage for stage, reached in found.items() if reached)


def _here(happened: Iterable[At], centre_id: int, on: date, since: date = date.min) -> bool:
    return any(each.centre_id == centre_id and since < each.on <= on for each in happened)


def member_before(course: Course, centre_id: int) -> bool:
    """Say whether a family was a member before this baby was born: the centre reached it earlier, by other means."""
    return any(each.centre_id == centre_id and each.joined_on < course.born for each in course.joined)


# ---- counted


@dataclass(frozen=True, slots=True)
class Count:
    """A funnel: so many families (or births, where only their number was told), and how many came to each stage.

    `before` of those who joined were members before this baby was born.
    """

    families: int
    stages: Mapping[Stage, int]
    before: int = 0

    def share(self, stage: Stage) -> float | None:
        """Give the share of families at a stage, 0 to 1; None of none."""
        return self.stages[stage] / self.families if self.families else None


def counted(courses: Collection[Course], centre_id: int, on: date, births: int = 0) -> Count:
    """Count families by stage. Where more `births` were told than families are known of, the births are the whole."""
    reached = [stages(course, centre_id, on) for course in courses]
    return Count(
        max(len(courses), births),
        {stage: sum(stage in each for each in reached) for stage in Stage},
        sum(
            member_before(course, centre_id)
            for course, each in zip(courses, reached, strict=True)
            if Stage.JOINED in each
        ),
    )


def added_up(counts: Iterable[Count]) -> Count:
    """Add funnels that have no family in common."""
    all_of = list(counts)
    return Count(
        sum(each.families for each in all_of),
        {stage: sum(each.stages[stage] for each in all_of) for stage in Stage},
        sum(each.before for each in all_of),
    )


def month_of(day: date) -> date:
    """Give the first day of a month."""
    return day.replace(day=1)


def months_to(on: date, number: int = MONTHS) -> list[date]:
    """Give the first days of the last months, the one of this day last."""
    last = on.year * 12 + on.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(last - number + 1, last + 1)]


def by_month(
    courses: Iterable[Course], centre_id: int, on: date, births: Mapping[date, int]
) -> list[tuple[date, Count]]:
    """Count month by month of birth, the last MONTHS of them; `births` are monthly numbers where they were told."""
    found: dict[date, list[Course]] = {month: [] for month in months_to(on)}
    for course in courses:
        if month_of(course.born) in found:
            found[month_of(course.born)].append(course)
    return [(month, counted(those, centre_id, on, births.get(month, 0))) for month, those in found.items()]


class Band(StrEnum):
    """How deprived a family’s neighbourhood is: the Index of Multiple Deprivation’s tenths, 1 the most deprived."""

    DEPRIVED = "1 to 3"
    OTHER = "4 to 10"
    UNKNOWN = "not known"


def band(imd_decile: int | None) -> Band:
    """Give the band of a decile."""
    if imd_decile is None:
        return Band.UNKNOWN
    return Band.DEPRIVED if imd_decile <= DEPRIVED else Band.OTHER


def by_band(courses: Collection[Course], centre_id: int, on: date) -> list[tuple[Band, Count]]:
    """Count by deprivation."""
    return [
        (each, counted([course for course in courses if band(course.imd_decile) is each], centre_id, on))
        for each in Band
    ]
