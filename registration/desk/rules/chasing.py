"""Whom to write to about outcomes that nobody has entered, and when."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: From one hour of an English evening to another: after the day's last ordinary appointment, before anybody's bedtime.
EVENING = range(18, 20)
_WEEKEND = 5
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Missing:
    """So many appointments of a registrar at a centre on a day, over by now, without an outcome.

    `staff_id` is the registrar's account; None where there is none to write to.
    """

    centre_id: int
    centre: str
    day: date
    count: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told: of their own appointments, and of those that others should have marked long since."""

    staff_id: int
    own: tuple[Missing, ...]
    others: tuple[Missing, ...]

    @property
    def count(self) -> int:
        """Give the appointments it is about."""
        return sum(each.count for each in (*self.own, *self.others))


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Say whether a day is a Monday to Friday and no bank holiday."""
    return day.weekday() < _WEEKEND and day not in holidays


def is_time_to_chase(at: datetime, holidays: Collection[date]) -> bool:
    """Say whether it is the evening of a working day; `at` is the time on an English wall."""
    return at.hour in EVENING and is_working_day(at.date(), holidays)


def working_days_since(day: date, today: date, holidays: Collection[date]) -> int:
    """Count the working days after a day, today among them."""
    span = range(1, (today - day).days + 1)
    return sum(is_working_day(day + number * _A_DAY, holidays) for number in span)


def letters(
    missing: Iterable[Missing], managers: Collection[int], today: date, holidays: Collection[date], patience: int
) -> list[Letter]:
    """Write to each registrar of their own, and to every rota manager of what is `patience` working days old.

    What no account can be written to about goes to the managers at once. Nobody gets two letters, and nobody an empty one.
    """
    own: dict[int, list[Missing]] = defaultdict(list)
    late: list[Missing] = []
    for each in missing:
        if each.staff_id is not None:
            own[each.staff_id].append(each)
        if each.staff_id is None or working_days_since(each.day, today, holidays) >= patience:
            late.append(each)
    made = [
        Letter(person, tuple(own[person]), _others(late, person) if person in managers else ())
        for person in sorted({*own, *managers})
    ]
    return [letter for letter in made if letter.count]


def _others(late: Iterable[Missing], person: int) -> tuple[Missing, ...]:
    return tuple(each for each in late if each.staff_id != person)
