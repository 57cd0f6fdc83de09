"""The timetable of centres as a file: columns centre, title, kind, weekday, starts, ends and what else is known."""

from calendar import day_name
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from registration.centres.services.rules import (
    KIND_TITLES,
    MOST_NOTE,
    MOST_TITLE,
    Details,
    Kind,
    Weekly,
    kind_told_by,
    never_happens,
)
from registration.common.files import Fault, Row, Table, day, written, yes_or_no

HEADER = (
    "centre",
    "title",
    "kind",
    "weekday",
    "starts",
    "ends",
    "first_day",
    "last_day",
    "term_time",
    "bank_holidays",
    "note",
)
_LAYOUT = {name: (name.replace("_", "[ _]"),) for name in HEADER}
_WEEKDAYS = {name.casefold(): number for number, name in enumerate(day_name, 1)}
_KINDS = {name.casefold(): kind for kind, title in KIND_TITLES.items() for name in (kind.value, title)}


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What one line says: of which centre, and what happens there."""

    line: int
    centre_id: int
    details: Details


def read_services(
    table: Table, centres: Mapping[str, Sequence[int]], today: date, known: Collection[tuple[int, Details]] = ()
) -> list[ServiceRecord]:
    """Read a timetable of the centres named so; raises FileRefused naming every fault.

    A line that is repeated is one, and so is a file with headings only, or a service that has ended and is not known so already.
    """
    table.name_columns(_LAYOUT, needed=("centre", "title", "weekday", "starts", "ends"))
    found: dict[tuple[object, ...], ServiceRecord] = {}
    for row in table:
        record = _record(row, centres)
        if record is not None and _new_but_over(record, today, known):
            row.fault("last_day", "is over")
        if record is not None:
            key = (record.centre_id, record.details.title, record.details.weekday, record.details.starts)
            if key in found:
                table.add_repeated(row.line, "title", record.details.title, found[key].line)
            found[key] = record
    if not found and not table.fault_count:
        table.add(Fault(2, "row", "", "there is no service under the headings"))
    table.refuse_if_faulty()
    return list(found.values())


def _record(row: Row, centres: Mapping[str, Sequence[int]]) -> ServiceRecord | None:
    """Put a line together; None where something in it is a fault."""
    before = row.table.fault_count
    centre = row.read("centre", lambda text: _centre(text, centres), needed=True)
    title = row.read("title", lambda text: _short(text, MOST_TITLE), needed=True)
    weekday = row.read("weekday", _weekday, needed=True)
    starts, ends = (row.read(name, clock, needed=True) for name in ("starts", "ends"))
    kind = row.read("kind", _kind)
    first, last = (row.read(name, day) for name in ("first_day", "last_day"))
    term_time, holidays = (bool(row.read(name, yes_or_no)) for name in ("term_time", "bank_holidays"))
    note = row.read("note", lambda text: _short(text, MOST_NOTE)) or ""
    if starts and ends and starts >= ends:
        row.fault("ends", "is not after the start")
    if first and last and first > last:
        row.fault("last_day", "is before the first day")
    elif weekday and never_happens(weekday, first, last):
        row.fault("last_day", "comes before this day of the week does")
    if row.table.fault_count > before or not (centre and title and weekday and starts and ends):
        return None
    details = Details(title, kind or kind_told_by(title), weekday, starts, ends, first, last, term_time, holidays, note)
    return ServiceRecord(row.line, centre, details)


def _new_but_over(record: ServiceRecord, today: date, known: Collection[tuple[int, Details]]) -> bool:
    last = record.details.last_on
    return last is not None and last < today and (record.centre_id, record.details) not in known


def _centre(text: str, centres: Mapping[str, Sequence[int]]) -> int:
    found = centres.get(text.casefold(), ())
    if len(found) != 1:
        raise ValueError("is the name of more than one centre" if found else "is not a centre of ours")
    return found[0]


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(f"is longer than {most} letters")
    return text


def _weekday(text: str) -> int:
    word = text.casefold()
    number = _WEEKDAYS.get(word) or (int(word) if word in {"1", "2", "3", "4", "5", "6", "7"} else None)
    if number is None:
        raise ValueError("is not a day of the week like Tuesday")
    return number


def clock(text: str) -> time:
    """Read a time of day, 9:30 or 14:00; ValueError otherwise."""
    try:
        return time.fromisoformat(f"{text:0>5}").replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise ValueError("is not a time like 9:30 or 14:00") from None


def _kind(text: str) -> Kind:
    kind = _KINDS.get(text.casefold())
    if kind is None:
        raise ValueError(f"is not one of {', '.join(KIND_TITLES.values())}")
    return kind


def timetable_file(named: Iterable[tuple[str, Sequence[Weekly]]]) -> bytes:
    """Write timetables, each with the name of its centre, as a file that can be read in again."""
    return written(HEADER, [_cells(name, service.details) for name, services in named for service in services])


def _cells(centre: str, said: Details) -> list[object]:
    days = [on.isoformat() if on else "" for on in (said.first_on, said.last_on)]
    switches = ["yes" if on else "no" for on in (said.term_time, said.on_holidays)]
    times = [f"{at:%H:%M}" for at in (said.starts, said.ends)]
    return [
        centre,
        said.title,
        KIND_TITLES[said.kind],
        day_name[said.weekday - 1],
        *times,
        *days,
        *switches,
        said.note,
    ]
