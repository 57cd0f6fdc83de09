"""The files of an event extract: read with every fault of all of them named, and written so that equal rows give equal bytes."""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from registration.common.clock import civil_date
from registration.common.errors import Refused
from registration.common.files import FileRefused, Row, Table, safe_cell
from registration.pilot.extract.rules import (
    ATTENDED,
    DNA,
    FIRST_YEAR,
    FIXED_SLICES,
    LAST_YEAR,
    STATUSES,
    Birth,
    Booking,
    Centre,
    Contacted,
    Extract,
    Hours,
    Joined,
    Registered,
    Visited,
)

T = TypeVar("T")

#: Each file and its columns, in the order in which they are written; the last two files may be missing.
COLUMNS: Mapping[str, Sequence[str]] = {
    "centres.csv": ("centre_id", "cluster", "pilot_from"),
    "births.csv": (
        *(
            "birth_id",
            "family_id",
            "dob",
            "cluster",
            "home_centre",
            "imd_decile",
            "resident_in_area",
            "born_in_district",
        ),
        *("hard_to_reach", "vulnerable", "feed_received_on", "left_area_on"),
    ),
    "bookings.csv": ("booking_id", "birth_id", "venue_id", "booked_at", "slot_start", "status"),
    "registrations.csv": ("birth_id", "venue_id", "registered_at"),
    "memberships.csv": ("family_id", "centre_id", "joined_on", "source"),
    "visits.csv": ("family_id", "centre_id", "visited_on"),
    "contacts.csv": ("family_id", "contacted_on", "route", "result"),
    "hours.csv": ("venue_id", "date", "registrar_minutes"),
}
OPTIONAL = frozenset({"contacts.csv", "hours.csv"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z", re.ASCII)
_MOST_MINUTES = 24 * 60 * 50
#: Stand in tables for what is not known, and for everybody; a name in square brackets looks like a mark.
_WORDS = frozenset({*FIXED_SLICES, "any", "not known"})
_MARK = re.compile(r"\[.*\]")


class ExtractRefused(Refused):
    """The extract cannot be evaluated: `lines` name every fault, file by file."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(lines))


def day(text: str) -> date:
    """Read a civil day as an extract writes it, 2026-11-22, from 1900 to 2199; ValueError otherwise."""
    try:
        if not _DAY.fullmatch(text):
            raise ValueError  # noqa: TRY301 -- one sentence for both
        read = date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date like 2026-11-22") from None
    return _possible(read)


def _possible(read: date) -> date:
    """Give a day back; ValueError where its year is so far off that it is a slip."""
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(f"is not from {FIRST_YEAR} to {LAST_YEAR}")
    return read


def stamp_day(text: str) -> date:
    """Read a stamp in UTC, 2026-11-22T09:30:00Z, as its civil day in Europe/London, from 1900 to 2199; ValueError otherwise."""
    try:
        if not _STAMP.fullmatch(text):
            raise ValueError  # noqa: TRY301 -- one sentence for both
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a stamp in UTC like 2026-11-22T09:30:00Z") from None
    _possible(moment.date())
    return _possible(civil_date(moment))


def written_stamp(moment: datetime) -> str:
    """Write a moment as an extract has it, in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise ValueError("is neither 0 nor 1")
    return text == "1"


def _decile(text: str) -> int:
    if not re.fullmatch(r"[1-9]|10", text):
        raise ValueError("is no decile from 1 (most deprived) to 10")
    return int(text)


def _status(text: str) -> str:
    if text not in STATUSES:
        raise ValueError(f"is none of {', '.join(STATUSES)}")
    return text


def _place_name(text: str) -> str:
    """Read the name of a centre or cluster, under which results stand; ValueError where it could be taken for something else."""
    if text.casefold() in _WORDS or _MARK.fullmatch(text):
        raise ValueError("has another meaning in the results: give it another name")
    return text


def _cluster_name(text: str) -> str:
    if "/" in text:
        raise ValueError("has a slash, which parts a group from a venue in the results: write it without")
    return _place_name(text)


def _minutes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) > _MOST_MINUTES:
        raise ValueError("is no number of minutes of one day")
    return int(text)


@dataclass
class _Known:
    """What the files read so far have named, for those that point at it; and the digests of the files.

    `unread` are the files of which rows could not be read: what they name is not known, and nobody is told that it is not there.
    """

    as_of: date
    centres: set[str] = field(default_factory=set)
    births: dict[str, date] = field(default_factory=dict)
    bookings: set[str] = field(default_factory=set)
    digests: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


def read(folder: Path, as_of: date) -> Extract:
    """Read an extract as of a date; ExtractRefused names every fault of every file, and nothing is given.

    Refused are a file or column that is missing, a cell that is not what it should be, a day not from 1900 to 2199, a name that
    means something else in the results, an id said twice, a centre that is not in centres.csv or a birth not in births.csv (where
    these could be read), a registration before its birth or after the as-of date, and an attended or missed (dna) time after it.
    Other days after it may occur, and families without a birth here: they are not counted.
    """
    known = _Known(as_of)
    found: dict[str, Sequence[object] | None] = {}
    faults: list[str] = []
    for name, reader in _READERS.items():
        path = folder / name
        if not path.is_file():
            found[name] = None
            known.unread.add(name)
            faults += [] if name in OPTIONAL else [f"{name}: the file is missing"]
            continue
        try:
            found[name] = _rows(path, reader, known)
        except FileRefused as refused:
            faults += [f"{name}: {line}" for line in refused.lines()]
    if faults:
        raise ExtractRefused(faults)
    rows = {name.removesuffix(".csv"): found[name] for name in COLUMNS}
    return Extract(as_of=as_of, digests=known.digests, **rows)  # type: ignore[arg-type]


def _rows(path: Path, reader: Callable[[Row, _Known], T], known: _Known) -> Sequence[T]:
    known.unread.add(path.name)
    with path.open("rb") as stream:
        table = Table(stream)
        columns = COLUMNS[path.name]
        table.name_columns({name: [re.escape(name)] for name in columns}, columns)
        known.digests[path.name] = table.sha256
        rows = [reader(row, known) for row in table]
    if not table.lost:
        known.unread.remove(path.name)
    table.refuse_if_faulty()
    return rows


def _word(row: Row, column: str) -> str:
    return row.read(column, str, needed=True) or ""


def _new(row: Row, column: str, known: Collection[str]) -> str:
    """Read an id that no earlier row may have."""
    value = _word(row, column)
    if value in known:
        row.fault(column, "is there already")
    return value


def _known_birth(row: Row, known: _Known) -> str:
    """Read the id of a birth, which births.csv must name where it could be read."""
    value = _word(row, "birth_id")
    if value and value not in known.births and "births.csv" not in known.unread:
        row.fault("birth_id", "is not in births.csv")
    return value


def _known_centre(row: Row, column: str, known: _Known) -> str:
    """Read the id of a centre, which centres.csv must name where it could be read."""
    value = _word(row, column)
    if value and value not in known.centres and "centres.csv" not in known.unread:
        row.fault(column, "is not in centres.csv")
    return value


def _needed_day(row: Row, column: str, convert: Callable[[str], date] = day) -> date:
    return row.read(column, convert, needed=True) or date.max


def _cluster(row: Row) -> str:
    return row.read("cluster", _cluster_name, needed=True) or ""


def _centre(row: Row, known: _Known) -> Centre:
    row.read("centre_id", _place_name)
    centre = Centre(_new(row, "centre_id", known.centres), _cluster(row), row.read("pilot_from", day))
    known.centres.add(centre.centre_id)
    return centre


def _birth(row: Row, known: _Known) -> Birth:
    home = row.text("home_centre")
    if home:
        _known_centre(row, "home_centre", known)
    birth = Birth(
        birth_id=_new(row, "birth_id", known.births),
        family_id=_word(row, "family_id"),
        dob=_needed_day(row, "dob"),
        cluster=_cluster(row),
        home_centre=home,
        imd_decile=row.read("imd_decile", _decile),
        resident_in_area=row.read("resident_in_area", _flag),
        born_in_district=row.read("born_in_district", _flag),
        hard_to_reach=row.read("hard_to_reach", _flag),
        vulnerable=row.read("vulnerable", _flag),
        feed_received_on=row.read("feed_received_on", day),
        left_area_on=row.read("left_area_on", day),
    )
    known.births[birth.birth_id] = birth.dob
    return birth


def _booking(row: Row, known: _Known) -> Booking:
    booking = Booking(
        booking_id=_new(row, "booking_id", known.bookings),
        birth_id=_known_birth(row, known),
        venue_id=_word(row, "venue_id"),
        booked_on=_needed_day(row, "booked_at", stamp_day),
        slot_on=_needed_day(row, "slot_start", stamp_day),
        status=row.read("status", _status, needed=True) or "",
    )
    known.bookings.add(booking.booking_id)
    if booking.status in {ATTENDED, DNA} and known.as_of < booking.slot_on < date.max:
        row.fault("slot_start", f"is after the as-of date {known.as_of}, and the booking is {booking.status} already")
    return booking


def _registered(row: Row, known: _Known) -> Registered:
    registered = Registered(
        _known_birth(row, known),
        _word(row, "venue_id"),
        _needed_day(row, "registered_at", stamp_day),
    )
    born = known.births.get(registered.birth_id)
    if known.as_of < registered.registered_on < date.max:
        row.fault("registered_at", f"is after the as-of date {known.as_of}")
    if born is not None and born < date.max and registered.registered_on < born:
        row.fault("registered_at", f"is before the birth on {born}")
    return registered


def _joined(row: Row, known: _Known) -> Joined:
    return Joined(
        _word(row, "family_id"),
        _known_centre(row, "centre_id", known),
        _needed_day(row, "joined_on"),
        row.text("source"),
    )


def _visited(row: Row, known: _Known) -> Visited:
    return Visited(
        _word(row, "family_id"),
        _known_centre(row, "centre_id", known),
        _needed_day(row, "visited_on"),
    )


def _contacted(row: Row, _known: _Known) -> Contacted:
    return Contacted(
        _word(row, "family_id"),
        _needed_day(row, "contacted_on"),
        row.text("route"),
        row.text("result"),
    )


def _hours(row: Row, _known: _Known) -> Hours:
    return Hours(
        _word(row, "venue_id"), _needed_day(row, "date"), row.read("registrar_minutes", _minutes, needed=True) or 0
    )


_READERS: Mapping[str, Callable[[Row, _Known], object]] = {
    "centres.csv": _centre,
    "births.csv": _birth,
    "bookings.csv": _booking,
    "registrations.csv": _registered,
    "memberships.csv": _joined,
    "visits.csv": _visited,
    "contacts.csv": _contacted,
    "hours.csv": _hours,
}


def write(folder: Path, rows: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
    """Write an extract's files into a folder, each file's rows in the order of their cells: equal rows give equal bytes.

    A file that `rows` does not name is not written. The folder is made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        if name in rows:
            with (folder / name).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows([safe_cell(cell) for cell in row] for row in sorted(rows[name]))
