"""A council that made a backup and went on: what a restore is tried with."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from registration.backup.package import COUNCIL, DUMP, opened, pack
from registration.births.files.actions.losses import leave
from registration.common import audit
from registration.common.db import db
from registration.common.transaction import transaction
from registration.families.actions import change_answer
from registration.families.rules import SHARING_WORDING, Answer
from registration.messages.actions import stop
from tests.booking.appointments import NOW, booked, two_mornings
from tests.booking.world import TUESDAY, WEDNESDAY, at_time

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

KEY = "a key for tests only, 32 letters"
#: What a family, a booking and the rota hold, apart from stamps that every restore makes anew.
CONTENT = {
    "family": "t",
    "booking": "t",
    "occupancy": "t",
    "sharing_answer": "t",
    "centre": "t",
    "registrar": "t",
    "session": "to_jsonb(t) - 'stamp'",
}


ROWS = (
    (
        "INSERT INTO staff_user (email, name, active, fs_uniquifier, login_count)"
        " VALUES ('gone@example.org', 'Gone', true, 'a', 0), ('stays@example.org', 'Stays', true, 'b', 0)"
    ),
    "INSERT INTO staff_role (name, description) VALUES ('administrator', ''), ('auditor', '')",
    "INSERT INTO staff_user_role (user_id, role_id) SELECT u.id, r.id FROM staff_user u, staff_role r",
    "INSERT INTO browser_session VALUES ('\\x01', '\\x01', now() + interval '1 day', NULL)",
    (
        "INSERT INTO calendar_feed (public_id, digest, centre_id, made_by)"
        " SELECT gen_random_uuid(), '\\x02', min(id), 'x' FROM centre"
    ),
    (
        "INSERT INTO pilot_row_level_request (asked_by, asked_at, evaluator, purpose, days, state, decided_by, expires_at, key)"
        " VALUES ('a', now(), 'e', 'p', 30, 'approved', 'b', now() + interval '400 days', '\\x03')"
    ),
)


TOLD = (
    "INSERT INTO told_service (name, kind, way, items, active, made_by) VALUES ('Library', 'library', 'file', '{name}', true, 'x')",
    (
        "INSERT INTO telling (public_id, service_id, family_id, reference, event, due_at)"
        " SELECT gen_random_uuid(), 1, min(id), 'a', 'told', now() FROM family"
    ),
)
SINCE = (
    "UPDATE telling SET state = 'delivered', tries = 1, settled_at = now()",
    (
        "INSERT INTO telling (public_id, service_id, family_id, reference, event, due_at, state)"
        " SELECT gen_random_uuid(), 1, max(id), 'b', 'told', now(), 'delivered' FROM family"
    ),
    "UPDATE told_service SET secret_number = 2",
)


@dataclass
class Council:
    """The application, the backup it made, and the list of what happened afterwards."""

    app: Flask
    backup: Path
    kept: Path
    content: dict[str, str]
    world: object


def run(app: Flask, *arguments: object, given: bytes | None = None):
    """Run a command as a person does: status, what it said, what it warned of."""
    result = app.test_cli_runner().invoke(args=[str(each) for each in arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr.strip()


def ask(question: str, **values: object):
    """Ask the database in hand for one value."""
    with db.engine.connect() as connection:
        return connection.execute(text(question), values).scalar()


def change(statement: str, **values: object) -> None:
    """Change something as a hand in the database would."""
    with db.engine.begin() as connection:
        connection.execute(text(statement), values)


def content() -> dict[str, str]:
    """Give a digest of what each of the main tables holds."""
    return {
        table: ask(f"SELECT md5(string_agg(x, '|' ORDER BY x)) FROM (SELECT ({row})::text AS x FROM {table} t) each")  # noqa: S608
        for table, row in CONTENT.items()
    }


def filled():
    """Book three appointments, and put a row into what else is tried; give the world."""
    world = two_mornings()
    for number, name in enumerate(["Aoife", "Bea", "Cerys"]):
        start = at_time(TUESDAY, f"9:{30 * (number % 2):02}") if number < 2 else at_time(WEDNESDAY, "9:00")
        booked(
            world.centres["sunshine"],
            start,
            name=f"{name} Lloyd",
            email=f"{name.lower()}@example.org",
            mobile=f"+44770090098{number}",
            join=True,
        )
    with transaction():
        audit.record("staff.added", about="staff:1", actor="service")
    for statement in (*ROWS, *TOLD):
        change(statement)
    return world


def found_council(app: Flask, folder: Path) -> Council:
    """Make a backup, go on, and keep the list of what must not come back."""
    with app.app_context():
        world = filled()
        before = content()
        backup = folder / "council.backup"
        status, _, warned = run(app, "backup", backup)
        assert (status, warned) == (0, "")
        _go_on(world)
        kept = folder / "kept.list"
        assert run(app, "backup", "--must-not-return", kept)[0] == 0
    return Council(app, backup, kept, before, world)


def _go_on(world) -> None:
    """What happened after the backup: B says no, C loses its baby, A's messages go out, somebody leaves, D books."""
    families = {
        name: ask("SELECT id FROM family WHERE name = :name", name=name) for name in ("Bea Lloyd", "Cerys Lloyd")
    }
    with transaction():
        change_answer(families["Bea Lloyd"], Answer(False, SHARING_WORDING, "online", "family", None))
        leave(families["Cerys Lloyd"], NOW, "data officer")
        stop("+447700900980", now=NOW)
        audit.record("looked up", about="booking:1", actor="after the backup")
    change("UPDATE message SET state = 'sent', settled_at = created WHERE state = 'queued'")
    change(
        "INSERT INTO message (id, about, template, version, channel, address, address_digest, locale, details, state, created,"
        " due, attempts, maybe_sent) SELECT gen_random_uuid(), about, 'reminder_week', version, channel, address, address_digest,"
        " locale, '{}', 'sent', created, due, 1, false FROM message WHERE template = 'booking_confirmed' AND channel = 'email'"
    )
    for statement in SINCE:
        change(statement)
    change("UPDATE staff_user SET active = false WHERE email = 'gone@example.org'")
    change("DELETE FROM staff_user_role USING staff_role r WHERE role_id = r.id AND r.name = 'administrator'")
    change("UPDATE calendar_feed SET revoked_at = now()")
    change("UPDATE pilot_row_level_request SET state = 'expired', key = NULL")
    change("DELETE FROM pilot_secret")
    booked(
        world.centres["elland"], at_time(TUESDAY, "9:00"), name="Dilys Lloyd", email="dilys@example.org", mobile=None
    )


def forged(backup: Path, to: Path, key: str = KEY, dump: bytes | None = None, **changes: object) -> Path:
    """Write a backup anew with other claims, signed by whoever has that key."""
    import hashlib
    from dataclasses import replace

    with backup.open("rb") as file, opened(file) as found, to.open("wb") as other:
        council = found.council()
        body = b"".join(found.pieces(DUMP)) if dump is None else dump
        files = {
            COUNCIL: found.manifest.files[COUNCIL],
            DUMP: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()},
        }
        pack(replace(found.manifest, files=files, **changes).signed(key), council, io.BytesIO(body), other)
    return to
