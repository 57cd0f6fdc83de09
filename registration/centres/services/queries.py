"""Questions about the timetable of centres."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select

from registration.centres.models import Centre, CentreService, ServiceCancelled
from registration.centres.rules import ServiceCard
from registration.centres.services.rules import Details, Kind, Weekly, on_day
from registration.common.audit import Named
from registration.common.db import db
from registration.common.holidays import bank_holidays

_CANCELLED = (
    select(func.array_agg(ServiceCancelled.day))
    .where(ServiceCancelled.service_id == CentreService.id)
    .scalar_subquery()
)


def timetables(centre_ids: Collection[int]) -> Mapping[int, Sequence[Weekly]]:
    """Give the timetable of each of these centres, by weekday and time; a centre without one is not in it."""
    rows = db.session.execute(
        select(CentreService, _CANCELLED)
        .where(CentreService.centre_id.in_(centre_ids))
        .order_by(CentreService.weekday, CentreService.starts, CentreService.title)
    )
    found: dict[int, list[Weekly]] = defaultdict(list)
    for row, days in rows:
        found[row.centre_id].append(Weekly(row.id, row.centre_id, details_of(row), frozenset(days or ())))
    return dict(found)


def details_of(row: CentreService) -> Details:
    """Give what is said of a service that is kept."""
    return Details(
        row.title,
        Kind(row.kind),
        row.weekday,
        row.starts,
        row.ends,
        row.first_on,
        row.last_on,
        row.term_time,
        row.on_holidays,
        row.note,
    )


def services_on(on: date, centre_ids: Collection[int]) -> Mapping[int, Sequence[ServiceCard]]:
    """Give, by centre, what else happens there on a day, in its order: "while you are there"."""
    days = {centre: on_day(services, on, bank_holidays().keys()) for centre, services in timetables(centre_ids).items()}
    return {centre: [service.card for service in found] for centre, found in days.items() if found}


def cancellations(centre_id: int, first: date) -> Sequence[ServiceCancelled]:
    """List the days from one on, on which something of a centre's timetable is cancelled once."""
    wanted = (
        select(ServiceCancelled)
        .join(CentreService, CentreService.id == ServiceCancelled.service_id)
        .where(CentreService.centre_id == centre_id, ServiceCancelled.day >= first)
    )
    return db.session.scalars(wanted.order_by(ServiceCancelled.day, ServiceCancelled.id)).all()


def centres_by_name() -> Mapping[str, Sequence[int]]:
    """Give the numbers of the centres by their names, in small letters."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, name in db.session.execute(select(Centre.id, Centre.name).order_by(Centre.id)):
        found[name.casefold()].append(number)
    return found


def service_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Name services for the history by title and centre, with the page of the timetable."""
    wanted = select(CentreService.id, CentreService.title, Centre.id, Centre.name).join(CentreService.centre)
    rows = db.session.execute(wanted.where(CentreService.id.in_([int(key) for key in keys])))
    return {
        str(number): Named(f"{title}, {centre}", "services.timetable", {"centre_id": centre_id})
        for number, title, centre_id, centre in rows
    }
