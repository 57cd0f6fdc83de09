"""The sheet for a day without network: the day list as a file to take away, fill in, and bring back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import BinaryIO

from registration.booking.rules.outcomes import REASONS, TITLES, Marking, Outcome, SheetRow, Standing
from registration.booking.rules.reference import canonical
from registration.common.contacts import as_read
from registration.common.files import Fault, Row, Table, whole, written
from registration.desk.forms.day import LONGEST_NOTE
from registration.desk.rules.day import Line

#: They stay as they are: sheets taken out before an update come back after it.
COLUMNS = (
    "reference",
    "version",
    "marked",
    "centre",
    "date",
    "time",
    "registrar",
    "room",
    "family",
    "babies",
    "who",
    "papers",
    "language",
    "needs",
    "telephone",
    "email",
    "state",
    "outcome",
    "reason",
    "note",
)
_READ = ("reference", "version", "marked", "outcome", "reason", "note")
_NEEDED = ("reference", "version", "marked", "outcome")
_OUTCOMES = {title.casefold(): outcome for outcome, title in TITLES.items()}
_REASONS = {sentence.casefold(): code for code, sentence in REASONS.items()} | {code: code for code in REASONS}


def sheet(lines: Iterable[Line], centre: str, day: date) -> bytes:
    """Write the list as a CSV file; its last three columns are empty, to be filled in."""
    return written(COLUMNS, [_cells(line, centre, day) for line in lines])


def _cells(line: Line, centre: str, day: date) -> list[object]:
    return [
        line.reference,
        line.version,
        line.marked,
        centre,
        day.isoformat(),
        line.time,
        line.with_whom,
        line.room,
        line.name,
        line.babies,
        line.who,
        line.papers,
        line.language,
        line.needs,
        as_read(line.mobile),  # with its nought a table program computes nothing out of it
        line.email,
        line.state,
        "",
        "",
        "",
    ]


def read_sheet(stream: BinaryIO) -> tuple[Table, list[SheetRow]]:
    """Read a sheet that came back; what is wrong in it stands in the table's faults.

    Raises FileRefused where it is no such file at all.
    """
    table = Table(stream)
    table.name_columns({name: (name,) for name in _READ}, _NEEDED)
    lines: dict[str, int] = {}
    rows = []
    for row in table:
        read = _read(row)
        if read is None:
            continue
        if read.reference in lines:
            table.add_repeated(row.line, "reference", read.reference, lines[read.reference])
        lines[read.reference] = row.line
        rows.append(read)
    return table, rows


def _read(row: Row) -> SheetRow | None:
    reference = row.read("reference", _reference, needed=True)
    version, marked = row.read("version", whole, needed=True), row.read("marked", whole, needed=True)
    marking = _marking(row)
    if reference is None or version is None or marked is None or marking is None:
        return None
    return SheetRow(row.line, reference, version, marked, marking)


def _reference(text: str) -> str:
    found = canonical(text)
    if found is None:
        raise ValueError("is not a booking reference")
    return found


def _outcome(text: str) -> Outcome:
    found = _OUTCOMES.get(" ".join(text.replace("_", " ").casefold().split()))
    if found is None:
        raise ValueError(f"is not an outcome: write {', '.join(TITLES.values()).lower()}, or nothing")
    return found


def _marking(row: Row) -> Marking | None:
    """Read what was marked; None, and a fault, where it cannot be understood. A reason in other words is kept as a note."""
    if not row.text("outcome"):
        return Marking(None, route="sheet")
    outcome = row.read("outcome", _outcome)
    if outcome is not Outcome.UNABLE:
        return None if outcome is None else Marking(outcome, route="sheet")
    said, note = row.text("reason"), row.text("note")
    reason = _REASONS.get(said.casefold())
    if reason is None:
        note = "; ".join(part for part in (said, note) if part)
    if not (reason and reason != "other") and not note:
        row.fault("reason", "is missing: say why the birth could not be registered")
        return None
    if len(note) > LONGEST_NOTE:
        row.fault("note", f"has more than {LONGEST_NOTE} letters")
        return None
    return Marking(outcome, reason or "other", " ".join(note.split()), "sheet")


def refuse_strangers(
    table: Table, rows: Iterable[SheetRow], known: Mapping[str, Standing], centre_id: int, day: date
) -> None:
    """Keep a fault for each row of another list, so that nothing is marked where nobody looks; then refuse the file if any.

    A booking that was on this list and moved since is no stranger: its version tells. Raises FileRefused.
    """
    for row in rows:
        standing = known.get(row.reference)
        if standing is None:
            table.add(Fault(row.line, "reference", row.reference, "is no booking of ours"))
        elif standing.version == row.version and (standing.centre_id, standing.day) != (centre_id, day):
            table.add(Fault(row.line, "reference", row.reference, "is on the list of another centre or day"))
    table.refuse_if_faulty()
