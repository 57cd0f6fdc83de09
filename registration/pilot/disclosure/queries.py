"""Questions about what left the evaluation."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from registration.common.db import db
from registration.pilot.disclosure.chain import BEGINNING, Entry, Head, Link, broken
from registration.pilot.disclosure.models import PilotRelease, RowLevelRequest


def links() -> Iterator[Link]:
    """Give every entry of the ledger, the first one first."""
    rows = db.session.scalars(select(PilotRelease).order_by(PilotRelease.number).execution_options(yield_per=500))
    return map(_link, rows)


def releases(most: int = 100) -> Sequence[Link]:
    """Give the newest entries of the ledger, the newest first."""
    return [
        _link(row) for row in db.session.scalars(select(PilotRelease).order_by(PilotRelease.number.desc()).limit(most))
    ]


def head() -> Head:
    """Give the end of the ledger; whoever keeps it apart can tell later whether an entry has gone from there."""
    last = db.session.scalars(select(PilotRelease).order_by(PilotRelease.number.desc()).limit(1)).one_or_none()
    return Head(0, BEGINNING) if last is None else Head(last.number, last.digest)


def verify(kept: Head | None = None) -> list[tuple[int, str]]:
    """Name every entry at which the ledger is broken, and how; none where it is whole.

    That its last entries are gone is seen only beside an end of it that somebody kept.
    """
    return list(broken(links(), kept))


def requests(*states: str) -> Sequence[RowLevelRequest]:
    """Give the requests for rows in any of these states, or all, the newest first."""
    wanted = select(RowLevelRequest).order_by(RowLevelRequest.id.desc())
    return db.session.scalars(wanted.where(RowLevelRequest.state.in_(states)) if states else wanted).all()


def due(now: datetime) -> Sequence[RowLevelRequest]:
    """Give the approved requests whose time is over, locked."""
    over = select(RowLevelRequest).where(RowLevelRequest.state == "approved", RowLevelRequest.expires_at <= now)
    return db.session.scalars(over.order_by(RowLevelRequest.id).with_for_update()).all()


def _link(row: PilotRelease) -> Link:
    entry = Entry(row.number, row.at, row.kind, row.who, row.why, row.specification, row.counts, row.files)
    return Link(entry, row.previous, row.digest)
