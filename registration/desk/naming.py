"""What the record calls bookings when it names them by their secret number, and how an auditor finds one."""

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from sqlalchemy import select

from registration.booking.models import Booking
from registration.booking.rules.reference import canonical
from registration.centres.models import Centre
from registration.common.audit import Named
from registration.common.db import db


def bookings_by_public_id(keys: Collection[str]) -> dict[str, Named]:
    """Name bookings that stand in the record by their public id, as messages about them do."""
    wanted = select(Booking.public_id, Booking.reference).where(Booking.public_id.in_(_uuids(keys)))
    return {
        str(public_id): Named(f"booking {reference}", "desk.booking", {"public_id": public_id})
        for public_id, reference in db.session.execute(wanted)
    }


def centre_names(numbers: Collection[str]) -> dict[str, Named]:
    """Name the centres of the record, those too that take part no longer."""
    known = [int(number) for number in numbers if number.isdecimal()]
    wanted = select(Centre.id, Centre.name).where(Centre.id.in_(known))
    return {str(number): Named(name) for number, name in db.session.execute(wanted)}


def keys_of_reference(words: str) -> list[str]:
    """Give what the record calls the booking of a reference, however it is typed; nothing for anything else."""
    wanted = select(Booking.id, Booking.public_id).where(Booking.reference == canonical(words))
    found = db.session.execute(wanted).one_or_none()
    return [] if found is None else [f"booking:{found.id}", str(found.public_id)]


def _uuids(keys: Collection[str]) -> list[UUID]:
    found = []
    for key in keys:
        with suppress(ValueError):
            found.append(UUID(key))
    return found
