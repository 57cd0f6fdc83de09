"""The list of what a restore must not undo, kept apart from the database: written often, small, and read by the next restore."""

import gzip
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic.runtime.migration import MigrationContext
from flask import current_app

from registration.backup.refusal import CannotRestore
from registration.backup.since import Found, read
from registration.backup.taking import origin
from registration.backup.writing import whole
from registration.common.clock import now
from registration.common.db import db

FORMAT = "right-start-must-not-return/1"
#: How far back a list goes where nothing else is asked, in days: longer than any backup is kept that is restored without thought.
USUAL_DAYS = 35
#: A stamp may be a little older than the moment its row was kept.
MARGIN = timedelta(days=1)
NOT_OURS = "{} is not a list of what must not come back, or it is damaged."


@dataclass(frozen=True, slots=True)
class KeptList:
    """What happened from `since` to `made_at` and must not be undone, read at tables of this revision and this history."""

    since: datetime
    made_at: datetime
    revision: str
    origin: str
    found: Found


def revision() -> str | None:
    """Give the migration of the database in hand."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


def _origin() -> str:
    return origin(cast("psycopg.Connection[Any]", db.session.connection().connection.driver_connection))


def current(since: datetime) -> KeptList:
    """Read the list of the database in hand, as of this moment."""
    made_at = min(datetime.now(UTC), now())
    return KeptList(since, made_at, revision() or "", _origin(), read(since))


def keep(path: str, days: int) -> KeptList:
    """Write the list of so many days, and give it. Raises CannotBackUp where it cannot be written."""
    made = current(min(datetime.now(UTC), now()) - timedelta(days=days))
    said = {"format": FORMAT} | {name: value for name, value in asdict(made).items() if name != "found"}
    body = json.dumps(said | {"found": made.found}, ensure_ascii=False, default=datetime.isoformat).encode()
    with whole(path) as file:
        file.write(gzip.compress(_mark(body) + b"\n" + body))
    return made


def opened(path: str) -> KeptList:
    """Read a list. Raises CannotRestore for what is none, is damaged, or was made under another SECRET_KEY."""
    try:
        mark, _, body = gzip.decompress(Path(path).read_bytes()).partition(b"\n")
        if not hmac.compare_digest(mark, _mark(body)):
            raise CannotRestore(f"{NOT_OURS.format(path)} Or it was made under another SECRET_KEY.")
        said = json.loads(body)
        since, made_at = (datetime.fromisoformat(said[name]) for name in ("since", "made_at"))
        return KeptList(since, made_at, said["revision"], said["origin"], said["found"])
    except (EOFError, ValueError, KeyError, gzip.BadGzipFile) as fault:
        raise CannotRestore(NOT_OURS.format(path)) from fault
    except OSError as fault:
        raise CannotRestore(f"{path} cannot be read: {fault.strerror}.") from fault


def _mark(body: bytes) -> bytes:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, body, hashlib.sha256).hexdigest().encode()
