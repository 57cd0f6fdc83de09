"""Registrars' weekly patterns and their exceptions: versions follow one another, and none is written over."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from registration.centres.models import Centre, Room
from registration.common import audit
from registration.common.db import db
from registration.common.errors import Refused
from registration.common.text import storable
from registration.rota.actions.noting import one_at_a_time
from registration.rota.models import PatternException, PatternHalfDay, Registrar, WorkingPattern
from registration.rota.queries.planning import patterns_between
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.patterns import (
    HALVES,
    HalfDay,
    Pattern,
    half_day_faults,
    left_without,
    overlapping,
    resumed,
    span_fault,
    succeeded,
)
from registration.rota.rules.planning import Exceptional


class NotThatPattern(Refused):
    """This weekly pattern cannot be kept."""


class NoSuchPattern(Refused):
    """This weekly pattern is not there any more: somebody took it out."""


class NoSuchException(Refused):
    """This exception is not there any more: somebody took it out."""


def would_end(new: Pattern) -> Pattern | None:
    """Give the version until further notice that a new one, which has a last day, would leave nothing after."""
    return left_without(patterns_between(date.min, None, new.registrar).values(), new)


def add_pattern(new: Pattern, actor: str, *, resume: bool = False) -> WorkingPattern:
    """Keep a new version of a registrar's week. One until further notice that began before ends the day before.

    With `resume` that one goes on, as a version of its own, the day after the new one's last day.
    Raises NotThatPattern with the sentence that says why not: faulty half-days, or another version in force then.
    """
    one_at_a_time()
    _check(new)
    versions = patterns_between(date.min, None, new.registrar)
    clash = overlapping(versions.values(), new)
    if clash is not None:
        who = db.session.get_one(Registrar, new.registrar).name
        raise NotThatPattern(
            f"{who} already has a pattern {span_of(clash)}. Choose days that do not overlap, or change that one first"
        )
    ended = succeeded(versions.values(), new)
    if ended is not None and ended.valid_to is not None:
        number = next(key for key, each in versions.items() if replace(each, valid_to=ended.valid_to) == ended)
        end_pattern(number, ended.valid_to, actor)
    made = keep_version(new, actor)
    if ended is not None and resume and new.valid_to is not None:
        keep_version(resumed(ended, new), actor)
    return made


def _check(new: Pattern) -> None:
    if new.valid_to is not None and new.valid_to < new.valid_from:
        raise NotThatPattern("The last day must be the first day or after it")
    if not new.half_days:
        raise NotThatPattern("Choose a centre for at least one half-day")
    faults = half_day_faults(new.half_days)
    if faults:
        raise NotThatPattern(faults[0][1])
    for each in new.half_days:
        _check_place(each)


def _check_place(half_day: HalfDay) -> None:
    if db.session.get(Centre, half_day.centre) is None:
        raise NotThatPattern("There is no such centre")
    if half_day.room is not None:
        room = db.session.get(Room, half_day.room)
        if room is None or room.centre_id != half_day.centre:
            raise NotThatPattern("The centre has no such room")


def keep_version(new: Pattern, actor: str) -> WorkingPattern:
    """Keep a version of a registrar's week that overlaps no other, and note it."""
    made = WorkingPattern(registrar_id=new.registrar, valid_from=new.valid_from, valid_to=new.valid_to, made_by=actor)
    db.session.add(made)
    db.session.flush()
    db.session.add_all(_row(made.id, each) for each in new.half_days)
    db.session.flush()
    audit.record("added a weekly pattern", about=f"registrar:{new.registrar}", actor=actor, after=facts(new))
    return made


def _row(pattern_id: int, half_day: HalfDay) -> PatternHalfDay:
    return PatternHalfDay(
        pattern_id=pattern_id,
        weekday=half_day.weekday,
        half=half_day.half,
        centre_id=half_day.centre,
        room_id=half_day.room,
        begins=half_day.begins,
        ends=half_day.ends,
        weeks=half_day.weeks,
    )


def facts(pattern: Pattern) -> dict[str, object]:
    """Give what the record keeps of a version: its days, and each half-day in words."""
    return {
        "from": pattern.valid_from.isoformat(),
        "to": None if pattern.valid_to is None else pattern.valid_to.isoformat(),
        "half_days": [_said(each) for each in pattern.half_days],
    }


def _said(half_day: HalfDay) -> str:
    where = db.session.get_one(Centre, half_day.centre).name
    room = "" if half_day.room is None else f", {db.session.get_one(Room, half_day.room).name}"
    return f"{half_day.named} {half_day.begins:%H:%M}-{half_day.ends:%H:%M} {where}{room}"


def span_of(pattern: Pattern) -> str:
    """Say the days of a version: 'from Monday 5 January 2026 until further notice'."""
    end = "until further notice" if pattern.valid_to is None else f"to {in_words(pattern.valid_to)}"
    return f"from {in_words(pattern.valid_from)} {end}"


def _version(pattern_id: int) -> tuple[WorkingPattern, Pattern]:
    row = db.session.get(WorkingPattern, pattern_id)
    if row is None:
        raise NoSuchPattern
    return row, patterns_between(row.valid_from, row.valid_from, row.registrar_id)[row.id]


def end_pattern(pattern_id: int, last_day: date, actor: str) -> None:
    """Let a version end on a day, sooner or later than it says; NotThatPattern where that is before it begins or into another."""
    one_at_a_time()
    row, before = _version(pattern_id)
    after = replace(before, valid_to=last_day)
    if last_day < before.valid_from:
        raise NotThatPattern("The last day must be the first day or after it")
    others = patterns_between(before.valid_from, last_day, before.registrar)
    later = next((each for key, each in others.items() if key != pattern_id), None)
    if later is not None:
        raise NotThatPattern(f"The next pattern is in force {span_of(later)}")
    row.valid_to = last_day
    db.session.flush()
    audit.record(
        "ended a weekly pattern",
        about=f"registrar:{row.registrar_id}",
        actor=actor,
        before=facts(before),
        after=facts(after),
    )


def remove_pattern(pattern_id: int, today: date, actor: str) -> int:
    """Take out a version that has not begun yet, and give its registrar; NotThatPattern where it has: let it end instead."""
    one_at_a_time()
    row, before = _version(pattern_id)
    if before.valid_from <= today:
        raise NotThatPattern("This pattern has begun, so it stays in the record. Say the last day it is in force")
    db.session.delete(row)
    db.session.flush()
    audit.record("took out a weekly pattern", about=f"registrar:{row.registrar_id}", actor=actor, before=facts(before))
    return row.registrar_id


# ---- single half-days


def add_exception(new: Exceptional, actor: str) -> PatternException:
    """Keep what a registrar does otherwise on one half-day, in the place of what was kept for it before."""
    if new.half not in HALVES:
        raise NotThatPattern("Choose morning, afternoon or evening")
    if new.place is not None:
        fault = span_fault(new.place.begins, new.place.ends)
        if fault:
            raise NotThatPattern(fault)
        _check_place(new.place)
    one_at_a_time()
    there = select(PatternException).filter_by(registrar_id=new.registrar, day=new.day, half=new.half)
    row = db.session.scalars(there).one_or_none()
    before = None if row is None else _exception_facts(row)
    if row is None:
        row = PatternException(registrar_id=new.registrar, day=new.day, half=new.half)
        db.session.add(row)
    place = new.place
    row.centre_id, row.room_id = (None, None) if place is None else (place.centre, place.room)
    row.begins, row.ends = (None, None) if place is None else (place.begins, place.ends)
    row.reason, row.made_by = storable(new.reason), actor
    db.session.flush()
    about = f"registrar:{new.registrar}"
    audit.record("kept an exception", about=about, actor=actor, before=before, after=_exception_facts(row))
    return row


def _exception_facts(row: PatternException) -> dict[str, object]:
    centre = None if row.centre_id is None else db.session.get_one(Centre, row.centre_id).name
    room = None if row.room_id is None else db.session.get_one(Room, row.room_id).name
    times = None if row.begins is None else f"{row.begins:%H:%M}-{row.ends:%H:%M}"
    where = {"centre": centre, "room": room, "times": times}
    return {"day": row.day.isoformat(), "half": row.half, **where, "reason": row.reason}


def remove_exception(registrar_id: int, exception_id: int, actor: str) -> None:
    """Take out a registrar's exception, so that the pattern counts again; NoSuchException where it is gone."""
    one_at_a_time()
    wanted = select(PatternException).filter_by(id=exception_id, registrar_id=registrar_id)
    row = db.session.scalars(wanted).one_or_none()
    if row is None:
        raise NoSuchException
    before = _exception_facts(row)
    db.session.delete(row)
    db.session.flush()
    audit.record("took out an exception", about=f"registrar:{registrar_id}", actor=actor, before=before)
