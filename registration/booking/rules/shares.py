"""How much of one centre's day may be kept, not booked, from one internet address at a time.

A room of families behind one address walks through the pages and mostly wants the same days. A program without a browser
needs no walk at all, so it could keep a whole library's week before breakfast: it gets the smaller share.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """One client's part of a centre's day: one place in so many, but always the least."""

    one_in: int
    least: int


FAMILIES, PROGRAMS = Share(one_in=2, least=6), Share(one_in=4, least=3)


def most_kept(session_minutes: int, minutes_per_baby: int, *, by_program: bool) -> int:
    """Count the times that one client may keep at once of a day on which a centre has so many minutes of sessions."""
    share = PROGRAMS if by_program else FAMILIES
    return max(share.least, session_minutes // minutes_per_baby // share.one_in)
