"""A council's families are never shown as a demonstration, whose outbox and passwords are open to everybody."""

from http import HTTPStatus

from flask import Flask, abort, current_app, request
from sqlalchemy import select

from registration.booking.models import Booking
from registration.centres.models import ImportedFile
from registration.common.db import db
from registration.demo.mark import MARK, InUse

#: Whether the process lives, which has nothing to do with whose data it serves.
ALIVE = "health.live"


def init_app(app: Flask) -> None:
    """Let no page be served as a demonstration that nobody asked for, where families have booked in earnest.

    Whoever says DEMO=1 is believed; a line that was lost from the settings of a council's service is not taken for it.
    """
    if not app.config["DEMO"] or app.config["DEMO_SAID"]:
        return
    safe: list[bool] = []

    def look_once() -> None:
        """Look at the first request of a process; the data do not become a council's meanwhile."""
        if not safe and request.endpoint != ALIVE:
            try:
                refuse_a_councils_data()
            except InUse:
                abort(HTTPStatus.SERVICE_UNAVAILABLE)
            safe.append(True)

    app.before_request(look_once)


def refuse_a_councils_data() -> None:
    """Raise InUse where DEMO was left out of the settings and the database has bookings that no demonstration made."""
    if not current_app.config["DEMO"] or current_app.config["DEMO_SAID"]:
        return
    loaded = select(ImportedFile.id).where(ImportedFile.kind == MARK).limit(1)
    if db.session.scalar(loaded) is None and db.session.scalar(select(Booking.id).limit(1)) is not None:
        current_app.logger.error("%s", InUse.__doc__)
        raise InUse
