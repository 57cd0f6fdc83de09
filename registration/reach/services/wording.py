"""A timetable in the words of staff."""

from calendar import day_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registration.centres.models import ServiceCancelled
from registration.centres.services.rules import KIND_TITLES, Details, Kind, Weekly
from registration.common.times import spoken_span


@dataclass(frozen=True, slots=True)
class Shown:
    """One service as a line of the timetable: number, times, what it is, of which kind, when it does not run, if it is over."""

    id: int
    times: str
    title: str
    kind: str
    when: str
    past: bool


def week_in_words(services: Iterable[Weekly], today: date) -> list[tuple[str, list[Shown]]]:
    """Give the timetable by day of the week, each day that has something with its services in their order."""
    days: dict[int, list[Weekly]] = {}
    for service in services:
        days.setdefault(service.details.weekday, []).append(service)
    return [
        (day_name[weekday - 1], [_line(each, today) for each in sorted(found, key=lambda one: one.details.starts)])
        for weekday, found in sorted(days.items())
    ]


def _line(service: Weekly, today: date) -> Shown:
    said = service.details
    kind = "" if said.kind is Kind.OTHER or KIND_TITLES[said.kind] == said.title else KIND_TITLES[said.kind]
    past = (said.last_on or today) < today
    return Shown(service.id, spoken_span(said.starts, said.ends), said.title, kind, _when(said), past)


def _when(said: Details) -> str:
    """Say what the week does not: in term time, from 4 January 2027, on bank holidays too, Book by telephone."""
    parts = [
        "in term time" if said.term_time else "",
        f"from {said.first_on:%-d %B %Y}" if said.first_on else "",
        f"until {said.last_on:%-d %B %Y}" if said.last_on else "",
        "on bank holidays too" if said.on_holidays else "",
        said.note,
    ]
    return ", ".join(part for part in parts if part)


def days_in_words(
    cancelled: Sequence[ServiceCancelled], titles: Mapping[int, str]
) -> list[tuple[int, str, str, str, str]]:
    """Give what is cancelled once: its service's number, the day as it is sent and as it is said, the title, and why."""
    return [
        (each.service_id, each.day.isoformat(), f"{each.day:%A %-d %B %Y}", titles[each.service_id], each.reason)
        for each in cancelled
        if each.service_id in titles
    ]
