"""The files of registrars, weekly patterns and sessions, row by row; what is wrong in a row is a fault of its table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from registration.centres.rules import canonical_postcode
from registration.common.authority import RANGES
from registration.common.files import Row, Table, day, yes_or_no
from registration.rota import rules
from registration.rota.rules.patterns import EVERY, read_weeks

#: Half-days of a week, two on each of seven days.
MOST_HALF_DAYS = 14
_REGISTRARS = {
    "name": ("name", "registrar"),
    "grade": ("grade",),
    "may register births": ("may[ _]register[ _]births",),
    "languages": ("languages?",),
    "home postcode": ("home[ _]postcode",),
    "contracted sessions": ("contracted[ _]sessions",),
    "minutes per baby": ("minutes[ _]per[ _]baby",),
    "left on": ("left[ _]on",),
}
_PATTERNS = {
    "registrar": ("registrar",),
    "valid from": ("valid[ _]from",),
    "valid to": ("valid[ _]to",),
    "weekday": ("weekday", "day"),
    "centre": ("centre",),
    "room": ("room",),
    "from": ("from", "begins?"),
    "to": ("to", "ends?"),
    "weeks": ("weeks?",),
}
_SESSIONS = {
    "registrar": ("registrar",),
    "centre": ("centre",),
    "room": ("room",),
    "date": ("date", "day"),
    "from": ("from", "begins?"),
    "to": ("to", "ends?"),
    "kept minutes": ("kept[ _]minutes",),
    "withdrawn": ("withdrawn",),
}


@dataclass(frozen=True, slots=True)
class RegistrarRecord:
    """A registrar as a file tells of one; what it does not tell is None."""

    row: Row
    name: str
    grade: str | None
    may_register_births: bool | None
    languages: tuple[str, ...] | None
    home_postcode: str | None
    contracted_sessions: int | None
    minutes_per_baby: int | None
    left_on: date | None


@dataclass(frozen=True, slots=True)
class PatternRecord:
    """One half-day of a weekly pattern as a file tells of it, its registrar, centre and room still as written."""

    row: Row
    valid_from: date
    valid_to: date | None
    weekday: int
    begins: time
    ends: time
    weeks: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as a file tells of one, its registrar, centre and room still as written."""

    row: Row
    day: date
    begins: datetime
    ends: datetime
    kept_minutes: int | None
    withdrawn: bool


def registrar_records(table: Table) -> Iterator[RegistrarRecord]:
    """Give the registrars of a file; FileRefused where a column is missing."""
    table.name_columns(_REGISTRARS, needed=("name",))
    seen: dict[str, int] = {}
    for row in table:
        name = row.read("name", str, needed=True)
        grade = row.read("grade", rules.grade)
        may, languages = row.read("may register births", yes_or_no), row.read("languages", rules.languages)
        if name is None:
            continue
        earlier = seen.setdefault(rules.same_name(name), row.line)
        if earlier != row.line:
            table.add_repeated(row.line, "name", name, earlier)
        postcode = row.read("home postcode", canonical_postcode)
        contract = row.read("contracted sessions", rules.whole_between(1, MOST_HALF_DAYS))
        per_baby = row.read("minutes per baby", rules.whole_between(*RANGES["minutes_per_baby"]))
        yield RegistrarRecord(
            row,
            " ".join(name.split()),
            grade,
            may,
            languages,
            postcode,
            contract,
            per_baby,
            row.read("left on", day),
        )


def pattern_records(table: Table) -> Iterator[PatternRecord]:
    """Give the half-days of weekly patterns of a file; FileRefused where a column is missing."""
    table.name_columns(_PATTERNS, needed=("registrar", "valid from", "weekday", "centre", "from", "to"))
    for row in table:
        first, last = row.read("valid from", day, needed=True), row.read("valid to", day)
        weekday = row.read("weekday", rules.weekday, needed=True)
        weeks = row.read("weeks", read_weeks) or EVERY
        begins, ends = (row.read(each, rules.clock_time, needed=True) for each in ("from", "to"))
        if first is not None and weekday is not None and begins is not None and ends is not None:
            yield PatternRecord(row, first, last, weekday, begins, ends, weeks)


def session_records(table: Table) -> Iterator[SessionRecord]:
    """Give the sessions of a file whose times are times; FileRefused where a column is missing."""
    table.name_columns(_SESSIONS, needed=("registrar", "centre", "room", "date", "from", "to"))
    for row in table:
        on = row.read("date", day, needed=True)
        kept, withdrawn = row.read("kept minutes", rules.minutes), row.read("withdrawn", yes_or_no)
        begins, ends = _moment(row, "from", on), _moment(row, "to", on)
        if on is None or begins is None or ends is None:
            continue
        if ends <= begins:
            row.fault("to", "is not after the beginning")
            continue
        yield SessionRecord(row, on, begins, ends, kept, bool(withdrawn))


def _moment(row: Row, meaning: str, on: date | None) -> datetime | None:
    at = row.read(meaning, rules.clock_time, needed=True)
    if on is None or at is None:
        return None
    return _existing(row, meaning, on, at)


def _existing(row: Row, meaning: str, on: date, at: time) -> datetime | None:
    try:
        found = rules.moment(on, at)
    except ValueError as error:
        row.fault(meaning, str(error))
        return None
    if rules.happens_twice(on, at):
        row.warn(meaning, "happens twice that day, for the clocks go back: the first is taken")
    return found
