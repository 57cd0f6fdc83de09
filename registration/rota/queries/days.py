"""Which days centres are open: bank holidays as published, and what a manager decided of single days."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from registration.common.db import db
from registration.common.holidays import bank_holidays
from registration.rota.models import CentreDay
from registration.rota.rules.days import OpenDays, Otherwise


def open_days(first: date, last: date) -> OpenDays:
    """Give what is known of the days of a span, its first and its last included."""
    wanted = select(CentreDay.centre_id, CentreDay.day, CentreDay.open, CentreDay.reason)
    rows = db.session.execute(wanted.where(CentreDay.day.between(first, last)))
    decided = {(centre, day): Otherwise(is_open, reason) for centre, day, is_open, reason in rows}
    return OpenDays({day: name for day, name in bank_holidays().items() if first <= day <= last}, decided)


def decided_days(first: date) -> Sequence[CentreDay]:
    """List what was decided of single days from a day on, in their order."""
    wanted = select(CentreDay).where(CentreDay.day >= first).order_by(CentreDay.day, CentreDay.id)
    return db.session.scalars(wanted).all()
