"""Write to registrars whose outcomes are missing, and to the rota managers once that has lasted: days and numbers, no family."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import current_app, url_for
from procrastinate.types import JSONValue
from sqlalchemy import func, select

from registration.booking.wording import weekday_and_day
from registration.common.audit import AuditEvent, record
from registration.common.authority import current_authority
from registration.common.clock import civil_date, london
from registration.common.db import db
from registration.common.holidays import bank_holidays
from registration.common.links import external
from registration.desk import worklists
from registration.desk.rules.chasing import Letter, Missing, is_time_to_chase, letters
from registration.staff.actions import write_to
from registration.staff.queries import who_may_sign_in

EVENT = "staff.outcomes_chased"
TEMPLATE = "desk/mail/outcomes"
#: A letter names so many days at most, the oldest, and leads to the list of all.
MOST_DAYS = 20


def chase(now: datetime) -> int:
    """Send each person due a letter theirs, once a day at most; say how many that were. Only in the evening of a working day."""
    council, holidays, today = current_authority(), bank_holidays(), civil_date(now)
    if not council.chase_outcomes or not is_time_to_chase(london(now), holidays):
        return 0
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(EVENT))))  # two workers write no letter twice
    told = _told(today)
    missing = [
        Missing(each.centre_id, each.centre, each.day, each.count, staff_id)
        for each, staff_id in worklists.unmarked_by_registrar(now)
    ]
    due = letters(missing, who_may_sign_in("rota_manager"), today, holidays, council.chase_managers_after_days)
    sent = [letter for letter in due if f"staff:{letter.staff_id}" not in told]
    for letter in sent:
        _send(letter, today)
    return len(sent)


def _told(today: date) -> set[str]:
    day = AuditEvent.after["day"].astext == today.isoformat()
    return set(db.session.scalars(select(AuditEvent.about).where(AuditEvent.event == EVENT, day)))


def _send(letter: Letter, today: date) -> None:
    details: dict[str, JSONValue] = {
        "own": _days(letter.own),
        "others": _days(letter.others),
        "all_days": _address("desk.outcomes_missing"),
    }
    plural = "appointment" if letter.count == 1 else "appointments"
    write_to(letter.staff_id, TEMPLATE, f"Outcomes missing: {letter.count} {plural}", details)
    after = {"day": today.isoformat(), "appointments": letter.count}
    record(EVENT, about=f"staff:{letter.staff_id}", actor="service", after=after)


def _days(missing: Iterable[Missing]) -> list[JSONValue]:
    """Give the lines of a letter: one for each day and centre, whoever sat there."""
    counts: dict[tuple[date, int, str], int] = {}
    for each in missing:
        key = (each.day, each.centre_id, each.centre)
        counts[key] = counts.get(key, 0) + each.count
    return [
        {
            "day": weekday_and_day(day),
            "centre": centre,
            "count": count,
            "address": _address("day.day_list", centre_id=centre_id, day=day.isoformat()),
        }
        for (day, centre_id, centre), count in list(counts.items())[:MOST_DAYS]
    ]


def _address(endpoint: str, **values: object) -> str:
    with current_app.test_request_context():
        path = url_for(endpoint, **values)  # type: ignore[arg-type]
    return external(path)
