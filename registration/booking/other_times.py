"""The times a booking can be moved to, in the order a family looks: near its centre first, in time before late."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from registration.booking.queries import MINUTE, free_places, moment
from registration.booking.rules.choices import Day as DayOfTimes
from registration.booking.rules.choices import (
    Kind,
    Offer,
    Reason,
    Suggestion,
    Venue,
    Wishes,
    alternatives,
    by_day,
    suggest,
)
from registration.booking.rules.deadline import PERIOD, preferred_by
from registration.booking.rules.requests import Appointment, AvailabilityRequest
from registration.booking.wording import clock_time, short_day, weekday_and_day
from registration.centres.queries import centre_card, centres_nearest, miles_text
from registration.centres.rules import CentreCard, Place
from registration.common.authority import current_authority
from registration.common.clock import civil_date


@dataclass(frozen=True, slots=True)
class Time:
    """One time to choose: what its button sends, and what a family is told of it."""

    value: str
    when: str
    where: str
    reason: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Some times under one heading."""

    heading: str
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day that has free times, as a link to them. `begins_late`: it is the first after the 42 days."""

    day: date
    words: str
    count: int
    begins_late: bool


@dataclass(frozen=True, slots=True)
class OtherTimes:
    """What a page shows to choose from: groups of times, and every day that has some."""

    groups: tuple[Group, ...] = ()
    days: tuple[Day, ...] = ()
    chosen_day: str = ""
    all_late: bool = False


def other_times(
    appointment: Appointment,
    now: datetime,
    wanted_day: date | None = None,
    instead_of: tuple[int, datetime] | None = None,
    *,
    desk: bool = False,
) -> OtherTimes:
    """Look for the times a booking can be moved to.

    First the soonest and a few others; of `wanted_day` every time there is; after a refusal what is nearest to the
    time `instead_of` which another is wanted. `desk` opens the telephone desk's minutes too.
    """
    search = _Search(appointment, now, desk=desk)
    days = by_day(search.offers, search.venues, appointment.last_lawful_day)
    of_day = next((day for day in days if day.day == wanted_day), None)
    if instead_of is not None:
        groups = search.instead_of(*instead_of)
    elif of_day is not None:
        groups = search.of_day(of_day)
    else:
        groups = search.suggested()
    return OtherTimes(
        tuple(group for group in groups if group.times),
        tuple(_links(days)),
        weekday_and_day(of_day.day) if of_day else "",
        bool(days) and not days[0].in_time,
    )


def _links(days: Iterable[DayOfTimes]) -> Iterator[Day]:
    in_time = True
    for day in days:
        yield Day(day.day, weekday_and_day(day.day), day.count, begins_late=in_time and not day.in_time)
        in_time = day.in_time


class _Search:
    """One look at what is free for a family that has a booking."""

    def __init__(self, appointment: Appointment, now: datetime, *, desk: bool) -> None:
        self.today = civil_date(now)
        self.appointment = appointment
        self.cards = {card.id: card for card in _near(appointment, self.today)}
        self.venues = [_venue(card) for card in self.cards.values()]
        free = set(_offers(appointment, now, self.today, desk=desk))
        self.offers = free - {(appointment.centre_id, _minute(appointment.start))}

    def suggested(self) -> list[Group]:
        """Give the soonest, and a few others."""
        last = self.appointment.last_lawful_day
        best, has = preferred_by(last, current_authority().caution_days), civil_date(self.appointment.start)
        wishes = Wishes(last, best, language=self.appointment.language, kept=has)
        found = suggest(self.offers, self.venues, wishes)
        others = tuple(self._time(other.centre_id, other.start, _reason(other)) for other in found.others)
        return [self._group(_("The soonest"), found.soonest), Group(_("Other choices"), others)]

    def of_day(self, day: DayOfTimes) -> list[Group]:
        """Give every time of one day, centre by centre."""
        return [self._group(self.cards[centre].name, ((centre, s) for s in starts)) for centre, starts in day.places]

    def instead_of(self, centre_id: int, start: datetime) -> list[Group]:
        """Give what is nearest to a time that cannot be had."""
        known = [offer for offer in self.offers if offer[0] in self.cards]
        offices = {venue.id for venue in self.venues if venue.office}
        found = alternatives(centre_id, _minute(start), known, lambda centre: self.cards[centre].distance_km, offices)
        headings = {
            Kind.SAME_DAY: _("The same day and centre"),
            Kind.SAME_CENTRE: _("Other days at this centre"),
            Kind.OTHER_CENTRE: _("Other centres"),
        }
        return [
            self._group(heading, ((other.centre_id, other.start) for other in found if other.kind is kind))
            for kind, heading in headings.items()
        ]

    def _group(self, heading: str, offers: Iterable[Offer]) -> Group:
        return Group(heading, tuple(self._time(*offer) for offer in offers))

    def _time(self, centre_id: int, minute: int, reason: str = "") -> Time:
        card, at = self.cards[centre_id], moment(minute)
        when = _("%(day)s, %(time)s", day=short_day(civil_date(at)), time=clock_time(at))
        return Time(f"{centre_id}.{minute}", when, card.name, reason, tuple(self._facts(card, civil_date(at))))

    def _facts(self, card: CentreCard, day: date) -> Iterator[str]:
        if card.id != self.appointment.centre_id and card.distance_km is not None:
            yield _("%(distance)s from where it is now", distance=miles_text(card.distance_km))
        if card.kind == "register_office":
            yield _("register office")
        if card.step_free:
            yield _("step-free")
        if day > self.appointment.last_lawful_day >= self.today:
            yield _("after the 42 days")


def _reason(one: Suggestion) -> str:
    """Say why a time is worth a look; what stands among a place's facts is not said twice."""
    if one.reason is Reason.SOONER:
        return ngettext("%(num)d day sooner", "%(num)d days sooner", one.days)
    return {Reason.SATURDAY: _("a Saturday"), Reason.EVENING: _("an evening")}.get(one.reason, "")


def _near(appointment: Appointment, today: date) -> list[CentreCard]:
    """List the centres that take part, from the one of the booking on: where the family lives is not kept."""
    here = centre_card(appointment.centre_id)
    known = (here.easting, here.northing, here.latitude, here.longitude) if here else ()
    return centres_nearest(Place(appointment.postcode, *known), today)


def _venue(card: CentreCard) -> Venue:
    return Venue(card.id, card.kind == "register_office", bool(card.step_free), frozenset(card.languages))


def _offers(appointment: Appointment, now: datetime, today: date, *, desk: bool) -> Iterator[Offer]:
    last = max(appointment.last_lawful_day, today + PERIOD)
    request = AvailabilityRequest(
        appointment.births, appointment.interpreter, today, last, keep_for=appointment.id, urgent=desk
    )
    for centre_id, starts in free_places(request, now).items():
        yield from ((centre_id, start) for start in starts)


def _minute(start: datetime) -> int:
    return int(start.timestamp()) // MINUTE
