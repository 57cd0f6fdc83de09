"""How the rota's pages say days, times and people."""

from collections.abc import Mapping
from datetime import date

from registration.common.times import spoken_span
from registration.rota.queries.planning import seats
from registration.rota.rules.conflicts import in_words, span_in_words
from registration.rota.rules.patterns import HalfDay, Pattern
from registration.rota.rules.planning import Planned

#: The button that takes something back without the sessions that went with it.
NONE_BACK = "none_back"


def short_day(day: date) -> str:
    """Say a day shortly: Tue 24 Nov 2026."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def sessions_told(number: int, what: str) -> str:
    """Say what became of some sessions: '3 sessions are published again.', or nothing where it is none."""
    if not number:
        return ""
    return f"1 session is {what}." if number == 1 else f"{number} sessions are {what}."


class Names:
    """The names of centres and rooms by their numbers, asked for once a page."""

    def __init__(self) -> None:
        self.seats = seats()
        self.centres: Mapping[int, str] = {each.id: each.name for each in self.seats}
        self.rooms: Mapping[int, str] = {number: name for each in self.seats for number, name in each.rooms}

    def half_day(self, half_day: HalfDay) -> str:
        """Say where and when: 'Elland, any room, 9am to 12:30pm'."""
        room = "any room" if half_day.room is None else self.rooms[half_day.room]
        return f"{self.centres[half_day.centre]}, {room}, {spoken_span(half_day.begins, half_day.ends)}"

    def week(self, pattern: Pattern) -> list[tuple[str, str]]:
        """Say a week line by line: ('Monday morning', 'Elland, any room, 9am to 12:30pm')."""
        return [(each.named, self.half_day(each)) for each in pattern.half_days]

    def session(self, session: Planned) -> str:
        """Say where and when a session is: 'Elland, Room 1, Tuesday 24 November 2026, 9am to 12:30pm'."""
        room = "no room" if session.room is None else self.rooms[session.room]
        return f"{self.centres[session.centre]}, {room}, {in_words(session.day)}, {span_in_words(session)}"
