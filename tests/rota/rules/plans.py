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
    hour, minute = map(int, text.split(":"))
    return time(hour, minute)


def half(weekday=1, begins="9:00", ends="12:30", centre=1, room=None):
    return HalfDay(weekday, centre, room, clock(begins), clock(ends))


def pattern(*half_days, registrar=1, first=date(2026, 1, 1), last=None):
    return Pattern(registrar, first, last, half_days)


def basis(*patterns, exceptions=(), away=(), days=NO_HOLIDAYS, left=None):
    return Basis(patterns, exceptions, away, days, left or {})


def session(day=MONDAY, begins="9:00", ends="12:30", registrar=1, centre=1, room=1, key=0, goes_on=0):
    return Planned(registrar, centre, room, moment(day, clock(begins)), moment(day, clock(ends)), key, goes_on)


def person(name="Ann", *, may=True, left=None, contracted=None, minutes=30):
    return Person(name, may, left, contracted, minutes)


def place(name="Elland", cluster=7, first=date(2026, 1, 1), last=None):
    return Place(name, cluster, first, last)


def around(people=None, places=None, days=NO_HOLIDAYS, away=(), standing=()):
    people = people or {1: person(), 2: person("Bo"), 3: person("Cleo")}
    return Around(people, places or {1: place(), 2: place("Todmorden")}, days, away, standing)
