"""How often one address may try: counted in PostgreSQL, so that every web process counts together."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from math import ceil

from flask import Flask, Response, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy import Text, case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from registration.common.db import Model, db
from registration.common.links import keyed


class TryCount(Model):
    """How many tries one client made of one kind since its window began. Unlogged: a crash may forget it."""

    __tablename__ = "try_count"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PostgresTries(Storage):
    """The counters of Flask-Limiter in our own database; each count is its own short transaction."""

    STORAGE_SCHEME = ["rightstart"]

    @property
    def base_exceptions(self) -> type[Exception]:
        """Name what the library may swallow when counting fails."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count one more try and give the number in this window of `expiry` seconds."""
        now = datetime.now(UTC)
        fresh = TryCount.expires_at > now
        statement = insert(TryCount).values(key=key, count=amount, expires_at=now + timedelta(seconds=expiry))
        statement = statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((fresh, TryCount.count + amount), else_=amount),
                "expires_at": case((fresh, TryCount.expires_at), else_=statement.excluded.expires_at),
            },
        )
        with db.engine.begin() as connection:
            return int(connection.execute(statement.returning(TryCount.count)).scalar_one())

    def get(self, key: str) -> int:
        """Give the tries counted so far."""
        wanted = select(TryCount.count).where(TryCount.key == key, TryCount.expires_at > datetime.now(UTC))
        with db.engine.begin() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """Give when the window ends, in seconds since 1970."""
        with db.engine.begin() as connection:
            ends = connection.execute(select(TryCount.expires_at).where(TryCount.key == key)).scalar()
        return (ends or datetime.now(UTC)).timestamp()

    def check(self) -> bool:
        """Say whether counting works."""
        with db.engine.begin() as connection:
            return connection.execute(select(1)).scalar() == 1

    def reset(self) -> int:
        """Forget every count; say how many there were."""
        with db.engine.begin() as connection:
            return int(connection.execute(delete(TryCount)).rowcount)

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.engine.begin() as connection:
            connection.execute(delete(TryCount).where(TryCount.key == key))


def client() -> str:
    """Give a name for who asks that is no address in the clear."""
    return keyed("client", get_remote_address()).hex()[:24]


limiter = Limiter(key_func=client, storage_uri="rightstart://", strategy="fixed-window", headers_enabled=False)


def init_limits(app: Flask) -> None:
    """Count tries where a page asks for it, and say when to try again; RATE_LIMITS=off counts nothing."""
    limiter.init_app(app)
    app.after_request(_when_again)


def _when_again(answer: Response) -> Response:
    """Say in how many seconds the window is over that a limit counts in (RFC 6585 4), where the page does not say it."""
    limit = limiter.current_limit
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS and limit and "Retry-After" not in answer.headers:
        answer.headers["Retry-After"] = str(max(1, ceil(limit.reset_at - datetime.now(UTC).timestamp())))
    return answer


def limits_are_on() -> bool:
    """Say whether tries and live holds are limited in this installation."""
    return bool(current_app.config["RATE_LIMITS"])


@limiter.request_filter
def _off() -> bool:
    """Say whether a request is not counted: the library's own switch is one for all applications of a process."""
    return not limits_are_on()


def forget_old_tries() -> int:
    """Delete counts whose window is over, in the transaction in hand; say how many."""
    result = db.session.execute(delete(TryCount).where(TryCount.expires_at <= datetime.now(UTC)))
    return int(result.rowcount)  # type: ignore[attr-defined]
