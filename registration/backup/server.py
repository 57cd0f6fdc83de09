"""The databases of one server: which of them runs, another beside it, and changing one for the other at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from registration.backup.refusal import CannotRestore

#: How often sessions of the database that runs are ended until none came back in between; the server waits 5 s each time.
TRIES = 6
#: A name of a database holds at most 63 bytes; ours are put behind that of the one that runs.
_LONGEST = 45
_TEMPLATE = """
SELECT pg_encoding_to_char(encoding), datcollate, datctype, datlocprovider::text,
       coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale')
  FROM pg_database d WHERE datname = %s
"""
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}
_OWN_LOCALE = {"i": "ICU_LOCALE", "b": "BUILTIN_LOCALE"}
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
_END = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
_TABLES = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@dataclass(frozen=True, slots=True)
class Server:
    """The server of the service's database, and the names of the databases that a restore makes beside it."""

    url: URL

    @classmethod
    def of(cls, address: str) -> "Server":
        """Give the server of an SQLAlchemy address."""
        return cls(make_url(address))

    @property
    def live(self) -> str:
        """The database the service runs on."""
        return self.url.database or "postgres"

    @property
    def restoring(self) -> str:
        """The database that is being restored, until it is whole."""
        return f"{self.live[:_LONGEST]}_restoring"

    @property
    def replaced(self) -> str:
        """The database that ran before, kept until somebody says that it may go."""
        return f"{self.live[:_LONGEST]}_replaced"

    def at(self, database: str) -> URL:
        """Give the address of a database of this server."""
        return self.url.set(database=database)

    @contextmanager
    def connected(self, database: str = "") -> Iterator[psycopg.Connection[Any]]:
        """Connect to a database, or, where none is named, to one that is neither ours nor changed; each statement for itself."""
        beside = "template1" if self.live == "postgres" else "postgres"
        address = self.at(database or beside).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            yield connection

    def is_there(self, database: str) -> bool:
        """Say whether there is a database of this name."""
        with self.connected() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None

    def is_empty(self) -> bool:
        """Say whether the database of the service has no table at all."""
        with self.connected(self.live) as connection:
            return connection.execute(_TABLES).fetchone() == (0,)

    def others(self) -> int:
        """Count the sessions on the database of the service that are not this one."""
        with self.connected() as connection:
            found = connection.execute(_OTHERS, [self.live]).fetchone()
        return int(found[0]) if found else 0

    def make_beside(self) -> None:
        """Make the empty database to restore into, sorted as the one that runs. Raises CannotRestore where we may not."""
        with self.connected() as connection:
            self.drop(self.restoring)
            (found,) = connection.execute(_TEMPLATE, [self.live]).fetchall()
            encoding, collate, ctype, provider, locale = found
            own = [_option(_OWN_LOCALE[provider], locale)] if provider in _OWN_LOCALE else []
            options = [
                _option("ENCODING", encoding),
                _option("LC_COLLATE", collate),
                _option("LC_CTYPE", ctype),
                _option("LOCALE_PROVIDER", _PROVIDERS[provider]),
                *own,
            ]
            made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ").format(sql.Identifier(self.restoring))
            try:
                connection.execute(made + sql.SQL(" ").join(options))
            except psycopg.errors.InsufficientPrivilege as fault:
                raise CannotRestore(
                    "The account of DATABASE_URL may not make a database beside the one that runs: ALTER ROLE ... CREATEDB."
                ) from fault

    def drop(self, database: str) -> None:
        """Drop a database, whoever looks into it; nothing where there is none."""
        with self.connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def swap(self) -> None:
        """Put the restored database in the place of the one that runs, at one moment, and keep that under another name.

        Whoever was connected is cut off, and finds the restored one when it connects again. Raises CannotRestore where sessions do
        not end; then nothing has changed.
        """
        self.drop(self.replaced)
        with self.connected() as connection:
            for _ in range(TRIES):
                if self._renamed(connection):
                    return
        raise CannotRestore("The database that runs is in use all the time: stop the service, and restore again.")

    def _renamed(self, connection: psycopg.Connection[Any]) -> bool:
        try:
            with connection.transaction():
                connection.execute(_END, [self.live])
                for before, after in ((self.live, self.replaced), (self.restoring, self.live)):
                    change = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                    connection.execute(change.format(sql.Identifier(before), sql.Identifier(after)))
        except psycopg.errors.ObjectInUse:  # somebody connected again before the name was ours to change
            return False
        return True


def _option(name: LiteralString, value: str) -> sql.Composed:
    return sql.SQL("{} {}").format(sql.SQL(name), sql.Literal(value))
