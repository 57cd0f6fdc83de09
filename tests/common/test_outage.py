"""Which errors say that the database cannot serve, and what the log may know of them."""

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from psycopg import errors
from sqlalchemy.exc import DBAPIError, IntegrityError, InternalError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registration.common.outage import is_outage, named
from registration.common.patience import Unanswered


class Unwritable(psycopg.InternalError):
    """A file the server may not write beyond its limit."""

    sqlstate = "XX000"


def queues(cause):
    error = ConnectorException()
    error.__cause__ = cause
    return error


def wrapped(kind, error):
    return kind("INSERT INTO family VALUES ('Ada')", {}, error)


@pytest.mark.parametrize(
    "error",
    [
        wrapped(OperationalError, psycopg.OperationalError("server closed the connection")),
        wrapped(OperationalError, errors.DiskFull("no space")),
        wrapped(OperationalError, errors.QueryCanceled("statement timeout")),
        wrapped(OperationalError, errors.LockNotAvailable("lock timeout")),
        wrapped(OperationalError, errors.CannotConnectNow("starting up")),
        wrapped(OperationalError, Unanswered()),
        wrapped(InternalError, Unwritable("could not extend file")),
        wrapped(InternalError, errors.ReadOnlySqlTransaction("a standby")),
        wrapped(InternalError, errors.IdleInTransactionSessionTimeout("asked nothing")),
        wrapped(DBAPIError, psycopg.InterfaceError("the connection is closed")),
        PendingRollbackError("lost in the middle"),
        PoolTimeout("nobody let go"),
        queues(psycopg.OperationalError("server closed the connection")),
        psycopg.OperationalError("gone"),
    ],
)
def test_a_database_that_cannot_serve_is_an_outage(error):
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        wrapped(IntegrityError, errors.UniqueViolation("twice")),
        wrapped(InternalError, errors.InFailedSqlTransaction("after a fault")),
        wrapped(DBAPIError, Exception("of another driver")),
        queues(errors.UndefinedTable("no such table")),
        queues(None),
        ValueError("ours"),
    ],
)
def test_what_we_did_wrong_ourselves_is_none(error):
    assert not is_outage(error)


def test_the_log_learns_the_kind_and_the_servers_code_and_nothing_of_a_family():
    assert named(wrapped(OperationalError, errors.DiskFull("Ada"))) == "DiskFull 53100"
    assert named(wrapped(OperationalError, psycopg.OperationalError("Ada"))) == "OperationalError"
    assert named(PoolTimeout("Ada")) == "TimeoutError"
