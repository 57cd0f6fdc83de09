"""Decisions of the rota that need neither database nor web: standard library only."""

from registration.rota.rules.effect import Expected
from registration.rota.rules.patterns import weekday
from registration.rota.rules.people import GRADES, grade, languages, same_name, whole_between
from registration.rota.rules.sittings import Clash, Sitting, Taken, clashes
from registration.rota.rules.times import (
    LONDON,
    LONG_SESSION,
    clock_time,
    happens_twice,
    kept_for_desk,
    minutes,
    moment,
)

__all__ = [
    "GRADES",
    "LONDON",
    "LONG_SESSION",
    "Clash",
    "Expected",
    "Sitting",
    "Taken",
    "clashes",
    "clock_time",
    "grade",
    "happens_twice",
    "kept_for_desk",
    "languages",
    "minutes",
    "moment",
    "same_name",
    "weekday",
    "whole_between",
]
