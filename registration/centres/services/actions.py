"""Changes to the timetable of centres."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registration.centres.models import CentreService, ServiceCancelled
from registration.centres.services.files import ServiceRecord, read_services
from registration.centres.services.queries import centres_by_name, details_of
from registration.centres.services.rules import Details, Weekly, runs_on
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.files import Table
from registration.common.holidays import bank_holidays


class NoSuchService(Refused):
    """This service is no longer in the timetable: somebody took it out."""


class ThereAlready(Refused):
    """The centre has a service of this name at this time on this day already."""


class NotThatDay(Refused):
    """It does not happen on this day anyway. Choose another day."""


class TakesPlace(Refused):
    """It takes place on that day already."""


@dataclass(frozen=True, slots=True)
class Read:
    """What reading a timetable in did, in services."""

    added: int
    changed: int
    unchanged: int


def keep_service(centre_id: int, service_id: int | None, details: Details, actor: str) -> int:
    """Put a service into a centre's timetable, or change the one of this number; give its number.

    Raises NoSuchService where it is gone, ThereAlready where another has its name, day and time.
    """
    row = CentreService(centre_id=centre_id) if service_id is None else _service(centre_id, service_id)
    before = None if service_id is None else _facts(details_of(row))
    _write(row, details)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        raise ThereAlready from None
    if before != _facts(details):
        audit.record("service.kept", about=f"service:{row.id}", actor=actor, before=before, after=_facts(details))
    return row.id


def _service(centre_id: int, service_id: int) -> CentreService:
    wanted = select(CentreService).where(CentreService.id == service_id, CentreService.centre_id == centre_id)
    row = db.session.scalar(wanted.with_for_update())
    if row is None:
        raise NoSuchService
    return row


def _write(row: CentreService, details: Details) -> None:
    for name, value in asdict(details).items():
        setattr(row, name, value)


def _facts(details: Details) -> dict[str, Any]:
    """Give what is said of a service as the record keeps it."""
    return {
        name: value if isinstance(value, bool | int) else str(value)
        for name, value in asdict(details).items()
        if value not in (None, "")
    }


def remove_service(centre_id: int, service_id: int, actor: str) -> None:
    """Take a service out of a centre's timetable; raises NoSuchService where it is gone."""
    row = _service(centre_id, service_id)
    facts = _facts(details_of(row))
    db.session.delete(row)
    db.session.flush()
    audit.record("service.removed", about=f"centre:{centre_id}", actor=actor, before=facts)


def cancel_once(centre_id: int, service_id: int, day: date, reason: str, actor: str) -> None:
    """Cancel a service on one day, or give another reason for it.

    Raises NoSuchService where it is gone, NotThatDay where it does not happen: by its weekday, its days, or a bank holiday.
    """
    row = _service(centre_id, service_id)
    if not runs_on(Weekly(service_id, centre_id, details_of(row)), day, bank_holidays().keys()):
        raise NotThatDay
    known = db.session.scalar(select(ServiceCancelled).filter_by(service_id=service_id, day=day))
    cancelled = known or ServiceCancelled(service_id=service_id, day=day)
    cancelled.reason, cancelled.made_by = reason, actor
    db.session.add(cancelled)
    db.session.flush()
    _note_day("service.cancelled", service_id, actor, {"day": day.isoformat(), "reason": reason})


def take_back(centre_id: int, service_id: int, day: date, actor: str) -> None:
    """Let a service that was cancelled on one day take place after all.

    Raises NoSuchService where it is gone, TakesPlace where it is not cancelled.
    """
    _service(centre_id, service_id)
    known = db.session.scalar(select(ServiceCancelled).filter_by(service_id=service_id, day=day))
    if known is None:
        raise TakesPlace
    db.session.delete(known)
    db.session.flush()
    _note_day("service.takes_place", service_id, actor, {"day": day.isoformat()})


def _note_day(event: str, service_id: int, actor: str, facts: Mapping[str, Any]) -> None:
    audit.record(event, about=f"service:{service_id}", actor=actor, after=facts)


def import_services(stream: BinaryIO, actor: str, today: date) -> Read:
    """Read a timetable in: what has the same centre, name, day and start is changed, the rest added, nothing taken out.

    Raises FileRefused naming every fault; then nothing is read.
    """
    rows = db.session.scalars(select(CentreService)).all()
    standing = [(row.centre_id, details_of(row)) for row in rows]
    records = read_services(Table(stream), centres_by_name(), today, standing)
    known = {(row.centre_id, row.title, row.weekday, row.starts): row for row in rows}
    done = [_take_in(record, known) for record in records]
    db.session.flush()
    read = Read(done.count("added"), done.count("changed"), done.count("unchanged"))
    if read.added or read.changed:
        audit.record("service.imported", about="timetable", actor=actor, after=asdict(read))
    return read


def _take_in(record: ServiceRecord, known: Mapping[tuple[Any, ...], CentreService]) -> str:
    said = record.details
    row = known.get((record.centre_id, said.title, said.weekday, said.starts))
    if row is not None and details_of(row) == said:
        return "unchanged"
    kept = row or CentreService(centre_id=record.centre_id)
    _write(kept, said)
    db.session.add(kept)
    return "changed" if row else "added"
