"""Making a backup: everything as of one moment, while the service runs."""

import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from flask import current_app
from psycopg import sql
from psycopg.rows import scalar_row

from registration.backup.package import COUNCIL, DUMP, Manifest, described, pack
from registration.backup.programs import Failed, fitting, major, run
from registration.backup.refusal import CannotBackUp
from registration.backup.server import Server
from registration.backup.writing import scratch, whole
from registration.common.authority import current_authority, own_file
from registration.common.clock import now

#: What is of no use afterwards, and of some to a thief: who is signed in, and who tried what how often.
LEFT_OUT = ["browser_session", "try_count"]
_TABLES = """
SELECT relname FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) ORDER BY relname
"""
_LEDGER = """
SELECT json_build_object('count', count(*), 'digest', coalesce((array_agg(digest ORDER BY number DESC))[1], ''))
  FROM pilot_release
"""
# The record is only ever added to: two databases whose records begin with the same line have one history.
_FIRST = "SELECT id || ' ' || event || ' ' || extract(epoch FROM at) FROM audit_event ORDER BY id LIMIT 1"


def take(server: Server, path: str) -> Manifest:
    """Write a backup of the database and of the council's file; give its manifest. Raises CannotBackUp."""
    instance = Path(current_app.config["INSTANCE"])
    council = own_file(instance).read_bytes()
    with scratch(path, instance) as dump, whole(path) as file:
        facts = _dumped(server, dump)
        own = {"bytes": len(council), "sha256": hashlib.sha256(council).hexdigest()}
        made = Manifest(
            id=str(uuid.uuid4()),
            clock=now().isoformat(),
            council=current_authority().name,
            demonstration=current_app.config["DEMO"],
            files={DUMP: described(dump), COUNCIL: own},
            **facts,
        ).signed(current_app.config["SECRET_KEY"])
        pack(made, council, dump, file)
    return made


def _dumped(server: Server, dump: IO[bytes]) -> dict[str, Any]:
    """Dump the database, and count its rows in the very same moment."""
    try:
        with server.connected(server.live) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            facts = _facts(connection)
            snapshot = scalar(connection, "SELECT pg_export_snapshot()")
            program = fitting("pg_dump", facts["server"])
            facts["program"] = major(program)
            left_out = [f"--exclude-table-data={name}" for name in LEFT_OUT]
            run(program, server.url, ["--format=custom", f"--snapshot={snapshot}", *left_out], write=dump)
    except psycopg.errors.UndefinedTable as fault:
        raise CannotBackUp("There is nothing to back up: the database has no tables of this service.") from fault
    except (psycopg.Error, Failed) as fault:
        raise CannotBackUp(f"The database could not be read: {' '.join(str(fault).split())}") from fault
    return facts


def _facts(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    return {
        "revision": scalar(connection, "SELECT version_num FROM alembic_version"),
        "made_at": datetime.now(UTC).isoformat(),
        "server": connection.info.server_version // 10000,
        "database_bytes": scalar(connection, "SELECT pg_database_size(current_database())"),
        "rows": count_rows(connection),
        "origin": origin(connection),
        "ledger": scalar(connection, _LEDGER) if _has(connection, "pilot_release") else {"count": 0, "digest": ""},
    }


def origin(connection: psycopg.Connection[Any]) -> str:
    """Give what two databases have in common that were one once; empty where nothing was done yet."""
    first = scalar(connection, _FIRST) if _has(connection, "audit_event") else None
    return hashlib.sha256(first.encode()).hexdigest() if first else ""


def _has(connection: psycopg.Connection[Any], table: str) -> bool:
    return bool(scalar(connection, "SELECT to_regclass(%s) IS NOT NULL", [table]))


def scalar(connection: psycopg.Connection[Any], question: str, values: list[object] | None = None) -> Any:  # noqa: ANN401 -- whatever was asked for
    """Ask the database for one value."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        return cursor.execute(question.encode(), values).fetchone()


def count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Count the rows of every table that a backup holds."""
    with connection.cursor(row_factory=scalar_row) as cursor:
        names = cursor.execute(_TABLES, [LEFT_OUT]).fetchall()
        count = sql.SQL("SELECT count(*) FROM {}")
        return {name: cursor.execute(count.format(sql.Identifier("public", name))).fetchone() or 0 for name in names}
