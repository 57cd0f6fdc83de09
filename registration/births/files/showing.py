"""A waiting file as its page shows it: what each column becomes, the first rows, what would be done, or what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registration.births.agreements.queries import agreement_in_force
from registration.births.files.looking import Brought, Look, look
from registration.births.files.rules.columns import (
    AND,
    SEVERAL,
    TITLES,
    Column,
    Kind,
    Why,
    become,
    columns_of,
    meant,
)
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
    done: Sequence[tuple[str, int]] = ()


def preview(brought: Brought, today: date) -> Preview:
    """Read a waiting file as it would be taken in. Where its agreement ended meanwhile nothing of it is."""
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
    )


def _done(found: Look) -> Sequence[tuple[str, int]]:
    """Say what would be done, in numbers."""
    told, decision = found.told, found.decision
    if found.brought.kind is Kind.COUNTS:
        return [("months of an area counted", len(found.counted))]
    return [
        ("babies are new", decision.babies_added),
        ("were told before and are corrected", len(decision.corrected)),
        ("are as before, or stand twice in the file", decision.unchanged + told.repeated),
        ("were stillborn or died: their families leave every list at once", len(told.losses)),
        ("live outside the area, and are left at the door", found.outside),
        ("have no home that can be placed in a reach area", found.unplaced),
    ]


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
    return {ours: names if ours in SEVERAL else names.split(AND)[0] for ours, names in changed.items()} | gone
