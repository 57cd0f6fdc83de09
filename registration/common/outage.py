"""Which errors say that the database cannot serve just now, rather than that we asked it something wrong."""

import psycopg
from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

#: What an outage may be raised as: by SQLAlchemy, by the queue, which speaks on the same connection, or by the driver.
KINDS = (DBAPIError, PendingRollbackError, PoolTimeout, ConnectorException, psycopg.Error)
#: What says so in itself: the server is gone, starting, full, frozen, out of time, or ended a deadlock after all tries; nobody
#: let go of a connection; the connection was lost in the middle of a transaction.
OUTAGES = (OperationalError, psycopg.OperationalError, PoolTimeout, PendingRollbackError)
#: Codes of PostgreSQL (its manual, appendix A) the driver takes for our fault: a server that became read-only, as after a
#: failover, or ended a transaction that asked nothing for too long.
CODES = frozenset({"25006", "25P03"})
#: Their beginning where the server has a fault of its own: a file it cannot write beyond its limit among them.
OWN_FAULT = "XX"


def is_outage(error: BaseException) -> bool:
    """Say whether an error means that the database cannot serve just now, so that trying again later may well succeed."""
    driver = _driver(error)
    if isinstance(error, OUTAGES) or isinstance(driver, OUTAGES):
        return True
    code = driver.sqlstate if driver else ""
    if code is None:  # no word of the server: the connection was closed under us
        return isinstance(driver, psycopg.InterfaceError)
    return code in CODES or code.startswith(OWN_FAULT)


def named(error: BaseException) -> str:
    """Name an outage for the log: its kind and the server's code, never what was asked or answered."""
    driver = _driver(error) or error
    return f"{type(driver).__name__} {getattr(driver, 'sqlstate', None) or ''}".rstrip()


def _driver(error: BaseException) -> psycopg.Error | None:
    """Give what the driver raised, inside what was made of it."""
    inner = error.orig if isinstance(error, DBAPIError) else error.__cause__
    found = error if isinstance(error, psycopg.Error) else inner
    return found if isinstance(found, psycopg.Error) else None
