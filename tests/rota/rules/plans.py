"""Short ways to write down what rules of planning are asked about."""

from datetime import date, time

from registration.rota.rules.conflicts import Around, Person, Place
from registration.rota.rules.days import OpenDays
from registration.rota.rules.patterns import HalfDay, Pattern
from registration.rota.rules.planning import Basis, Planned
from registration.rota.rules.times import moment

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NO_HOLIDAYS = OpenDays({}, {})


def clock(text):
    """Read a time as it is written: 9:30."""
    hour, minute = map(int, text.split(":"))
    return time(hour, minute)


def half(weekday=1, begins="9:00", ends="12:30", centre=1, room=None):
    """Give a half-day of a weekly pattern."""
    return HalfDay(weekday, centre, room, clock(begins), clock(ends))


def pattern(*half_days, registrar=1, first=date(2026, 1, 1), last=None):
    """Give a version of somebody's weekly pattern."""
    return Pattern(registrar, first, last, half_days)


def basis(*patterns, exceptions=(), away=(), days=NO_HOLIDAYS, left=None):
    """Give what sessions are planned from."""
    return Basis(patterns, exceptions, away, days, left or {})


def session(day=MONDAY, begins="9:00", ends="12:30", registrar=1, centre=1, room=1, key=0, goes_on=0):
    """Give a planned session on a day; `goes_on` is the one whose families it takes over."""
    return Planned(registrar, centre, room, moment(day, clock(begins)), moment(day, clock(ends)), key, goes_on)


def person(name="Ann", *, may=True, left=None, contracted=None, minutes=30):
    """Give what is known of a registrar who is planned."""
    return Person(name, may, left, contracted, minutes)


def place(name="Elland", cluster=7, first=date(2026, 1, 1), last=None):
    """Give what is known of a centre that is planned."""
    return Place(name, cluster, first, last)


def around(people=None, places=None, days=NO_HOLIDAYS, away=(), standing=()):
    """Give what planned sessions are held against."""
    people = people or {1: person(), 2: person("Bo"), 3: person("Cleo")}
    return Around(people, places or {1: place(), 2: place("Todmorden")}, days, away, standing)
