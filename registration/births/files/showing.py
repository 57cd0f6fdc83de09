"""A waiting file as its page shows it: what each column becomes, the first rows, what would be done, or what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from registration.births.agreements.queries import agreement_in_force
from registration.births.files.leaving import Leaving, leaving
from registration.births.files.looking import Brought, Look, look
from registration.births.files.rules.columns import (
    AND,
    TITLES,
    Column,
    Kind,
    Why,
    become,
    columns_of,
    meant,
)
from registration.common.clock import civil_date
from registration.common.errors import Refused
from registration.common.files import FileRefused

#: So many rows are shown as they become.
FIRST_ROWS = 5
NOT_TAKEN = "Not taken"


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page of a waiting file shows; `look` is None where there are faults."""

    columns: Sequence[Column]
    choices: Sequence[tuple[str, str]]
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    faults: Sequence[str]
    look: Look | None
    done: Sequence[tuple[int, str]] = ()
    left: Leaving | None = None


def preview(brought: Brought, now: datetime) -> Preview:
    """Read a waiting file as it would be taken in. Where its agreement ended meanwhile nothing of it is."""
    today = civil_date(now)
    agreement = agreement_in_force(brought.source, today)
    columns, _ = become(brought.sheet, brought.kind, agreement.items if agreement else (), brought.said)
    found, faults = None, []
    try:
        found = look(brought, today)
    except FileRefused as refused:
        faults = refused.lines()
    except Refused as refused:
        faults = [refused.sentence]
    taken = [column for column in columns if column.why is Why.TAKEN]
    return Preview(
        columns,
        _choices(brought.kind),
        [f"{TITLES[column.ours or '']}" for column in taken],
        [[line.cells[column.place] for column in taken] for line in brought.sheet.lines[:FIRST_ROWS]],
        faults,
        found,
        _done(found) if found else (),
        leaving(found.told.losses, brought.source, now) if found and found.told.losses else None,
    )


def _done(found: Look) -> Sequence[tuple[int, str]]:
    """Say what would be done, in numbers."""
    told, decision = found.told, found.decision
    if found.brought.kind is Kind.COUNTS:
        return [_so_many(len(found.counted), "month of an area counted", "months of an area counted")]
    return [
        _so_many(decision.babies_added, "baby is new", "babies are new"),
        _so_many(len(decision.corrected), "was told before and is corrected", "were told before and are corrected"),
        _so_many(
            decision.unchanged + told.repeated,
            "is as before, or stands twice in the file",
            "are as before, or stand twice in the file",
        ),
        _so_many(len(told.losses), "was stillborn or died", "were stillborn or died"),
        _so_many(
            found.outside,
            "lives outside the area, and is left at the door",
            "live outside the area, and are left at the door",
        ),
        _so_many(
            found.unplaced,
            "has no home that can be placed in a reach area",
            "have no home that can be placed in a reach area",
        ),
    ]


def _so_many(number: int, one: str, more: str) -> tuple[int, str]:
    return number, one if number == 1 else more


def _choices(kind: Kind) -> list[tuple[str, str]]:
    return [("", NOT_TAKEN), *((ours, title) for ours, title in TITLES.items() if ours in columns_of(kind))]


def said_by(chosen: Mapping[str, str], brought: Brought) -> dict[str, str]:
    """Give what was said of the columns: `chosen` has for a column's place what it is to become, '' for nothing.

    What the words of the headings tell anyway is not said; what no column is to become is said to be nothing.
    """
    kind, header = brought.kind, brought.sheet.header
    said: dict[str, list[str]] = {}
    for place, heading in enumerate(header):
        ours = chosen.get(str(place), "")
        if ours in columns_of(kind):
            said.setdefault(ours, []).append(heading)
    usual: dict[str, list[str]] = {}
    for heading in header:
        usual.setdefault(meant(heading, kind) or "", []).append(heading)
    changed = {ours: AND.join(names) for ours, names in said.items() if usual.get(ours) != names}
    gone = {ours: "" for ours in usual if ours and ours not in said}
    return changed | gone
