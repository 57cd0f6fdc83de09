"""What becomes of the sessions and the weekly patterns of a centre that closes for good."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from registration.centres.models import Centre
from registration.common import audit
from registration.common.access import current_actor
from registration.common.db import db
from registration.rota.actions.noting import one_at_a_time
from registration.rota.actions.patterns import add_exception, end_pattern, facts, keep_version
from registration.rota.actions.restoring import CENTRE_CLOSED, bring_back, withdraw_for
from registration.rota.models import Registrar, Session, WorkingPattern
from registration.rota.queries.planning import exceptions_between, patterns_between
from registration.rota.rules.patterns import DAY, HalfDay, Pattern

__all__ = ["bring_sessions_back", "follow_in_patterns", "one_at_a_time", "send_sessions", "withdraw_empty"]

#: Single half-days lie no further ahead.
FAR = timedelta(days=3 * 366)


def send_sessions(gone: Mapping[int, tuple[int, int]]) -> None:
    """Let sessions go whole, each with its registrar, to the centre and the room given; the rota's lock is held."""
    for session_id, (centre_id, room_id) in sorted(gone.items()):
        row = db.session.get_one(Session, session_id, with_for_update={"key_share": True}, populate_existing=True)
        was, becomes = ({"centre": db.session.get_one(Centre, each).name} for each in (row.centre_id, centre_id))
        row.centre_id, row.room_id = centre_id, room_id
        db.session.flush()
        audit.record(
            "went to another centre", about=f"session:{session_id}", actor=current_actor(), before=was, after=becomes
        )


def withdraw_empty(session_ids: Collection[int]) -> None:
    """Withdraw the sessions of a centre that closes which no family is booked in."""
    withdraw_for(
        db.session.scalars(select(Session).where(Session.id.in_(session_ids)).with_for_update(key_share=True)).all(),
        CENTRE_CLOSED,
    )


def bring_sessions_back(centre_id: int, begins: datetime, now: datetime) -> int:
    """Publish again what was withdrawn because a centre closed from a moment on; CannotBringBack where one cannot be held."""
    return bring_back(
        select(Session).where(Session.centre_id == centre_id, Session.begins_at >= begins), CENTRE_CLOSED, now
    )


def follow_in_patterns(centre_id: int, successor_id: int, first: date, actor: str) -> list[str]:
    """Have every weekly pattern and single half-day from a day on name a successor instead of a centre; say whose patterns do.

    A version in force before that day ends, and goes on as another from it. Rooms are left open: any that is free.
    """
    named = [
        (key, each)
        for key, each in patterns_between(first, None).items()
        if any(h.centre == centre_id for h in each.half_days)
    ]
    for key, version in named:
        _follow(key, version, first, centre_id, successor_id, actor)
    single = [
        each
        for each in exceptions_between(first, first + FAR).values()
        if each.place and each.place.centre == centre_id
    ]
    for each in single:
        place = None if each.place is None else _there(each.place, centre_id, successor_id)
        add_exception(replace(each, place=place), actor)
    theirs = select(Registrar.name).where(Registrar.id.in_({each.registrar for _, each in named}))
    return list(db.session.scalars(theirs.order_by(Registrar.name)))


def _follow(key: int, version: Pattern, first: date, centre_id: int, successor_id: int, actor: str) -> None:
    half_days = tuple(_there(each, centre_id, successor_id) for each in version.half_days)
    after = replace(version, valid_from=max(version.valid_from, first), half_days=half_days)
    if version.valid_from < first:
        end_pattern(key, first - DAY, actor)
    else:
        db.session.delete(db.session.get_one(WorkingPattern, key))
        db.session.flush()
        about = f"registrar:{version.registrar}"
        audit.record("took out a weekly pattern", about=about, actor=actor, before=facts(version))
    keep_version(after, actor)


def _there(half_day: HalfDay, centre_id: int, successor_id: int) -> HalfDay:
    return replace(half_day, centre=successor_id, room=None) if half_day.centre == centre_id else half_day
