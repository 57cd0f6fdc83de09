"""The weeks to come as the database tells them: births against what is booked, free and published."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select, text

from registration.balancing.models import SupplyForecast
from registration.balancing.queries import Demand, demand
from registration.balancing.rules.alarm import (
    LAST_DAY,
    WEEKS,
    WEEKS_BEFORE,
    Ahead,
    Cluster,
    Cohort,
    Found,
    Places,
    cohort,
    look_ahead,
    missed_by_week,
    missed_of,
)
from registration.balancing.rules.demand import WEEK, monday_of
from registration.balancing.rules.outlook import Forecast, Help, Outlook, Session, Week, holds, read
from registration.balancing.rules.repair import HalfDayMore, repair
from registration.balancing.rules.steering import WEEKS as STEERING_WEEKS
from registration.balancing.rules.steering import utilisation
from registration.balancing.spare import Spare
from registration.booking.queries import MINUTE, Opening, midnight, openings, wall_clock
from registration.booking.rules.admission import EVERYTHING, Admission
from registration.booking.rules.slots import places_between
from registration.centres.models import Centre, Room
from registration.centres.rules import Position, distance_km
from registration.common.authority import current_authority
from registration.common.clock import civil_date
from registration.common.db import db
from registration.rota.models import Registrar
from registration.rota.queries.planning import cluster_names, published_to

DAYS = (WEEKS + WEEKS_BEFORE) * 7

# Babies that have, or had, an appointment that came to something: by cluster and Mondays of birth and of the appointment.
_PLACED = text("""
SELECT c.cluster_id, date_trunc('week', baby.born_on::timestamp)::date,
       date_trunc('week', b.begins_at AT TIME ZONE 'Europe/London')::date, count(*)
  FROM booking b JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id, unnest(f.born) AS baby (born_on)
 WHERE b.state = 'booked' AND (b.outcome IS NULL OR b.outcome NOT IN ('unable', 'did_not_attend'))
   AND b.begins_at >= :since AND baby.born_on >= :born
 GROUP BY 1, 2, 3
""")
_BOOKED = text("""
SELECT c.cluster_id, sum(cardinality(f.born)) AS babies
  FROM booking b JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND b.begins_at >= :now AND b.begins_at < :end GROUP BY 1
""")


def forecast(now: datetime) -> Forecast:
    """Give the forecast of families without a time: the one kept, or one made now where that is too old or there is none."""
    row = db.session.get(SupplyForecast, 1)
    if row is not None and holds(row.made_at, now):
        return read(row.found)
    return look_out(now)


def look_out(now: datetime) -> Forecast:
    """Go through the weeks to come: who finds no time by day 42, cluster by cluster, and what would help; the driest first."""
    known = _Known(now)
    found = look_ahead(known.ahead, known.this.toordinal())
    shown = [known.outlook(number, found) for number in known.ahead.clusters]
    return Forecast(now, known.until, tuple(sorted(shown, key=lambda each: (-each.own.value, each.cluster))))


@dataclass(frozen=True, slots=True)
class _Free:
    """Places of a cluster by day and kind, and those of the next six weeks by centre."""

    by_day: tuple[list[int], list[int], list[int]] = field(default_factory=lambda: ([0] * DAYS, [0] * DAYS, [0] * DAYS))
    by_centre: Counter[int] = field(default_factory=Counter)

    def places(self) -> Places:
        """Give the places by day, kind after kind, as the forecast takes them."""
        return Places(*(tuple(kind) for kind in self.by_day))


class _Known:
    """What is known at a moment, each part read once."""

    def __init__(self, now: datetime) -> None:
        self.now, self.today = now, civil_date(now)
        self.this, self.until = monday_of(self.today), published_to()
        self.first = (self.today - self.this).days
        self.last = self.first + self._steered_days()
        self.names = cluster_names()
        self.demand: Demand = demand(self.today)
        self.centres = {each.id: each for each in db.session.scalars(select(Centre).order_by(Centre.name, Centre.id))}
        self.free = self._free()
        booked = db.session.execute(_BOOKED, {"now": now, "end": self._midnight(self.last)})
        self.booked: dict[int, int] = {row.cluster_id: row.babies for row in booked}
        self.ahead = self._ahead()
        self.spare = Spare(self.today, self.this + self.ahead.weeks * WEEK - timedelta(days=1))

    def _midnight(self, day: int) -> datetime:
        return midnight(self.this + timedelta(days=day))

    def _steered_days(self) -> int:
        """Count the days of the next six weeks that have a rota: no more can be said of how full they are."""
        published = 0 if self.until is None else (self.until - self.today).days + 1
        return max(0, min(STEERING_WEEKS * 7, published))

    # ---- places

    def _free(self) -> dict[int, _Free]:
        free = {number: _Free() for number in self.names}
        soonest = int(self.now.timestamp()) // MINUTE + current_authority().notice_minutes
        for opening in openings(self._midnight(self.first), self._midnight(DAYS)):
            there = free[self.centres[opening.centre_id].cluster_id]
            day = (wall_clock(opening.begin)[0] - self.this).days
            kinds = self._kinds(opening, soonest)
            for kind, count in zip(there.by_day, kinds, strict=True):
                kind[day] += count
            if day < self.last:
                there.by_centre[opening.centre_id] += sum(kinds)
        return free

    def _kinds(self, opening: Opening, soonest: int) -> tuple[int, int, int]:
        """Count the places left in a session: for everybody, those protected for families near day 42, those kept for the desk."""
        opens = self.today + timedelta(days=current_authority().protected_opens_days)
        begin = max(opening.begin, soonest)
        everybody, near, every = (
            places_between(begin, opening.open_until(admission), opening.busy, opening.per_baby)
            for admission in (
                Admission(urgent=False, protected_to=opens),
                Admission(urgent=False, protected_to=date.max),
                EVERYTHING,
            )
        )
        return everybody, near - everybody, every - near

    # ---- families

    def _ahead(self) -> Ahead:
        council = current_authority()
        weeks = 0 if self.until is None else (self.until - self.this).days // 7 + 1
        placed = self._placed()
        return Ahead(
            today=self.first,
            weeks=max(0, min(WEEKS, weeks)),
            near_days=council.protected_near_days,
            urgent_days=council.urgent_days,
            clusters={
                number: Cluster(
                    self._cohorts(number, placed[number]),
                    self.demand.clusters[number].rate.shape,
                    self.free[number].places(),
                    self._others(number),
                )
                for number in self.names
            },
        )

    def _placed(self) -> dict[int, dict[int, Counter[int]]]:
        """Count babies with an appointment by cluster, week of birth and week of the appointment."""
        born = self.this - WEEKS_BEFORE * WEEK
        found: dict[int, dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        for cluster, week, when, babies in db.session.execute(_PLACED, {"since": midnight(born), "born": born}):
            found[cluster][(week - self.this).days // 7][(when - self.this).days // 7] += babies
        return found

    def _cohorts(self, number: int, placed: Mapping[int, Counter[int]]) -> tuple[Cohort, ...]:
        weeks = self.demand.clusters[number].ahead(self.this - WEEKS_BEFORE * WEEK, WEEKS_BEFORE + WEEKS)
        return tuple(
            cohort(
                week,
                each,
                sum(babies for when, babies in placed.get(week, {}).items() if when < 0),
                {when: babies for when, babies in placed.get(week, {}).items() if when >= 0},
                self.demand.curve,
            )
            for week, each in enumerate(weeks, -WEEKS_BEFORE)
        )

    def _others(self, number: int) -> tuple[int, ...]:
        """Give the other clusters, the nearest first, by the middle of their centres."""
        middles = {each: self._middle(each) for each in self.names}

        def away(other: int) -> tuple[float, int]:
            km = distance_km(middles[number], middles[other])
            return (float("inf") if km is None else km, other)

        return tuple(sorted((each for each in self.names if each != number), key=away))

    def _middle(self, number: int) -> Position:
        found = [
            (each.easting, each.northing)
            for each in self.centres.values()
            if each.cluster_id == number and each.easting is not None and each.northing is not None
        ]
        if not found:
            return Position()
        return Position(sum(east for east, _ in found) // len(found), sum(north for _, north in found) // len(found))

    # ---- what is told

    def outlook(self, number: int, found: Found) -> Outlook:
        """Tell one cluster's weeks to come."""
        weeks, own, at_all = self.ahead.weeks, missed_of(found.own, number), missed_of(found.at_all, number)
        births = sum(each.births.value for each in self.demand.clusters[number].ahead(self.today, STEERING_WEEKS))
        free, booked = self.free[number], self.booked.get(number, 0)
        by_week = zip(
            missed_by_week(found.own, number, weeks), missed_by_week(found.at_all, number, weeks), strict=True
        )
        there = [each for each in self.centres.values() if each.cluster_id == number and self._takes_part(each)]
        told = Outlook(
            cluster_id=number,
            cluster=self.names[number],
            births=births,
            booked=booked,
            free=sum(free.by_centre.values()),
            kept=sum(sum(kind[self.first : self.last]) for kind in free.by_day[1:]),
            centres=tuple((each.name, free.by_centre[each.id]) for each in there),
            utilisation=utilisation(
                booked, births * (self.last - self.first) / LAST_DAY, booked + sum(free.by_centre.values())
            ),
            own=own,
            at_all=at_all,
            weeks=tuple(Week(self.this + week * WEEK, *missed) for week, missed in enumerate(by_week)),
            help=None,
        )
        return replace(told, help=self._help(number)) if told.is_dry else told

    def _takes_part(self, centre: Centre) -> bool:
        last = self.this + timedelta(days=self.last)
        ends = centre.participating_to
        return centre.participating_from < last and (ends is None or ends >= self.today)

    def _help(self, number: int) -> Help:
        found = repair(self.ahead, number, self.spare.half_days(number), self.this.toordinal())
        return Help(found.opens_desk, tuple(self._session(each) for each in found.half_days), found.missed)

    def _session(self, each: HalfDayMore) -> Session:
        registrar, room = db.session.get_one(Registrar, each.registrar), db.session.get_one(Room, each.room)
        centre = self.centres[each.centre].name
        return Session(registrar.id, registrar.name, each.centre, centre, room.name, each.begins, each.ends)
