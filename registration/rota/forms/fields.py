"""Fields that the rota's forms share: a day in one box, a time of day, a place, and rows of a table of them."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any

from wtforms import DateField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice

from registration.common import files
from registration.rota.queries.planning import Seats
from registration.rota.rules import clock_time
from registration.rota.rules.patterns import HalfDay

#: What a rota may speak of; other years are slips of a finger.
YEARS = range(2000, 2101)


class DayField(DateField):
    """A day in one box, as a browser's own date box sends it or as people write it: 2026-11-24 or 24/11/2026."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; ValueError is raised for what is no day of this century."""
        text = "".join(valuelist).strip()
        self.data = None
        if not text:
            return
        try:
            found = files.day(text)
        except ValueError:
            raise ValueError("Enter a date like 24/11/2026") from None
        if found.year not in YEARS:
            raise ValueError("Enter a year from 2000 to 2100")
        self.data = found


class ClockField(TimeField):
    """A time of day, 9:30 or 16:00."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read what was typed; ValueError is raised for what is no time."""
        text = "".join(valuelist).strip()
        self.data = None
        if text:
            try:
                self.data = clock_time(text)
            except ValueError:
                raise ValueError("Enter a time like 9:30 or 16:00") from None


class PlaceField(SelectField):
    """A centre with one of its rooms, or with any that is free; `centre` and `room` give the numbers."""

    def __init__(self, label: str, validators: Sequence[Any] = (), **options: Any) -> None:  # noqa: ANN401 -- WTForms' own
        super().__init__(label, validators, default="", **options)  # type: ignore[no-untyped-call]

    def offer(self, centres: Iterable[Seats], nothing: str) -> None:
        """Set what may be chosen; `nothing` is what no choice is called."""
        self.choices = [SelectChoice("", nothing)]
        for each in centres:
            self.choices.append(SelectChoice(str(each.id), f"{each.name}, any room"))
            self.choices += [SelectChoice(f"{each.id}:{room}", f"{each.name}, {name}") for room, name in each.rooms]

    @property
    def centre(self) -> int | None:
        """Give the number of the centre chosen."""
        return int(self.data.partition(":")[0]) if self.data else None

    @property
    def room(self) -> int | None:
        """Give the number of the room chosen, None for any."""
        room = (self.data or "").partition(":")[2]
        return int(room) if room else None


#: What another place is called where it is no place at all.
NOWHERE = "none"


class OtherPlaceField(PlaceField):
    """Where somebody sits in weeks B instead: at the same place as in weeks A, nowhere, or at a centre."""

    def offer(self, centres: Iterable[Seats], nothing: str) -> None:
        """Set what may be chosen; `nothing` is what no session is called."""
        super().offer(centres, "The same")
        self.choices.insert(1, SelectChoice(NOWHERE, nothing))

    @property
    def centre(self) -> int | None:
        """Give the number of the centre chosen."""
        return None if self.data == NOWHERE else super().centre


def place_value(centre: int, room: int | None) -> str:
    """Give what a PlaceField has where this was chosen."""
    return str(centre) if room is None else f"{centre}:{room}"


def half_day(weekday: int, place: PlaceField, begins: ClockField, ends: ClockField) -> HalfDay | None:
    """Make a half-day of three boxes, None where no place is chosen; what is missing becomes the box's own fault."""
    if place.centre is None:
        return None
    for box in (begins, ends):
        if box.data is None and not box.errors:
            box.errors = ("Enter a time like 9:30 or 16:00",)
    if begins.data is None or ends.data is None:
        return None
    return HalfDay(weekday, place.centre, place.room, begins.data, ends.data)


def typed_day(value: Any, fallback: date) -> date:  # noqa: ANN401 -- whatever stands in an address
    """Give the day that an address names, or the fallback where it names none of this century."""
    try:
        found = files.day(str(value))
    except ValueError:
        return fallback
    return found if found.year in YEARS else fallback


def usual_times(half: str) -> tuple[time, time]:
    """Give the times that stand in the boxes of a half-day before anybody types."""
    return {
        "morning": (time(9), time(12, 30)),
        "afternoon": (time(13), time(16)),
        "evening": (time(17), time(19)),
    }[half]
