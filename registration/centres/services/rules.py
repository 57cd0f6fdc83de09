"""When something that happens each week at a centre happens, and of what kind it is."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from registration.centres.rules import ServiceCard

MOST_TITLE, MOST_NOTE = 80, 120


class Kind(StrEnum):
    """What sort of service it is; the evaluation asks after health visitors."""

    STAY_AND_PLAY = "stay_and_play"
    WEIGHING_CLINIC = "weighing_clinic"
    ADVICE = "advice"
    HEALTH_VISITOR = "health_visitor"
    OTHER = "other"


KIND_TITLES: Mapping[Kind, str] = {
    Kind.STAY_AND_PLAY: "Stay and play",
    Kind.WEIGHING_CLINIC: "Weighing clinic",
    Kind.ADVICE: "Advice",
    Kind.HEALTH_VISITOR: "Health visitor on site",
    Kind.OTHER: "Other",
}
#: What a title must hold to be taken for a kind where nobody says which; the first that fits.
_TOLD_BY = (
    (Kind.HEALTH_VISITOR, "health visitor"),
    (Kind.WEIGHING_CLINIC, "weigh"),
    (Kind.STAY_AND_PLAY, "stay (and|&) play"),
    (Kind.ADVICE, "advice|support"),
)


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a service: title, kind, weekday (1 is Monday), times, first and last day, and when it does not run."""

    title: str
    kind: Kind
    weekday: int
    starts: time
    ends: time
    first_on: date | None = None
    last_on: date | None = None
    term_time: bool = False
    on_holidays: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Weekly:
    """A service of a centre's timetable by its number, with the days on which it is cancelled once."""

    id: int
    centre_id: int
    details: Details
    cancelled: frozenset[date] = frozenset()

    @property
    def card(self) -> ServiceCard:
        """Give what a family is told of it."""
        return ServiceCard(self.details.title, self.details.starts, self.details.ends)


def kind_told_by(title: str) -> Kind:
    """Tell the kind of a service from its title: 'Baby weighing' is a weighing clinic."""
    return next((kind for kind, words in _TOLD_BY if re.search(words, title.casefold())), Kind.OTHER)


def runs_on(service: Weekly, day: date, holidays: Collection[date]) -> bool:
    """Say whether a service happens on a day: its weekday, within its days, not cancelled, and not on most bank holidays.

    What runs in term time only counts as running: whose school's terms they are the timetable says, not the calendar.
    """
    said = service.details
    within = (said.first_on or date.min) <= day <= (said.last_on or date.max)
    free = said.on_holidays or day not in holidays
    return said.weekday == day.isoweekday() and within and free and day not in service.cancelled


def never_happens(weekday: int, first_on: date | None, last_on: date | None) -> bool:
    """Say whether no such day of the week (1 is Monday) lies between a first and a last day."""
    if first_on is None or last_on is None:
        return False
    return first_on + timedelta(days=(weekday - first_on.isoweekday()) % 7) > last_on


def on_day(services: Iterable[Weekly], day: date, holidays: Collection[date]) -> list[Weekly]:
    """List what happens on a day, in its order."""
    found = (service for service in services if runs_on(service, day, holidays))
    return sorted(found, key=lambda service: (service.details.starts, service.details.title, service.id))


def health_visitor_there(
    services: Collection[Weekly], day: date, begins: time, ends: time, holidays: Collection[date]
) -> bool | None:
    """Say whether a timetable has a health visitor on site at a time of a day; None where the centre has no timetable."""
    if not services:
        return None
    return any(
        service.details.kind is Kind.HEALTH_VISITOR and service.details.starts < ends and service.details.ends > begins
        for service in on_day(services, day, holidays)
    )
