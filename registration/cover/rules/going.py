"""Where sessions of a centre that closes go whole, each with its registrar."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registration.booking.rules.slots import Minute
from registration.cover.rules.moments import TRAVEL_MINUTES, day_of


@dataclass(frozen=True, slots=True)
class Whole:
    """A session as it stands: its registrar, and its room."""

    session_id: int
    registrar_id: int
    centre_id: int
    room_id: int
    begin: Minute
    end: Minute

    def meets(self, other: "Whole", way: int = 0) -> bool:
        """Say whether two sessions overlap, or lie less than so many minutes apart."""
        return self.begin < other.end + way and other.begin < self.end + way


def goes_to(
    leaving: Iterable[Whole],
    standing: Iterable[Whole],
    order: Sequence[int],
    rooms: Mapping[int, Sequence[int]],
    is_open: Callable[[int, date], bool],
) -> dict[int, tuple[int, int]]:
    """Give the centre and the room to which sessions of a centre that closes go whole, each with its registrar.

    Each goes to the first centre of `order` that is open that day and has a room free for all of it, where its registrar has
    no other session at that time, nor one elsewhere that cannot be reached. What goes nowhere is left out.
    """
    there, found = list(standing), {}
    for whole in leaving:
        for centre in order:
            gone = (
                _at_centre(whole, centre, rooms.get(centre, ()), there)
                if is_open(centre, day_of(whole.begin))
                else None
            )
            if gone is not None:
                there.append(gone)
                found[whole.session_id] = (gone.centre_id, gone.room_id)
                break
    return found


def _at_centre(whole: Whole, centre: int, rooms: Sequence[int], there: Sequence[Whole]) -> Whole | None:
    theirs = (other for other in there if other.registrar_id == whole.registrar_id)
    if any(whole.meets(other, 0 if other.centre_id == centre else TRAVEL_MINUTES) for other in theirs):
        return None
    taken = {other.room_id for other in there if other.centre_id == centre and whole.meets(other)}
    room = next((each for each in rooms if each not in taken), None)
    return None if room is None else replace(whole, centre_id=centre, room_id=room)
