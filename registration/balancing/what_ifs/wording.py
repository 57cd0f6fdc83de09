"""How pages and the record say what is otherwise in a what-if."""

from collections.abc import Sequence

from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.rota import HALVES, WEEKDAYS
from registration.balancing.rules.scenarios import (
    CentreClosed,
    Change,
    HalfDayChanged,
    OfficeChanged,
    RegistrarAdded,
    RoomAdded,
)
from registration.balancing.wording import Called, day_in_words, listed
from registration.booking.forms.needs import language_name
from registration.rota.forms.people import GRADE_TITLES
from registration.rota.rules.patterns import HALVES as HALF_NAMES

#: The ten half-days of a week: Monday morning to Friday afternoon.
SLOTS = tuple(f"{day} {HALF_NAMES[half]}" for day in WEEKDAYS for half in range(HALVES))


def change_in_words(change: Change, called: Called, calendar: Calendar) -> str:
    """Say what is otherwise: "One more room at Sunshine Children’s Centre"."""
    match change:
        case CentreClosed():
            return f"Close {called.centre(change.centre)} from {day_in_words(calendar.day(change.begins))}"
        case RoomAdded():
            return f"One more room at {called.centre(change.centre)}"
        case HalfDayChanged():
            who = called.registrars.get(change.registrar, f"registrar {change.registrar}")
            return f"One half-day {'more' if change.more else 'fewer'} a week for {who}: {SLOTS[change.slot]}s"
        case RegistrarAdded():
            return _registrar(change, called)
        case _:
            return _office(change)


def _office(change: OfficeChanged) -> str:
    people = "1 person" if change.least == 1 else f"{change.least} people"
    said = f"{people} for other duties at the register office in every half-day"
    full = change.least_registrars
    return f"{said}, {full} of them {'a full registrar' if full == 1 else 'full registrars'}" if full else said


def _registrar(change: RegistrarAdded, called: Called) -> str:
    spoken = listed([language_name(code) for code in sorted(change.languages)]) if change.languages else ""
    return (
        f"One more registrar, {change.name}: {GRADE_TITLES.get(change.grade, change.grade).lower()}, sets out from "
        f"{called.clusters.get(change.home, change.home)}, sees {change.slots} families in a half-day, works "
        f"{halves_in_words(change.half_days)}{f', speaks {spoken}' if spoken else ''}"
    )


def halves_in_words(half_days: Sequence[int]) -> str:
    """Say which half-days of a week: "Monday, and Tuesday morning"."""
    said = []
    for day, name in enumerate(WEEKDAYS):
        halves = [half for half in range(HALVES) if day * HALVES + half in half_days]
        if halves:
            said.append(name if len(halves) == HALVES else f"{name} {HALF_NAMES[halves[0]]}")
    return listed(said)
