"""Weekly patterns as imported files bring them. A faulty file is refused whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import BinaryIO

from registration.centres.actions import Outcome
from registration.common.db import db
from registration.common.files import Row, Table
from registration.rota.actions.noting import count, note, one_at_a_time
from registration.rota.actions.patterns import NotThatPattern, add_pattern, end_pattern, remove_pattern
from registration.rota.files import PatternRecord, pattern_records
from registration.rota.models import Registrar
from registration.rota.queries import Places, registrars_by_name
from registration.rota.queries.planning import patterns_between
from registration.rota.rules import same_name
from registration.rota.rules.conflicts import in_words
from registration.rota.rules.patterns import DAY, HalfDay, Pattern, half_day_faults


@dataclass(slots=True)
class _Version:
    """A version of a registrar's week as the lines of a file make it, and the line that tells each half-day."""

    pattern: Pattern
    rows: dict[HalfDay, Row]

    @property
    def row(self) -> Row:
        """Give its first line."""
        return min(self.rows.values(), key=lambda row: row.line)


def import_patterns(stream: BinaryIO, today: date, actor: str) -> Outcome:
    """Load weekly patterns: each registrar and first day is a version. Counts versions.

    A version that is there already may get another last day and, until it begins, other half-days; an empty last day
    changes nothing of it. Raises FileRefused naming every fault; then nothing is loaded.
    """
    one_at_a_time()
    table = Table(stream)
    versions = _versions(pattern_records(table))
    for version in versions:
        _check(version)
    table.refuse_if_faulty()
    outcome = Outcome(warnings=table.warnings)
    with db.session.begin_nested():
        for version in versions:
            _store(version, today, actor, outcome)
        table.refuse_if_faulty()
    for version in versions:
        _warn_of_the_end(version)
    note("imported weekly patterns", actor, outcome)
    return outcome


def _versions(records: Iterable[PatternRecord]) -> list[_Version]:
    """Gather the lines of each version; what cannot be found is a fault of its line."""
    registrars, places = registrars_by_name(), Places()
    found: dict[tuple[int, date], _Version] = {}
    for record in records:
        row = record.row
        registrar = row.read("registrar", partial(_known, registrars), needed=True)
        half_day = _half_day(record, places)
        if registrar is None or half_day is None:
            continue
        key = registrar.id, record.valid_from
        new = Pattern(registrar.id, record.valid_from, record.valid_to, ())
        version = found.setdefault(key, _Version(new, {}))
        if version.pattern.valid_to != record.valid_to:
            row.fault("valid to", "is said otherwise of the same pattern on an earlier line")
        earlier = version.rows.setdefault(half_day, row)
        if earlier is not row:
            row.table.add_repeated(row.line, "weekday", half_day.named, earlier.line)
    for version in found.values():
        version.pattern = replace(version.pattern, half_days=tuple(sorted(version.rows, key=_order)))
    return sorted(found.values(), key=lambda each: (each.pattern.valid_from, each.row.line))


def _order(half_day: HalfDay) -> tuple[int, object, str]:
    return half_day.weekday, half_day.begins, half_day.weeks


def _known(registrars: Mapping[str, Registrar], name: str) -> Registrar:
    if same_name(name) not in registrars:
        raise ValueError("is no registrar known here")
    return registrars[same_name(name)]


def _half_day(record: PatternRecord, places: Places) -> HalfDay | None:
    row = record.row
    centre = row.read("centre", places.centre, needed=True)
    if centre is None:
        return None
    room = row.read("room", partial(places.room, centre))
    if room is None and row.text("room"):
        return None
    number = None if room is None else room.id
    return HalfDay(record.weekday, centre.id, number, record.begins, record.ends, record.weeks)


def _check(version: _Version) -> None:
    """Keep as faults what is wrong within one version."""
    for half_day, sentence in half_day_faults(version.pattern.half_days):
        version.rows[half_day].fault("from", sentence)


def _warn_of_the_end(version: _Version) -> None:
    """Warn of a version with a last day after which its registrar has no pattern, which the file may have ended by it."""
    last = version.pattern.valid_to
    if last is not None and not patterns_between(last + DAY, None, version.pattern.registrar):
        version.row.warn("valid to", f"is the last day of any pattern: from {in_words(last + DAY)} they have none")


def _store(version: _Version, today: date, actor: str, outcome: Outcome) -> None:
    """Keep a version; what keeps it out becomes a fault of its first line."""
    new = version.pattern
    there = patterns_between(new.valid_from, new.valid_from, new.registrar)
    key, old = next(((key, each) for key, each in there.items() if each.valid_from == new.valid_from), (0, None))
    try:
        if old is None:
            add_pattern(new, actor)
            outcome.added += 1
            return
        told = replace(new, valid_to=new.valid_to or old.valid_to)
        if old.half_days != told.half_days:
            _replace(key, old, told, today, actor)
        elif told.valid_to is not None and old.valid_to != told.valid_to:
            end_pattern(key, told.valid_to, actor)
        count(outcome, changed=old != told)
    except NotThatPattern as refusal:
        version.row.fault("valid from", refusal.sentence)


def _replace(key: int, old: Pattern, new: Pattern, today: date, actor: str) -> None:
    if old.valid_from <= today:
        since = in_words(old.valid_from)
        raise NotThatPattern(f"has been in force since {since}: write what is new as a pattern from a later day")
    remove_pattern(key, today, actor)
    add_pattern(new, actor)
