"""The record of who did what, and who looked: rows are only ever added, and read again as lines in words.

What a line calls the people and things it names comes from the capability that keeps them: `call(app, "staff", names)`
gives the record a way to name every `staff:12`. To give a new event its words, add it to common/events.py.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import BigInteger, ColumnElement, Identity, Index, Text, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.clock import LONDON, london
from registration.common.db import Model, db
from registration.common.events import changes_in_words, in_words

#: How many lines the history of one thing shows at most: the newest.
MOST = 500


class AuditEvent(Model):
    """One thing done: when, by whom, to what, and what it was before and after."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_about", "about", "id"),
        Index("ix_audit_event_actor", "actor", "id"),
        Index("ix_audit_event_event", "event", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    event: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


_table = AuditEvent.__table__
_EVENTS = text(
    "WITH RECURSIVE found AS (SELECT min(event) AS event FROM audit_event"
    " UNION ALL SELECT (SELECT min(event) FROM audit_event WHERE event > found.event) FROM found"
    " WHERE found.event IS NOT NULL) SELECT event FROM found WHERE event IS NOT NULL"
)


def record(
    event: str,
    *,
    about: str,
    actor: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to the record, in the transaction in hand."""
    row = {"event": event, "about": about, "actor": actor, "before": before, "after": after}
    db.session.execute(_table.insert().inline(), row)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Named:
    """What a person reads instead of `staff:12`, and the page that shows it, if there is one: endpoint and values."""

    text: str
    endpoint: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


#: Gives the names of the things whose keys (what stands after the colon) it is asked for, leaving out what is gone.
Names = Callable[[Collection[str]], Mapping[str, Named]]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history as a person reads it; `at` is London time, `changes` are (what, before, after)."""

    id: int
    at: datetime
    event: str
    who: Named
    what: str
    thing: Named
    changes: tuple[tuple[str, str, str], ...]


def call(app: Flask, kind: str, names: Names) -> None:
    """Have the record name things of this kind: `staff` for `staff:12`; '' for keys without a kind."""
    app.extensions.setdefault("audit_names", {})[kind] = names


#: Gives the keys of what a person calls by this text, like a booking by its reference.
Finder = Callable[[str], Collection[str]]


def find(app: Flask, finder: Finder) -> None:
    """Let the auditor ask for the history of a thing by what people call it."""
    app.extensions.setdefault("audit_finders", []).append(finder)


def keys_of(words: str) -> list[str]:
    """Give the keys of everything called so, the words themselves among them."""
    finders: list[Finder] = current_app.extensions.get("audit_finders", [])
    return [words, *(key for finder in finders for key in finder(words))]


def known_events() -> list[str]:
    """List every event there is a line of, from one index entry to the next, however many lines there are."""
    return list(db.session.scalars(_EVENTS))


def history_of(*abouts: str) -> list[Line]:
    """Give what was done to these things, like `booking:12`, and who looked at them, newest first, at most MOST lines."""
    return lines(AuditEvent.about.in_(abouts), most=MOST)


def lines(*conditions: ColumnElement[bool], most: int) -> list[Line]:
    """Give the newest lines that meet all conditions, in words, with two statements or one for each kind named."""
    rows = db.session.scalars(select(AuditEvent).where(*conditions).order_by(AuditEvent.id.desc()).limit(most)).all()
    names = _names(
        key for row in rows for key in (row.actor, row.about, *_centres_in(row.before), *_centres_in(row.after))
    )
    return [
        Line(
            id=row.id,
            at=london(row.at),
            event=row.event,
            who=names[row.actor],
            what=in_words(row.event),
            thing=names[row.about],
            changes=changes_in_words(_with_centres(row.before, names), _with_centres(row.after, names)),
        )
        for row in rows
    ]


def _centres_in(facts: Mapping[str, Any] | None) -> list[str]:
    """Give the keys of the centres that a line lists by their numbers, under `centres`."""
    return [f"centre:{number}" for number in (facts or {}).get("centres") or ()]


def _with_centres(facts: Mapping[str, Any] | None, names: Mapping[str, Named]) -> Mapping[str, Any] | None:
    centres = [names[key].text for key in _centres_in(facts)]
    return {**facts, "centres": centres} if facts and centres else facts


def days(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """Give the conditions for lines from one London day to another, both included; None leaves a side open."""
    since = [] if first is None else [AuditEvent.at >= _midnight(first)]
    return since if last is None else [*since, AuditEvent.at < _midnight(last + timedelta(days=1))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _names(keys: Iterable[str]) -> dict[str, Named]:
    """Name each key once; a key nobody can name is shown in its own letters."""
    wanted: dict[str, set[str]] = {}
    found = {}
    for key in keys:
        kind, _, name = key.rpartition(":")
        wanted.setdefault(kind, set()).add(name)
        found[key] = Named(key.replace(":", " ").replace("_", " "))
    for kind, names in wanted.items():
        ask: Names | None = current_app.extensions.get("audit_names", {}).get(kind)
        for name, named in (ask(names) if ask else {}).items():
            found[f"{kind}:{name}" if kind else name] = named
    return found
