"""How pages and the command say what a plan is made of and what came of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from registration.balancing.rules.half_days import Calendar
from registration.balancing.rules.reasons import Reason, held_back, speakers_days
from registration.balancing.rules.rota import HALVES, OFFICE, WEEK, WEEKDAYS, Cluster, Id, Instance, Rota
from registration.booking.forms.needs import language_name
from registration.common.db import db
from registration.rota.models import Registrar
from registration.rota.queries.planning import cluster_names, seats

STATES = {
    "open": "Being put together",
    "waiting": "Waiting its turn",
    "running": "Being worked on",
    "done": "Ready",
    "stopped": "Stopped",
    "impossible": "Cannot be",
    "failed": "Failed",
}
#: What is done just now; what is not here is said as the solver calls it, like "week 3".
STAGES = {
    "greedy": "Making a simple rota to begin with",
    "bound": "Working out what is possible at best",
    "ideal": "Looking at all weeks together",
    "weeks": "Deciding week by week",
    "outright": "Looking for the best rota there is",
    "any rota": "Looking for any rota that keeps the rules",
    "done": "A rota is found and is being kept",
}
#: What the office is called where a rota names it.
AT_OFFICE = "other duties at the register office"
_BECAUSE = {
    Reason.ROOMS: "its rooms are full, or it has none,",
    Reason.NOBODY: "no registrar is available",
    Reason.TRAVEL: "those available live too far away",
    Reason.HERE: "everybody within reach is there already",
    Reason.ELSEWHERE: "everybody within reach is at another cluster or the office",
    Reason.CONTRACT: "those free have worked their contract or sit elsewhere that day",
}
_REGISTRAR = re.compile(r"\b[Rr]egistrar (\d+)")
_CENTRE = re.compile(r"\b[Cc]entre (\d+)")
_CLUSTER = re.compile(r"\b[Cc]luster (\d+)")
_SPOKEN = re.compile(r"\bspeaks ([a-z]{2,3})\b")
_WHEN = re.compile(r"(?P<day>\w+day) (?P<half>morning|afternoon) of week (?P<week>\d+)")
_WEEKS = re.compile(r"weeks? (\d+)(?: to (\d+))?")


@dataclass(frozen=True, slots=True)
class Called:
    """The names of registrars, centres and clusters by their numbers."""

    registrars: Mapping[Id, str]
    centres: Mapping[Id, str]
    clusters: Mapping[Id, str]

    def knowing(self, registrars: Mapping[Id, str]) -> "Called":
        """Give the same names, and those of registrars who are only thought of."""
        return replace(self, registrars={**self.registrars, **registrars})

    def centre(self, centre: Id | None) -> str:
        """Name a centre of a rota, the office, or no session."""
        if centre is None:
            return "no session"
        return AT_OFFICE if centre == OFFICE else self.centres.get(centre, f"centre {centre}")

    def in_names(self, sentence: str, calendar: Calendar) -> str:
        """Put names and days in place of the numbers in a sentence about an instance."""
        sentence = _REGISTRAR.sub(lambda found: self.registrars.get(int(found[1]), found[0]), sentence)
        sentence = _CENTRE.sub(lambda found: self.centres.get(int(found[1]), found[0]), sentence)
        sentence = _CLUSTER.sub(lambda found: self.clusters.get(int(found[1]), found[0]), sentence)
        sentence = _SPOKEN.sub(lambda found: f"speaks {language_name(found[1])}", sentence)
        sentence = _WHEN.sub(lambda found: _day(calendar, found), sentence)
        return _WEEKS.sub(lambda found: _weeks(calendar, found), sentence)

    def in_names_once(self, sentences: Sequence[str], calendar: Calendar) -> list[str]:
        """Put names and days in sentences; those that differ in nothing but the week are said once, with their weeks."""
        alike: dict[str, list[str]] = {}
        for sentence in sentences:
            alike.setdefault(_WEEKS.sub("", sentence), []).append(sentence)
        said = []
        for first, *others in alike.values():
            mondays = dict.fromkeys(
                _monday(calendar, int(found[1])) for each in others for found in _WEEKS.finditer(each)
            )
            more = f" So in the weeks from {listed(list(mondays))}." if len(mondays) > 1 else ""
            more = f" So in the week from {next(iter(mondays))}." if len(mondays) == 1 else more
            said.append(self.in_names(first, calendar) + more)
        return said


def _day(calendar: Calendar, found: re.Match[str]) -> str:
    day = (int(found["week"]) - 1) * WEEK + WEEKDAYS.index(found["day"]) * HALVES
    return calendar.in_words(day + (found["half"] == "afternoon"))


def _weeks(calendar: Calendar, found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2] or found[1])
    weeks = "week" if last == first else f"{last - first + 1} weeks"
    return f"the {weeks} from {_monday(calendar, first)}"


def _monday(calendar: Calendar, week: int) -> str:
    return day_in_words(calendar.day((week - 1) * WEEK))


def called() -> Called:
    """Give the names as they are now."""
    people = db.session.execute(select(Registrar.id, Registrar.name))
    return Called(
        {row.id: row.name for row in people}, {each.id: each.name for each in seats()}, dict(cluster_names().items())
    )


def day_in_words(day: date) -> str:
    """Say a day shortly, its year left out: Mon 4 January."""
    return f"{day:%a} {day.day} {day:%B}"


def why(instance: Instance, rota: Rota, cluster: Cluster, coverage: float) -> str:
    """Say in words why a cluster is served no better; '' where all that are expected are served."""
    if coverage >= 1 - 1e-9:
        return ""
    found = [(reason, count) for reason, count in held_back(instance, rota, cluster) if reason in _BECAUSE]
    total = len(instance.half_days)
    said = [f"in {count} of {total} half-days {_BECAUSE[reason]}" for reason, count in found[:3]]
    return _sentence("; ".join(said).replace(",;", ";").rstrip(",")) + _language(instance, cluster)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _language(instance: Instance, cluster: Cluster) -> str:
    if cluster.language is None:
        return ""
    days = speakers_days(instance, cluster)
    if not days:
        return f" Nobody within reach speaks {language_name(cluster.language)}."
    if len(days) == len(WEEKDAYS):
        return ""
    return f" Someone who speaks {language_name(cluster.language)} can come only on {listed([WEEKDAYS[day] for day in days])}."


def listed(words: Sequence[str]) -> str:
    """Say words one after another: "Monday, Tuesday and Friday"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
