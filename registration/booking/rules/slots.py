"""Start times as a pure function of a session, what already fills it, and the length needed.

Moments are whole minutes since 1970 in UTC, so a day on which the clocks change is nothing special.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from registration.rota.rules import LONG_SESSION as _LONG_SESSION

Minute = int
Span = tuple[Minute, Minute]  # from the first minute up to, and not with, the second

#: Minutes from which on a session is long enough to keep some of it for the telephone desk.
LONG_SESSION = int(_LONG_SESSION.total_seconds()) // 60


class Need(NamedTuple):
    """What makes a family's appointment long: its babies, and the minutes an interpreter adds."""

    babies: int
    interpreter_minutes: int = 0

    def minutes(self, per_baby: int) -> int:
        """Give the minutes it takes: each baby is registered in turn, an interpreter adds time once."""
        return per_baby * self.babies + self.interpreter_minutes


def public_end(begin: Minute, end: Minute, kept: int, *, urgent: bool, protected: int = 0) -> Minute:
    """Give where the part of a session ends that families may book by themselves.

    The telephone desk keeps the last minutes of every long session, for those who cannot book online; a family whose deadline is
    near may have those too. The minutes before them are `protected` where they are for families near their deadline alone.
    """
    if urgent:
        return end
    return end - protected - (kept if end - begin >= LONG_SESSION else 0)


def places_between(begin: Minute, end: Minute, busy: Sequence[Span], length: int) -> int:
    """Count the appointments of that length that find room one after another from `begin` to `end`. `busy` as for free_starts."""
    count, cursor = 0, begin
    for taken_from, taken_to in (*busy, (end, end)):
        count += max(0, min(taken_from, end) - cursor) // length
        cursor = max(cursor, taken_to)
    return count


def free_starts(session: Span, busy: Sequence[Span], length: int, step: int) -> list[Minute]:
    """List when an appointment of that length may begin in a session.

    A start lies on the session's own grid (its begin and every `step` minutes) or directly at the end of something that fills
    it, so that an odd length leaves no unused gap behind it; and nothing overlaps the appointment. `busy` is sorted by begin
    and may overlap itself.
    """
    begin, end = session
    starts: list[Minute] = []
    cursor = begin
    for taken_from, taken_to in busy:
        if taken_to <= cursor:
            continue
        _fill(starts, begin, cursor, min(taken_from, end), length, step)
        cursor = taken_to
    _fill(starts, begin, cursor, end, length, step)
    return starts


def _fill(starts: list[Minute], begin: Minute, gap_from: Minute, gap_to: Minute, length: int, step: int) -> None:
    """Add the starts of one gap: where it opens, then the session's grid."""
    if gap_from + length > gap_to:
        return
    on_grid = begin + -(-(gap_from - begin) // step) * step
    if on_grid != gap_from:
        starts.append(gap_from)
    starts.extend(range(on_grid, gap_to - length + 1, step))


def least_loaded(candidates: Iterable[tuple[int, int]]) -> list[int]:
    """Order registrars (id, minutes booked that day) so that the least busy is asked first, the lower id between equals."""
    return [registrar for registrar, _ in sorted(candidates, key=lambda pair: (pair[1], pair[0]))]
